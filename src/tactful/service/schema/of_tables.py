"""The schemas of the tables that a shop may bring of its own, in tables/."""

from __future__ import annotations

from tactful.model.vocabulary import KEYS
from tactful.profile.dignity import special_categories
from tactful.profile.identity import MOST
from tactful.profile.sensitivity import CATEGORIES, ORDER
from tactful.profile.traits import NOTE
from tactful.service.schema.pieces import (
    Piece,
    document,
    flag,
    like,
    meant,
    named,
    said,
    section,
    sections,
    text,
    texts,
    whole,
    words,
)
from tactful.treatment.template import PARTS

_PURPOSES = KEYS["scenario.purpose"]
_ABOUT = KEYS["fact.about"]
_VERSION = {"version": whole()}


def fit() -> Piece:
    """How ordinary a category is for a sector and a purpose."""
    entry = section(
        {"fit": meant(KEYS["scenario.fit"].values), "categories": texts(words(KEYS["fact.category"].names))},
        {
            "why": text(),
            "sectors": texts(words(("*", *KEYS["scenario.sector"].names))),
            "purposes": texts(words(("*", *_PURPOSES.names))),
        },
    )
    return _table("Fit", "How ordinary knowledge is here.", section({"fit": whole(1), "entries": sections(entry)}))


def compatible() -> Piece:
    """What a purpose that she was told also covers."""
    covers = named(texts(words(_PURPOSES.names)), _PURPOSES.names)
    return _table("Compatible", "What a told purpose covers.", section({"compatible": whole(1), "covers": covers}))


def combinations() -> Piece:
    """What facts reveal together."""
    categories = KEYS["fact.category"].names
    member = section({"category": words(categories), "words": texts(said(), least=1)})
    together = {"type": "array", "items": {"anyOf": [words(categories), member]}, "minItems": 2, "maxItems": 4}
    entry = section({"reveals": words(categories), "together": together}, {"why": text()})
    top = section({"combinations": whole(1), "entries": sections(entry)})
    return _table("Combinations", "What facts reveal together, in one message.", top)


def countries() -> Piece:
    """Jurisdiction and time zones of the countries that orders name."""
    country = section({"names": texts()}, {"jurisdiction": text(), "zones": texts()})
    return _table("Countries", "Countries by name.", section({**_VERSION, "countries": sections(country)}))


def keeps() -> Piece:
    """How long each kind of fact is kept."""
    time = like(r"\d{1,5} days?|always", "Like 90 days, or always.")
    return _table("Keeps", "How long facts are kept.", section({**_VERSION, "keeps": named(time, (*CATEGORIES, NOTE))}))


def identity() -> Piece:
    """Which identifiers tell who somebody is."""
    per_person = {"anyOf": [whole(1, MOST), words(("any",))], "description": "How many of this kind one person has."}
    unique = section(
        {"is": words(("unique",)), "priority": whole(1, MOST), "per_person": per_person},
        {"alone": flag("An id of a browser or a device.")},
    )
    kind: Piece = {"anyOf": [unique, section({"is": words(("shared",))})]}
    kinds: Piece = {**named(kind), "propertyNames": {"minLength": 1, "maxLength": 40, "pattern": r"\S"}}
    return _table("Identity", "Who is who, by identifiers.", section({"identity": whole(1, 1), "kinds": kinds}))


def not_a_kind() -> Piece:
    """Words of a product's name that are no kind of thing."""
    top: Piece = {"type": "object", "properties": _VERSION, "required": ["version"], "additionalProperties": texts()}
    return _table("Not a kind", "Words that never become the word for a group.", top)


def not_goods() -> Piece:
    """Postage, fees and the like."""
    top = section({**_VERSION, "codes": texts()}, {"codes_beginning_with": texts(), "names_with": texts()})
    return _table("Not goods", "What stands on an order and is not a thing she bought.", top)


def revealing_products() -> Piece:
    """Products that say something about the one who buys them."""
    group: Piece = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    product = section(
        {"reveals": words(CATEGORIES)},
        {
            "sensitivity": words(ORDER[1:]),
            "about": words(_ABOUT.names),
            "words": texts(),
            "codes": texts(),
            "together": {"type": "array", "items": group, "minItems": 2},
            "unless": texts(),
        },
    )
    product["anyOf"] = [
        {"required": [name], "properties": {name: {"minItems": 1}}} for name in ("words", "codes", "together")
    ]
    return _table(
        "Revealing products", "What products say of her.", section({**_VERSION, "products": sections(product)})
    )


def undignified() -> Piece:
    """Words that may not be used of a person."""
    entry = section({"because": text(), "words": texts()})
    protected = section({"reveals": words(special_categories()), "words": texts()})
    top = section({**_VERSION, "words": sections(entry)}, {"special": sections(protected)})
    return _table("Undignified", "Words that may not be used of a person.", top)


def footer() -> Piece:
    """The required parts of a message, by language."""
    holes = {part: ("name", "post") if part == "sender" else ("link",) for part in PARTS}
    row = section(
        {part: {**said(), "type": "string", "allOf": [{"pattern": rf"\{{{hole}\}}"} for hole in some]}
         for part, some in holes.items()}
    )  # fmt: skip
    return _table("Footer", "The required parts of a message.", section({"footer": named(row)}))


def template_objects() -> Piece:
    """What a treatment may name, and which fact it shows."""
    row = section(
        {},
        {
            "fact": text(),
            "at": text(),
            "fields": texts(),
            "general": texts(),
            "always": words(("explicit",)),
            "plain": flag(),
        },
    )
    return _table("Template objects", "Which fact an object of a treatment shows.", section({"objects": named(row)}))


def _table(title: str, says: str, top: Piece) -> Piece:
    return document(title, says, top)
