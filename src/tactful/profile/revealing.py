"""What products reveal about the one who buys them: looked up when judged, never stored on her."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.profile.sensitivity import CATEGORIES, ORDER, sensitivity_of


class Phrases(msgspec.Struct, frozen=True):
    """Whole words to be found in a name. `stems` are one word of each, to pass quickly over what has none of them."""

    pattern: re.Pattern[str]
    stems: tuple[str, ...]

    def found_in(self, plain: str) -> bool:
        """Whether one of them stands in a text, which is case-folded and has single blanks."""
        return any(stem in plain for stem in self.stems) and self.pattern.search(plain) is not None


class Entry(msgspec.Struct, frozen=True):
    """Products that reveal one thing: `words` finds them by name, `codes` (in capitals) by code, `unless` clears a
    name. `together` are groups of products that reveal it only if she has one of each."""

    reveals: str
    sensitivity: str
    about: str
    words: Phrases | None
    codes: frozenset[str]
    unless: Phrases | None
    together: tuple[Phrases, ...] = ()


class Revealed(msgspec.Struct, frozen=True):
    """What a product reveals: the most delicate thing first; never ordinary."""

    reveals: str
    sensitivity: str
    about: str


class Revealing(msgspec.Struct, frozen=True):
    """The table of revealing products."""

    entries: tuple[Entry, ...]

    def look_up(self, code: str, name: str) -> Revealed | None:
        """What this product reveals, or None. Of several entries the most delicate counts, then the first."""
        found: Entry | None = None
        plain = _plain(name)
        capitals = code.upper()
        for entry in self.entries:
            by_name = entry.words is not None and entry.words.found_in(plain)
            if by_name and entry.unless is not None and entry.unless.found_in(plain):
                by_name = False
            hit = by_name or capitals in entry.codes
            if hit and (found is None or ORDER.index(entry.sensitivity) > ORDER.index(found.sensitivity)):
                found = entry
        return _revealed(found) if found else None

    def look_up_together(self, names: Mapping[str, str]) -> dict[str, Revealed]:
        """What products (code to name) reveal because one person has all of them: code to what it then reveals."""
        found: dict[str, Revealed] = {}
        plain = {code: _plain(name) for code, name in names.items()}
        everything = "\n".join(plain.values())
        for entry in self.entries:
            if not entry.together or not all(group.found_in(everything) for group in entry.together):
                continue
            for code, name in plain.items():
                if any(group.found_in(name) for group in entry.together):
                    found[code] = more_delicate(found.get(code), _revealed(entry)) or _revealed(entry)
        return found


@lru_cache(10_000)
def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _revealed(entry: Entry) -> Revealed:
    return Revealed(entry.reveals, entry.sensitivity, entry.about)


def more_delicate(one: Revealed | None, other: Revealed | None) -> Revealed | None:
    """The more delicate of the two, the first where they are equally so."""
    if one is None or other is None:
        return one or other
    return other if ORDER.index(other.sensitivity) > ORDER.index(one.sensitivity) else one


def load_revealing(text: str, file: str, more: Revealing | None = None) -> Revealing:
    """The table of a file, in addition to `more` (a shop's own beside the packaged one). Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    entries = [_entry(section) for section in top.sections("products")]
    top.finish()
    refuse(top.problems)
    return Revealing((*(more.entries if more else ()), *entries))


def _entry(section: Section) -> Entry:
    reveals = section.text("reveals", one_of=sorted(CATEGORIES))
    least = sensitivity_of(reveals) if reveals in CATEGORIES else "personal"
    sensitivity = section.text("sensitivity", least, one_of=ORDER[1:])
    if sensitivity in ORDER and ORDER.index(sensitivity) < ORDER.index(least):
        section.complain(f"{reveals} is at least {least}.", "sensitivity")
    if sensitivity == "ordinary":
        section.complain(f"`sensitivity` is missing: {reveals} by itself is ordinary.", "sensitivity")
    about = section.text("about", "self", one_of=("self", "household", "child", "other"))
    words, codes = section.texts("words", ()), section.texts("codes", ())
    together = _groups(section)
    if not words and not codes and not together:
        section.complain("`words`, `codes` or `together` must say which products are meant.", "words")
    unless = section.texts("unless", ())
    section.finish()
    return Entry(
        reveals,
        sensitivity,
        about,
        _phrases(words),
        frozenset(code.upper() for code in codes),
        _phrases(unless),
        together,
    )


def _groups(section: Section) -> tuple[Phrases, ...]:
    groups = section.raw("together", ())
    if not groups:
        return ()
    good = isinstance(groups, list) and all(
        isinstance(group, list) and group and all(isinstance(word, str) for word in group) for group in groups
    )
    if not good or len(groups) < 2:
        section.complain("`together` takes two or more lists of words, like [[one, two], [three]].", "together")
        return ()
    return tuple(pattern for group in groups if (pattern := _phrases(tuple(group))) is not None)


def _phrases(phrases: tuple[str, ...]) -> Phrases | None:
    if not phrases:
        return None
    folded = [phrase.casefold().split() for phrase in phrases]
    parts = [r"[ -]".join(re.escape(word) for word in words) for words in folded]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?:e?s)?(?!\w)")
    return Phrases(pattern, tuple(sorted({max(words, key=len) for words in folded if words})))
