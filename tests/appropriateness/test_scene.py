"""Flows put together from pieces say what the whole flow says, also where a piece cannot be judged alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.decide.shop import EMAIL, ITEM, NOON, SCENARIO, fact, fit, judge, scorecard

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import Stood, reach_stands, use_stands
from tactful.appropriateness.offers import Offers
from tactful.appropriateness.scene import Ground, Scene
from tactful.appropriateness.scorecard import estimate
from tactful.model.flow import Flow
from tactful.model.records import DAY, Fact, Standing
from tactful.model.verdict import FORMS
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_text

GIVEN = Standing("given", "consent", "plainly", "never_asked", assumption="She ticked the box at the till.")
PERSON: Flow = {
    "customer.complaint_open": False, "customer.let_down": False, "customer.minor": False, "customer.objected": False,
    "customer.vulnerable": False, "customer.restricted": False, "customer.jurisdiction": "uk", "agreement.owed": False,
    "relationship.depth": "regular", "relationship.with_speaker": "acquaintance", "relationship.trust": 0.5,
    "contact.last_24h": 0, "contact.last_7d": 0, "contact.local_hour_min": 12, "contact.local_hour_max": 12,
    "hers.at_most": "say", "hers.welcomes": False,
}  # fmt: skip
WHERE: Flow = {**SCENARIO, "scenario.purpose": "recommend", "scenario.channel": "email"}


def scene(person: Flow = PERSON, scenario: Flow = WHERE, meets: Any = None, given: Standing = GIVEN) -> Scene:
    return Scene(Ground(judge(), scorecard(), fit(), NOON, person, meets), scenario, lambda category: given)


def alike(found: Stood, expected: Stood) -> bool:
    return (found.standing, found.until) == (expected.standing, expected.until)


def whole(of: Scene, item: Fact | None, form: Any) -> Stood:
    return use_stands(judge(), scorecard(), of.flow(item, "mention"), form)


def test_what_was_agreed_may_be_said() -> None:
    assert scene().stands(ITEM, "explicit").standing == 3
    assert scene().stands(EMAIL, "reach").standing == 3


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("person", "scenario"),
    [
        ({"customer.jurisdiction": "atlantis"}, {}),
        ({"scenario.place": "store"}, {}),
        ({"relationship.trust": float("nan")}, {}),
        ({}, {"scenario.place": "the moon"}),
        ({}, {"customer.minor": True}),
        ({}, {"scenario.sector": 7}),
        ({"contact.last_24h": "many"}, {}),
    ],
)
def test_a_value_out_of_the_vocabulary_is_judged_with_the_whole_flow(person: Flow, scenario: Flow, form: Any) -> None:
    odd = scene({**PERSON, **person}, {**WHERE, **scenario})
    for item in (ITEM, EMAIL, None):
        assert alike(odd.stands(item, form), whole(odd, item, form))
        assert alike(odd.stands(item, "reach"), reach_stands(judge(), scorecard(), odd.flow(item, "reach")))


@pytest.mark.parametrize("change", [{"provenance": "rumour"}, {"confidence": 7}, {"known_to_her": 1}, {"distance": -1}])
def test_a_fact_out_of_the_vocabulary_is_judged_with_the_whole_flow(change: dict[str, Any]) -> None:
    item = fact("purchase.item", key="22111", **change)
    for form in FORMS:
        assert alike(scene().stands(item, form), whole(scene(), item, form))


def test_nothing_opens_a_use_of_a_fact_that_is_not_on_file() -> None:
    assert scene().stands(None, "silent").standing == 0
    assert "fact.category" not in scene().flow(None, "mention")
    assert scene().assumption(None) == ""
    assert scene().assumption(ITEM) == GIVEN.assumption


def test_how_ordinary_a_thing_is_is_looked_up_and_left_out_where_the_place_is_not_known() -> None:
    assert scene().flow(ITEM, "mention")["scenario.fit"] == "expected"
    nowhere = {key: value for key, value in WHERE.items() if key != "scenario.sector"}
    assert "scenario.fit" not in scene(scenario=nowhere).flow(ITEM, "mention")
    assert "scenario.fit" not in scene(scenario={**nowhere, "scenario.fit": "expected"}).flow(ITEM, "mention")


def test_a_duty_that_nobody_meets_shuts_a_use() -> None:
    told = msgspec.structs.replace(ITEM, provenance="public")
    free, bound = scene(), scene(meets=frozenset())
    stood = free.stands(told, "explicit")
    assert bound.stands(told, "explicit").standing <= stood.standing
    mail = scene(scenario={**WHERE, "scenario.purpose": "market"})
    assert mail.stands(EMAIL, "reach").standing == 3
    shut = scene(scenario={**WHERE, "scenario.purpose": "market"}, meets=frozenset()).stands(EMAIL, "reach")
    assert (shut.standing, set(shut.unmet)) == (0, {"identify_sender", "offer_choice"})


def test_she_is_asked_only_what_may_be_asked() -> None:
    never = Standing("never_asked", None, "not_asked", "never_asked")
    here: Flow = {**WHERE, "scenario.channel": "associate", "scenario.initiator": "customer"}
    found = scene(scenario=here, given=never).asked("item", ITEM, "explicit")
    assert found is not None
    assert (found.flow["act"], found.verdict.name) == ("collect", "say")
    refused = Standing("refused", "consent", "plainly", "refused")
    assert scene(scenario=here, given=refused).asked("item", ITEM, "explicit") is None


def test_a_record_of_an_odd_flow_is_its_whole_verdict() -> None:
    odd = scene({**PERSON, "customer.jurisdiction": "atlantis"})
    for form in (None, "explicit"):
        how = "reach" if form is None else form
        kept = odd.judged("item", ITEM, form, odd.stands(ITEM, how))
        assert kept.verdict == assess(judge(), scorecard(), odd.flow(ITEM, kept.act))


def test_what_nothing_can_be_kept_by_is_worked_out_each_time() -> None:
    offers = Offers(judge(), scorecard(), fit())
    odd: Any = {**PERSON, **WHERE, "act": "mention", "relationship.trust": [0.5]}
    assert offers.estimate(odd) == estimate(scorecard(), odd)
    assert offers.estimate({**odd, "relationship.trust": 0.5}) == estimate(
        scorecard(), {**odd, "relationship.trust": 0.5}
    )


def test_a_rule_that_reads_the_age_of_a_fact_tells_facts_of_one_kind_apart() -> None:
    """Where age is read, what is kept of an offer is kept by the age of the fact, too."""
    text = """
policy: test/age
version: 1
licences:
  - id: all
    when: act in ["select", "mention"]
    staff: s
    customer: c
limits:
  - id: old
    tier: norm
    when: fact.age_days > 30
    at_most: never
    staff: s
    customer: c
"""
    aged = compile_policy(load_text(text, "age.yaml", lambda name: None))
    ground = Ground(aged, scorecard(), fit(), NOON, PERSON)
    place = Scene(ground, WHERE, lambda category: GIVEN)
    new, old = (msgspec.structs.replace(ITEM, at=NOON - days * DAY) for days in (29, 31))
    for _ in range(2):
        assert [place.stands(each, "silent").standing for each in (new, old)] == [3, 0]
