"""`tactful identity …`: what somebody is made up of and why, merging and parting by hand, and what is in doubt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tactful.cli.folder import AsJson, Folder, opened, read_only
from tactful.cli.instant import clock
from tactful.cli.main import app
from tactful.cli.screen import answered, hang, out, say, say_json
from tactful.model.arrivals import ANSWERS
from tactful.service.identity import (
    Told,
    called,
    merge_by_hand,
    read_rules,
    settle_doubt,
    show_who,
    told_merges,
    unmerge_by_hand,
    waiting,
)
from tactful.service.identity_list import Applied, apply, look_at, read_clusters
from tactful.service.printable import printable
from tactful.service.project import shop_of
from tactful.service.report import local_time

commands = typer.Typer(
    help="Who is who: what was joined and why, what waits for you, and lists without keys.", no_args_is_help=True
)
app.add_typer(commands, name="identity")
_SHOWN = 20
_HOW = {"rule": "by a rule", "staff": "by hand", "list": "after a list"}
Person = Annotated[str, typer.Argument(metavar="PERSON", help="An identifier, such as customer:17850.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]
Why = Annotated[str, typer.Option("--why", help="Why; it is kept with it.")]


@commands.callback()
def identity() -> None:
    """Who is who: what was joined and why, and what waits for you."""


@commands.command("show", short_help="Who somebody is made up of.")
@answered
def show(person: Person, shop: Folder = Path(), json: AsJson = False) -> None:
    """What somebody is made up of, each merge with its evidence, and where those disagree."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with read_only(shop) as store:
        who = show_who(store, rules, person)
    if json:
        say_json(who)
        return
    say(f"{who.called}, kept under the id {who.person_id}")
    _table(
        ("made up of", "known by"),
        (
            (str(each.person_id), ", ".join(f"{kind}:{value}" for kind, value in each.identifiers))
            for each in who.members
        ),
    )
    if who.merges:
        say()
        _merges(who.merges, zone)
    for each in who.conflicts:
        about = f"{each.yes.purpose} by {each.yes.channel}"
        text = f"one said no and another yes. The no holds until she says yes again: ask her about {about}."
        say()
        hang(f"{about}: ", text, len(about) + 2)


