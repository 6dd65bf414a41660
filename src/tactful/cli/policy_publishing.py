"""`tactful policy analyse, diff, publish, rollback, published`: looking at a policy from every side, and its life."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tactful.cli.folder import Folder, opened, read_only
from tactful.cli.instant import clock, today
from tactful.cli.policy import AsJson, Name, commands
from tactful.cli.screen import NO, answered, fail, hang, say, say_json
from tactful.model.flow import Flow
from tactful.model.kept import Publication
from tactful.model.problems import Problem, Problems
from tactful.policy.analyse import Analysis, Finding, Refuted, analyse
from tactful.policy.diff import Example, PolicyDiff, diff_policies
from tactful.policy.rules import Policy
from tactful.service.packs import DEFAULT_POLICY
from tactful.service.project import OWN_POLICY, policy_name, shop_of
from tactful.service.publishing import (
    NOTHING_PUBLISHED,
    NOTHING_PUBLISHED_MEND,
    Prepared,
    in_force,
    load_with_cases,
    prepare,
)
from tactful.service.publishing import publish as put_into_force
from tactful.service.publishing import rollback as put_back
from tactful.service.report import local_time

PUBLISHED = "published"
_WAYS = {"freer": "newly freer", "stricter": "newly stricter", "otherwise": "other duties, or another wait"}
_SHORT = 12

Author = Annotated[str, typer.Option("--author", help="Who answers for it; kept in the log.")]
Note = Annotated[str, typer.Option("--note", help="Why, in a sentence; kept in the log.")]


@commands.command("analyse", short_help="Rules that never matter, claims that fail.")
@answered
def analyse_rules(policy: Name = DEFAULT_POLICY, json: AsJson = False) -> None:
    """Find rules that never hold or never matter, and claims that some flow breaks: over every flow there can be."""
    found = analyse(_with_cases(policy, None))
    if json:
        say_json(found)
    else:
        _show_analysis(found)
    if found.findings or found.refuted:
        raise typer.Exit(NO)


@commands.command("diff", short_help="For which flows two policies differ.")
@answered
def compare(
    before: Annotated[str, typer.Argument(help="A pack or a policy file; or `published`: what is in force.")],
    after: Annotated[str, typer.Argument(help="The other one.")],
    every: Annotated[
        bool, typer.Option("--all", help="Show every example, not the first twelve of each kind.")
    ] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Say for which flows two policies differ, with a small example for each rule that makes a difference."""
    found = diff_policies(_either(before, shop), _either(after, shop))
    if json:
        say_json({**{name: getattr(found, name) for name in found.__struct_fields__}, "same": found.same})
    else:
        _show_difference(found, None if every else _SHORT)
    if not found.same:
        raise typer.Exit(NO)


