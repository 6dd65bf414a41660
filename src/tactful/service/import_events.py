"""Import events of the common SDKs from a file: every call accounted for, each kept once, then folded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tactful.model.kept import Appended, ImportedFile
from tactful.model.problems import Problem, Problems
from tactful.model.records import NewEvent
from tactful.profile.events import COMPLAINT_OPENED, PARCEL_LATE
from tactful.profile.orders import NotGoods, load_not_goods
from tactful.profile.segment import Door, Refusal, Taken, take
from tactful.profile.traits import load_traits
from tactful.service.events_file import Call, Unread, read_calls, timed
from tactful.service.import_orders import fold_all
from tactful.service.packs import packaged
from tactful.service.ports import Store
from tactful.service.shop import Shop

_CHUNK = 20_000
_MOST_REFUSED = 1000
_GRAVE = frozenset({COMPLAINT_OPENED, PARCEL_LATE})


class EventAccounts(msgspec.Struct, frozen=True):
    """Every call of a file in exactly one of four heaps."""

    calls: int
    taken: int
    no_person: int
    unused: int
    refused: int

    @property
    def adds_up(self) -> bool:
        """The four heaps are the file."""
        return self.taken + self.no_person + self.unused + self.refused == self.calls


class EventImport(msgspec.Struct, frozen=True):
    """What became of an import. `refused` holds the first thousand, `kinds` the kept events by kind.

    `unused_traits` are traits that are not kept, by how often they came. `heard_as_of` is the instant up to which the
    source's silence is now believed, None where it is not: then `not_heard` says why.
    """

    file: str
    source: str
    zone: str
    accounts: EventAccounts
    kinds: dict[str, int]
    refused: tuple[Unread, ...]
    unused_traits: dict[str, int]
    added: int
    repeated: int
    differing: int
    read_before: bool
    people_folded: int
    heard_as_of: int | None
    not_heard: str


class NotedEvents(msgspec.Struct, frozen=True):
    """What the store remembers of a file of events."""

    source: str
    accounts: EventAccounts


def door_of(shop: Shop, source: str, zone: str, not_goods: NotGoods | None = None) -> Door:
    """The door for a file that the shop itself brings: user ids are customer numbers."""
    return Door(
        source=source,
        traits=load_traits(packaged("profile", "tables/traits.yaml"), "traits.yaml"),
        not_goods=not_goods or load_not_goods(packaged("profile", "tables/not_goods.yaml"), "not_goods.yaml"),
        codes_pattern=shop.goods or None,
        zone=ZoneInfo(zone),
    )


def import_events(
    store: Store,
    shop: Shop,
    path: Path,
    source: str,
    now: int,
    zone: str = "",
    as_of: int | None = None,
    not_goods: NotGoods | None = None,
    moved: Callable[[int], None] = lambda steps: None,
) -> EventImport:
    """Keep what can be read, each event once. A crash loses nothing: run it again. `moved` is told of bytes.

    `as_of` is the instant up to which the file is complete; without it, that of the newest event. Raises Problems
    where nothing of the file could be understood. `not_goods` is the shop's own table of fees, if it has one.
    """
    zone = zone or shop.zone
    digest = _digest(path)
    before = store.imported(digest) is not None
    reading = _read(store, path, door_of(shop, source, zone, not_goods), now, moved)
    accounts = reading.accounts()
    folded = fold_all(store)
    heard, not_heard = reading.heard(as_of)
    if heard is not None:
        store.hear(source, heard, now, f"the events of {path.name}")
    store.note_import(ImportedFile(digest, path.name, msgspec.msgpack.encode(NotedEvents(source, accounts)), now))
    return EventImport(
        file=path.name,
        source=source,
        zone=zone,
        accounts=accounts,
        kinds=dict(sorted(reading.kinds.items())),
        refused=tuple(reading.refused),
        unused_traits=dict(reading.unused_traits.most_common()),
        added=reading.total.added,
        repeated=reading.total.repeated,
        differing=reading.total.differing,
        read_before=before,
        people_folded=folded,
        heard_as_of=heard,
        not_heard=not_heard,
    )


def _read(store: Store, path: Path, door: Door, now: int, moved: Callable[[int], None]) -> _Reading:
    """A file read to its end and kept. Raises Problems where nothing of it could be understood."""
    reading = _Reading(store, door, now)
    for found in read_calls(path, moved):
        reading.take(found)
    reading.flush()
    accounts = reading.accounts()
    if accounts.refused == accounts.calls:
        first = [
            Problem(str(path), each.line, f"event {each.item}: {each.reason}" if each.item else each.reason)
            for each in reading.refused
        ]
        raise Problems(first or [Problem(str(path), 0, "holds no event.")])
    return reading


class _Reading:
    """The heaps of an import while it is read; keeps events in chunks."""

    def __init__(self, store: Store, door: Door, now: int) -> None:
        self.store = store
        self.door = door
        self.now = now
        self.heaps: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.refused: list[Unread] = []
        self.unused_traits: Counter[str] = Counter()
        self.total = Appended()
        self.newest = -1
        self.nameless = 0
        self._waiting: list[NewEvent] = []

    def take(self, found: Call | Unread) -> None:
        """Put one call on its heap."""
        if isinstance(found, Unread):
            return self._refuse(found)
        payload = timed(found.payload)
        if payload is None and found.payload is not None:
            return self._refuse(Unread(found.line, found.item, "the time is missing."))
        taken = take(payload, self.door, self.now)
        if isinstance(taken, Refusal):
            if taken.wrong:
                return self._refuse(Unread(found.line, found.item, taken.reason))
            self.heaps["unused"] += 1
            return None
        self._keep(taken)
        return None

    def _keep(self, taken: Taken) -> None:
        known = all(event.person is not None for event in taken.events)
        self.heaps["taken" if known else "no_person"] += 1
        self.unused_traits.update(taken.unused)
        if len(self._waiting) + len(taken.events) > _CHUNK:
            self.flush()
        for event in taken.events:
            self.kinds[event.kind] += 1
            self.newest = max(self.newest, event.occurred_at)
            self.nameless += event.kind in _GRAVE and event.person is None
        self._waiting += taken.events

    def _refuse(self, unread: Unread) -> None:
        self.heaps["refused"] += 1
        if len(self.refused) < _MOST_REFUSED:
            self.refused.append(unread)

    def flush(self) -> None:
        """Keep what waits, in one transaction."""
        if not self._waiting:
            return
        done = self.store.append(self._waiting, self.now)
        old = self.total
        self.total = Appended(
            old.added + done.added,
            old.repeated + done.repeated,
            old.differing + done.differing,
            old.persons_created + done.persons_created,
        )
        self._waiting = []

    def accounts(self) -> EventAccounts:
        """The heaps so far."""
        heaps = {name: self.heaps[name] for name in ("taken", "no_person", "unused", "refused")}
        return EventAccounts(calls=sum(heaps.values()), **heaps)

    def heard(self, as_of: int | None) -> tuple[int | None, str]:
        """Up to when the source's silence may be believed, or why it may not: a line that we could not read, or that
        names nobody, may be the very complaint that we would take for silence."""
        if self.heaps["refused"]:
            return None, "lines were refused, and one of them may be what it would otherwise be silent about"
        if self.nameless:
            return None, f"{self.nameless} of its complaints and late parcels name nobody"
        if as_of is None and self.newest < 0:
            return None, "no event was kept"
        return min(self.newest if as_of is None else as_of, self.now), ""


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be opened: {(error.strerror or 'error').lower()}.")]) from None