@commands.command("merges", short_help="Every merge with its evidence.")
@answered
def merges(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Only hers, such as customer:17850.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Every merge with its evidence, the newest last; also those that were undone."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with read_only(shop) as store:
        found = show_who(store, rules, person).merges if person else told_merges(store, rules, store.merges())
    if json:
        say_json(found)
    elif found:
        _merges(found, zone)
    else:
        say("Nobody was merged.")


@commands.command("merge")
@answered
def merge(person: Person, other: Person, by: By, why: Why, shop: Folder = Path(), json: AsJson = False) -> None:
    """Take two people for one. The strictest of what both said holds, and it can be undone."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with opened(shop) as store:
        told = merge_by_hand(store, rules, (person, other), by, why, clock())
        conflicts = store.conflicts(told.merge.winner)
    if json:
        say_json(told)
        return
    say(f"{told.loser} is part of {told.winner} now.")
    _merges([told], zone)
    if conflicts:
        say(f"They disagree in {len(conflicts)} places: the no holds. tactful identity show {told.winner}")
    say(f"Undo it with: tactful identity unmerge {told.merge.merge_id} --by NAME --why REASON")


@commands.command("unmerge", short_help="Undo a merge.")
@answered
def unmerge(
    number: Annotated[int, typer.Argument(metavar="MERGE", help="The number of the merge.")],
    by: By,
    why: Why,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Undo a merge: both are again as before, but for every no and every contact of that time, which both keep."""
    rules = read_rules(shop)
    with opened(shop) as store:
        told = unmerge_by_hand(store, rules, number, by, why, clock())
    if json:
        say_json(told)
        return
    say(f"{told.loser} and {told.winner} are two again, and no rule joins them any more.")


@commands.command("reviews")
@answered
def reviews(
    everything: Annotated[bool, typer.Option("--all", help="Also what was settled.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """What is ambiguous and waits for somebody to look. Nothing of it was merged."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with read_only(shop) as store:
        found = waiting(store, rules, open_only=not everything)
    if json:
        say_json(found)
        return
    if not found:
        say("Nothing waits.")
        return
    _table(
        ("doubt", "since", "who", "what"),
        (
            (
                str(each.review.review_id),
                _clock(each.review.at, zone),
                ", ".join(each.called),
                each.review.reason + (f" Settled: {each.review.answer}" if each.review.settled_at else ""),
            )
            for each in found
        ),
    )
    say("\nSettle one, with same, different or leave:")
    say("tactful identity settle DOUBT --answer different --by NAME --why REASON")


@commands.command("settle", short_help="Answer a doubt.")
@answered
def settle(
    number: Annotated[int, typer.Argument(metavar="DOUBT", help="The number of the doubt.")],
    answer: Annotated[str, typer.Option(help=f"{', '.join(ANSWERS)}.")],
    by: By,
    why: Why,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Settle a doubt: `same` merges them, `different` keeps every rule from it, `leave` changes nothing."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with opened(shop) as store:
        made = settle_doubt(store, rules, number, answer, by, why, clock())
    if json:
        say_json(made)
        return
    said = {"same": "they are one person", "different": "they are two, and no rule joins them", "leave": "as it was"}
    say(f"Doubt {number} is settled: {said[answer]}.")
    if made:
        _merges(made, zone)


@commands.command("apply", short_help="Take over what a linkage found.")
@answered
def applied(
    file: Annotated[Path, typer.Argument(metavar="CLUSTERS", help="An identifier and its `cluster`, line by line.")],
    kind: Annotated[str, typer.Option(help="What kind of identifier it is.")] = "customer",
    by: By = "",
    why: Why = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this you only see what would be done.")] = False,
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV file.")] = "utf-8",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Merge what a linkage found to be one person: shown first, done with --yes. What is ambiguous waits for review."""
    rules = read_rules(shop)
    clusters = read_clusters(file, encoding)
    if yes:
        with opened(shop) as store:
            looked = apply(store, rules, look_at(store, rules, clusters, kind), by, why, clock())
            names = _names(looked, lambda person: called(store, rules, person))
    else:
        with read_only(shop) as store:
            looked = look_at(store, rules, clusters, kind)
            names = _names(looked, lambda person: called(store, rules, person))
    if json:
        say_json(looked)
        return
    _table(("cluster", "who", "what becomes of it"), names)
    _heaps(looked, yes)
    if not yes:
        say("Nothing was written. Do it with --yes --by NAME --why REASON.")


def _names(looked: Applied, name: Callable[[int], str]) -> list[tuple[str, str, str]]:
    shown = [each for each in looked.clusters if each.fate in ("merge", "review")][:_SHOWN]
    said = {"merge": "", "review": "For review: "}
    return [
        (each.cluster, ", ".join(name(person) for person in each.people), said[each.fate] + each.why) for each in shown
    ]


def _heaps(looked: Applied, done: bool) -> None:
    fates = looked.fates()
    merging, doubted = fates.get("merge", 0), fates.get("review", 0)
    say(f"\n{len(looked.clusters):,} clusters: {merging:,} to merge, {doubted:,} for review,")
    say(f"{fates.get('one', 0):,} are one person already, {fates.get('unknown', 0):,} have nobody who is known here.")
    if looked.not_here:
        say(f"{looked.not_here:,} identifiers are not in the store.")
    if done:
        say(f"Merged {looked.merged:,} times; {looked.doubts:,} new doubts are left: tactful identity reviews")


def _merges(merges: Sequence[Told], zone: str) -> None:
    """Each merge with what it rests on."""
    _table(
        ("merge", "who joined whom", "when", "how", "because"),
        (
            (
                str(each.merge.merge_id),
                f"{each.loser} → {each.winner}",
                _clock(each.merge.at, zone),
                _HOW[each.merge.how],
                each.merge.evidence
                + (
                    f" Undone {_clock(each.merge.undone_at, zone)}: {each.merge.undone_why}"
                    if each.merge.undone_at
                    else ""
                ),
            )
            for each in merges
        ),
    )


def _clock(at: int, zone: str) -> str:
    return local_time(at, zone).removesuffix(f" {zone}")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    console = out()
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")
