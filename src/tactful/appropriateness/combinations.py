"""What facts reveal together, in one message: a table, applied before the uses of a variant are judged (SEMANTICS 2).

1. A variant uses what it mentions, softened or explicit, and what chose it.
2. An entry applies where each of its members is another of these facts. What may be a member counts: a fact that is
   less exact (`family` for `family.partner`), and one in which no words can be read.
3. Those facts are judged as special in this variant, and as revealing what the entry says. Nothing else changes about
   them, and nothing is kept: in another message each is what it was.

So a combination can only narrow, and narrows silent uses too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.records import Candidate, Fact, Variant
from tactful.model.vocabulary import KEYS

_CATEGORIES = KEYS["fact.category"].names


class Member(msgspec.Struct, frozen=True):
    """A fact that an entry speaks of: of this category or under it, and with one of these words in it, if any are."""

    category: str
    words: re.Pattern[str] | None = None

    def may_be(self, fact: Fact) -> bool:
        """Whether this fact is it, or may be."""
        here, asked = f"{fact.category}.", f"{self.category}."
        if not here.startswith(asked) and not asked.startswith(here):
            return False
        texts = _texts(fact) if self.words is not None else []
        return self.words is None or not texts or any(self.words.search(text) for text in texts)


class Combination(msgspec.Struct, frozen=True):
    """Two or more members that together reveal a category."""

    reveals: str
    together: tuple[Member, ...]


class Combinations:
    """The table. Remembers for which sets of categories no entry can apply, which is nearly all."""

    def __init__(self, entries: Iterable[Combination] = ()) -> None:
        self.entries = tuple(entries)
        self._idle: dict[frozenset[str], bool] = {}

    def revealing(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """Of facts that are used together, those that reveal something together: as special. Mostly none."""
        if not self.entries:
            return {}
        categories = frozenset(fact.category for fact in facts.values())
        idle = self._idle.get(categories)
        if idle is None:
            idle = self._idle[categories] = not any(_may_apply(each, facts.values()) for each in self.entries)
        if idle:
            return {}
        found: dict[str, Fact] = {}
        for entry in self.entries:
            for name in _members(entry.together, tuple(facts.items())):
                found.setdefault(
                    name, msgspec.structs.replace(facts[name], sensitivity="special", reveals=entry.reveals)
                )
        return found

    def facts_in(self, candidate: Candidate, variant: Variant | None) -> dict[str, Fact]:
        """A candidate's facts as they count in a variant: beside what chose it (None: only what chose it)."""
        if not self.entries:
            return candidate.facts
        mentioned = [use.fact for use in variant.mentions] if variant else []
        used = {name: fact for name, fact in candidate.facts.items() if name in (*candidate.selects, *mentioned)}
        return {**candidate.facts, **self.revealing(used)}


NO_COMBINATIONS = Combinations()


def _may_apply(entry: Combination, facts: Iterable[Fact]) -> bool:
    """Whether each member has a fact of its category; which words stand in it is not looked at."""
    return all(any(Member(member.category).may_be(fact) for fact in facts) for member in entry.together)


def _members(members: Sequence[Member], facts: Sequence[tuple[str, Fact]]) -> set[str]:
    """The names of all facts that take part in some way to give each member a fact of its own; empty if none is."""
    if not members:
        return set()
    found: set[str] = set()
    for at, (name, fact) in enumerate(facts):
        if members[0].may_be(fact):
            others = _members(members[1:], (*facts[:at], *facts[at + 1 :]))
            if others or len(members) == 1:
                found |= {name, *others}
    return found


def _texts(fact: Fact) -> list[str]:
    """What can be read in a fact, in small letters with single blanks."""
    return [" ".join(text.casefold().split()) for text in fact.value.values() if isinstance(text, str) and text.strip()]


def load_combinations(text: str, file: str) -> Combinations:
    """A table from its file. Raises Problems with all of them."""
    top = read_document(text, file)
    top.integer("combinations", low=1)
    entries = [_entry(section) for section in top.sections("entries")]
    top.finish()
    refuse(top.problems)
    return Combinations(entries)


def _entry(section: Section) -> Combination:
    reveals = section.text("reveals", one_of=_CATEGORIES)
    section.text("why", "")
    written = section.raw("together", [])
    members = [_member(section, each) for each in written] if isinstance(written, list) else []
    if not 2 <= len(members) <= 4:
        section.complain("`together` takes two to four facts, like [family.partner, demographic.gender].", "together")
    section.finish()
    return Combination(reveals, tuple(members))


def _member(section: Section, written: object) -> Member:
    if not isinstance(written, Section):
        if written not in _CATEGORIES:
            section.complain(f"{written} is not a category of facts.", "together")
        return Member(str(written))
    category, words = written.text("category", one_of=_CATEGORIES), written.texts("words")
    if "words" in written and not all(word.strip() for word in words or ("",)):
        written.complain("`words` names none.", "words")
    written.finish()
    return Member(category, _pattern(words))


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    parts = [r"[ -]".join(re.escape(word) for word in phrase.casefold().split()) for phrase in phrases]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?:e?s)?(?!\w)")
