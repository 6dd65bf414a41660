"""Import what another tool knows of her permissions: what is new is appended, and nothing is ever overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tactful.model.kept import ImportedFile
from tactful.model.records import Permission
from tactful.permission.standing import ENDS, GRANTS
from tactful.profile.identifiers import spelled
from tactful.service.permissions_file import PermissionFile, Statement
from tactful.service.ports import Store

_PEOPLE = 5000


class PermissionImport(msgspec.Struct, frozen=True):
    """What became of an import: records that were new, people they are about, and how many of those were not known."""

    added: int
    people: int
    people_created: int
    read_before: bool


class NotedPermissions(msgspec.Struct, frozen=True):
    """What the store remembers of a file of permissions: the tool it came from, and when it was first heard."""

    tool: str
    heard_at: int


def import_permissions(
    store: Store,
    read: PermissionFile,
    path: Path,
    now: int,
    moved: Callable[[int], None] = lambda steps: None,
    region: str | None = None,
) -> PermissionImport:
    """Append what is new, refusals first, so that what a crash leaves out are not those: then run it again.

    Whoever is not known yet becomes a person, so that her no is there before she is. `region` is where telephone
    numbers without a country are (`GB`).
    """
    digest = hashlib.sha256(path.read_bytes()).digest()
    before = store.imported(digest) is not None
    by_person: dict[tuple[str, str], list[Statement]] = {}
    for statement in read.statements:
        kind, value = statement.person
        by_person.setdefault((kind, spelled(kind, value, region)), []).append(statement)
    added = created = 0
    people = sorted(by_person, key=lambda person: all(each.permission.state not in ENDS for each in by_person[person]))
    for start in range(0, len(people), _PEOPLE):
        part = people[start : start + _PEOPLE]
        created += sum(store.find(*person) is None for person in part)
        rows = []
        for person, person_id in zip(part, store.owners(part), strict=True):
            kept = store.permissions(person_id)
            rows += [(person_id, each.permission) for each in by_person[person] if not _stands(each, kept)]
        added += store.record_permissions(rows)
        moved(len(part))
    noted = msgspec.msgpack.encode(NotedPermissions(read.tool, read.heard_at))
    store.note_import(ImportedFile(digest, path.name, noted, now))
    return PermissionImport(added, len(people), created, before)


def first_heard(store: Store, path: Path) -> int | None:
    """When this very file was first heard, or None: read again, it says nothing newer than it did then."""
    noted = store.imported(hashlib.sha256(path.read_bytes()).digest())
    if noted is None:
        return None
    try:
        return msgspec.msgpack.decode(noted.counts, type=NotedPermissions).heard_at
    except msgspec.DecodeError:
        return None


def _stands(new: Statement, kept: Sequence[Permission]) -> bool:
    """Whether a statement without a time is on file already and nothing said since could have changed it."""
    if new.timed or new.permission.state in GRANTS:
        return False
    heard = [each.received_at for each in kept if _same(each, new.permission)]
    about = (new.permission.purpose, new.permission.channel)
    since = max(heard, default=-1)
    later = any(
        each.state in GRANTS and (each.purpose, each.channel) == about and each.received_at >= since for each in kept
    )
    return bool(heard) and not later


def _same(one: Permission, other: Permission) -> bool:
    return msgspec.structs.replace(one, occurred_at=0, received_at=0) == msgspec.structs.replace(
        other, occurred_at=0, received_at=0
    )
