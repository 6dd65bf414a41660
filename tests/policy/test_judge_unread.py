"""The compiled judge on flows that nobody read beforehand, and what it keeps of those it has judged."""

from __future__ import annotations

import pytest
from tests.policy.policies import SHOP, flow, load

from tactful.model.flow import read_flow
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge


def judge_of(text: str) -> Judge:
    return compile_policy(load(text))


JUDGE = judge_of(SHOP)


def test_what_looks_like_a_value_is_none_though_python_calls_it_equal() -> None:
    """1 is not true, and true is no number: neither may be answered from what was kept of the other."""
    judge = judge_of(
        "policy: small\nlicences: [{id: all, when: 'true'}]\nlimits:\n  - {id: x, tier: norm, at_most: ask,"
        " when: '(hers.welcomes || contact.last_7d >= 1) && fact.distance > 2'}\n"
    )
    for key, good, odd in (("hers.welcomes", True, 1), ("contact.last_7d", 1, True)):
        known = judge.verdict({key: good, "act": "mention"})
        assert "fact.distance" in known.missing
        assert key not in known.missing
        assert judge.verdict({key: odd, "act": "mention"}) == judge.verdict({"act": "mention"}) != known


def test_a_number_of_another_make_is_a_number() -> None:
    class Days(float):
        pass

    assert JUDGE.verdict(flow(contact__last_24h=Days(2))) == JUDGE.verdict(flow(contact__last_24h=2))
    assert read_flow({"contact.last_7d": 10**400})[1] == []
    assert JUDGE.verdict(flow(contact__last_24h=10**400)) == JUDGE.verdict(flow(contact__last_24h=2))


def test_places_and_lists_beyond_what_is_kept_are_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.policy.compile._MOST_MET", 2)
    judge = judge_of(SHOP)
    for place in ("uk", "eu", "eu-fr", "us-ca", "us-wa", "us-wa", "us"):
        assert judge.verdict(flow(customer__jurisdiction=place)) == JUDGE.verdict(flow(customer__jurisdiction=place))


def test_duties_are_told_with_the_limits_that_oblige() -> None:
    asking = flow(scenario__purpose="market", act="reach")
    due = JUDGE.duties_where(JUDGE.held(asking))
    assert tuple(duty.name for duty in due) == JUDGE.verdict(asking).obligations
    assert all(duty.rules for duty in due)


def test_what_is_missing_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.policy.judge._MOST_KEPT", 2)
    judge, known = judge_of(SHOP), flow()
    for key in known:
        less = {name: value for name, value in known.items() if name != key}
        assert judge.verdict(less) == JUDGE.verdict(less)
        assert len(judge._gapped) <= 2
