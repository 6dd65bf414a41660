"""The document: all that we know of one person, folded from her events; and its bytes.

Every part is a set or keeps a greatest element, so that folding is commutative, associative and idempotent.
"""

from __future__ import annotations

import msgspec

FOLD = 1
KEY_BYTES = 8
"""Bytes of an event's key that the document keeps, to know the event again and to name it in a lineage."""

BOUGHT, RETURNED, FREE = 0, 1, 2
NATURES = {"bought": BOUGHT, "returned": RETURNED, "free": FREE}


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line of an order. `at` is µs, `price` thousandths per piece, `nature` BOUGHT, RETURNED or FREE."""

    at: int
    key: bytes
    units: int
    price: int
    nature: int
    order: str
    source: str
    country: str


class Product(msgspec.Struct, frozen=True):
    """What she had of one product. `lines` are ordered by (at, key); `name` is the last it was sold under.

    `goods` is False as soon as one of its lines was not goods.
    """

    name: str
    named_at: int
    goods: bool
    lines: tuple[Line, ...]


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """The latest time of something that counts once per subject, such as looking at a product."""

    at: int
    key: bytes
    source: str
    text: str


class Trait(msgspec.Struct, frozen=True, array_like=True):
    """What she told us last, when (µs) and where."""

    at: int
    key: bytes
    source: str
    value: str


class Denial(msgspec.Struct, frozen=True, array_like=True):
    """What she last said about something we hold."""

    at: int
    key: bytes
    holds: bool


class Document(msgspec.Struct, frozen=True):
    """One person's events, folded.

    `seen` is keyed by kind of event, then by subject (product code, search text). `flags` by kind of event, then by
    order or complaint, the first and last time. `stated` by fact name, then by fact key. `sources` holds first
    and last time.
    """

    fold: int = FOLD
    products: dict[str, Product] = {}
    traits: dict[str, Trait] = {}
    stated: dict[str, dict[str, Denial]] = {}
    seen: dict[str, dict[str, Seen]] = {}
    flags: dict[str, dict[str, tuple[int, int]]] = {}
    sources: dict[str, tuple[int, int]] = {}


_Visit = tuple[str, int, str, str]
_PackedLine = tuple[int, bytes, int, int, int]
_PackedProduct = tuple[str, str, int, bool, list[_PackedLine]]


class _Packed(msgspec.Struct, array_like=True):
    fold: int
    visits: list[_Visit]
    products: list[_PackedProduct]
    traits: dict[str, Trait]
    stated: dict[str, dict[str, Denial]]
    seen: dict[str, dict[str, Seen]]
    flags: dict[str, dict[str, tuple[int, int]]]
    sources: dict[str, tuple[int, int]]


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(_Packed)


def encode_document(document: Document) -> bytes:
    """Its bytes: the same for equal documents. What lines of one order share is written once."""
    visits = sorted(
        {(line.order, line.at, line.source, line.country) for each in document.products.values() for line in each.lines}
    )
    place = {visit: n for n, visit in enumerate(visits)}
    products: list[_PackedProduct] = []
    for code in sorted(document.products):
        each = document.products[code]
        lines = [
            (
                place[(line.order, line.at, line.source, line.country)],
                line.key,
                line.units,
                line.price,
                line.nature,
            )
            for line in each.lines
        ]
        products.append((code, each.name, each.named_at, each.goods, lines))
    packed = _Packed(
        document.fold,
        visits,
        products,
        document.traits,
        document.stated,
        document.seen,
        document.flags,
        document.sources,
    )
    return _encoder.encode(packed)


def decode_document(data: bytes) -> Document | None:
    """The document of these bytes; None where another version of the fold wrote them, so that it is folded anew."""
    try:
        packed = _decoder.decode(data)
    except msgspec.DecodeError:
        return None
    if packed.fold != FOLD:
        return None
    visits = packed.visits
    products = {}
    for code, name, named_at, goods, lines in packed.products:
        whole = []
        for place, key, units, price, nature in lines:
            order, at, source, country = visits[place]
            whole.append(Line(at, key, units, price, nature, order, source, country))
        products[code] = Product(name, named_at, goods, tuple(whole))
    return Document(packed.fold, products, packed.traits, packed.stated, packed.seen, packed.flags, packed.sources)
