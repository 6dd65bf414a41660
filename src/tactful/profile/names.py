"""Names of products as a customer would read them, and the general word for a group of products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from tactful.model.document import read_document, refuse

SHARED_BY = 8
"""How many products must share a phrase before it is the word for a group."""
ENDS = 0.4
PLURALS = 0.2
"""A word names a thing if it ends at least 40 % of the names that carry it (`photo frame`), words that only say which
one not counted, or stands in the plural in at least 20 % of them (`letters`). `Wall` and `union jack` do neither."""

_EDGES = " \t\r\n,;:*?!.-_/\\\"'"
_WORD = re.compile(r"[a-z][a-z'&-]*[a-z]")


def plain_name(name: str) -> str:
    """A product's name in tidy words: blanks collapsed, edges trimmed, shouting lowered; nothing added.

    Short codes with a digit (`3D`) stay as they are. A name with no letters gives the empty text.
    """
    tidy = " ".join(name.split()).strip(_EDGES)
    if not any(letter.isalpha() for letter in tidy):
        return ""
    if tidy.upper() != tidy:
        return tidy
    return " ".join(_lowered(word) for word in tidy.split(" "))


def _lowered(word: str) -> str:
    short = len(word) <= 3 and any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
    return word if short else word.lower()


class Qualifiers(msgspec.Struct, frozen=True):
    """Words that say which one, not what it is (colours, materials, sizes, patterns)."""

    words: frozenset[str]


def load_qualifiers(text: str, file: str) -> Qualifiers:
    """The table of words that are no kind of thing. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    words: set[str] = set()
    for group in top.values:
        if group != "version":
            words.update(word.casefold() for word in top.texts(group))
    refuse(top.problems)
    return Qualifiers(frozenset(words))


class Catalogue(msgspec.Struct, frozen=True):
    """What the shop's own product names have in common: phrase to the number of products that carry it, and the
    words that name things rather than tell things apart."""

    phrases: dict[str, int]
    things: frozenset[str]
    qualifiers: Qualifiers
    shared_by: int = SHARED_BY


def catalogue(names: Mapping[str, str], qualifiers: Qualifiers, shared_by: int = SHARED_BY) -> Catalogue:
    """The statistics of a catalogue: code to name, of goods only."""
    counts: dict[str, int] = {}
    for name in names.values():
        for phrase in set(_phrases(name, qualifiers)):
            counts[phrase] = counts.get(phrase, 0) + 1
    kept = {phrase: count for phrase, count in sorted(counts.items()) if count >= shared_by}
    things = frozenset(word for word, used in _usage(names.values(), qualifiers).items() if used.names_a_thing())
    return Catalogue(kept, things, qualifiers, shared_by)


def kind_of(name: str, shop: Catalogue) -> str | None:
    """The general word for a product (`lunch bags`), or None where its shop has too few like it.

    The phrase of two words that most products share, else of one word; ties go to the later in the name, where
    English puts the thing itself.
    """
    phrases = list(_phrases(name, shop.qualifiers))
    for words in (2, 1):
        shared = [
            (shop.phrases[phrase], place, phrase)
            for place, phrase in enumerate(phrases)
            if phrase.count(" ") == words - 1 and phrase in shop.phrases and phrase.split(" ")[-1] in shop.things
        ]
        if shared:
            return plural(max(shared)[2])
    return None


class _Used:
    __slots__ = ("ends", "names", "plurals")

    def __init__(self) -> None:
        self.names = self.ends = self.plurals = 0

    def names_a_thing(self) -> bool:
        return self.ends >= ENDS * self.names or self.plurals >= PLURALS * self.names


def _usage(names: Iterable[str], qualifiers: Qualifiers) -> dict[str, _Used]:
    usage: dict[str, _Used] = {}
    for name in names:
        words = [word for word in plain_name(name).casefold().replace(",", " ").split() if _WORD.fullmatch(word)]
        words = [word for word in words if not {word, _singular(word)} & qualifiers.words]
        for word in sorted(set(words)):
            used = usage.setdefault(_singular(word), _Used())
            used.names += 1
            used.plurals += word != _singular(word)
            used.ends += word == words[-1]
    return usage


def _phrases(name: str, qualifiers: Qualifiers) -> Iterable[str]:
    run: list[str] = []
    for raw in [*plain_name(name).casefold().replace(",", " , ").split(), ","]:
        word = _singular(raw) if _WORD.fullmatch(raw) else ""
        if not word or raw in qualifiers.words or word in qualifiers.words:
            run = []
            continue
        run.append(word)
        yield word
        if len(run) > 1:
            yield f"{run[-2]} {word}"


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def plural(phrase: str) -> str:
    """The plural of an English phrase in the singular, by the regular rules."""
    if phrase.endswith(("s", "x", "sh", "ch")):
        return f"{phrase}es"
    if phrase.endswith("y") and phrase[-2:-1] not in "aeiou":
        return f"{phrase[:-1]}ies"
    return f"{phrase}s"
