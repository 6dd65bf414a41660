"""The moments of the demo as they stand in `moments.yaml`, each made into the case that `decide` reads."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from tactful.appropriateness.context import FitTable, load_fit
from tactful.decide import Case
from tactful.model.document import read_document, refuse
from tactful.model.flow import Value
from tactful.model.records import DAY, Candidate, Cap, Contact, Fact, Given, Permission, QuietHours, Use, Variant
from tactful.model.verdict import Form
from tactful.policy.judge import Judge
from tactful.service.packs import packaged, scorecard
from tactful.treatment.objects import load_objects
from tactful.treatment.render import Links, Shop
from tactful.treatment.template import Treatment, load_treatment

FILE = "demo/moments.yaml"
CAPS = (Cap(2, 7 * DAY),)
QUIET = QuietHours(20 * 60, 8 * 60)
VALUE = 4_000


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A variant written by hand, where nobody has written a treatment: fact to form."""

    name: str
    mentions: dict[str, Form]


class Instead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is ours to change in a moment, and in words; what is not given stays as it is."""

    change: str
    purpose: str = ""
    channel: str = ""
    contact: str = ""
    scenario: dict[str, Value] = {}
    attributes: dict[str, Value] = {}
    selects: tuple[str, ...] | None = None
    variants: tuple[Way, ...] = ()


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wanted to do. `not_shown` are words that must not occur in what she reads."""

    who: str
    wanted: str
    short: str
    purpose: str
    channel: str
    contact: str
    rests_on: str
    scenario: dict[str, Value] = {}
    attributes: dict[str, Value] = {}
    selects: tuple[str, ...] = ()
    treatment: str = ""
    variants: tuple[Way, ...] = ()
    offer: dict[str, Any] = {}
    not_shown: tuple[str, ...] = ()
    instead: tuple[Instead, ...] = ()


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is on file about one member of the cast. `asks` gives for a fact the question by which we would ask."""

    facts: dict[str, Fact]
    asks: dict[str, str]
    attributes: dict[str, Value]
    permissions: tuple[Permission, ...]
    contacts: tuple[Contact, ...]


class Demo(msgspec.Struct, frozen=True):
    """The whole demo as loaded."""

    now: int
    zone: str
    shop: Shop
    links: Links
    scenario: dict[str, Value]
    audiences: dict[str, str]
    people: dict[str, Person]
    moments: tuple[Moment, ...]


@cache
def demo() -> Demo:
    """The demo that comes with Tactful."""
    top = read_document(packaged("service", FILE), FILE)
    refuse(top.problems)
    tree = top.plain()
    usual = tree["unless_said"]
    now = int(datetime.fromisoformat(tree["now"]).timestamp()) * 1_000_000
    return Demo(
        now=now,
        zone=tree["zone"],
        shop=msgspec.convert(tree["shop"], Shop),
        links=msgspec.convert(tree["links"], Links),
        scenario=usual["scenario"],
        audiences=tree["audiences"],
        people={name: _person(each, usual, now) for name, each in tree["people"].items()},
        moments=msgspec.convert(tree["moments"], tuple[Moment, ...]),
    )


def _person(tree: dict[str, Any], usual: dict[str, Any], now: int) -> Person:
    facts = {name: {**usual["fact"], **given} for name, given in tree["facts"].items()}
    return Person(
        facts={name: _fact(name, given, now) for name, given in facts.items()},
        asks={name: given["asks"] for name, given in facts.items() if "asks" in given},
        attributes={**usual["attributes"], **tree.get("attributes", {})},
        permissions=tuple(_permission(each, now) for each in tree.get("permissions", ())),
        contacts=tuple(
            Contact(each["channel"], each["purpose"], now - each["days_ago"] * DAY) for each in tree.get("contacts", ())
        ),
    )


def _fact(name: str, given: dict[str, Any], now: int) -> Fact:
    fields = {key: value for key, value in given.items() if key not in ("asks", "days_ago")}
    whole = {"name": name, "category": name, "key": "", "value": {}, "at": now - given["days_ago"] * DAY, **fields}
    return msgspec.convert(whole, Fact)


def _permission(given: dict[str, Any], now: int) -> Permission:
    at = now - given["days_ago"] * DAY
    fields = {key: value for key, value in given.items() if key != "days_ago"}
    whole = {"category": "*", "source": "demo", "occurred_at": at, "received_at": at, **fields}
    return msgspec.convert(whole, Permission)


@cache
def fit_table() -> FitTable:
    """How ordinary each kind of knowledge is."""
    return load_fit(packaged("appropriateness", "tables/fit.yaml"), "fit.yaml")


@cache
def treatment(name: str) -> Treatment:
    """A treatment of the demo."""
    objects = load_objects(packaged("treatment", "tables/template_objects.yaml"), "template_objects.yaml")
    return load_treatment(packaged("service", f"demo/treatments/{name}.liquid"), f"{name}.liquid", objects)


def case_of(moment: Moment, judge: Judge) -> Case:
    """Everything that deciding this moment reads."""
    known = demo()
    person = known.people[moment.who]
    attributes = {**person.attributes, **moment.attributes}
    return Case(
        now=known.now,
        judge=judge,
        scorecard=scorecard(),
        fit=fit_table(),
        candidates=(_candidate(moment, person),),
        attributes={name: Given(value, "from the demo") for name, value in attributes.items()},
        permissions=person.permissions,
        zones=(known.zone,),
        contacts=person.contacts,
        caps=CAPS,
        quiet=QUIET,
    )


def changed(moment: Moment, instead: Instead) -> Moment:
    """The moment with what is ours to change, changed."""
    fields: dict[str, Any] = {
        name: value for name in ("purpose", "channel", "contact") if (value := getattr(instead, name))
    }
    if instead.selects is not None:
        fields["selects"] = instead.selects
    if instead.variants:
        fields |= {"variants": instead.variants, "treatment": ""}
    fields["scenario"] = {**moment.scenario, **instead.scenario}
    fields["attributes"] = {**moment.attributes, **instead.attributes}
    return msgspec.structs.replace(moment, **fields)


def _candidate(moment: Moment, person: Person) -> Candidate:
    if moment.treatment:
        variants = treatment(moment.treatment).variants_for(person.facts)
    else:
        variants = tuple(
            Variant(way.name, tuple(Use(fact, form) for fact, form in way.mentions.items())) for way in moment.variants
        )
    return Candidate(
        name=moment.treatment or moment.short,
        purpose=moment.purpose,
        channel=moment.channel,
        contact=moment.contact,
        scenario={**demo().scenario, **moment.scenario},
        selects=moment.selects,
        variants=variants,
        facts=person.facts,
        value=VALUE,
    )
