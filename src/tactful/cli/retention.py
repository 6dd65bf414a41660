"""`tactful retention show` and `run`: how long what is kept, and deleting what nobody may see any more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, Folder, opened, read_only
from tactful.cli.instant import clock, instant
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, hang, progress, say, say_json
from tactful.model.records import DAY
from tactful.profile.traits import Keeps, load_keeps
from tactful.service.project import shop_of, table_text
from tactful.service.retention import INPUTS_KEPT, Deleted, run_retention, would_delete

commands = typer.Typer(help="How long what is kept, and deleting it in time.", no_args_is_help=True)
app.add_typer(commands, name="retention")

_TABLE = "profile/tables/keeps.yaml"


@commands.command("show")
@answered
def shown(shop: Folder = Path(), json: AsJson = False) -> None:
    """How long each kind of fact is kept. Older ones are invisible at once; `retention run` deletes them."""
    keeps = _keeps(shop)
    if json:
        say_json({name: time // DAY if time else None for name, time in keeps.times.items()})
        return
    for name, time in keeps.times.items():
        hang(f"  {name}", f"{time // DAY} days" if time else "always", 24)
    say("To change it: tactful packaged keeps --copy, then edit tables/keeps.yaml.")


@commands.command("run")
@answered
def ran(
    dry: Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")] = False,
    inputs: Annotated[
        int,
        typer.Option("--inputs-days", min=1, help="Days to keep the facts that decisions read, for replaying them."),
    ] = INPUTS_KEPT // DAY,
    now: Annotated[str, typer.Option("--now", help="As if it were this instant; never later than the clock.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Delete from the disk what nobody may see any more. Stopped half-way, run it again."""
    zone = shop_of(shop).zone
    at = instant(now, zone)
    if at > clock():
        fail(f"--now {now}: that is later than the clock; nothing is deleted before its time.")
    keeps = _keeps(shop)
    if dry:
        with read_only(shop) as store:
            done = would_delete(store, keeps, at)
    else:
        with opened(shop) as store, progress("Looking at events", store.counts().events, quiet=json) as moved:
            done = run_retention(store, keeps, at, inputs * DAY, moved)
    if json:
        say_json(done)
        return
    _say(done)


def _keeps(shop: Path) -> Keeps:
    shop_of(shop)
    return load_keeps(table_text(shop, _TABLE), str(shop / "tables/keeps.yaml"))


def _say(done: Deleted) -> None:
    verb = "would be deleted" if done.dry else "deleted"
    say(f"{done.looked_at:,} events looked at")
    for kind, n in sorted(done.events.items()):
        hang(f"{n:>9,}  ", f"{kind} {verb}", 11)
    for kind, n in sorted(done.shortened.items()):
        hang(f"{n:>9,}  ", f"{kind} shortened: what is expired of them {verb}", 11)
    if not done.events and not done.shortened:
        hang(f"{0:>9}  ", f"{verb}: nothing is past its time", 11)
    hang(f"{done.people:>9,}  ", "people of whom less is held", 11)
    if not done.dry:
        hang(f"{done.inputs:>9,}  ", "facts documents of old decisions deleted; those can no longer be replayed", 11)
        hang(f"{done.set_aside:>9,}  ", "calls that had been set aside at the door deleted", 11)
