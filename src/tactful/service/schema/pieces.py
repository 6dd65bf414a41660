"""The pieces of a JSON Schema (draft 2020-12), worded as the loaders read: see `tactful.model.document.Section`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tactful.model.vocabulary import KEYS
from tactful.model.words import Key, Word

Piece = dict[str, Any]

_SCALAR = ["string", "number"]


def text(says: str = "") -> Piece:
    """A text; a number is taken as one."""
    return _said({"type": _SCALAR}, says)


def said(says: str = "") -> Piece:
    """A text that is not blank."""
    return _said({"type": _SCALAR, "pattern": r"\S"}, says)


def like(pattern: re.Pattern[str] | str, says: str = "") -> Piece:
    """A text that is wholly as the loader's pattern."""
    written = pattern if isinstance(pattern, str) else pattern.pattern
    return _said({"type": "string", "pattern": f"^(?:{written})$"}, says)


def words(names: Iterable[str], says: str = "") -> Piece:
    """One of these words."""
    return _said({"enum": list(names)}, says)


def meant(members: Iterable[Word], says: str = "") -> Piece:
    """One of these words of the vocabulary, each with its meaning for the editor."""
    known = tuple(members)
    return {**words((word.name for word in known), says), "enumDescriptions": [word.sentence for word in known]}


def number(low: float | None = None, high: float | None = None, says: str = "") -> Piece:
    """A number within bounds, both included."""
    return _said({"type": "number", **_bounds(low, high)}, says)


def whole(low: int | None = None, high: int | None = None, says: str = "") -> Piece:
    """A whole number within bounds, both included."""
    return _said({"type": "integer", **_bounds(low, high)}, says)


def flag(says: str = "") -> Piece:
    """true or false."""
    return _said({"type": "boolean"}, says)


def texts(of: Piece | None = None, least: int = 0, says: str = "") -> Piece:
    """A list of texts."""
    piece: Piece = {"type": "array", "items": of if of is not None else {"type": _SCALAR}}
    return _said({**piece, **({"minItems": least} if least else {})}, says)


def section(needed: Mapping[str, Piece], other: Mapping[str, Piece] | None = None, says: str = "") -> Piece:
    """A set of `key: value` lines with these keys and no others."""
    properties = {**needed, **(other or {})}
    piece: Piece = {"type": "object", "properties": properties, "additionalProperties": False}
    return _said({**piece, **({"required": list(needed)} if needed else {})}, says)


def sections(of: Piece, says: str = "") -> Piece:
    """A list of sets of lines."""
    return _said({"type": "array", "items": of}, says)


def named(of: Piece, names: Iterable[str] | None = None, says: str = "") -> Piece:
    """Lines under names of one's own, or of a list."""
    piece: Piece = {"type": "object", "additionalProperties": of}
    if names is not None:
        piece["propertyNames"] = {"enum": list(names)}
    return _said(piece, says)


def value_of(key: Key) -> Piece:
    """What a flow may say of a key."""
    if key.kind == "bool":
        return flag(key.sentence)
    if key.kind == "number":
        return number(key.low, key.high, key.sentence)
    if key.kind == "list":
        return texts(words(key.names), says=key.sentence)
    if key.separator == "-":
        return like(r"[a-z]{2}(-[a-z0-9]{2,3})*", key.sentence)
    return meant(key.values, key.sentence)


def values_of(names: Iterable[str], or_unknown: bool = False) -> Piece:
    """Dotted keys of a flow with their values."""
    return section({}, {name: _or_unknown(value_of(KEYS[name]), or_unknown) for name in names})


def flow() -> Piece:
    """A flow as cases write it: dotted keys, or families of them; `unknown` takes a key away."""
    families: dict[str, dict[str, Piece]] = {}
    dotted: dict[str, Piece] = {}
    for key in KEYS.values():
        family, dot, rest = key.name.partition(".")
        dotted[key.name] = _or_unknown(value_of(key), True)
        if dot:
            families.setdefault(family, {})[rest] = {"$ref": f"#/$defs/flow/properties/{key.name}"}
    return section({}, {**dotted, **{family: section({}, keys) for family, keys in families.items()}})


def document(title: str, says: str, top: Piece, **definitions: Piece) -> Piece:
    """A whole schema."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "description": says}
    return {**head, **top, **({"$defs": definitions} if definitions else {})}


def _or_unknown(piece: Piece, allowed: bool) -> Piece:
    return {**_described(piece), "anyOf": [piece, {"enum": ["unknown", None]}]} if allowed else piece


def _described(piece: Piece) -> Piece:
    return {"description": piece["description"]} if "description" in piece else {}


def _said(piece: Piece, says: str) -> Piece:
    return {**piece, "description": says} if says else piece


def _bounds(low: float | None, high: float | None) -> Piece:
    return {**({"minimum": low} if low is not None else {}), **({"maximum": high} if high is not None else {})}
