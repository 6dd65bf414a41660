"""`tactful import …`: order lines, events and permissions from files. Nothing is guessed silently."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tactful.cli.folder import AsJson, Folder, opened
from tactful.cli.instant import clock, known_zone
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, hang, progress, say, say_json
from tactful.service.import_orders import (
    Recognised,
    import_orders,
    not_goods_of,
    prepare_orders,
    recognise_orders,
)
from tactful.service.orders_file import OrderFile, Refused
from tactful.service.project import shop_of
from tactful.service.table_file import read_table

commands = typer.Typer(help="Bring in order lines, events and permissions from files.", no_args_is_help=True)
app.add_typer(commands, name="import")


@commands.command("orders", short_help="Import order lines.")
@answered
def orders(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file, one line per product of an order.")],
    map: Annotated[
        list[str] | None, typer.Option("--map", help="NAME=COLUMN, for example --map order=InvoiceNo.")
    ] = None,
    source: Annotated[str, typer.Option(help="What to call this export; collection points speak of it.")] = "orders",
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV file.")] = "utf-8",
    zone: Annotated[str, typer.Option(help="Time zone of times that have none; shop.yaml says which by default.")] = "",
    time_format: Annotated[str, typer.Option(help="How times are written, such as %d/%m/%Y %H:%M.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what was understood; write nothing.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Import order lines: every line is accounted for; importing a file twice adds nothing."""
    answers = shop_of(shop)
    frame = read_table(file, encoding)
    zone = zone and known_zone(zone)
    recognised = recognise_orders(frame, _pairs(map or []), answers, str(file))
    if not json:
        _show_recognised(recognised, f"{zone}  (--zone)" if zone else f"{answers.zone}  (shop.yaml)")
    now = clock()
    prepared = prepare_orders(frame, recognised, answers, not_goods_of(shop), now, str(file), zone, time_format)
    if prepared.accounts.refused == prepared.accounts.lines:
        _show_refused(prepared.refused)
        fail(f"{file}: every line is refused; nothing was written.")
    if dry_run:
        say_json({"recognised": recognised, "accounts": prepared.accounts}) if json else _show_accounts(prepared)
        return
    with opened(shop) as store, progress("reading", frame.height, quiet=json) as moved:
        done = import_orders(store, prepared, recognised, file, source, now, moved)
    if json:
        say_json(msgspec.structs.replace(done, refused=done.refused[:1000]))
        return
    _show_accounts(prepared)
    say(f"New in the store: {done.added:,}. Already there: {done.repeated:,}." + _differing(done.differing))
    say(f"{done.accounts.people:,} people, {done.accounts.buyers:,} of whom bought something.")


def _pairs(given: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in given:
        name, equals, column = item.partition("=")
        if not equals or not name or not column:
            fail(f"--map {item}: write it like --map order=InvoiceNo.")
        if name.strip() in pairs:
            fail(f"--map {item}: {name.strip()} was mapped to {pairs[name.strip()]} already; say it once.")
        pairs[name.strip()] = column.strip()
    return pairs


def _show_recognised(recognised: Recognised, zone: str) -> None:
    known = "  ".join(f"{name}={column}" for name, column in recognised.columns.items())
    hang("Columns I recognised", f"{known}  wrong? --map order=COLUMN", 23)
    if recognised.unused:
        hang("Columns I leave out", ", ".join(recognised.unused), 23)
    shape = recognised.shape
    if shape:
        others = f"; so not {', '.join(shape.against[:6])} …" if shape.against else ""
        hang("Goods", f"a code that {shape.sentence}{others}  wrong? say goods: PATTERN in shop.yaml", 23)
    hang("Times without a zone", f"are read as {zone}", 23)


def _show_accounts(prepared: OrderFile) -> None:
    a = prepared.accounts
    rows = [
        ("bought", a.bought, f"of which {a.not_goods:,} are postage, fees and the like: kept, never spoken of"),
        ("brought back or cancelled, known person", a.returned, ""),
        ("free of charge, known person", a.free, ""),
        ("no person on the line", a.no_person, "kept for stock and shop totals, never guessed at"),
        ("refused", a.refused, "see below" if a.refused else ""),
    ]
    say()
    for name, count, remark in rows:
        hang(f"  {name:<40}{count:>9,}", remark, 54)
    say(f"  {'─' * 49}")
    say(f"  {'accounted for':<40}{a.lines:>9,}")
    say()
    _show_refused(prepared.refused)
    if a.repeats:
        say(f"{a.repeats:,} bought lines repeat another exactly: kept (two of the same thing is normal).")


def _show_refused(refused: Sequence[Refused]) -> None:
    for line in refused[:10]:
        hang(f"  line {line.line}:", f"{line.reason}.", len(f"  line {line.line}: "))
    if len(refused) > 10:
        say(f"  … and {len(refused) - 10:,} more refused lines; --json lists the first thousand")


def _differing(count: int) -> str:
    return f" {count:,} of those say something else now: the first reading stays." if count else ""
