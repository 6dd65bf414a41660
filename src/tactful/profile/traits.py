"""Which traits of a customer record are kept as facts, and how long each kind of fact is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.records import DAY
from tactful.profile.sensitivity import CATEGORIES

NOTE = "note"
"""The name of notes in free words: they have no category, and a keeping time of their own."""
LONGEST = 500
"""Characters of a trait's value that are kept; a longer one is not a trait."""


class Trait(msgspec.Struct, frozen=True):
    """A trait becomes `part` of a fact of this name; "" where the fact has one value."""

    fact: str
    part: str
    about: str


class TraitTable(msgspec.Struct, frozen=True):
    """Traits by their path in a customer record, without case, blanks and `_` (`address.postalcode`)."""

    traits: dict[str, Trait]


def load_traits(text: str, file: str) -> TraitTable:
    """The table of traits. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    traits: dict[str, Trait] = {}
    for section in top.sections("traits"):
        fact = section.text("fact", one_of=sorted(CATEGORIES))
        part = section.text("part", "value")
        about = section.text("about", "self", one_of=("self", "household", "child", "other"))
        for path in section.texts("traits"):
            if _normal(path) in traits:
                section.complain(f"the trait `{path}` stands here twice.", "traits")
            traits[_normal(path)] = Trait(fact, part, about)
        section.finish()
    top.finish()
    refuse(top.problems)
    return TraitTable(traits)


@lru_cache(4_096)
def _normal(path: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", path.casefold())


def trait_of(path: str, table: TraitTable) -> Trait | None:
    """What a trait of this path is kept as, None where it is not."""
    return table.traits.get(path) or (table.traits.get(_normal(path)) if len(path) <= LONGEST else None)


def take_traits(traits: Mapping[str, Any], table: TraitTable) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is kept (`contact.name:given` to its text) and the paths of what is not, which are to be counted."""
    kept: dict[str, str] = {}
    unused: list[str] = []
    for path, value in _flat(traits, "", 0):
        trait = trait_of(path, table)
        text = _text(value)
        if trait is None or text is None:
            unused.append(path)
        elif text:
            kept[f"{trait.fact}:{trait.part}"] = text
    return kept, tuple(unused)


def _flat(values: Mapping[str, Any], prefix: str, depth: int) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in values.items():
        path = f"{prefix}{name[: LONGEST + 1]}"
        if len(path) > LONGEST:
            flat.append((path[:LONGEST], None))
        elif isinstance(value, Mapping) and depth < 4:
            flat += _flat(value, f"{path}.", depth + 1)
        else:
            flat.append((path, value))
    return flat


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, int | float) and not -(1 << 63) < value < 1 << 63:
        return None
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else None


class Keeps(msgspec.Struct, frozen=True):
    """How long facts are kept, by category, in µs; 0 is always."""

    times: dict[str, int]

    def of(self, name: str) -> int:
        """The time for a fact: its own, else that of the nearest branch above, else always (0)."""
        path = name
        while path:
            if path in self.times:
                return self.times[path]
            path = path.rpartition(".")[0]
        return 0

    def since(self, name: str, now: int) -> int:
        """The earliest time (µs) of what may still be seen."""
        kept = self.of(name)
        return now - kept if kept else -(1 << 62)


def load_keeps(text: str, file: str) -> Keeps:
    """The table of keeping times. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    section = top.section("keeps")
    times: dict[str, int] = {}
    if section is not None:
        for name in section.values:
            times[name] = _time(section, name)
        section.finish()
    top.finish()
    refuse(top.problems)
    return Keeps(times)


def _time(section: Section, name: str) -> int:
    if name not in CATEGORIES and name != NOTE:
        section.complain(f"`{name}` is no category.", name)
    text = section.text(name)
    match = re.fullmatch(r"(\d{1,5}) days?", text)
    if match is None and text != "always":
        section.complain(f"`{name}: {text}` is not a time. Write it like `90 days`, or `always`.", name)
    return int(match[1]) * DAY if match else 0
