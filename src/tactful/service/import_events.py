"""Import events of the common SDKs from a file: every call accounted for, each kept once, then folded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tactful.model.arrivals import BROWSERS, Arrival, Joining
from tactful.model.kept import Appended, ImportedFile
from tactful.model.problems import Problem, Problems, suggestion
from tactful.permission.points import CollectionPoint
from tactful.profile.call import TIGHTENS
from tactful.profile.orders import NotGoods
from tactful.service.catalogue import Shelf
from tactful.service.door import Doorman, Refusal, Sender, arrive, doorman_of, not_taken
from tactful.service.events_file import Call, Unread, read_calls, timed
from tactful.service.events_table import calls_of_table, is_table, read_events
from tactful.service.import_orders import fold_all
from tactful.service.ingest import join_named
from tactful.service.ports import Store
from tactful.service.shop import Shop
from tactful.service.sources import GRAVE

_CHUNK = 20_000
_MOST_REFUSED = 1000
HEAPS = ("taken", "no_person", "unused", "refused", "left_out")


class EventAccounts(msgspec.Struct, frozen=True):
    """Every call of a file in exactly one of five heaps.

    `no_person` counts calls that name nobody but a browser or a device; `left_out` those of which nothing was kept,
    because it is not collected here or she did not agree.
    """

    calls: int
    taken: int
    no_person: int
    unused: int
    refused: int
    left_out: int = 0

    @property
    def adds_up(self) -> bool:
        """The heaps are the file."""
        return self.taken + self.no_person + self.unused + self.refused + self.left_out == self.calls


class EventImport(msgspec.Struct, frozen=True):
    """What became of an import. `refused` holds the first thousand, `kinds` the kept events by kind.

    `left_out` is what was not kept of the calls, with the reason, by how often; never what it said. `permissions` is
    how many refusals and permissions were new. `point` is the collection point of the source, empty where there is
    none.
    `columns` and `unused_columns` are those of a table. `heard_as_of` is the instant up to which the
    source's silence is now believed, None where it is not: then `not_heard` says why.
    """

    file: str
    source: str
    accounts: EventAccounts
    kinds: dict[str, int]
    refused: tuple[Unread, ...]
    left_out: dict[str, int]
    added: int
    repeated: int
    differing: int
    people_folded: int
    heard_as_of: int | None
    not_heard: str
    zone: str = ""
    point: str = ""
    read_before: bool = False
    permissions: int = 0
    columns: dict[str, str] = {}
    unused_columns: tuple[str, ...] = ()


class NotedEvents(msgspec.Struct, frozen=True):
    """What the store remembers of a file of events."""

    source: str
    accounts: EventAccounts


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
    points: Sequence[CollectionPoint] = (),
    point: str = "",
    given: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    joining: Joining | None = None,
) -> EventImport:
    """Keep what can be read, each event once. A crash loses nothing: run it again. `moved` is told of bytes, of a table
    of rows.

    `as_of` is the instant up to which the file is complete; without it, that of the newest event. Raises Problems
    where nothing of the file could be understood. `not_goods` is the shop's own table of fees, if it has one. `points`
    are the collection points in force, `point` the one that the file came through, where several cover the source.
    `given` maps columns of a table. `joining` are the rules for who is who; without them nobody is joined.
    """
    zone = zone or shop.zone
    doorman = doorman_of(shop, points, not_goods, ZoneInfo(zone))
    sender = Sender(source, point, live=False)
    consent = _desk(doorman, sender)
    before = store.imported(_digest(path)) is not None
    table = read_events(path, given or {}, encoding) if is_table(path, given) else None
    reading = _Reading(store, sender, doorman, now, joining)
    calls = read_calls(path, moved) if table is None else calls_of_table(table, moved)
    for found in calls:
        reading.take(found)
    reading.flush()
    done = _finished(reading, path, as_of)
    return msgspec.structs.replace(
        done,
        zone=zone,
        point=consent,
        read_before=before,
        columns=table.columns if table is not None else {},
        unused_columns=table.unused if table is not None else (),
    )


def _desk(doorman: Doorman, sender: Sender) -> str:
    """The name of the collection point of a file. Raises Problems where it is one that is not there or does not fit."""
    desk = doorman.desk(sender)
    if desk.problem and sender.point:
        hint = suggestion(sender.point, doorman.covering(sender.source) or doorman.consents)
        raise Problems([Problem(f"--point {sender.point}", 0, f"{desk.problem}{hint}")])
    return desk.consent.point.name if desk.consent is not None else ""


def _finished(reading: _Reading, path: Path, as_of: int | None) -> EventImport:
    """What became of a file that was read to its end. Raises Problems where nothing of it could be understood."""
    store, now, source = reading.store, reading.now, reading.sender.source
    accounts = reading.accounts()
    if accounts.refused == accounts.calls:
        first = [
            Problem(str(path), each.line, f"event {each.item}: {each.reason}" if each.item else each.reason)
            for each in reading.refused
        ]
        raise Problems(first or [Problem(str(path), 0, "holds no event.")])
    folded = fold_all(store)
    heard, not_heard = reading.heard(as_of)
    if heard is not None:
        store.hear(source, heard, now, f"the events of {path.name}")
    store.note_import(
        ImportedFile(_digest(path), path.name, msgspec.msgpack.encode(NotedEvents(source, accounts)), now)
    )
    return EventImport(
        file=path.name,
        source=source,
        accounts=accounts,
        kinds=dict(sorted(reading.kinds.items())),
        refused=tuple(reading.refused),
        left_out=dict(reading.left_out.most_common()),
        added=reading.total.added,
        repeated=reading.total.repeated,
        differing=reading.total.differing,
        people_folded=folded,
        heard_as_of=heard,
        not_heard=not_heard,
        permissions=reading.permissions,
    )


class _Reading:
    """The heaps of an import while it is read; keeps calls in chunks."""

    def __init__(self, store: Store, sender: Sender, doorman: Doorman, now: int, joining: Joining | None) -> None:
        self.store = store
        self.joining = joining
        self.shelf = Shelf(store)
        self.sender = sender
        self.doorman = doorman
        self.now = now
        self.heaps: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.refused: list[Unread] = []
        self.left_out: Counter[str] = Counter()
        self.total = Appended()
        self.permissions = 0
        self.newest = -1
        self.nameless = 0
        self.withheld = 0
        self._waiting: list[Arrival] = []
        self._events = 0

    def take(self, found: Call | Unread) -> None:
        """Put one call on its heap."""
        if isinstance(found, Unread):
            return self._refuse(found)
        payload = timed(found.payload)
        if payload is None and found.payload is not None:
            arrival = not_taken(found.payload, "the time is missing.", self.sender, self.doorman, self.now)
        else:
            arrival = arrive(payload, self.sender, self.doorman, self.now)
        if isinstance(arrival, Refusal):
            if arrival.wrong:
                return self._refuse(Unread(found.line, found.item, arrival.reason))
            self.heaps["unused"] += 1
            return None
        self._keep(arrival)
        return None

    def _keep(self, arrival: Arrival) -> None:
        self.heaps[_heap(arrival)] += 1
        self.left_out.update(arrival.left_out)
        size = max(1, len(arrival.events))
        if self._events + size > _CHUNK:
            self.flush()
        for event in arrival.events:
            self.kinds[event.kind] += 1
            self.newest = max(self.newest, event.occurred_at)
            self.nameless += event.kind in TIGHTENS and (event.person is None or event.person[0] in BROWSERS)
        self.withheld += any(each.startswith(GRAVE) for each in arrival.left_out)
        self._waiting.append(arrival)
        self._events += size

    def _refuse(self, unread: Unread) -> None:
        self.heaps["refused"] += 1
        if len(self.refused) < _MOST_REFUSED:
            self.refused.append(unread)

    def flush(self) -> None:
        """Keep what waits, in one transaction; then join those whom one call names."""
        if not self._waiting:
            return
        taken = self.store.take_in(self._waiting, self.now)
        old, done = self.total, taken.appended
        self.total = Appended(
            old.added + done.added,
            old.repeated + done.repeated,
            old.differing + done.differing,
            old.persons_created + done.persons_created,
        )
        self.permissions += taken.permissions
        if self.joining is not None:
            join_named(self.store, self._waiting, self.joining, self.now)
        self.shelf.take(self._waiting)
        self._waiting = []
        self._events = 0

    def accounts(self) -> EventAccounts:
        """The heaps so far."""
        heaps = {name: self.heaps[name] for name in HEAPS}
        return EventAccounts(calls=sum(heaps.values()), **heaps)

    def heard(self, as_of: int | None) -> tuple[int | None, str]:
        """Up to when the source's silence may be believed, or why it may not: a line that we could not read, that
        names nobody, or that we may not keep, may be the very complaint that we would take for silence."""
        if self.heaps["refused"]:
            return None, "lines were refused, and one of them may be what it would otherwise be silent about"
        if self.withheld:
            return None, f"{self.withheld} of its complaints and late parcels were left out"
        if self.nameless:
            return None, f"{self.nameless} of its complaints and late parcels name nobody"
        if as_of is None and self.newest < 0:
            return None, "no event was kept"
        return min(self.newest if as_of is None else as_of, self.now), ""


def _heap(arrival: Arrival) -> str:
    if not arrival.events and arrival.left_out and not arrival.permissions:
        return "left_out"
    who = {event.person for event in arrival.events} or set(arrival.names)
    return "taken" if any(each is not None and each[0] not in BROWSERS for each in who) else "no_person"


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be opened: {(error.strerror or 'error').lower()}.")]) from None
