"""Removing what we know, one thing at a time, and deciding again: no verdict may get freer.

What is removed, each by itself: an attribute of hers, a key of the scenario, a whole fact that the moment uses, a
property of such a fact, a permission record, all permissions, all contacts, her time zone. What is made coarser: the
category of a fact and her jurisdiction, to what they are under. A single contact is not removed: a list of contacts
that lacks one does not know less, it says that she was left in peace. A record of a no is removed like any other: what
has no yes of its own does not open without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tactful.decide import Case, decide
from tactful.model.records import Candidate, Decision, Fact
from tactful.model.verdict import NAMES
from tactful.service.demo.judged import Played, Shown

_PROPERTIES = (
    "provenance",
    "distance",
    "sensitivity",
    "about",
    "acquired_via",
    "purposes",
    "confidence",
    "known_to_her",
    "known_among",
    "has_words",
)


class Broken(msgspec.Struct, frozen=True):
    """What became of one moment. `freer` names each removal that freed it: there must be none."""

    shown: Shown
    freer: tuple[str, ...]
    stricter: int
    same: int

    @property
    def removed(self) -> int:
        """How many things were removed."""
        return len(self.freer) + self.stricter + self.same


def break_all(played: Played) -> tuple[Broken, ...]:
    """Every moment, with every one thing removed."""
    return tuple(_broken(shown) for shown in played.moments)


def _broken(shown: Shown) -> Broken:
    usual = freedom(shown.case, shown.decision)
    freer: list[str] = []
    stricter = same = 0
    for what, case in removals(shown.case):
        found = freedom(case, decide(case))
        if found > usual:
            freer.append(what)
        elif found < usual:
            stricter += 1
        else:
            same += 1
    return Broken(shown, tuple(freer), stricter, same)


def freedom(case: Case, decision: Decision) -> tuple[int, int]:
    """How free a decision is: its verdict, and of what is said how full a variant."""
    names = [variant.name for variant in case.candidates[0].variants]
    fullness = -names.index(decision.variant) if decision.variant in names else -len(names)
    return NAMES.index(decision.verdict), fullness


def removals(case: Case) -> Iterator[tuple[str, Case]]:
    """The case with one thing removed or made coarser, and what that was."""

    def without(**fields: Any) -> Case:
        return msgspec.structs.replace(case, **fields)

    for name in case.attributes:
        yield name, without(attributes={key: given for key, given in case.attributes.items() if key != name})
    for name, given in case.attributes.items():
        if name == "customer.jurisdiction" and "-" in str(given.value):
            coarse = msgspec.structs.replace(given, value=str(given.value).rpartition("-")[0])
            yield f"{name}, to {coarse.value}", without(attributes={**case.attributes, name: coarse})
    for at, record in enumerate(case.permissions or ()):
        kept = tuple(each for place, each in enumerate(case.permissions or ()) if place != at)
        yield f"permission {record.purpose} by {record.channel}", without(permissions=kept)
    yield "all permissions", without(permissions=None)
    yield "all contacts", without(contacts=None)
    yield "her time zone", without(zones=())
    for what, candidate in _of_candidate(case.candidates[0]):
        yield what, without(candidates=(candidate,))


def _of_candidate(candidate: Candidate) -> Iterator[tuple[str, Candidate]]:
    replace = msgspec.structs.replace
    for name in candidate.scenario:
        yield name, replace(candidate, scenario={key: v for key, v in candidate.scenario.items() if key != name})
    mentioned = (use.fact for variant in candidate.variants for use in variant.mentions)
    for name in dict.fromkeys((candidate.contact, *candidate.selects, *mentioned)):
        yield name, replace(candidate, facts={key: fact for key, fact in candidate.facts.items() if key != name})
        if name in candidate.facts:
            for what, fact in _of_fact(candidate.facts[name]):
                yield f"{name}: {what}", replace(candidate, facts={**candidate.facts, name: fact})


def _of_fact(fact: Fact) -> Iterator[tuple[str, Fact]]:
    for name in _PROPERTIES:
        if getattr(fact, name) is not None:
            yield name, msgspec.structs.replace(fact, **{name: None})
    if "." in fact.category:
        above = fact.category.rpartition(".")[0]
        yield f"category, to {above}", msgspec.structs.replace(fact, category=above)
