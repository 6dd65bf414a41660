"""`tactful import permissions`, `events` and `contacts`: what other tools know, said and sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
import typer

from tactful.cli.folder import AsJson, Folder, opened, project_of
from tactful.cli.importing import commands
from tactful.cli.instant import clock, instant
from tactful.cli.screen import answered, fail, hang, progress, say, say_json
from tactful.model.problems import suggestion
from tactful.permission.imports import VENDORS
from tactful.service.door import region_of
from tactful.service.events_table import is_table
from tactful.service.identity import read_rules
from tactful.service.import_contacts import (
    ContactImport,
    SentFile,
    campaign_file,
    import_contacts,
    read_contacts,
)
from tactful.service.import_events import EventImport, import_events
from tactful.service.import_orders import not_goods_of
from tactful.service.import_permissions import PermissionImport, first_heard, import_permissions
from tactful.service.permissions_file import CSV, GRANTED, PROMOTING, PermissionFile, check_words, read_permissions
from tactful.service.project import points_of, shop_of
from tactful.service.report import local_time
from tactful.service.run import sending_reported
from tactful.service.shop import Shop
from tactful.service.table_file import read_table

_SHOWN = 10
_LISTED = 1000
_PAIRS = typer.Option("--map", help="NAME=COLUMN, for example --map person=CustomerNumber.")
_ENCODING = typer.Option(help="Encoding of a CSV file.")


@commands.command("permissions", short_help="Import who agreed and who refused.")
@answered
def permissions(
    file: Annotated[Path, typer.Argument(help="The tool's export: a CSV or Parquet file, one row per person.")],
    tool: Annotated[str, typer.Option("--from", help=f"Whose export it is: csv (our own), {', '.join(VENDORS)}.")],
    map: Annotated[list[str] | None, _PAIRS] = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(help=f"What a yes there counts for: {' and '.join(GRANTED)} unless you say otherwise."),
    ] = None,
    heard_at: Annotated[str, typer.Option(help="When the file was exported; now unless you say.")] = "",
    encoding: Annotated[str, _ENCODING] = "utf-8",
    explain: Annotated[bool, typer.Option("--explain", help="Say how each state of that tool is read.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what was understood; write nothing.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Import permissions. A no there is a no to everything that promotes; a yes only to what you name."""
    answers = shop_of(shop)
    check_words(tool, purpose or [], str(file))
    at = past(heard_at, answers.zone, "--heard-at")
    frame = read_table(file, encoding)
    if dry_run:
        read = read_permissions(frame, tool, pairs(map), purpose or [], at, str(file))
        _show_all(read, None, answers.zone, explain, json)
        return
    with opened(shop) as store:
        at = at if heard_at else first_heard(store, file) or at
        read = read_permissions(frame, tool, pairs(map), purpose or [], at, str(file))
        people = len({each.person for each in read.statements})
        with progress("keeping", people, quiet=json) as moved:
            done = import_permissions(store, read, file, clock(), moved, region_of(answers))
    _show_all(read, done, answers.zone, explain, json)


