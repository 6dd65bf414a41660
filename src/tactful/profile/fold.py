"""Folding events into a document: any order, any batches, each event once; the result is the same.

A line of an order is an element of a set, known by its event's key. Everything else keeps the greatest of its
candidates by (time, key), or is cut to the latest few of such greatest ones; both are joins of a lattice, which is
why neither order nor batches nor repetition matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tactful.model.records import Event
from tactful.profile.document import (
    KEY_BYTES,
    NATURES,
    Denial,
    Document,
    Line,
    Product,
    Seen,
    Trait,
)
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    ORDER_LINE,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    PUT_RIGHT,
    STATED,
    TRAITS,
    Note,
    OrderLine,
    Stated,
    Traits,
)

MOST_SEEN = {PRODUCT_VIEWED: 50, PRODUCTS_SEARCHED: 20, PRODUCT_ADDED: 30, PRODUCT_REMOVED: 30}
"""How many subjects of each kind are kept, the latest ones."""

_FLAGS = frozenset({COMPLAINT_OPENED, COMPLAINT_CLOSED, PARCEL_LATE, PARCEL_DELIVERED, PUT_RIGHT})
_line = msgspec.msgpack.Decoder(OrderLine).decode
_note = msgspec.msgpack.Decoder(Note).decode
_traits = msgspec.msgpack.Decoder(Traits).decode
_stated = msgspec.msgpack.Decoder(Stated).decode


def fold(document: Document | None, events: Iterable[Event]) -> Document:
    """The document that also holds these events. An event whose body cannot be read adds only that its source spoke."""
    draft = _Draft(document or Document())
    other = draft.other
    add_line = draft.add_line
    for event in events:
        source = event.source
        at = event.occurred_at
        first, last = draft.sources.get(source, (at, at))
        draft.sources[source] = (min(first, at), max(last, at))
        try:
            if event.kind == ORDER_LINE:
                add_line(_line(event.body), event.key[:KEY_BYTES], at, source)
            else:
                other(event)
        except msgspec.DecodeError:
            continue
    return draft.done()


class _Having:
    """One product while it is being folded."""

    __slots__ = ("goods", "lines", "name", "named_at")

    def __init__(self, product: Product | None) -> None:
        self.name = product.name if product else ""
        self.named_at = product.named_at if product else 0
        self.goods = product.goods if product else True
        self.lines = {line.key: line for line in product.lines} if product else {}

    def done(self) -> Product:
        lines = sorted(self.lines.values(), key=_when) if len(self.lines) > 1 else self.lines.values()
        return Product(self.name, self.named_at, self.goods, tuple(lines))


class _Draft:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.having: dict[str, _Having] = {}
        self.traits = dict(document.traits)
        self.stated = {name: dict(of) for name, of in document.stated.items()}
        self.seen = {kind: dict(of) for kind, of in document.seen.items()}
        self.flags = {kind: dict(of) for kind, of in document.flags.items()}
        self.sources = dict(document.sources)

    def add_line(self, body: OrderLine, key: bytes, at: int, source: str) -> None:
        code = body.code
        having = self.having.get(code)
        if having is None:
            having = self.having[code] = _Having(self.document.products.get(code))
        if key in having.lines:
            return
        nature = NATURES[body.nature]
        having.lines[key] = Line(at, key, body.units, body.price, nature, body.order, source, body.country)
        if not body.goods:
            having.goods = False
        name = body.name
        if name and not nature and (at > having.named_at or (at == having.named_at and name > having.name)):
            having.named_at = at
            having.name = name

    def other(self, event: Event) -> None:
        kind, at, key = event.kind, event.occurred_at, event.key[:KEY_BYTES]
        if kind in _FLAGS:
            span = self.flags.setdefault(kind, {})
            ref = _note(event.body).ref
            first, last = span.get(ref, (at, at))
            span[ref] = (min(first, at), max(last, at))
        elif kind in MOST_SEEN:
            note = _note(event.body)
            _latest(self.seen.setdefault(kind, {}), note.ref, Seen(at, key, event.source, note.text))
        elif kind == TRAITS:
            for name, value in _traits(event.body).values.items():
                _latest(self.traits, name, Trait(at, key, event.source, value))
        elif kind == STATED:
            stated = _stated(event.body)
            _latest(self.stated.setdefault(stated.name, {}), stated.key, Denial(at, key, stated.holds))

    def done(self) -> Document:
        products = dict(self.document.products)
        for code, having in self.having.items():
            products[code] = having.done()
        seen = {kind: _cut(of, MOST_SEEN[kind]) for kind, of in self.seen.items()}
        return Document(self.document.fold, products, self.traits, self.stated, seen, self.flags, self.sources)


def _when(line: Line) -> tuple[int, bytes]:
    return line.at, line.key


def _latest(of: dict[str, Any], subject: str, new: Any) -> None:
    old = of.get(subject)
    if old is None or (new.at, new.key) > (old.at, old.key):
        of[subject] = new


def _cut(of: dict[str, Seen], most: int) -> dict[str, Seen]:
    if len(of) <= most:
        return of
    kept = sorted(of.items(), key=lambda item: (item[1].at, item[1].key, item[0]), reverse=True)[:most]
    return dict(kept)
