"""Who is who, for those who look after it: what somebody is made up of and why, merging and parting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tactful.model.arrivals import ANSWERS, Identifier, Merge, Review
from tactful.model.problems import NotThere, Problem, Problems, suggestion
from tactful.model.said import Conflict
from tactful.profile.identifiers import spelled
from tactful.profile.identity import IdentityRules, load_identity
from tactful.service.packs import packaged, read_text
from tactful.service.ports import Store

FILE = "identity.yaml"


class Member(msgspec.Struct, frozen=True):
    """One of those whom somebody is made up of, with her own identifiers."""

    person_id: int
    identifiers: tuple[Identifier, ...]


class Told(msgspec.Struct, frozen=True):
    """A merge, with what both sides are called."""

    merge: Merge
    loser: str
    winner: str


class Who(msgspec.Struct, frozen=True):
    """Somebody: the id that goes on, whom she is made up of, why, and where those disagree."""

    person_id: int
    called: str
    members: tuple[Member, ...]
    merges: tuple[Told, ...]
    conflicts: tuple[Conflict, ...]


class Waiting(msgspec.Struct, frozen=True):
    """A doubt, with what the people in it are called."""

    review: Review
    called: tuple[str, ...]


def read_rules(folder: Path) -> IdentityRules:
    """The rules for who is who of a shop's folder: its own `identity.yaml`, or the packaged one. Raises Problems."""
    own = folder / FILE
    if own.exists():
        return load_identity(read_text(own), str(own))
    return load_identity(packaged("profile", f"tables/{FILE}"), FILE)


def person_of(store: Store, rules: IdentityRules, named: str) -> int:
    """The person whom `kind:value`, or a bare value, was made for. Raises Problems where there is none."""
    kind, colon, value = named.partition(":")
    names: list[Identifier] = [(kind.strip(), value.strip())] if colon else []
    names += rules.in_order((each, named) for each in rules.kinds)
    for name in names:
        kind_of, written = name
        if (person := store.owner(kind_of, spelled(kind_of, written, None))) is not None:
            return person
    hint = suggestion(kind, rules.kinds) if colon and kind not in rules.kinds else ""
    raise Problems([Problem(named, 0, f"nobody of this name is in the store; write it as `customer:17850`.{hint}")])


def called(store: Store, rules: IdentityRules, person_id: int) -> str:
    """What somebody's own strongest identifier is, as `kind:value`."""
    names = rules.in_order(store.own_identifiers(person_id))
    return f"{names[0][0]}:{names[0][1]}" if names else f"person {person_id}"


def show_who(store: Store, rules: IdentityRules, named: str) -> Who:
    """What is known of who somebody is."""
    person = person_of(store, rules, named)
    today = store.today(person) or person
    members = tuple(Member(each, rules.in_order(store.own_identifiers(each))) for each in store.members(person))
    merges = told_merges(store, rules, store.merges(person))
    return Who(today, called(store, rules, today), members, merges, tuple(store.conflicts(person)))


def told_merges(store: Store, rules: IdentityRules, merges: Sequence[Merge]) -> tuple[Told, ...]:
    """Merges with what both sides are called."""
    return tuple(Told(each, called(store, rules, each.loser), called(store, rules, each.winner)) for each in merges)


def waiting(store: Store, rules: IdentityRules, open_only: bool = True) -> tuple[Waiting, ...]:
    """What waits for somebody to look, with names."""
    return tuple(
        Waiting(each, tuple(called(store, rules, person) for person in each.people))
        for each in store.reviews(open_only)
    )


def who_goes_on(store: Store, rules: IdentityRules, people: Sequence[int]) -> int:
    """Of several people the one whose id goes on: known before anonymous, then by strongest identifier and lower id."""

    def strength(person: int) -> tuple[bool, int, int]:
        kinds = Counter(kind for kind, _ in store.identifiers(person))
        return (*rules.strength(kinds), store.today(person) or person)

    return min(people, key=strength)


def merge_by_hand(store: Store, rules: IdentityRules, named: tuple[str, str], by: str, why: str, at: int) -> Told:
    """Take two people for one, because somebody says so. Raises Problems, StoreProblem."""
    evidence = reason(by, why)
    people = [person_of(store, rules, each) for each in named]
    if store.today(people[0]) == store.today(people[1]):
        raise Problems([Problem(named[1], 0, f"is one person with {named[0]} already.")])
    winner = who_goes_on(store, rules, people)
    loser = next(each for each in people if each != winner)
    number = store.merge(loser, winner, at, "staff", evidence, rules.alone)
    merge = next(each for each in store.merges(winner) if each.merge_id == number)
    return told_merges(store, rules, [merge])[0]


def unmerge_by_hand(store: Store, rules: IdentityRules, merge_id: int, by: str, why: str, at: int) -> Told:
    """Undo a merge, because somebody says so."""
    store.unmerge(merge_id, at, reason(by, why))
    merge = next(each for each in store.merges() if each.merge_id == merge_id)
    return told_merges(store, rules, [merge])[0]


def settle_doubt(
    store: Store, rules: IdentityRules, review_id: int, answer: str, by: str, why: str, at: int
) -> tuple[Told, ...]:
    """Settle a doubt; `same` merges the people in it. The merges that were made."""
    if answer not in ANSWERS:
        hint = suggestion(answer, ANSWERS) or f" Allowed: {', '.join(ANSWERS)}."
        raise Problems([Problem("--answer", 0, f"`{answer}` is no answer.{hint}")])
    said = reason(by, why)
    review = next((each for each in store.reviews() if each.review_id == review_id), None)
    if review is None:
        raise NotThere(f"There is no doubt {review_id} that waits.")
    made: list[int] = []
    if answer == "same":
        winner = who_goes_on(store, rules, review.people)
        for person in review.people:
            made.append(store.merge(person, winner, at, "staff", f"{said} (doubt {review_id})", rules.alone))
    store.settle(review_id, answer, at, said)
    return told_merges(store, rules, [each for each in store.merges() if each.merge_id in made])


def reason(by: str, why: str) -> str:
    """Who says so and why, as it is kept. Raises Problems where one of them is missing."""
    missing = [option for option, text in (("--by", by), ("--why", why)) if not text.strip()]
    if missing:
        raise Problems([Problem(each, 0, "is needed: who says so and why is kept with it.") for each in missing])
    return f"{by.strip()}: {why.strip()}"