@commands.command("events", short_help="Import events of SDKs, each accounted for.")
@answered
def events(
    file: Annotated[
        Path,
        typer.Argument(help="Events of an SDK, JSON by lines, batches or one array; or a table."),
    ],
    source: Annotated[str, typer.Option(help="Which system they come from, as in shop.yaml.")] = "events",
    zone: Annotated[str, typer.Option(help="Time zone of times that have none; shop.yaml says which by default.")] = "",
    as_of: Annotated[str, typer.Option(help="Up to when the file is complete; its newest event by default.")] = "",
    point: Annotated[str, typer.Option(help="The collection point they came through, where several cover it.")] = "",
    map: Annotated[list[str] | None, _PAIRS] = None,
    encoding: Annotated[str, _ENCODING] = "utf-8",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Import events: every one is accounted for; what cannot be read is set aside; twice adds nothing."""
    answers = shop_of(shop)
    known_zone(zone)
    complete = past(as_of, answers.zone, "--as-of") if as_of else None
    given, points, rules = pairs(map), points_of(shop), read_rules(shop)
    size = file.stat().st_size if file.is_file() and not is_table(file, given) else None
    with opened(shop) as store, progress("reading", size, quiet=json) as moved:
        done = import_events(
            store, answers, file, source, clock(), zone, complete, not_goods_of(shop), moved,
            points, point, given, encoding, rules,
        )  # fmt: skip
    if json:
        say_json(done)
    else:
        _show_events(done, answers, [each for covering in points for each in covering.sources])


@commands.command("contacts", short_help="Import who was sent to, so that limits count it.")
@answered
def contacts(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file: who was really sent to, one row per message.")],
    campaign: Annotated[str, typer.Option(help="The campaign's name, or its file.")],
    map: Annotated[list[str] | None, _PAIRS] = None,
    kind: Annotated[str, typer.Option(help="What kind of identifier the column of people holds.")] = "customer",
    at: Annotated[str, typer.Option("--at", help="When it was sent, where the file does not say.")] = "",
    encoding: Annotated[str, _ENCODING] = "utf-8",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what was understood; write nothing.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Import who was sent to, so that limits on how often count it. Importing a file twice adds nothing."""
    answers = shop_of(shop)
    sent_by = project_of(shop, campaign_file(shop, campaign)).campaign
    when = past(at, answers.zone, "--at") if at else None
    frame = read_table(file, encoding)
    read = read_contacts(frame, pairs(map), kind, when, answers.zone, clock(), str(file))
    if not json:
        known = "  ".join(f"{name}={column}" for name, column in read.columns.items())
        hang("Columns I recognised", f"{known}  wrong? --map person=COLUMN", 23)
        hang("Counted as", f"{sent_by.purpose} by {sent_by.channel}, as {sent_by.name} says", 23)
    done = None
    if not dry_run:
        with opened(shop) as store, progress("keeping", len(read.rows), quiet=json) as moved:
            sending_reported(store, sent_by.name, clock())
            done = import_contacts(store, read, sent_by.channel, sent_by.purpose, str(file), moved, region_of(answers))
    if json:
        say_json({"columns": read.columns, "lines": read.lines, "refused": read.refused[:_LISTED], "import": done})
    else:
        _show_contacts(read, done)


def _show_contacts(read: SentFile, done: ContactImport | None) -> None:
    say()
    for each in read.refused[:_SHOWN]:
        say(f"  line {each.line}: {each.reason}")
    if len(read.refused) > _SHOWN:
        say(f"  … and {len(read.refused) - _SHOWN:,} more; --json lists the first thousand")
    if done is None:
        say(f"{read.lines:,} lines, {len(read.refused):,} refused. Nothing was written: --dry-run.")
        return
    say(f"New in the ledger: {done.added:,}. Already there: {done.repeated:,}. Refused: {len(done.refused):,}.")
    created = f" {done.people_created:,} of them were not known here before." if done.people_created else ""
    say(f"{done.people:,} people.{created}")


def known_zone(zone: str) -> None:
    """Leave with one sentence where a time zone is not known."""
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f"--zone {zone}: no such time zone.{suggestion(zone, available_timezones())}")


def _show_events(done: EventImport, shop: Shop, covered: list[str]) -> None:
    _show_read(done, covered)
    _show_accounts(done)
    for what, count in list(done.left_out.items())[:_SHOWN]:
        hang("  left out: ", f"{what}  {count:,}", 12)
    if len(done.left_out) > _SHOWN:
        say(f"  … and {len(done.left_out) - _SHOWN:,} more kinds; --json lists all")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in done.kinds.items())
    hang("Events by kind: ", kinds or "none", 16)
    again = f" {done.differing:,} of those say something else now: the first reading stays." if done.differing else ""
    say(f"New in the store: {done.added:,} events. Already there: {done.repeated:,}.{again}")
    if done.permissions:
        say(f"New in the store: {done.permissions:,} refusals and permissions that came with them.")
    _show_heard(done, shop)


