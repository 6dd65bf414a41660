"""The four questions about one flow, where it matters that nothing is promised which was not judged."""

from __future__ import annotations

from typing import Any

import pytest
from tests.appropriateness.test_message import ITEM, flow
from tests.decide.shop import judge, scorecard

from tactful.appropriateness.questions import Questions
from tactful.model.flow import Flow
from tactful.service.questions import ours


def questions() -> Questions:
    return Questions(judge(), scorecard(), ours())


def without(known: Flow, *keys: str) -> Flow:
    return {key: value for key, value in known.items() if key not in keys}


SAID: Flow = {**ITEM, "act": "mention"}
HERE: Flow = {
    **SAID, "scenario.channel": "associate", "scenario.initiator": "retailer", "scenario.speaker": "associate",
    "permission.state": "never_asked", "permission.basis": "legitimate_interest", "permission.asked": "not_asked",
}  # fmt: skip
HEARD: Flow = {
    **SAID,
    "scenario.audience": "public",
    "fact.sensitivity": "personal",
    "scenario.channel": "associate",
    "scenario.place": "store",
}


def test_what_is_free_enough_needs_no_way_and_has_no_obstacle() -> None:
    assert questions().how_to(SAID) == ()
    assert questions().why_not(SAID) == ()
    assert questions().why_not(HEARD) != ()


def test_her_yes_is_enough_only_for_what_she_alone_decides() -> None:
    assert questions().her_yes_is_enough(HERE, "say")
    assert not questions().her_yes_is_enough({**HERE, "customer.minor": True, "scenario.purpose": "market"}, "say")
    told_nothing = without(HERE, "fact.purposes")
    assert questions().her_yes_is_enough(told_nothing, "say"), "she is told this purpose"
    assert not questions().her_yes_is_enough(without(HERE, "scenario.purpose"), "say")


def test_asking_her_is_a_way_where_she_is_talking_to_us() -> None:
    asks = [way for way in questions().how_to(HERE) if way.asks]
    assert [way.verdict for way in asks] == ["ask"]
    assert asks[0].flow["act"] == "collect"
    assert not [way for way in questions().how_to({**HERE, "customer.minor": True}) if way.asks]


@pytest.mark.parametrize(
    "change",
    [
        {"permission.state": "refused"},
        {"permission.state": None},
        {"permission.elsewhere": "withdrawn"},
        {"customer.objected": True},
        {"hers.at_most": "never"},
        {"fact.provenance": "inferred"},
        {"fact.category": "label.propensity"},
        {"act": "infer"},
        {"scenario.initiator": None},
        {"customer.restricted": True},
    ],
)
def test_she_is_not_asked(change: dict[str, Any]) -> None:
    assert questions().may_be_asked(HERE) is not None
    changed = {key: value for key, value in {**HERE, **change}.items() if value is not None}
    assert questions().may_be_asked(changed) is None


def test_wanting_only_to_ask_or_to_wait_needs_no_yes() -> None:
    shut = {**HERE, "fact.provenance": "third_party"}
    assert not [way for way in questions().how_to(shut, "hold") if way.asks]


def test_two_changes_are_proposed_where_one_is_not_enough() -> None:
    seen = {
        **HEARD, "fact.sensitivity": "ordinary", "scenario.channel": "kiosk", "scenario.moment": "distress",
        "scenario.recognised": "by_device", "relationship.with_speaker": "stranger",
    }  # fmt: skip
    found = questions().how_to(seen)
    together = [way for way in found if len(way.steps) == 2]
    assert {"when-she-signs-in", "when-she-begins"} in [{step.change for step in way.steps} for way in together]
    for way in found:
        assert questions().why(way.flow).name == way.verdict == "say"
    alone = {way.steps[0].change for way in found if len(way.steps) == 1}
    assert not [way for way in together if {step.change for step in way.steps} <= alone]


def test_what_if_changes_what_hangs_on_the_channel_and_takes_keys_away() -> None:
    moved = questions().what_if(SAID, {"scenario.channel": "sms", "scenario.benefit": None})
    assert moved.flow["scenario.channel"] == "sms"
    assert "scenario.benefit" not in moved.flow
    assert "permission.state" in moved.forgotten
    assert "scenario.benefit" not in moved.forgotten
    same = questions().what_if(SAID, {"scenario.channel": "email"})
    assert (same.flow, same.forgotten) == (SAID, ())
    told = questions().what_if(SAID, {"scenario.channel": "sms"}, lambda channel: {"permission.state": "refused"})
    assert told.flow["permission.state"] == "refused"


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.appropriateness.questions._MOST_KEPT", 1)
    few, many = questions(), Questions(judge(), scorecard(), ours())
    for each in (HEARD, HERE, flow("purchase.item", act="mention", scenario__moment="distress")):
        assert few.how_to(each) == many.how_to(each)
        assert len(few._known) <= 1
