"""Whole messages, and asking."""

from __future__ import annotations

from typing import Any

import pytest
from tests.decide.shop import judge, scorecard

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import Stood, asking_flow, choose, may_ask_here, nobody_meets, without_duty
from tactful.model.flow import Flow
from tactful.policy.judge import Duty

BASE: Flow = {
    "fact.provenance": "observed", "fact.distance": 0, "fact.sensitivity": "ordinary", "fact.about": "self",
    "fact.acquired_via": "till", "fact.confidence": 1, "fact.age_days": 5, "fact.known_to_her": True,
    "fact.known_among": "self", "fact.same_exchange": False, "fact.has_words": True,
    "fact.purposes": ("market", "recommend", "service"),
    "scenario.purpose": "recommend", "scenario.channel": "email", "scenario.initiator": "retailer",
    "scenario.place": "home", "scenario.moment": "idle", "scenario.audience": "self", "scenario.speaker": "system",
    "scenario.sector": "retail", "scenario.fit": "expected", "scenario.benefit": "saving",
    "scenario.recognised": "by_herself",
    "relationship.depth": "regular", "relationship.with_speaker": "acquaintance", "relationship.trust": 0.5,
    "permission.state": "given", "permission.basis": "consent", "permission.asked": "plainly",
    "permission.elsewhere": "never_asked",
    "customer.complaint_open": False, "customer.let_down": False, "customer.minor": False,
    "customer.vulnerable": False, "customer.restricted": False, "customer.objected": False,
    "customer.jurisdiction": "uk", "agreement.owed": False,
    "contact.last_24h": 0, "contact.last_7d": 0, "contact.local_hour_min": 12, "contact.local_hour_max": 12,
    "hers.at_most": "say", "hers.welcomes": False,
}  # fmt: skip


def flow(category: str, **changes: Any) -> Flow:
    return {**BASE, "fact.category": category, **{key.replace("__", "."): value for key, value in changes.items()}}


REACH = flow("contact.email", fact__provenance="provided")
ITEM = flow("purchase.item")
SIZE = flow("family.size", fact__provenance="provided", fact__sensitivity="personal", fact__purposes=("benefit",))
GUESS = flow("life_event.pregnancy", fact__provenance="inferred", fact__sensitivity="special", fact__distance=2)


def test_the_fullest_variant_that_may_be_said_is_taken() -> None:
    found = choose(judge(), scorecard(), REACH, [{"item": (ITEM, "explicit")}, {"item": (ITEM, "softened")}])
    assert (found.standing, found.index) == ("now", 0)
    assert found.judged[0].verdict.name == "say"


def test_one_use_must_be_asked_so_the_variant_without_it_is_taken() -> None:
    both = {"item": (ITEM, "explicit"), "size": (SIZE, "softened")}
    found = choose(judge(), scorecard(), REACH, [both, {"item": (ITEM, "explicit")}])
    assert (found.standing, found.index) == ("now", 1)
    alone = choose(judge(), scorecard(), REACH, [both])
    assert (alone.standing, alone.index, alone.asks) == ("ask", 0, ("size",))


def test_a_use_that_may_not_be_made_kills_only_its_variants() -> None:
    variants: list[Any] = [
        {"item": (ITEM, "explicit"), "guess": (GUESS, "softened")},
        {"item": (ITEM, "softened"), "guess": (GUESS, "silent")},
        {"item": (ITEM, "explicit")},
    ]
    assert choose(judge(), scorecard(), REACH, variants).index == 2
    fallen = choose(judge(), scorecard(), REACH, variants[:2])
    assert (fallen.standing, fallen.index) == ("never", None)
    assert [each.standing for each in fallen.judged] == ["now", "never"]


def test_reaching_her_holds_the_whole_message() -> None:
    in_store = {key: "store" if key == "scenario.place" else value for key, value in REACH.items()}
    found = choose(judge(), scorecard(), in_store, [{"item": (ITEM, "explicit")}])
    assert (found.standing, found.index, found.untils) == ("hold", 0, ("visit.over",))


def test_no_variant_is_never() -> None:
    assert choose(judge(), scorecard(), REACH, []).standing == "never"


def test_asking_is_a_flow_of_its_own() -> None:
    asking = asking_flow({**SIZE, "act": "mention", "scenario.channel": "associate"})
    assert (asking["act"], asking["fact.provenance"], asking["permission.asked"]) == ("collect", "provided", "plainly")
    assert (asking["fact.acquired_via"], asking["fact.purposes"]) == ("store", ("recommend",))
    assert "norm.excess" not in asking
    assert assess(judge(), scorecard(), asking).name == "say"


@pytest.mark.parametrize("less", ["scenario.channel", "scenario.purpose", "scenario.benefit"])
def test_asking_says_only_what_is_known_of_the_scenario(less: str) -> None:
    asking = asking_flow({key: value for key, value in SIZE.items() if key != less})
    assert ("fact.acquired_via" in asking) == (less != "scenario.channel")
    assert asking.get("fact.purposes") == (None if less == "scenario.purpose" else ("recommend",))


def test_a_duty_that_nobody_meets_shuts_what_carries_it() -> None:
    owed = (Duty("explain_why", ("say-why",)), Duty("name_source", ("say-where-from",)))
    now, never = Stood(3, ()), Stood(0, (), ("she-said-no",))
    assert without_duty(now, owed, {"explain_why", "name_source"}) == now
    assert without_duty(never, owed, ()) == never
    assert without_duty(now, (), ()) == now
    assert without_duty(now, owed, {"explain_why"}) == Stood(0, (), ("say-where-from",), ("name_source",))


def test_the_sentence_for_duties_that_nobody_meets() -> None:
    one, both = nobody_meets(["name_source"]), nobody_meets(["name_source", "explain_why", "name_source"])
    assert one.count(" and to ") == 0
    assert both.count(" and to ") == 1
    assert one.endswith(".")
    assert ".." not in both


@pytest.mark.parametrize(
    ("initiator", "channel", "contact", "may"),
    [
        ("customer", "call", "contact.phone", True),
        ("retailer", "app", "contact.presence", True),
        ("retailer", "app", "contact.device", False),
        ("retailer", "email", "contact.email", False),
        ("retailer", "email", "contact.presence", False),
    ],
)
def test_she_is_asked_only_where_she_is_already_talking_to_us(
    initiator: str, channel: str, contact: str, may: bool
) -> None:
    assert may_ask_here({"scenario.initiator": initiator, "scenario.channel": channel}, contact) is may


def test_an_excess_that_is_given_counts() -> None:
    strict = assess(judge(), scorecard(), {**ITEM, "act": "mention", "norm.excess": 0.9})
    assert "the-line-silent" in strict.because
    free = assess(judge(), scorecard(), {**ITEM, "act": "mention"})
    assert free.name == "say"
    assert free.discomfort_at_most == pytest.approx(4 / 24)


def test_what_the_scorecard_assumed_is_missing_where_it_matters() -> None:
    unsure = {key: value for key, value in ITEM.items() if key not in ("scenario.benefit", "fact.sensitivity")}
    found = assess(judge(), scorecard(), {**unsure, "act": "mention"})
    assert found.name != "say"
    assert {"scenario.benefit", "fact.sensitivity"} <= set(found.missing)
