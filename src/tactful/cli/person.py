"""`tactful person show`: one person's journey, and all that we hold of her."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, Folder, read_only
from tactful.cli.instant import instant
from tactful.cli.main import app
from tactful.cli.screen import answered, hang, say, say_json
from tactful.service.door import region_of
from tactful.service.person import Happening, Held, PersonView, by_name, show, who
from tactful.service.project import Project, read_texts
from tactful.service.report import local_time
from tactful.service.staff_words import folded, said_in_words, value_in_words

commands = typer.Typer(help="One person: her journey, and all that we hold of her.", no_args_is_help=True)
app.add_typer(commands, name="person")

_LATELY = 8
_SHOWN = 4
_INDENT = 22


@commands.callback()
def person() -> None:
    """One person: her journey, and all that we hold of her."""


@commands.command("show", short_help="What she is in the middle of, and what we hold of her.")
@answered
def shown(
    named: Annotated[str, typer.Argument(metavar="PERSON", help="Whom: customer:17850, email:…, or a bare number.")],
    full: Annotated[bool, typer.Option("--full", help="Every event, with where it came from.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Every fact, with provenance and keeping time.")] = False,
    now: Annotated[str, typer.Option("--now", help="As it stood at this instant.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """What she is in the middle of, what happened lately and what we hold. Nothing here is judged or may be said."""
    project = Project(read_texts(shop))
    zone = project.shop.zone
    at = instant(now, zone)
    with read_only(shop) as store:
        view = show(store, project, who(store, named, region_of(project.shop)), at)
    if json:
        say_json(view)
        return
    _head(view, zone)
    _happenings(view.journey if full else view.journey[:_LATELY], zone, full)
    left = len(view.journey) - _LATELY
    if not full and left > 0:
        hang("", f"and {left:,} earlier: --full shows every one", _INDENT)
    _facts(view, zone, facts)
    _rest(view, zone)


def _head(view: PersonView, zone: str) -> None:
    kinds = ", ".join(f"{kind} {value}" for kind, value in view.identifiers) or "no identifier"
    say(f"{view.called or 'Somebody'}, as of {local_time(view.now, zone)}")
    hang("  known by", kinds, _INDENT)
    for key, value in view.about_her.items():
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        hang(f"  {key.rpartition('.')[2].replace('_', ' ')}", f"{shown}. {view.because.get(key, '')}".strip(), _INDENT)
    say("\nIn the middle of")
    for each in view.middle_of:
        hang(f"  {_day(each.until, zone)}", f"{each.sentence} ({', '.join(each.through)})", _INDENT)
    if not view.middle_of:
        hang("", "nothing that we know of", _INDENT)


def _happenings(happenings: Sequence[Happening], zone: str, full: bool) -> None:
    say("\nJourney" if full else "\nLately")
    if not happenings:
        hang("", "nothing", _INDENT)
    for each in happenings:
        hang(
            f"  {_day(each.until, zone)}",
            f"{each.sentence} ({', '.join(each.through) or 'channel not known'})",
            _INDENT,
        )
        if full:
            for step in getattr(each.detail, "steps", ()):
                point = f", at {step.point}" if step.point else ""
                what = " ".join(part for part in (step.kind, step.ref, step.text) if part)
                hang("", f"{_time(step.at, zone)}  {what}  from {step.source}{point}, event {step.key[:16]}", _INDENT)


def _facts(view: PersonView, zone: str, full: bool) -> None:
    say("\nWhat we hold")
    if not view.facts:
        hang("", "no fact that is still kept", _INDENT)
    for name, facts in by_name(view.facts).items():
        if full:
            for fact in facts:
                _whole(fact, zone)
            continue
        hang(f"  {name}", _in_short(facts, zone), 28)
    if view.facts and not full:
        hang("", "--facts shows each with its source and until when it is kept", 28)


def _in_short(facts: Sequence[Held], zone: str) -> str:
    """Facts of one name in a line: what they are, the newest of them, and where those are from."""
    newest = facts[0]
    said = list(dict.fromkeys(each for fact in facts if (each := value_in_words(fact.value) or fact.key)))
    more = f" and {len(said) - _SHOWN:,} more" if len(said) > _SHOWN else ""
    what = f": {', '.join(said[:_SHOWN])}{more}" if said else ""
    return f"{newest.means}{what}. ({newest.provenance or 'provenance not known'}, {_day(newest.at, zone)})"


def _whole(fact: Held, zone: str) -> None:
    distance = "not known" if fact.distance is None else fact.distance
    parts = [
        f"{fact.provenance or 'provenance not known'}, distance {distance}",
        fact.sensitivity or "sensitivity not known",
        f"through {fact.via}" if fact.via else "channel not known",
        f"notice {fact.point}" if fact.point else "no notice",
        f"for {', '.join(fact.purposes)}" if fact.purposes else "for no purpose that she was told",
        f"since {_day(fact.at, zone)}",
        f"kept until {_day(fact.forgotten_at, zone)}" if fact.forgotten_at else "kept",
        f"rests on {fact.count} {'event' if fact.count == 1 else 'events'}",
    ]
    value = " ".join(part for part in (fact.key, value_in_words(fact.value)) if part)
    hang(f"  {fact.name}", f"{fact.means}{f': {value}' if value else ''}.", 28)
    hang("", "; ".join(parts), 28)
    if fact.she_reads:
        hang("", f"she reads: {fact.she_reads}", 28)
    for each in fact.contradicts:
        hang("", f"but {each.source} says {value_in_words(each.value)} ({each.provenance}, {_day(each.at, zone)})", 28)


def _rest(view: PersonView, zone: str) -> None:
    say("\nPermissions")
    for each in folded(view.permissions):
        hang(f"  {_day(each.at, zone)}", said_in_words(each), _INDENT)
    if not view.permissions:
        hang("", "none on file", _INDENT)
    say("\nContacts in 90 days")
    for contact in view.contacts[-_LATELY:]:
        hang(f"  {_day(contact.at, zone)}", f"{contact.purpose} by {contact.channel}", _INDENT)
    if not view.contacts:
        hang("", "none", _INDENT)
    say("\nDecisions")
    for decided in view.decisions[:_LATELY]:
        hang(
            f"  {_day(decided.at, zone)}",
            f"{decided.candidate}: {decided.verdict} (tactful why {decided.decision})",
            _INDENT,
        )
    if not view.decisions:
        hang("", "none", _INDENT)


def _day(at: int, zone: str) -> str:
    return local_time(at, zone)[:16]


def _time(at: int, zone: str) -> str:
    return local_time(at, zone)[11:16]
