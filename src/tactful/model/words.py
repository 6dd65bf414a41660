"""What a word is: a name, one sentence, a source; and a key: a word that a flow can carry a value for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["enum", "ordered", "slug", "list", "bool", "number"]


class Word(msgspec.Struct, frozen=True):
    """A word of the vocabulary. A word is never renamed or deleted, only deprecated with `replaced_by`."""

    name: str
    sentence: str
    source: str
    replaced_by: str | None = None


class Key(msgspec.Struct, frozen=True):
    """A dotted key of a flow, and the values it may have.

    `values` lists the allowed words, least first where `kind` is "ordered". A "slug" is a path in a tree whose parts
    are joined by `separator`: a flow's slug equal to or under a rule's slug matches it. `low` and `high` bound a
    number. `window` is true for keys whose family is open (`contact.sms_last_7d`).
    """

    name: str
    kind: Kind
    sentence: str
    source: str
    values: tuple[Word, ...] = ()
    separator: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The allowed values, in order."""
        return tuple(word.name for word in self.values)


def words(source: str, sentences: Mapping[str, str]) -> tuple[Word, ...]:
    """Words with one common source; a sentence may end with its own source in square brackets."""
    out = []
    for name, text in sentences.items():
        sentence, bracket, own = text.partition(" [")
        out.append(Word(name, sentence, own.rstrip("]") if bracket else source))
    return tuple(out)


def enum(name: str, sentence: str, source: str, values: Mapping[str, str]) -> Key:
    """A key with one of several words, without order."""
    return Key(name, "enum", sentence, source, words(source, values))


def ordered(name: str, sentence: str, source: str, values: Mapping[str, str]) -> Key:
    """A key with one of several words, least first."""
    return Key(name, "ordered", sentence, source, words(source, values))


def listed(name: str, sentence: str, source: str, values: tuple[Word, ...]) -> Key:
    """A key whose value is a list of words; the empty list is known and empty."""
    return Key(name, "list", sentence, source, values)


def yes_or_no(name: str, sentence: str, source: str) -> Key:
    """A key that is true or false."""
    return Key(name, "bool", sentence, source)


def number(name: str, sentence: str, source: str, low: float | None = 0, high: float | None = None) -> Key:
    """A key with a number between `low` and `high`, both included."""
    return Key(name, "number", sentence, source, low=low, high=high)


def slug(name: str, sentence: str, source: str, separator: str, values: tuple[Word, ...]) -> Key:
    """A key whose value is a path in a tree."""
    return Key(name, "slug", sentence, source, values, separator)
