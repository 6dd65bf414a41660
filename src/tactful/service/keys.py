"""Keys that let a source speak to us: how they are written, who may have one, and what makes one valid.

A key is `tk_<id>_<secret>_<crc>`: an id to find it by, 256 bits of chance, and a checksum of both, so that a typing
error is told from a wrong key and a scanner recognises a leaked one. Only the SHA-256 of the secret is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from tactful.model.arrivals import Key
from tactful.model.problems import Problem, Problems, suggestion
from tactful.permission.points import CollectionPoint
from tactful.service.door import check_point
from tactful.service.ports import Store

SCOPES = ("ingest", "read", "staff", "admin")
"""What a key may do: send events, read what we know of a person, speak for staff, look after the server."""
MOST_LIVE = 2
"""Keys of one source that may be in use at once: the old one and the new one, while they are changed over."""
ID_BYTES, SECRET_BYTES = 5, 32
_WRITTEN = re.compile(r"tk_([a-z2-7]{8})_([a-z2-7]{52})_([0-9a-f]{8})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Minted(msgspec.Struct, frozen=True):
    """A new key: what is kept of it, and how it is written, which is shown once and kept nowhere."""

    key: Key
    written: str


class Wanted(msgspec.Struct, frozen=True):
    """A key that somebody asks for. `lasts` is in microseconds; there is no key without an end."""

    source: str
    scopes: tuple[str, ...]
    lasts: int
    point: str = ""
    public: bool = False
    origins: tuple[str, ...] = ()
    note: str = ""


def create_key(store: Store, wanted: Wanted, points: Sequence[CollectionPoint], chance: bytes, now: int) -> Minted:
    """Make a key and keep it. `points` are the collection points in force, `chance` 37 random bytes.

    A key that sends events has a collection point with a notice that covers its source; where only one does, it need
    not be named.

    Raises Problems where it may not be: a scope or point that does not exist, a public key that may do more than
    send events or has no origins or point, a third key of one source.
    """
    kept = store.keys()
    live = [key for key in kept if key.source == wanted.source and is_live(key, now)]
    covering = [each.name for each in points if wanted.source in each.sources]
    point = wanted.point or (covering[0] if len(covering) == 1 and "ingest" in wanted.scopes else "")
    problems = [Problem("key", 0, fault) for fault in _faults(wanted, live)]
    if point or {"ingest", "staff"} & set(wanted.scopes):
        problems += _point_faults(points, point, wanted.source)
    if problems:
        raise Problems(problems)
    key_id = _letters(chance[:ID_BYTES])
    secret = _letters(chance[ID_BYTES : ID_BYTES + SECRET_BYTES])
    key = Key(
        key_id=key_id,
        digest=digest_of(secret),
        source=wanted.source,
        point=point,
        scopes=wanted.scopes,
        public=wanted.public,
        origins=tuple(each.lower() for each in wanted.origins),
        made_at=now,
        expires_at=now + wanted.lasts,
        note=wanted.note,
    )
    store.add_key(key)
    return Minted(key, written_key(key_id, secret))


def written_key(key_id: str, secret: str) -> str:
    """A key as it is written, with its checksum."""
    start = f"tk_{key_id}_{secret}"
    return f"{start}_{zlib.crc32(start.encode()):08x}"


def read_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of a written key; None where it is none, or a letter of it is wrong."""
    match = _WRITTEN.fullmatch(text)
    if match is None or written_key(match[1], match[2]) != text:
        return None
    return match[1], match[2]


def digest_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 bits of chance, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def opens(key: Key | None, secret: str, now: int) -> bool:
    """Whether a secret is that of a key that may speak now. Takes as long for a wrong secret as for none."""
    known = key.digest if key is not None else bytes(32)
    same = hmac.compare_digest(known, digest_of(secret))
    return same and key is not None and is_live(key, now)


def is_live(key: Key, now: int) -> bool:
    """Whether a key is neither revoked nor over."""
    return not key.revoked_at and key.made_at <= now < key.expires_at


def state_of(key: Key, now: int) -> str:
    """`live`, `revoked` or `expired`."""
    return "revoked" if key.revoked_at else "live" if now < key.expires_at else "expired"


def revoke(store: Store, key_id: str, now: int) -> Key:
    """Let a key speak no more. Raises Problems where there is no such key, or it was revoked before."""
    kept = store.keys()
    keys = {key.key_id: key for key in kept}
    key = keys.get(key_id)
    if key is None:
        hint = suggestion(key_id, keys) or " `tactful key list` shows all."
        raise Problems([Problem(key_id, 0, f"there is no such key.{hint}")])
    if not store.revoke_key(key_id, now):
        raise Problems([Problem(key_id, 0, "this key was revoked already.")])
    return key


def _letters(chance: bytes) -> str:
    return base64.b32encode(chance).decode().rstrip("=").lower()


def _point_faults(points: Sequence[CollectionPoint], name: str, source: str) -> tuple[Problem, ...]:
    try:
        check_point(points, name, source)
    except Problems as found:
        return found.problems
    return ()


def _faults(wanted: Wanted, live: Sequence[Key]) -> list[str]:
    found = []
    if not _NAME.fullmatch(wanted.source):
        found.append("a source is named with letters, digits, `.`, `_` and `-`, at most 64.")
    found += [f"there is no scope `{each}`.{suggestion(each, SCOPES)}" for each in wanted.scopes if each not in SCOPES]
    if not wanted.scopes:
        found.append(f"say what the key may do: {', '.join(SCOPES)}.")
    if wanted.lasts <= 0:
        found.append("a key must end some day: say --expires 365d.")
    found += _public_faults(wanted) if wanted.public else []
    if wanted.origins and not wanted.public:
        found.append("only a public key has origins: say --public, or leave --origin out.")
    if len(live) >= MOST_LIVE:
        names = " and ".join(key.key_id for key in live)
        found.append(f"{wanted.source} has {len(live)} keys in use already ({names}): revoke one first.")
    return found


def _public_faults(wanted: Wanted) -> list[str]:
    found = []
    if wanted.scopes != ("ingest",):
        found.append("a public key can be read by anybody, so it may only send events: --scopes ingest.")
    if not wanted.origins:
        found.append("a public key needs --origin: the pages that may use it, such as https://shop.example.")
    for each in wanted.origins:
        parts = urlsplit(each)
        if parts.scheme not in ("http", "https") or not parts.hostname or each != f"{parts.scheme}://{parts.netloc}":
            found.append(f"`{each}` is no origin: write it like https://shop.example, without a path.")
    return found
