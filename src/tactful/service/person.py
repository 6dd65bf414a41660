"""One person as the officer sees her: what she is in the middle of, her journey, and all that we hold, with sources.

It is what is held, not what may be said: nothing here has been judged, and no message, card or answer to her is made
from it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from tactful.model.flow import Value
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import DAY, Contact, Contradiction, Fact, Permission
from tactful.profile.attributes import AttributeSettings, attributes
from tactful.profile.document import FOLD, Document, decode_document
from tactful.profile.facts import every_name, read
from tactful.profile.fold import fold
from tactful.profile.identifiers import KINDS, spelled
from tactful.profile.journey import Episode, Open, journey
from tactful.profile.labels import Declared
from tactful.profile.retention import Retention
from tactful.profile.shop import Shop
from tactful.profile.traits import Keeps
from tactful.service.import_orders import kept_catalogue
from tactful.service.journeys import happened, middle_of
from tactful.service.ports import Store
from tactful.service.project import Project
from tactful.service.staff_words import means_of

_CONTACTS = 90 * DAY
_SHELVED_FOR = 60.0


class Happening(msgspec.Struct, frozen=True):
    """An episode, or something open, with its sentence."""

    since: int
    until: int
    through: tuple[str, ...]
    sentence: str
    detail: Open | Episode


class Held(msgspec.Struct, frozen=True):
    """A fact that we hold, what it says for staff (`means`), and where it is from. `forgotten_at`: when it vanishes.

    It is 0 where that never happens.
    """

    name: str
    means: str
    key: str
    value: dict[str, Any]
    provenance: str | None
    distance: int | None
    sensitivity: str | None
    about: str | None
    via: str | None
    point: str | None
    purposes: tuple[str, ...] | None
    at: int
    forgotten_at: int
    she_reads: str
    rests_on: tuple[str, ...]
    count: int
    contradicts: tuple[Contradiction, ...] = ()


class Decided(msgspec.Struct, frozen=True):
    """A decision about her, in a line."""

    decision: str
    at: int
    candidate: str
    verdict: str
    stage: str


class PersonView(msgspec.Struct, frozen=True):
    """All that we hold of one person at an instant (µs)."""

    person_id: int
    called: str
    now: int
    identifiers: tuple[tuple[str, str], ...]
    middle_of: tuple[Happening, ...]
    journey: tuple[Happening, ...]
    about_her: dict[str, Value]
    because: dict[str, str]
    facts: tuple[Held, ...]
    permissions: tuple[Permission, ...]
    contacts: tuple[Contact, ...]
    decisions: tuple[Decided, ...]


def who(store: Store, named: str, region: str | None = None) -> int:
    """The person of `kind:value`, or of a bare value of one of the usual kinds. Raises Problems where there is none.

    `region` is where telephone numbers without a country are (`GB`).
    """
    kind, colon, value = named.partition(":")
    kind, value = kind.strip(), value.strip()
    if colon and (found := store.find(kind, spelled(kind, value, region))) is not None:
        return found
    for each in KINDS:
        if (found := store.find(each, spelled(each, named, region))) is not None:
            return found
    if colon and kind.strip() not in KINDS and (hint := suggestion(kind.strip(), KINDS)):
        raise Problems([Problem(named, 0, f"there is no kind of identifier `{kind.strip()}`.{hint}")])
    raise Problems(
        [Problem(named, 0, "nobody of this name is in the store; write it as `customer:17850` or `email:…`.")]
    )


class Shelved(msgspec.Struct, frozen=True):
    """What is the same for whomever is shown: what products are called, by code, and what facts need of the shop."""

    names: dict[str, str]
    shop: Shop


def shelved(store: Store, project: Project) -> Shelved:
    """The shop as of now."""
    names = kept_catalogue(store).names()
    return Shelved(names, msgspec.structs.replace(project.profile_shop(names), told=project.told(project.points)))


class Shelves:
    """The shop for whoever shows many people: read anew after a minute, and when its files changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[Project, Shelved, float] | None = None

    def of(self, project: Project) -> Shelved:
        """The shop as it was at most a minute ago. Raises StoreProblem."""
        kept, now = self._kept, time.monotonic()
        if kept is None or kept[0] is not project or now - kept[2] > _SHELVED_FOR:
            kept = self._kept = project, shelved(self._store, project), now
        return kept[1]


def show(store: Store, project: Project, person_id: int, now: int, shop_and_names: Shelved | None = None) -> PersonView:
    """Everything that is held of her at `now`, read with the tail: what was written a moment ago is in it.

    Whoever shows many people hands in what `shelved` gave.
    """
    kept = shop_and_names or shelved(store, project)
    names, shop = kept.names, kept.shop
    document = document_of(store, person_id)
    hers = journey(Retention(shop.keeps, now).kept(store.tail(person_id)), now, shop.via, names)
    known = read(document, now, shop)
    facts = [fact for name in every_name(document, project.labels) for fact in known.facts(name)]
    within = project.shop.returned_within // DAY
    settings = AttributeSettings(project.countries, within, keeps=shop.keeps, via=shop.via)
    about = attributes(document, now, settings)
    return PersonView(
        person_id=person_id,
        called=store.person_label(person_id),
        now=now,
        identifiers=tuple(store.identifiers(person_id)),
        middle_of=tuple(Happening(o.since, o.latest, o.via, middle_of(o), o) for o in hers.middle_of),
        journey=tuple(_episode(each, project.shop.currency) for each in hers.episodes),
        about_her=about.keys,
        because=about.because,
        facts=tuple(
            _held(fact, means_of(fact.name, project.labels), _kept(fact.name, shop.keeps, project.labels))
            for fact in facts
        ),
        permissions=store.permissions(person_id),
        contacts=tuple(store.contacts(person_id, now - _CONTACTS)),
        decisions=tuple(
            Decided(each.decision_id, each.at, each.candidate, each.verdict, each.stage)
            for each in store.person_decisions(person_id)
            if each.at <= now
        ),
    )


def document_of(store: Store, person_id: int) -> Document:
    """Her document with the tail folded in."""
    row = store.document(person_id, FOLD)
    return fold(decode_document(row.doc) if row.doc is not None else None, row.tail)


def _episode(each: Episode, currency: str) -> Happening:
    through = (each.via,) if each.via else tuple(sorted({step.source for step in each.steps}))
    return Happening(each.since, each.until, through, happened(each, currency), each)


def _kept(name: str, keeps: Keeps, declared: Declared) -> int:
    """How long a fact is kept (µs, 0 is always): as long as the shortest-kept of itself and what it is made from."""
    return min((kept for each in (name, *declared.rests_on(name)) if (kept := keeps.of(each))), default=0)


def _held(fact: Fact, means: str, kept: int) -> Held:
    return Held(
        name=fact.name,
        means=means,
        key=fact.key,
        value=fact.value,
        provenance=fact.provenance,
        distance=fact.distance,
        sensitivity=fact.sensitivity,
        about=fact.about,
        via=fact.acquired_via,
        point=fact.point,
        purposes=fact.purposes,
        at=fact.at,
        forgotten_at=fact.at + kept if kept else 0,
        she_reads=fact.she_reads,
        rests_on=fact.lineage,
        count=fact.count,
        contradicts=fact.contradicts,
    )


def by_name(facts: Sequence[Held]) -> dict[str, list[Held]]:
    """The facts under their names, newest first."""
    found: dict[str, list[Held]] = {}
    for fact in sorted(facts, key=lambda each: (each.name, -each.at, each.key)):
        found.setdefault(fact.name, []).append(fact)
    return found