@commands.command("publish", short_help="Put a policy into force.")
@answered
def publish(
    policy: Annotated[str, typer.Argument(help="A pack or a policy file; the shop's own by default.")] = "",
    author: Author = "",
    note: Note = "",
    yes: Annotated[bool, typer.Option("--yes", help="What becomes freer is meant: do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; publish nothing.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Put a policy into force: after its cases, its claims and what becomes freer, whole or not at all.

    What is refused changes nothing: the policy published last goes on.
    """
    name, folder = _place(policy or _own(shop))
    if not (author.strip() or dry_run):
        fail("say who answers for it: --author NAME.")
    with opened(shop) as store:
        prepared = prepare(store, name, folder, today())
        if not json:
            _show_prepared(prepared)
        if prepared.problems:
            _refused(prepared, json)
        if dry_run or not (yes or _meant(prepared)):
            _stop(prepared, dry_run, json)
            return
        done = put_into_force(store, prepared, author, note, clock())
    if json:
        say_json({**_as_dict(done), "difference": prepared.difference, "findings": prepared.findings})
        return
    say(f"published {done.name}, number {done.number}, by {done.author}: {done.policy[:16]}…")


@commands.command("rollback", short_help="Put an earlier policy into force again.")
@answered
def rollback(
    author: Author = "",
    to: Annotated[str, typer.Option("--to", help="The digest to go back to, or how it begins.")] = "",
    note: Note = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Put the policy that was in force before into force again, or the one with a digest; at once and whole."""
    with opened(shop) as store:
        done = put_back(store, author, note, clock(), to)
    if json:
        say_json(_as_dict(done))
        return
    say(f"in force again: {done.name}, number {done.number}, by {done.author}: {done.policy[:16]}…")


@commands.command("published", short_help="Which policies were in force, and from when.")
@answered
def published(shop: Folder = Path(), json: AsJson = False) -> None:
    """List every publication and rollback, newest first: when, who, digest and why."""
    with read_only(shop) as store:
        log = store.publications()
    if json:
        say_json([_as_dict(each) for each in reversed(log)])
        return
    if not log:
        fail(f"{NOTHING_PUBLISHED}. Publish a policy: {NOTHING_PUBLISHED_MEND}", NO)
    zone = shop_of(shop).zone
    for each in reversed(log):
        mark = "in force" if each is log[-1] else ""
        again = " (rollback)" if each.kind == "rollback" else ""
        say(f"{each.number:>4}  {each.policy[:16]}  {each.name}{again}  {mark}".rstrip())
        hang("", f"{local_time(each.at, zone)} · {each.author}" + (f" · {each.note}" if each.note else ""), 6)


def _own(shop: Path) -> str:
    """The shop's own policy file, or the packaged policy where it has none."""
    name = policy_name(shop)
    return str(shop / name) if name == OWN_POLICY else name


def _place(policy: str) -> tuple[str, Path | None]:
    """The name of a policy and the folder of its file; None for a pack."""
    path = Path(policy)
    if path.is_dir() or not policy:
        raise Problems([Problem(policy or "policy", 0, "say which policy: the name of a pack, or a policy file.")])
    return (path.name, path.parent) if path.suffix else (policy, None)


def _either(policy: str, shop: Path) -> Policy:
    if policy != PUBLISHED:
        return _with_cases(policy, today())
    with read_only(shop) as store:
        found = in_force(store)
    if found is None:
        fail(f"{NOTHING_PUBLISHED}. Publish a policy: {NOTHING_PUBLISHED_MEND}", NO)
    return found.on(today())


def _with_cases(policy: str, day: dt.date | None) -> Policy:
    return load_with_cases(*_place(policy), day)


def _as_dict(done: Publication) -> dict[str, object]:
    return {**{name: getattr(done, name) for name in done.__struct_fields__}, "texts": done.texts.hex()}


def _show_analysis(found: Analysis) -> None:
    if found.assumed_licence:
        say("This policy opens nothing itself; its limits were looked at as if everything were licensed.")
    for finding in (*found.findings, *found.behind):
        _show_finding(finding)
    for refuted in found.refuted:
        _show_refuted(refuted)
    held = found.claims - len(found.refuted)
    say(f"rules {found.rules}, of which {len(found.findings)} have a fault")
    if found.behind:
        say(f"law that binds behind a stricter rule {len(found.behind)}, which is no fault")
    say(f"claims {found.claims}, of which {held} hold for every flow")


def _show_finding(finding: Finding) -> None:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    say(f"{finding.kind}  {place}")
    hang("", finding.message, 4)
    hang("", f"see: {flow_in_words(finding.witness)} → {finding.verdict}", 4)


def _show_refuted(refuted: Refuted) -> None:
    say(f"claim fails  {refuted.file}:{refuted.line}")
    hang("", refuted.claim, 4)
    hang("", f"not so: {flow_in_words(refuted.counterexample)} → {refuted.verdict} ({', '.join(refuted.because)})", 4)


def _show_difference(found: PolicyDiff, most: int | None) -> None:
    say(f"{found.before} → {found.after}")
    if found.same:
        say("No flow is judged differently.")
        return
    say(
        f"of {found.considered:,} flows looked at: {found.freer:,} freer, {found.stricter:,} stricter, "
        f"{found.otherwise:,} with other duties or another wait"
    )
    for way, words in _WAYS.items():
        examples = [example for example in found.examples if example.way == way]
        if not examples:
            continue
        say()
        say(f"{words}, by {len(examples)} {'rule' if len(examples) == 1 else 'rules'}")
        for example in examples[:most]:
            _show_example(example)
        if most is not None and len(examples) > most:
            say(f"  … and {len(examples) - most} more: --all")


def _show_example(example: Example) -> None:
    axes = ("use", "mention", "when")
    moved = [
        f"{axis} {before}→{after}"
        for axis, before, after in zip(axes, example.point_before, example.point_after, strict=True)
        if before != after
    ]
    change = f"{example.before} → {example.after}"
    if example.before == example.after:
        same = "with other duties or another wait" if example.way == "otherwise" else "otherwise in a message"
        change = f"{example.before}, but {', '.join(moved) or same}"
    hang("  ", f"{example.rule}: {change}", 2)
    hang("", flow_in_words(example.flow), 6)


def flow_in_words(flow: Flow) -> str:
    """A flow in one line: `act mention · fact.purposes [market]`."""
    words = [f"{key} {_value(value)}" for key, value in flow.items()]
    return " · ".join(words) or "nothing known at all"


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(str, value))}]"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _show_prepared(prepared: Prepared) -> None:
    say(f"{prepared.name}: {', '.join(prepared.policy.parts)}")
    for problem in prepared.problems[:_SHORT]:
        say(str(problem))
    if len(prepared.problems) > _SHORT:
        say(f"… and {len(prepared.problems) - _SHORT} more.")
    for finding in prepared.findings:
        _show_finding(finding)
    if prepared.waiting:
        say(f"not in force yet: {', '.join(prepared.waiting)}")
    if not prepared.problems:
        say(f"cases {prepared.cases} · claims {prepared.claims}, each for every flow")
    if prepared.difference is None:
        say("Nothing was published before: everything that it allows is new.")
    else:
        _show_difference(prepared.difference, _SHORT)


def _meant(prepared: Prepared) -> bool:
    """Whether what becomes freer is meant; nothing has to be asked where nothing does."""
    if prepared.difference is None or not prepared.difference.of("freer"):
        return True
    if not sys.stdin.isatty():
        return False
    return typer.confirm("Something becomes freer. Is that meant?", default=False)


def _refused(prepared: Prepared, json: bool) -> None:
    goes_on = "the one published last goes on" if prepared.epoch else NOTHING_PUBLISHED
    if json:
        say_json({"refused": True, "problems": prepared.problems, "findings": prepared.findings})
        raise typer.Exit(NO)
    fail(f"{prepared.name} is refused, problems: {len(prepared.problems)}; {goes_on}.", NO)


def _stop(prepared: Prepared, dry_run: bool, json: bool) -> None:
    if json:
        say_json({"refused": not dry_run, "difference": prepared.difference, "findings": prepared.findings})
    elif dry_run:
        say("Nothing was published: --dry-run.")
    if not dry_run:
        fail("Something becomes freer; nothing was published. If that is meant, add --yes.", NO)
