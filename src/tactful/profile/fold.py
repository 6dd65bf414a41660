"""Folding events into a document: any order, any batches, each event once; the result is the same.

A line of an order is an element of a set, known by its event's key. Everything else keeps the greatest of its
candidates by (time, key), or is cut to the latest few of such greatest ones; both are joins of a lattice, which is
why neither order nor batches nor repetition matter.

An event may be received before its time has come. It is set aside as it is until something is received that is later
than it, and is counted by whoever reads at its time (`as_of`): so a document holds exactly what had happened.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec

from tactful.model.records import Event
from tactful.profile.call import TIGHTENS
from tactful.profile.document import (
    BOUGHT,
    FREE,
    KEY_BYTES,
    NATURES,
    Ahead,
    Claim,
    Denial,
    Document,
    Line,
    Product,
    Remark,
    Score,
    Seen,
)
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    FAULTY,
    NOTED,
    ORDER_CANCELLED_BY_US,
    ORDER_LINE,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    PUT_RIGHT,
    REQUESTED,
    SCORED,
    STATED,
    TRAITS,
    Note,
    Noted,
    OrderLine,
    Requested,
    Scored,
    Stated,
    Traits,
)
from tactful.profile.moments import Moment, with_moments
from tactful.profile.origin import origin_of

T = TypeVar("T")
MOST_SEEN = {PRODUCT_VIEWED: 50, PRODUCTS_SEARCHED: 20, PRODUCT_ADDED: 30, PRODUCT_REMOVED: 30}
"""How many subjects of each kind are kept, the latest ones."""
MOST_CLAIMS = 8
"""How many sources are kept for each part of a fact and each provenance, the latest ones."""
MOST_NOTES = 50
MOST_REQUESTS = 30
MOST_SCORES = 30
NEVER_STORED = "mood"
"""What a person noticed and nobody may keep (VOCABULARY, the category tree)."""

_LESS = 1 << 61
"""What the name on a line that was brought back comes behind: every name that the product was sold under."""
_FLAGS = frozenset(
    {COMPLAINT_OPENED, COMPLAINT_CLOSED, PARCEL_LATE, PARCEL_DELIVERED, PUT_RIGHT, ORDER_CANCELLED_BY_US, FAULTY}
)
_line = msgspec.msgpack.Decoder(OrderLine).decode
_note = msgspec.msgpack.Decoder(Note).decode
_traits = msgspec.msgpack.Decoder(Traits).decode
_stated = msgspec.msgpack.Decoder(Stated).decode
_noted = msgspec.msgpack.Decoder(Noted).decode
_requested = msgspec.msgpack.Decoder(Requested).decode
_scored = msgspec.msgpack.Decoder(Scored).decode


def fold(document: Document | None, events: Iterable[Event]) -> Document:
    """The document that also holds these events. An event whose body cannot be read adds only that its source spoke."""
    draft = _Draft(document or Document())
    heard, take, ahead = draft.document.heard, draft.take, draft.ahead
    for event in events:
        at, received = event.occurred_at, event.received_at
        if received > heard:
            heard = received
        if at > received:
            ahead[event.key[:KEY_BYTES].hex()] = Ahead(at, origin_of(event.source, event.point), event.kind, event.body)
        else:
            origin = origin_of(event.source, event.point) if event.point else event.source
            take(event.kind, at, event.key[:KEY_BYTES], origin, event.body)
    return draft.done(heard, heard)


def as_of(document: Document, now: int) -> Document:
    """The document with what had been received before its time and has happened by `now` (µs)."""
    if not document.ahead or all(each.at > now for each in document.ahead.values()):
        return document
    return _Draft(document).done(now, document.heard)


class _Having:
    """One product while it is being folded."""

    __slots__ = ("goods", "lines", "name", "named_at")

    def __init__(self, product: Product | None) -> None:
        self.name = product.name if product else ""
        self.named_at = product.named_at if product else 0
        self.goods = product.goods if product else True
        self.lines = list(product.lines) if product else []

    def place(self, at: int, key: bytes) -> int:
        """Where in the order of (at, key) a line of this event is to stand; -1 where it stands already."""
        lines = self.lines
        if not lines or (at, key) > (lines[-1].at, lines[-1].key):
            return len(lines)
        place = bisect_left(lines, (at, key), key=_when)
        return -1 if lines[place].key == key and lines[place].at == at else place

    def done(self) -> Product:
        return Product(self.name, self.named_at, self.goods, tuple(self.lines))


class _Nested(Generic[T]):
    """A dictionary of dictionaries that is changed without changing the one it came from."""

    __slots__ = ("all", "own")

    def __init__(self, whole: dict[str, dict[str, T]]) -> None:
        self.all = whole
        self.own: set[str] | None = None

    def of(self, name: str) -> dict[str, T]:
        if self.own is None:
            self.own = set()
            self.all = dict(self.all)
        if name not in self.own:
            self.own.add(name)
            self.all[name] = dict(self.all.get(name, ()))
        return self.all[name]


class _Draft:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.having: dict[str, _Having] = {}
        self.traits = _Nested(document.traits)
        self.stated = _Nested(document.stated)
        self.seen = _Nested(document.seen)
        self.flags = _Nested(document.flags)
        self.sources = dict(document.sources)
        self.moments: dict[str, list[Moment]] = {}
        self.notes = dict(document.notes)
        self.requests = dict(document.requests)
        self.scores = dict(document.scores)
        self.ahead = dict(document.ahead)

    def take(self, kind: str, at: int, key: bytes, source: str, body: bytes) -> None:
        if kind not in TIGHTENS:  # that something went wrong is no visit to a place where she is told anything
            span = self.sources.get(source)
            self.sources[source] = (at, at) if span is None else (min(span[0], at), max(span[1], at))
        try:
            if kind == ORDER_LINE:
                self.add_line(_line(body), key, at, source)
            elif kind in MOST_SEEN or kind in _FLAGS:
                self.note(kind, _note(body), at, key, source)
            else:
                self.other(kind, body, at, key, source)
        except msgspec.DecodeError:
            return

    def add_line(self, body: OrderLine, key: bytes, at: int, source: str) -> None:
        code = body.code
        having = self.having.get(code)
        if having is None:
            having = self.having[code] = _Having(self.document.products.get(code))
        place = having.place(at, key)
        if place < 0:
            return
        nature = NATURES[body.nature]
        having.lines.insert(place, Line(at, key, body.units, body.price, nature, body.order, source, body.country))
        if not body.goods:
            having.goods = False
        name = body.name
        if name and nature != FREE:
            since = at if nature == BOUGHT else at - _LESS
            if not having.name or since > having.named_at or (since == having.named_at and name > having.name):
                having.named_at = since
                having.name = name

    def note(self, kind: str, note: Note, at: int, key: bytes, source: str) -> None:
        if kind in _FLAGS:
            span = self.flags.of(kind)
            first, last = span.get(note.ref, (at, at))
            span[note.ref] = (min(first, at), max(last, at))
            return
        _latest(self.seen.of(kind), note.ref, Seen(at, key, source, note.text))
        if at >= 0:
            self.moments.setdefault(kind, []).append((at, key, note.ref))

    def other(self, kind: str, body: bytes, at: int, key: bytes, source: str) -> None:
        if kind == TRAITS:
            traits = _traits(body)
            for place, value in traits.values.items():
                self.claim(place, Claim(at, key, source, value, traits.provenance))
        elif kind == STATED:
            stated = _stated(body)
            _latest(self.stated.of(stated.name), stated.key, Denial(at, key, stated.holds))
        elif kind == NOTED:
            noted = _noted(body)
            if noted.name and noted.name.partition(".")[0] != NEVER_STORED:
                said = "provided" if noted.said_by_her else "noted"
                self.claim(f"{noted.name}:value", Claim(at, key, source, noted.text, said))
            elif not noted.name:
                remark = Remark(at, key, source, noted.author, noted.store, noted.text, "", noted.said_by_her)
                self.notes[key.hex()] = remark
        elif kind == REQUESTED:
            asked = _requested(body)
            remark = Remark(at, key, source, asked.author, asked.store, asked.text, asked.code, True)
            _latest(self.requests, asked.code or " ".join(asked.text.casefold().split()), remark)
        elif kind == SCORED:
            scored = _scored(body)
            _latest(self.scores, scored.model, Score(at, key, source, scored.version, scored.value))

    def claim(self, place: str, claim: Claim) -> None:
        _latest(self.traits.of(place), f"{claim.provenance} {claim.source}", claim)

    def done(self, until: int, heard: int) -> Document:
        """The document, with what was set aside and is not later than `until`."""
        for key, each in list(self.ahead.items()):
            if each.at <= until:
                del self.ahead[key]
                self.take(each.kind, each.at, bytes.fromhex(key), each.source, each.body)
        before = self.document.moments
        added = {kind: with_moments(before.get(kind, b""), new) for kind, new in self.moments.items()}
        products = dict(self.document.products)
        for code, having in self.having.items():
            products[code] = having.done()
        for kind in self.seen.own or ():
            self.seen.all[kind] = _cut(self.seen.all[kind], MOST_SEEN[kind])
        for place in self.traits.own or ():
            self.traits.all[place] = _cut_claims(self.traits.all[place])
        return Document(
            self.document.fold,
            products,
            self.traits.all,
            self.stated.all,
            self.seen.all,
            self.flags.all,
            self.sources,
            before | added if added else before,
            _cut(self.notes, MOST_NOTES),
            _cut(self.requests, MOST_REQUESTS),
            _cut(self.scores, MOST_SCORES),
            self.ahead,
            heard,
        )


def _when(line: Line) -> tuple[int, bytes]:
    return line.at, line.key


def _latest(of: dict[str, Any], subject: str, new: Any) -> None:
    old = of.get(subject)
    if old is None or (new.at, new.key) > (old.at, old.key):
        of[subject] = new


def _cut(of: dict[str, Any], most: int) -> dict[str, Any]:
    if len(of) <= most:
        return of
    kept = sorted(of.items(), key=lambda item: (item[1].at, item[1].key, item[0]), reverse=True)[:most]
    return dict(kept)


def _cut_claims(of: dict[str, Claim]) -> dict[str, Claim]:
    """The latest sources of each provenance: so no crowd of strangers can push out what she said herself."""
    if len(of) <= MOST_CLAIMS:
        return of
    kept: dict[str, Claim] = {}
    for provenance in {claim.provenance for claim in of.values()}:
        kept |= _cut({place: each for place, each in of.items() if each.provenance == provenance}, MOST_CLAIMS)
    return kept
