"""`tactful store`: moving the store between engines, and keeping it in shape."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tactful.bootstrap import copy_store, make_partitions, migrate_store
from tactful.cli.folder import AsJson, Folder
from tactful.cli.main import app
from tactful.cli.place import place_of
from tactful.cli.screen import answered, out, progress, say, say_json
from tactful.model.kept import CopiedTable

store = typer.Typer(
    no_args_is_help=True,
    help="Move the store between a file and PostgreSQL, and keep it in shape.",
    rich_markup_mode=None,
)
app.add_typer(store, name="store")

Source = Annotated[str, typer.Option("--from", metavar="PLACE", help="A shop's folder, or postgresql://…")]
Target = Annotated[str, typer.Option("--to", metavar="PLACE", help="An empty place: a folder, or postgresql://…")]


@store.command(short_help="Copy a store whole into an empty one.")
@answered
def copy(source: Source, target: Target, json: AsJson = False) -> None:
    """Copy a store whole into an empty one, and prove that it is the same.

    All of it is there at the end, or nothing is: stopped half-way, run it again. Everybody keeps her identifiers. Let
    nothing write to the old store meanwhile: what comes after the beginning is not copied.
    """
    with ExitStack() as stack:

        def watched(total: int) -> Callable[[int], None]:
            return stack.enter_context(progress("copying", total, quiet=json))

        copied, size = copy_store(source, target, watched)
    if json:
        say_json({"tables": copied, "bytes": size})
    else:
        _show(copied, size)


def _show(copied: list[CopiedTable], size: int) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("table", "rows", "rows there", "digest", "digest there"):
        table.add_column(name, justify="right" if name.startswith("rows") else "left")
    for each in copied:
        if each.rows:
            table.add_row(
                each.table, f"{each.rows:,}", f"{each.rows_there:,}", each.digest[:16], each.digest_there[:16]
            )
    out().print(table)
    empty = [each.table for each in copied if not each.rows]
    if empty:
        say(f"Empty at both ends: {', '.join(empty)}.")
    rows = sum(each.rows for each in copied)
    say(f"{rows:,} rows, the same at both ends; {size / 1e6:,.1f} MB there. Facts are folded again when they are read.")


@store.command(short_help="Bring tables to this version.")
@answered
def migrate(shop: Folder = Path(), json: AsJson = False) -> None:
    """Bring the store forward to the version of this Tactful; a server on PostgreSQL never does that by itself."""
    before, after = migrate_store(place_of(shop))
    if json:
        say_json({"from": before, "to": after})
    elif before == after:
        say(f"The store is of version {after} already.")
    else:
        say(f"The store was brought from version {before} to {after}.")


@store.command()
@answered
def partitions(
    ahead: Annotated[int, typer.Option("--ahead", min=1, max=24, help="How many months ahead.")] = 3,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Make the months ahead that events will lie in, on PostgreSQL. Run it once a month."""
    made = make_partitions(place_of(shop), ahead)
    if json:
        say_json({"made": made})
    else:
        say(f"Made: {', '.join(made)}." if made else "No month was missing.")
