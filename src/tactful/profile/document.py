"""The document: all that we know of one person, folded from her events; and its bytes.

Every part is a set or keeps a greatest element, so that folding is commutative, associative and idempotent.
"""

from __future__ import annotations

from itertools import chain, count

import msgspec

FOLD = 2
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


class Product(msgspec.Struct, frozen=True, gc=False):
    """What she had of one product. `lines` are ordered by (at, key); `name` is the last it was sold under, or else
    brought back under (then `named_at` lies far in the past).

    `goods` is False as soon as one of its lines was not goods.
    """

    name: str
    named_at: int
    goods: bool
    lines: tuple[Line, ...]


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The latest time of something that counts once per subject, such as looking at a product."""

    at: int
    key: bytes
    source: str
    text: str


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one source last said of one part of a fact, when (µs), and how it could know (`fact.provenance`)."""

    at: int
    key: bytes
    source: str
    value: str
    provenance: str


class Denial(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What she last said about something we hold."""

    at: int
    key: bytes
    holds: bool


class Remark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a member of staff wrote down: a note in free words, or something that she asked for (`code` or ""). A note
    that is what she said herself has `said_by_her`."""

    at: int
    key: bytes
    source: str
    author: str
    store: str
    text: str
    code: str = ""
    said_by_her: bool = False


class Score(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The last score that a model gave: `value` is parts per million."""

    at: int
    key: bytes
    source: str
    version: str
    value: int


class Ahead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event whose time had not come when it was received: kept as it is, and counted from its time on."""

    at: int
    source: str
    kind: str
    body: bytes


class Document(msgspec.Struct, frozen=True):
    """One person's events, folded.

    `traits` is keyed by fact and part (`contact.name:given`), then by provenance and source: what each said last.
    `seen` is keyed by kind of event, then by subject (product code, search text); `moments` by kind, see
    `tactful.profile.moments`. `flags` by kind of event, then by order or complaint, the first and last time. `stated`
    by fact name, then by fact key. `sources` holds first and last time. `notes` by the event's key, `requests` by
    product or text, `scores` by model. `ahead` are events, by key, whose time lies after `heard`, the last time at
    which anything was received.
    """

    fold: int = FOLD
    products: dict[str, Product] = {}
    traits: dict[str, dict[str, Claim]] = {}
    stated: dict[str, dict[str, Denial]] = {}
    seen: dict[str, dict[str, Seen]] = {}
    flags: dict[str, dict[str, tuple[int, int]]] = {}
    sources: dict[str, tuple[int, int]] = {}
    moments: dict[str, bytes] = {}
    notes: dict[str, Remark] = {}
    requests: dict[str, Remark] = {}
    scores: dict[str, Score] = {}
    ahead: dict[str, Ahead] = {}
    heard: int = 0


_Visit = tuple[str, int, str, str]
_PackedLine = tuple[int, bytes, int, int, int]
_PackedProduct = tuple[str, str, int, bool, list[_PackedLine]]


class _Packed(msgspec.Struct, array_like=True):
    fold: int
    visits: list[_Visit]
    products: list[_PackedProduct]
    traits: dict[str, dict[str, Claim]]
    stated: dict[str, dict[str, Denial]]
    seen: dict[str, dict[str, Seen]]
    flags: dict[str, dict[str, tuple[int, int]]]
    sources: dict[str, tuple[int, int]]
    moments: dict[str, bytes]
    notes: dict[str, Remark]
    requests: dict[str, Remark]
    scores: dict[str, Score]
    ahead: dict[str, Ahead]
    heard: int


class _PackedBefore(msgspec.Struct, array_like=True):
    """The first version of the fold: one claim for each part of a fact."""

    fold: int
    visits: list[_Visit]
    products: list[_PackedProduct]
    traits: dict[str, tuple[int, bytes, str, str]]
    stated: dict[str, dict[str, Denial]]
    seen: dict[str, dict[str, Seen]]
    flags: dict[str, dict[str, tuple[int, int]]]
    sources: dict[str, tuple[int, int]]


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(_Packed)
_decoder_before = msgspec.msgpack.Decoder(_PackedBefore)


def encode_document(document: Document) -> bytes:
    """Its bytes: the same for equal documents. What lines of one order share is written once."""
    by_code = [(code, document.products[code]) for code in sorted(document.products)]
    of_lines = [[(line.order, line.at, line.source, line.country) for line in each.lines] for _, each in by_code]
    visits = sorted(set(chain.from_iterable(of_lines)))
    place = dict(zip(visits, count(), strict=False))
    products: list[_PackedProduct] = []
    for (code, each), at in zip(by_code, of_lines, strict=True):
        lines = [
            (place[visit], line.key, line.units, line.price, line.nature)
            for visit, line in zip(at, each.lines, strict=True)
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
        document.moments,
        document.notes,
        document.requests,
        document.scores,
        document.ahead,
        document.heard,
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
    return Document(
        packed.fold,
        _products(packed.visits, packed.products),
        packed.traits,
        packed.stated,
        packed.seen,
        packed.flags,
        packed.sources,
        packed.moments,
        packed.notes,
        packed.requests,
        packed.scores,
        packed.ahead,
        packed.heard,
    )


def decode_kept(data: bytes) -> Document | None:
    """As `decode_document`, also of the version before: for decisions that were made on such a document and are
    replayed. None where the bytes are no document."""
    document = decode_document(data)
    if document is not None:
        return document
    try:
        packed = _decoder_before.decode(data)
    except msgspec.DecodeError:
        return None
    if packed.fold != 1:
        return None
    traits = {place: {f"provided {t[2]}": Claim(*t, "provided")} for place, t in packed.traits.items()}
    products = _products(packed.visits, packed.products)
    return Document(FOLD, products, traits, packed.stated, packed.seen, packed.flags, packed.sources)


def _products(visits: list[_Visit], packed: list[_PackedProduct]) -> dict[str, Product]:
    return {
        code: Product(
            name,
            named_at,
            goods,
            tuple(
                [
                    Line(at, key, units, price, nature, order, source, country)
                    for place, key, units, price, nature in lines
                    for order, at, source, country in (visits[place],)
                ]
            ),
        )
        for code, name, named_at, goods, lines in packed
    }
