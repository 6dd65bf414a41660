"""The law as packs: whose it is and from when, whom it binds, and the rows that are whole tables."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from tests.packs.shelf import judge_case, pack, text_of

from tactful.model.flow import Value
from tactful.policy.check import check_care
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth
from tactful.policy.load import load_policy, load_text
from tactful.policy.rules import Rule
from tactful.service.packs import with_its_cases

PLACES = {"law/eu": "eu", "law/uk": "uk", "law/us": "us", "law/us-ca": "us-ca", "law/us-wa": "us-wa"}
RETAIL = pack("norm/retail")
CASES = [case for case in pack("norm/retail-cases").cases if not case.uses]
ELSEWHERE = {"eu": "uk", "uk": "eu-fr", "us": "uk", "us-ca": "us-ny", "us-wa": "us-or"}
OF_A_PLACE = [rule for rule in RETAIL.rules if rule.file.removesuffix(".yaml") in PLACES]


def place_of(rule: Rule) -> str:
    return PLACES[rule.file.removesuffix(".yaml")]


@pytest.mark.parametrize("name", PLACES)
def test_each_pack_says_whose_law_it_is_and_from_when(name: str) -> None:
    part = next(part for part in RETAIL.made_of if part.name == name)
    assert (part.jurisdiction, part.version) == (PLACES[name], 1)
    assert dt.date(1990, 1, 1) < dt.date.fromisoformat(part.effective) < dt.date(2026, 6, 1)


@pytest.mark.parametrize("rule", OF_A_PLACE, ids=lambda rule: rule.id)
def test_it_binds_whoever_it_may_protect_and_nobody_else(rule: Rule) -> None:
    """For every case: where her jurisdiction is absent or coarse it is as if it were hers, and elsewhere it is not."""
    place = place_of(rule)
    assert rule.kind == "limit"
    assert rule.tier == "law"
    assert rule.source
    for case in CASES:
        hers: dict[str, Value] = {**case.given, "customer.jurisdiction": place}
        bound = truth(rule.when, hers) is not False
        absent = {key: value for key, value in hers.items() if key != "customer.jurisdiction"}
        assert (truth(rule.when, absent) is not False) == bound
        if "-" in place:
            assert (truth(rule.when, {**hers, "customer.jurisdiction": place.split("-")[0]}) is not False) == bound
        assert truth(rule.when, {**hers, "customer.jurisdiction": ELSEWHERE[place]}) is False
        assert truth(rule.when, {**hers, "customer.jurisdiction": f"{place}-zz"}) == truth(rule.when, hers)


def test_before_its_first_day_a_law_waits_and_the_norms_hold() -> None:
    policy = load_policy("norm/retail", lambda name: (text_of(name), name), today=dt.date(2020, 1, 1))
    assert [part.name for part in policy.waiting] == ["law/uk", "law/us", "law/us-ca", "law/us-wa"]
    assert {rule.id for rule in RETAIL.rules} - {rule.id for rule in policy.rules} == {
        rule.id for rule in OF_A_PLACE if place_of(rule) != "eu"
    }
    judge = compile_policy(policy)
    for case in CASES:
        assert judge_case(case.given).point <= judge.verdict({**case.given, "norm.excess": 0}).point


@pytest.mark.parametrize("name", [*PLACES, "law/common"])
def test_a_law_is_tested_beside_the_norms(name: str) -> None:
    assert with_its_cases(name) == "norm/retail-cases"
    assert f"{name}-cases" in {part.name for part in pack("norm/retail-cases").made_of} | {"law/common-cases"}


MAIL: dict[str, Any] = {
    "permission.state": "never_asked",
    "permission.asked": "not_asked",
    "scenario.purpose": "recommend",
    "fact.purposes": ("order", "recommend"),
}


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("place", ["uk", "eu-de"])
@pytest.mark.parametrize("conditions", list(product([True, False], repeat=4)), ids=str)
def test_a_soft_opt_in_needs_all_four(place: str, channel: str, conditions: tuple[bool, ...]) -> None:
    """PECR reg. 22(3): details from a sale, similar goods, a chance to refuse then, and in every message."""
    from_a_sale, similar, could_refuse, can_refuse = conditions
    known = next(case.given for case in CASES if case.name == "uk her address came with a competition")
    shared = {**known, **MAIL, "customer.jurisdiction": place, "scenario.channel": channel}
    shared["permission.basis"] = "soft_opt_in" if could_refuse else "legitimate_interest"
    via = "till" if from_a_sale else "survey"
    reach = judge_case({**shared, "act": "reach", "fact.acquired_via": via})
    item = {"act": "mention", "fact.category": "purchase.item", "fact.provenance": "observed"}
    fit = "expected" if similar else "foreign"
    offer = judge_case({**shared, **item, "fact.acquired_via": "till", "scenario.fit": fit})
    met = {"identify_sender", "explain_why", *(["offer_choice"] if can_refuse else [])}
    may = reach.name == offer.name == "say" and {*reach.obligations, *offer.obligations} <= met
    assert may == all(conditions)


@pytest.mark.parametrize("earliest", range(24))
def test_calling_hours_are_hers_wherever_she_may_be(earliest: int) -> None:
    given = next(case.given for case in CASES if case.name == "us one second before nine in the evening")
    for latest in range(earliest, min(earliest + 4, 24)):
        hours = {"contact.local_hour_min": earliest, "contact.local_hour_max": latest}
        verdict = judge_case({**given, **hours})
        assert (verdict.name == "say") == (earliest >= 8 and latest < 21), hours


CARE = [
    ("licences: [{id: a, when: customer.vulnerable}]", False),
    ("licences: [{id: a, when: '!customer.vulnerable'}]", False),
    ("limits: [{id: a, tier: norm, oblige: [explain_why], when: customer.vulnerable}]", False),
    ("limits: [{id: a, tier: norm, at_most: never, when: '!customer.vulnerable'}]", False),
    ("limits: [{id: a, tier: norm, at_most: never, when: 'act == \"reach\" && !(customer.vulnerable)'}]", False),
    ("waivers: [{id: a, tier: hers, waives: norm, when: customer.vulnerable}]", False),
    ("limits: [{id: a, tier: norm, at_most: soften, when: customer.vulnerable}]", True),
    ("limits: [{id: a, tier: norm, at_most: hold, until: hers.time, when: customer.vulnerable}]", True),
]


@pytest.mark.parametrize(("text", "careful"), CARE)
def test_a_care_flag_only_makes_gentler(text: str, careful: bool) -> None:
    """EU AI Act Art. 5(1)(b): no rule may use it to press."""
    policy = load_text(f"policy: mine\n{text}\n", "mine.yaml", lambda name: (text_of(name), name))
    assert (check_care(policy) == ()) == careful
