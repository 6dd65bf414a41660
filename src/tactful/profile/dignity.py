"""Whether a sentence may be said of a person: words that may not be used of anybody, and words that speak of what the
law protects. Both stand in one table that a shop may edit."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import suggestion
from tactful.profile.sensitivity import CATEGORIES, sensitivity_of

PLACE = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")


class Undignified(msgspec.Struct, frozen=True):
    """`words` may not be used of a person, each with a sentence why; `special` speak of a category that the law
    protects, each with that category."""

    words: dict[str, str]
    special: dict[str, str] = {}

    def found_in(self, text: str) -> list[str]:
        """Those of the words that occur in a text as whole words, in the order of the table."""
        spaced = _spaced(text)
        return [word for word in self.words if _spaced(word) in spaced]

    def special_in(self, text: str) -> list[str]:
        """Those of the words of protected things that occur in a text as whole words, in the order of the table."""
        spaced = _spaced(text)
        return [word for word in self.special if _spaced(word) in spaced]


def _spaced(text: str) -> str:
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return f" {words} "


def load_undignified(text: str, file: str) -> Undignified:
    """The table of words that may not be used of a person. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    words: dict[str, str] = {}
    for each in top.sections("words"):
        for word in each.texts("words"):
            words[word] = each.text("because")
        each.text("because")
        each.finish()
    special: dict[str, str] = {}
    for each in top.sections("special", ()):
        reveals = each.text("reveals", one_of=special_categories())
        special.update(dict.fromkeys(each.texts("words"), reveals))
        each.finish()
    top.finish()
    refuse(top.problems)
    return Undignified(words, special)


def special_categories() -> tuple[str, ...]:
    """The categories that the law protects."""
    return tuple(name for name in sorted(CATEGORIES) if sensitivity_of(name) == "special")


def check_words(section: Section, spoken: dict[str, str], meant: dict[str, str], undignified: Undignified) -> None:
    """Complain of words that may not be used: `spoken` are keys and texts that name her, `meant` those for staff."""
    for key, text in spoken.items():
        for word in undignified.found_in(text):
            section.complain(f"`{key}` calls her “{word}”: {undignified.words[word]}.", key)
    for key, text in (spoken | meant).items():
        for word in undignified.special_in(text):
            what = undignified.special[word]
            section.complain(f"`{key}` speaks of {what} (“{word}”), {_PROTECTED}", key)


_PROTECTED = "which the law protects. No formula, however good, is loaded."


def check_reveals(section: Section, reveals: str, what: str, also: Iterable[str] = ()) -> None:
    """Complain where `reveals` is no category or one that the law protects."""
    if reveals not in CATEGORIES:
        section.complain(f"`reveals: {reveals}` is no category.{suggestion(reveals, (*CATEGORIES, *also))}", "reveals")
    elif sensitivity_of(reveals) == "special":
        section.complain(f"{what} would reveal {reveals}, {_PROTECTED}", "reveals")


def check_inputs(section: Section, key: str, names: Iterable[str], what: str) -> None:
    """Complain where something is made from a category that the law protects."""
    for name in names:
        if sensitivity_of(name) == "special":
            section.complain(f"{what} would be made from {name}, {_PROTECTED}", key)


def check_places(section: Section, she_reads: str, allowed: tuple[str, ...], what: str) -> None:
    """Complain of a missing sentence, and of places in it that nothing fills."""
    if not she_reads.strip():
        section.complain(
            f"{what} without words cannot be used: write `she_reads`, the sentence she would read.", "she_reads"
        )
    for place in PLACE.findall(she_reads):
        if place not in allowed:
            hint = suggestion(place, allowed) or f" Allowed: {', '.join(allowed)}."
            section.complain(f"`{{{{ {place} }}}}` is not known here.{hint}", "she_reads")
    if re.search(r"\{%|\{\{|\}\}", PLACE.sub("", she_reads)):
        section.complain("`she_reads` takes only {{ names }} besides plain words.", "she_reads")


def filled(she_reads: str, values: dict[str, dict[str, str | None]]) -> str:
    """Her sentence with its places (`group.name`, or `name` of the group "") filled; "" where one of them is not known,
    so that it cannot be read out."""
    known = True

    def fill(match: re.Match[str]) -> str:
        nonlocal known
        group, _, name = match[1].rpartition(".")
        value = values.get(group, {}).get(name)
        known = known and bool(value)
        return value or ""

    text = PLACE.sub(fill, she_reads)
    return text if known else ""
