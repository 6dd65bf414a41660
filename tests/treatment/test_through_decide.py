"""From campaign and treatment through a real decision to the message."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.decide import shop as penny
from tests.treatment.made import OFFER, STARTER, STARTER_CAMPAIGN, load, written

from tactful.decide import decide
from tactful.model.records import Candidate, Decision, Fact
from tactful.treatment.campaign import load_campaign
from tactful.treatment.render import NotDecided

TREATMENT = load(STARTER)
CAMPAIGN = load_campaign(STARTER_CAMPAIGN, "c.yaml", ["due_again"], ["purchase.item", "contact.name"])


def known(name: str, value: dict[str, Any], **other: Any) -> Fact:
    return msgspec.structs.replace(penny.fact(name, **other), value=value)


ITEM = known("purchase.item", {"plain_name": "lunch bag red retrospot", "kind": "lunch bags"})
NAME = known("contact.name", {"given": "Penny"}, provenance="provided", sensitivity="personal")
FACTS = {**penny.FACTS, "purchase.item": ITEM, "contact.name": NAME}


def candidate(facts: dict[str, Fact]) -> Candidate:
    return penny.candidate(
        CAMPAIGN.name,
        scenario={**penny.SCENARIO, **CAMPAIGN.scenario()},
        selects=CAMPAIGN.selects(["label.due_again"]),
        variants=CAMPAIGN.reasons(TREATMENT.variants_for(facts, OFFER)),
        facts=facts,
        value=CAMPAIGN.worth,
    )


def decided(facts: dict[str, Fact] = FACTS, **other: Any) -> Decision:
    return decide(penny.case(candidate(facts), **other))


def test_what_may_be_said_is_said() -> None:
    decision = decided()
    message = written(TREATMENT, decision.variant, FACTS, decision=decision, also_met=["list_on_page"])
    assert decision.variant == "explicit"
    assert message.subject == "Running low on lunch bag red retrospot?"
    assert "Hello Penny," in message.text


def test_a_name_from_a_bought_list_is_left_out_and_the_rest_is_said() -> None:
    facts = {**FACTS, "contact.name": known("contact.name", NAME.value, provenance="third_party")}
    decision = decided(facts)
    assert decision.variant == "explicit without contact.name"
    message = written(TREATMENT, decision.variant, facts, decision=decision, also_met=["list_on_page"])
    assert message.text.startswith("Hello,\n")
    assert "Penny" not in message.text + message.html
    with pytest.raises(NotDecided):
        written(TREATMENT, "explicit", facts, decision=decision, also_met=["list_on_page"])


def test_where_the_item_may_not_be_said_nothing_of_it_is() -> None:
    facts = {**FACTS, "purchase.item": known("purchase.item", ITEM.value, sensitivity="intimate")}
    decision = decided(facts)
    assert decision.variant == "silent"
    assert "lunch" not in written(TREATMENT, "silent", facts, decision=decision, also_met=["list_on_page"]).text


def test_after_she_said_no_nothing_is_written() -> None:
    decision = decided(permissions=(penny.permission("withdrawn"),))
    for variant in TREATMENT.variants:
        with pytest.raises(NotDecided):
            written(TREATMENT, variant.name, FACTS, decision=decision, also_met=["list_on_page"])
