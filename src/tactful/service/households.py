"""Households, because somebody says so: several people, each her own, and what one of them hears counts for all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.model.arrivals import Housemate
from tactful.model.problems import Problem, Problems
from tactful.profile.identity import IdentityRules
from tactful.service.identity import called, person_of, reason
from tactful.service.ports import Store


class Lives(msgspec.Struct, frozen=True):
    """Somebody in a household, with what she is called."""

    housemate: Housemate
    called: str


def households(store: Store, rules: IdentityRules, named: str = "", everybody: bool = False) -> tuple[Lives, ...]:
    """Who is in a household, or in that of somebody; with `everybody` also who left it. Raises Problems."""
    person = person_of(store, rules, named) if named else None
    return tuple(
        Lives(each, called(store, rules, each.person_id))
        for each in store.housemates(person)
        if everybody or not each.left_at
    )


def join_household(
    store: Store, rules: IdentityRules, names: Sequence[str], by: str, why: str, at: int
) -> tuple[Lives, ...]:
    """Put people into one household; who is in it now. Raises Problems, StoreProblem."""
    said = reason(by, why)
    people = [person_of(store, rules, each) for each in names]
    if len(people) < 2:
        raise Problems([Problem(names[0] if names else "PERSON", 0, "alone is no household: name two or more.")])
    if not store.put_together(people, at, said, rules.alone):
        raise Problems([Problem(", ".join(names), 0, "are in one household already.")])
    return households(store, rules, names[0])


def leave_household(store: Store, rules: IdentityRules, named: str, by: str, why: str, at: int) -> tuple[Lives, ...]:
    """Take somebody out of her household; who is left in it. Raises Problems, StoreProblem."""
    said = reason(by, why)
    person = person_of(store, rules, named)
    number = store.take_apart(person, at, said)
    return tuple(each for each in households(store, rules) if each.housemate.household_id == number)
