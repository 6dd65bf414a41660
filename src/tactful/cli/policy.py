"""`tactful policy …`: begin, check, test and explain a policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.instant import today
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, hang, say, say_json
from tactful.model.problems import Problem, Problems
from tactful.service.check_policy import PolicyReport, check_policy
from tactful.service.explain_rule import ExplainedRule, explain_rule
from tactful.service.new_policy import new_policy
from tactful.service.packs import DEFAULT_POLICY, Rules, load_rules, with_its_cases

commands = typer.Typer(help="Begin, check, test and explain a policy.", no_args_is_help=True)
app.add_typer(commands, name="policy")

Name = Annotated[str, typer.Argument(help="A pack such as norm/retail, or a policy file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
_MOST = 30
_INDENT = 14


@commands.command("check", short_help="Load a policy strictly.")
@answered
def check(policy: Name = DEFAULT_POLICY, json: AsJson = False) -> None:
    """Load a policy strictly: its words, its tiers, and in each rule a sentence for staff and for her."""
    _report(check_policy(_rules(policy), with_cases=False, today=today()), json)


@commands.command("test", short_help="Check it, and judge its cases and claims.")
@answered
def try_out(policy: Name = DEFAULT_POLICY, json: AsJson = False) -> None:
    """Check it, judge every case, try every claim, and name the rules that no case depends on."""
    _report(check_policy(_rules(with_its_cases(policy)), with_cases=True, today=today()), json)


@commands.command("explain", short_help="One rule in words.")
@answered
def explain(
    rule: Annotated[str, typer.Argument(help="The name of a rule, as `tactful why` prints it.")],
    policy: Annotated[
        str, typer.Option("--policy", help="A pack such as norm/retail, or a policy file.")
    ] = DEFAULT_POLICY,
    json: AsJson = False,
) -> None:
    """One rule in words: what it says, when it holds, what it does, where it comes from, and the cases it decides."""
    found = explain_rule(_rules(with_its_cases(policy)), rule)
    if json:
        say_json(found)
        return
    for label, lines in _explained(found):
        for at, line in enumerate(lines):
            inner = len(line) - len(line.lstrip())
            hang(f"{label if at == 0 else '':<{_INDENT}}{' ' * inner}", line.lstrip(), _INDENT + inner)


@commands.command("new", short_help="Begin a policy of your own.")
@answered
def new(
    name: Annotated[str, typer.Argument(help="Its name, in small letters and hyphens, like gift-shop.")],
    folder: Annotated[Path, typer.Option("--into", help="Where to write the files.")] = Path(),
    json: AsJson = False,
) -> None:
    """Begin a policy of your own: one rule of each kind with comments, and cases that pass."""
    written = new_policy(name, folder)
    if json:
        say_json({"written": [str(path) for path in written]})
        return
    for path in written:
        say(f"wrote {path}")
    say(f"Next: tactful policy test {written[-1]}")


def _explained(found: ExplainedRule) -> list[tuple[str, tuple[str, ...]]]:
    more = (f"… and {found.more_cases} more",) if found.more_cases else ()
    rows = [
        (found.kind, (found.rule,)),
        ("tier", (found.tier,) if found.tier else ()),
        ("does", found.does),
        ("holds when", found.when),
        ("", (found.strictly,)),
        ("as written", (found.condition,)),
        ("staff read", (found.staff,) if found.staff else ()),
        ("she reads", (found.customer,) if found.customer else ()),
        ("waived by", found.waived_by),
        ("decides", (*found.cases, *more) or ("no case",)),
        ("source", (found.source,) if found.source else ()),
        ("stands in", (found.place,)),
    ]
    return [(label, lines) for label, lines in rows if lines]


def _rules(policy: str) -> Rules:
    path = Path(policy)
    if path.is_dir() or not policy:
        raise Problems([Problem(policy or "policy", 0, "say which policy: the name of a pack, or a policy file.")])
    return load_rules(path.name, path.parent) if path.suffix else load_rules(policy)


def _report(report: PolicyReport, json: bool) -> None:
    if json:
        say_json({**{name: getattr(report, name) for name in report.__struct_fields__}, "good": report.good})
    else:
        for problem in report.problems[:_MOST]:
            say(str(problem))
        if len(report.problems) > _MOST:
            say(f"… and {len(report.problems) - _MOST} more.")
        counts = {"licence": report.licences, "limit": report.limits, "waiver": report.waivers}
        rules = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
        say(f"{report.policy}: {rules}; {', '.join(report.parts)}")
        if report.waiting:
            say(f"not in force yet: {', '.join(report.waiting)}")
        if report.passed or report.cases:
            say(f"cases {report.passed} of {report.cases} as expected · claims {report.claims}")
        found = len(report.problems)
        say("good" if report.good else f"{found} problem{'' if found == 1 else 's'}")
    if not report.good:
        raise typer.Exit(NO)
