"""`tactful source …`: when each system was last heard, what its silence then means, and what of it was set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tactful.cli.folder import AsJson, Folder, opened, read_only
from tactful.cli.instant import clock, instant
from tactful.cli.main import app
from tactful.cli.screen import answered, hang, say, say_json, say_table
from tactful.model.arrivals import SetAside
from tactful.model.flow import Value
from tactful.service.aside import set_aside
from tactful.service.printable import printable
from tactful.service.project import shop_of
from tactful.service.report import local_time
from tactful.service.sources import NOTHING, STALE, SourceState, attest, list_sources

commands = typer.Typer(help="Systems we are connected to, and whether their silence is believed.", no_args_is_help=True)
app.add_typer(commands, name="source")


@commands.command("heard", short_help="Say that a system was looked at.")
@answered
def heard(
    name: Annotated[str, typer.Argument(help="The system, as shop.yaml lists it.")],
    at: Annotated[str, typer.Option("--at", help="When somebody looked, such as 2011-12-10T09:00.")],
    note: Annotated[str, typer.Option(help="Who looked, and at what.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """State that a system was looked at and nothing was open at that time. Who has something on file keeps it."""
    answers = shop_of(shop)
    when = instant(at, answers.zone, "--at")
    with opened(shop) as store:
        state = attest(store, answers, name, when, clock(), note, str(shop / "shop.yaml"))
    if json:
        say_json(state)
        return
    assert state.heard_as_of is not None
    if state.heard_as_of > when:
        say(f"{name} was heard as of {local_time(state.heard_as_of, answers.zone)} already: that is later, and stays.")
    if state.state == NOTHING:
        say(f"Noted. shop.yaml says nothing of what the silence of {name} means, so nothing becomes known.")
        return
    assert state.known_until is not None
    until = local_time(state.known_until, answers.zone)
    for key, value in state.silence_means.items():
        say(f"{key} is known to be {_plain(value)} until {until}, where nothing else is on file.")
    if state.state == STALE:
        say("That is over already: for now it is not known again. Decide for that time with --now, or look again.")


@commands.command("list", short_help="Which silence is believed.")
@answered
def listed(
    now: Annotated[str, typer.Option("--now", help="As it stands at this instant.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Each source of shop.yaml: what its silence means, when it was last heard, and whether that is still believed."""
    answers = shop_of(shop)
    at = instant(now, answers.zone)
    with read_only(shop) as store:
        states = list_sources(store, answers, at)
    if json:
        say_json(states)
        return
    if not states:
        say("shop.yaml lists no sources.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for head in ("source", "its silence means", "heard as of", "is that believed?"):
        table.add_column(head, overflow="fold", no_wrap=head == "its silence means")
    for each in states:
        table.add_row(each.source, _silence(each), _heard(each, answers.zone), _state(each, answers.zone))
    say_table(table)
    say(f"Times in {answers.zone}.")
    for each in states:
        if each.note:
            hang(f"{each.source}: ", each.note, len(each.source) + 2)


@commands.command("aside", short_help="What came in and could not be taken.")
@answered
def aside(
    source: Annotated[str, typer.Argument(help="One source; all of them by default.")] = "",
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many to show, newest first.")] = 20,
    bodies: Annotated[bool, typer.Option("--bodies", help="Show what was sent, too: it may be personal.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """What came in and could not be taken: when, why and how much. It is kept for 30 days, then deleted."""
    answers = shop_of(shop)
    with read_only(shop) as store:
        found = set_aside(store, source, most, clock())
    if json:
        say_json([_aside(each, bodies) for each in found])
        return
    if not found:
        say(f"Nothing{f' of {source}' if source else ''} is set aside.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for head in ("source", "came", "bytes", "why it was not taken"):
        table.add_column(head, overflow="fold", justify="right" if head == "bytes" else "left", no_wrap=head == "came")
    for each in found:
        table.add_row(each.source, _clock(each.at, answers.zone), f"{len(each.body):,}", printable(each.reason))
        if bodies:
            table.add_row("", "", "", printable(each.body.decode("utf-8", "replace")))
    say_table(table)
    if not bodies:
        say("What was sent may be personal: --bodies shows it.")


def _aside(each: SetAside, bodies: bool) -> dict[str, object]:
    shown = {"source": each.source, "at": each.at, "reason": each.reason, "bytes": len(each.body)}
    return {**shown, "body": each.body.decode("utf-8", "replace")} if bodies else shown


def _silence(each: SourceState) -> str:
    return ", ".join(f"{key}: {_plain(value)}" for key, value in each.silence_means.items()) or "nothing"


def _heard(each: SourceState, zone: str) -> str:
    return _clock(each.heard_as_of, zone) if each.heard_as_of is not None else "never"


def _clock(at: int, zone: str) -> str:
    return local_time(at, zone).removesuffix(f" {zone}")


def _state(each: SourceState, zone: str) -> str:
    if each.known_until is None:
        return "" if each.state == NOTHING else "not known"
    return f"{each.state}, {'since' if each.state == STALE else 'until'} {_clock(each.known_until, zone)}"


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