def _show_read(done: EventImport, covered: list[str]) -> None:
    """How the file was read; `covered` are the sources that some collection point covers."""
    hang("Times without a zone", f"are read as {done.zone}  wrong? --zone ZONE", 23)
    hang("Source", f"{done.source}  wrong? --source NAME", 23)
    if done.point:
        hang("Collection point", f"{done.point}  wrong? --point NAME", 23)
    else:
        uncovered = f"none covers {done.source}: nothing is left out, and no notice allows anything."
        hang("Collection point", uncovered + suggestion(done.source, covered), 23)
    if done.columns:
        known = "  ".join(f"{name}={column}" for name, column in done.columns.items())
        hang("Columns I recognised", f"{known}  wrong? --map person=COLUMN", 23)
    if done.unused_columns:
        hang("Columns I leave out", ", ".join(done.unused_columns), 23)
    say()


def _show_accounts(done: EventImport) -> None:
    a = done.accounts
    rows = [
        ("kept", a.taken, ""),
        ("of an unknown visitor", a.no_person, "kept, never guessed at" if a.no_person else ""),
        ("of a kind we do not use", a.unused, "nothing is kept of them" if a.unused else ""),
        ("refused", a.refused, "see below" if a.refused else ""),
    ]
    if a.left_out:
        rows.insert(2, ("left out at the door", a.left_out, "nothing is kept of them; see below"))
    for name, count, remark in rows:
        hang(f"  {name:<27}{count:>9,}   ", remark, 41)
    say(f"  {'─' * 36}")
    say(f"  {'accounted for':<27}{a.calls:>9,}")
    say()
    for each in done.refused[:_SHOWN]:
        hang(f"  {each.place}: ", each.reason, len(each.place) + 4)
    if a.refused > _SHOWN:
        say(f"  … and {a.refused - _SHOWN:,} more; --json lists the first thousand")


def _show_heard(done: EventImport, shop: Shop) -> None:
    source = next((each for each in shop.sources if each.name == done.source), None)
    keys = ", ".join(source.silence_means) if source is not None else ""
    if source is None:
        hint = suggestion(done.source, [each.name for each in shop.sources])
        hang("", f"shop.yaml lists no source {done.source}, so its silence means nothing.{hint}", 0)
    elif keys and done.heard_as_of is not None:
        hang(
            "", f"{done.source} was heard as of {local_time(done.heard_as_of, shop.zone)}: {keys} is known from it.", 0
        )
    elif keys:
        hang(
            "", f"The silence of {done.source} is not believed: {done.not_heard}. So nothing new is known of {keys}.", 0
        )


def pairs(given: list[str] | None) -> dict[str, str]:
    """`--map NAME=COLUMN` as names and columns."""
    found = {}
    for item in given or []:
        name, equals, column = item.partition("=")
        if not equals or not name.strip() or not column.strip():
            fail(f"--map {item}: write it like --map person=CustomerNumber.")
        found[name.strip()] = column.strip()
    return found


def past(text: str, zone: str, option: str) -> int:
    """An instant as written, not later than now; the clock where nothing is written."""
    at = instant(text, zone, option)
    if at > clock():
        fail(f"{option} {text}: that has not happened yet.")
    return at


def _show_all(read: PermissionFile, done: PermissionImport | None, zone: str, explain: bool, json: bool) -> None:
    if json:
        shown = msgspec.to_builtins(read)
        del shown["statements"]
        say_json({**shown, "unnamed": len(read.unnamed), "unnamed_lines": read.unnamed[:_LISTED], "import": done})
        return
    _show_columns(read, zone)
    _show_states(read)
    if explain:
        _explain(read)
    if done is None:
        say("Nothing was written: --dry-run.")
        return
    say(f"New in the store: {done.added:,} permissions of {done.people:,} people." + _before(read, done, zone))
    if done.people_created:
        remark = (
            f"{done.people_created:,} of them were not known here before. A no is kept for ever, also for somebody we "
            "do not know yet."
        )
        if not any(kind == "customer" for _, kind in read.columns.person):
            remark += " Your orders know people by customer number: if this export has it, add --map person=COLUMN."
        hang("", remark, 0)


