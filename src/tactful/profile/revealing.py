"""What products reveal about the one who buys them: looked up when judged, never stored on her."""

from __future__ import annotations

import re

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.profile.sensitivity import CATEGORIES, ORDER, sensitivity_of


class Entry(msgspec.Struct, frozen=True):
    """Products that reveal one thing: `words` finds them by name, `codes` (in capitals) by code, `unless` clears a
    name."""

    reveals: str
    sensitivity: str
    about: str
    words: re.Pattern[str] | None
    codes: frozenset[str]
    unless: re.Pattern[str] | None


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
        plain = " ".join(name.casefold().split())
        capitals = code.upper()
        for entry in self.entries:
            by_name = entry.words is not None and entry.words.search(plain) is not None
            if by_name and entry.unless is not None and entry.unless.search(plain):
                by_name = False
            hit = by_name or capitals in entry.codes
            if hit and (found is None or ORDER.index(entry.sensitivity) > ORDER.index(found.sensitivity)):
                found = entry
        return Revealed(found.reveals, found.sensitivity, found.about) if found else None


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
    if not words and not codes:
        section.complain("`words` or `codes` must say which products are meant.", "words")
    unless = section.texts("unless", ())
    section.finish()
    return Entry(
        reveals, sensitivity, about, _phrases(words), frozenset(code.upper() for code in codes), _phrases(unless)
    )


def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    parts = [r"[\s-]+".join(re.escape(word) for word in phrase.casefold().split()) for phrase in phrases]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?:e?s)?(?!\w)")
