"""`tactful key create`, `list` and `revoke`: who may speak to the server."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tactful.cli.folder import AsJson, Folder, opened, read_only
from tactful.cli.instant import clock
from tactful.cli.main import app
from tactful.cli.screen import answered, err, fail, say, say_json, say_table
from tactful.model.arrivals import Key
from tactful.service.keys import ID_BYTES, SECRET_BYTES, Wanted, create_key, revoke, state_of
from tactful.service.project import points_of, shop_of
from tactful.service.report import local_time
from tactful.service.shop import duration

commands = typer.Typer(help="Keys that let a source send events to the server.", no_args_is_help=True)
app.add_typer(commands, name="key")
_SCOPES = typer.Option(
    "--scopes",
    help="With commas. ingest: send events; read: what is held of a person; admin: figures from elsewhere.",
)


@commands.command("create")
@answered
def create(
    source: Annotated[str, typer.Option("--source", help="What the events are from, such as web or till.")],
    expires: Annotated[str, typer.Option("--expires", help="When it ends, from now: 365d, 24h.")],
    point: Annotated[str, typer.Option("--point", help="The collection point that she passes there.")] = "",
    scopes: Annotated[str, _SCOPES] = "ingest",
    public: Annotated[
        bool, typer.Option("--public", help="It stands in a page or an app: anybody can read it.")
    ] = False,
    origin: Annotated[list[str] | None, typer.Option("--origin", help="A page that may use a public key.")] = None,
    note: Annotated[str, typer.Option("--note", help="What it is for, for the list.")] = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Make a key for a source. It is shown once: only a digest of it is kept."""
    lasts = duration(expires)
    if lasts is None or lasts <= 0:
        fail(f"--expires {expires}: write it like 365d or 24h; a key must end some day.")
    answers = shop_of(shop)
    wanted = Wanted(
        source=source,
        scopes=tuple(dict.fromkeys(each.strip() for each in scopes.split(",") if each.strip())),
        lasts=lasts,
        point=point,
        public=public,
        origins=tuple(dict.fromkeys(origin or ())),
        note=note,
    )
    points = points_of(shop)
    with opened(shop) as store:
        minted = create_key(store, wanted, points, secrets.token_bytes(ID_BYTES + SECRET_BYTES), clock())
    if json:
        say_json({"key": minted.written, "id": minted.key.key_id, "expires_at": minted.key.expires_at})
        return
    say(minted.written)
    err().print(_remark(minted.key, local_time(minted.key.expires_at, answers.zone)))


@commands.command("list", short_help="All keys, without their secrets.")
@answered
def listed(shop: Folder = Path(), json: AsJson = False) -> None:
    """All keys by source, the revoked and expired ones too; never a secret."""
    answers = shop_of(shop)
    now = clock()
    with read_only(shop) as store:
        keys = store.keys()
    if json:
        say_json([_plain(key, now) for key in keys])
        return
    if not keys:
        say("There are no keys yet: tactful key create --source web --expires 365d")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for head in ("source", "key", "may", "state", "until", "what for"):
        table.add_column(head, overflow="fold")
    for key in keys:
        until = local_time(key.revoked_at or key.expires_at, answers.zone)
        table.add_row(key.source, key.key_id, _may(key), state_of(key, now), until.split()[0], _what(key))
    say_table(table)


@commands.command("revoke")
@answered
def revoked(
    key: Annotated[str, typer.Argument(help="The key's id, as `tactful key list` shows it.")],
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Let a key speak no more. A running server stops taking it within two seconds."""
    shop_of(shop)
    with opened(shop) as store:
        gone = revoke(store, key, clock())
    if json:
        say_json({"revoked": gone.key_id, "source": gone.source})
        return
    say(f"{gone.key_id} of {gone.source} speaks no more. A running server stops taking it within two seconds.")


def _remark(key: Key, until: str) -> str:
    """What to know of a new key."""
    if "ingest" not in key.scopes:
        may = "speaks for staff" if "staff" in key.scopes else "may only read"
        return f"Shown this once. It {may}; it is known as {key.source} until {until}."
    remark = f"Shown this once. It is the write key of the SDKs; it speaks as {key.source} until {until}."
    if key.public:
        remark += " Anybody can read it: what comes with it may make us more careful, and never counts as told by her."
    return remark


def _may(key: Key) -> str:
    return ", ".join(key.scopes) + (", public" if key.public else "")


def _what(key: Key) -> str:
    parts = [key.note, f"at {key.point}" if key.point else "", " ".join(key.origins)]
    return " · ".join(each for each in parts if each)


def _plain(key: Key, now: int) -> dict[str, object]:
    return {
        "id": key.key_id,
        "source": key.source,
        "point": key.point,
        "scopes": key.scopes,
        "public": key.public,
        "origins": key.origins,
        "made_at": key.made_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "state": state_of(key, now),
        "note": key.note,
    }