def _before(read: PermissionFile, done: PermissionImport, zone: str) -> str:
    return f" This file was read before; it speaks of {local_time(read.heard_at, zone)}." if done.read_before else ""


def _show_columns(read: PermissionFile, zone: str) -> None:
    person = ", else ".join(f"{column} ({kind})" for column, kind in read.columns.person)
    parts = [f"person={person}", f"state={', '.join(read.columns.state) or 'none'}"]
    parts.append(f"time={', '.join(read.columns.time) or 'none'}")
    hang("Columns I recognised", "  ".join(parts) + "  wrong? --map person=COLUMN", 23)
    if read.columns.unused:
        hang("Columns I leave out", ", ".join(read.columns.unused), 23)
    if read.tool != CSV:
        hang("A yes counts for", f"{', '.join(read.purposes)}, by e-mail  wrong? --purpose NAME", 23)
        hang("A no counts for", f"{', '.join(dict.fromkeys((*PROMOTING, *read.purposes)))}, by e-mail", 23)
    hang("Heard", f"{local_time(read.heard_at, zone)}  wrong? --heard-at TIME", 23)


def _show_states(read: PermissionFile) -> None:
    said = max((len(each.said) for each in read.states), default=0)
    ours = max((len(each.state) for each in read.states), default=0)
    head = max(said + ours + 7, 28)
    say()
    for each in read.states:
        mapping = f"  {each.said:<{said}}  → {each.state}"
        hang(f"{mapping:<{head}}{each.rows:>9,}   ", each.reason, head + 12)
    if read.silent:
        hang(f"{'  (empty)':<{head}}{read.silent:>9,}   ", "It does not say: not a yes. Nothing is kept.", head + 12)
    if read.unnamed:
        lines = ", ".join(str(line) for line in read.unnamed[:_SHOWN])
        more = " …" if len(read.unnamed) > _SHOWN else ""
        hang(
            f"{'  (nobody)':<{head}}{len(read.unnamed):>9,}   ", f"The row names nobody: line {lines}{more}.", head + 12
        )
    say(f"  {'─' * (head + 7)}")
    say(f"{'  accounted for':<{head}}{read.lines:>9,}")
    say()
    if read.contradictory:
        say(f"Rows that contradict each other, by person: {read.contradictory:,}. The strictest of them stands.")
    if read.times_unknown:
        hang("", f"Times that are unreadable or in the future: {read.times_unknown:,}. {_UNTIMED}", 0)


_UNTIMED = (
    "Without a time a yes counts from the beginning, so that it lifts no refusal, and all else from when we heard."
)


def _explain(read: PermissionFile) -> None:
    if read.tool == CSV:
        hang("", "Our own file speaks our own words: purpose, channel and state of each row are taken as they are.", 0)
    else:
        say(f"How {read.tool}'s states are read")
        for said, mapped in VENDORS[read.tool].meanings.items():
            asked = f" ({mapped.asked})" if mapped.state == "given" else ""
            hang(f"  {said:<18}→ ", f"{mapped.state}{asked}: {mapped.reason}", 22)
        if VENDORS[read.tool].proof:
            columns = ", ".join(VENDORS[read.tool].proof)
            states = " or ".join(sorted(VENDORS[read.tool].proven))
            hang("  proof", f"{states} is a plain yes only where all of these are filled: {columns}.", 22)
    hang("", f"{_UNTIMED} Times without a zone are UTC.", 0)
    hang("", "A yes lifts an earlier no only if it happened later and was heard of later.", 0)
    say()
