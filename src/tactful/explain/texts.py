"""Her words for what stands outside the rules: events that are waited for, duties, facts and where they come from."""

from __future__ import annotations

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import suggestion
from tactful.model.vocabulary import KEYS
from tactful.model.words_verdict import OBLIGATIONS, UNTIL, VERDICTS


class CustomerTexts(msgspec.Struct, frozen=True):
    """The texts of one language. `mentions` has a place `{what}` for a fact, `waits` a place `{when}` for an event.

    `facts` and `provenance` name what a message showed; a category that is not listed, nor under one that is, is never
    named.
    """

    language: str
    mentions: str
    waits: str
    verdicts: dict[str, str]
    until: dict[str, str]
    duties: dict[str, str]
    facts: dict[str, str]
    provenance: dict[str, str]

    def fact(self, category: str) -> str:
        """Her words for a category: those of the longest listed one that it is or is under, or none."""
        parts = category.split(".")
        found = (self.facts.get(".".join(parts[:end])) for end in range(len(parts), 0, -1))
        return next((words for words in found if words), "")


def load_texts(text: str, file: str) -> CustomerTexts:
    """The texts of a catalogue file. Raises Problems with all of them.

    Verdicts, events and duties must all be there; of facts and provenances only what may be named to her.
    """
    top = read_document(text, file)
    texts = CustomerTexts(
        language=top.text("language"),
        mentions=top.text("mentions"),
        waits=top.text("waits"),
        verdicts=_table(top, "verdicts", [word.name for word in VERDICTS], complete=True),
        until=_table(top, "until", [word.name for word in UNTIL], complete=True),
        duties=_table(top, "duties", [word.name for word in OBLIGATIONS], complete=True),
        facts=_table(top, "facts", list(KEYS["fact.category"].names)),
        provenance=_table(top, "provenance", list(KEYS["fact.provenance"].names)),
    )
    for name, place in (("mentions", "{what}"), ("waits", "{when}")):
        if place not in top.text(name, ""):
            top.complain(f"`{name}` must say where it goes: {place}.", name)
    top.finish()
    refuse(top.problems)
    return texts


def _table(top: Section, name: str, allowed: list[str], complete: bool = False) -> dict[str, str]:
    section = top.section(name)
    if section is None:
        return {}
    for word in section.values:
        if word not in allowed:
            section.complain(f"`{word}` is not a word of `{name}`.{suggestion(word, allowed)}", word)
    wanted = allowed if complete else [word for word in allowed if word in section]
    return {word: section.text(word) for word in wanted}
