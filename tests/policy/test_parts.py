"""Whose law a part of a policy is, and from when: what is not in force yet waits, checked and listed."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.policy.policies import fetch_from, load

from tactful.model.problems import Problems
from tactful.policy.load import load_policy, load_text
from tactful.policy.rules import Part, Policy

NEVER = "at_most: never, tier: law"
TEXAS = f"""policy: law/texas
version: 3
jurisdiction: us-tx
effective: 2027-01-01
limits:
  - {{id: texas-hours, {NEVER}, when: 'customer.jurisdiction == "us-tx" && act == "reach"'}}
"""
BASE = f"policy: law/base\neffective: 2018-05-25\nlimits: [{{id: base, {NEVER}, when: customer.objected}}]"
SHOP = "policy: shop\nversion: 2\nimports: [law/base, law/texas]\nlicences: [{id: open, when: true}]"
FILES = {"shop": SHOP, "law/base": BASE, "law/texas": TEXAS}


def on(day: str | None, **files: str) -> Policy:
    today = dt.date.fromisoformat(day) if day else None
    return load_policy("shop", fetch_from({**FILES, **files}), today=today)


def names(policy: Policy) -> set[str]:
    return {rule.id for rule in policy.rules} - {"using-is-not-saying"}


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ("2018-05-24", {"open"}),
        ("2018-05-25", {"open", "base"}),
        ("2026-12-31", {"open", "base"}),
        ("2027-01-01", {"open", "base", "texas-hours"}),
        (None, {"open", "base", "texas-hours"}),
    ],
)
def test_a_part_applies_from_its_first_day(day: str | None, held: set[str]) -> None:
    policy = on(day)
    assert names(policy) == held
    assert {part.name for part in (*policy.made_of, *policy.waiting)} == {"shop", "law/base", "law/texas"}
    assert any(rule.id == "using-is-not-saying" for rule in policy.limits)


def test_what_waits_is_listed_with_its_day() -> None:
    policy = on("2026-06-01")
    assert policy.made_of == (Part("shop", 2), Part("law/base", 1, "", "2018-05-25"))
    assert policy.waiting == (Part("law/texas", 3, "us-tx", "2027-01-01"),)
    assert policy.parts == ("shop 2", "law/base 1")
    assert on(None).waiting == ()


@pytest.mark.parametrize("day", ["0001-01-01", "2018-05-25", "2026-06-01", "2027-01-01", "2099-01-01"])
def test_as_of_is_a_day_on_which_the_same_holds(day: str) -> None:
    policy = on(day)
    assert policy.as_of <= day
    assert on(policy.as_of) == policy


def test_without_days_there_is_no_as_of() -> None:
    assert load("licences: [{id: open, when: true}]").as_of == ""


def test_what_only_a_waiting_part_imports_waits_too() -> None:
    only = {"law/texas": TEXAS + "imports: [law/more]\n", "law/more": "licences: [{id: more, when: true}]"}
    assert "more" not in names(on("2026-06-01", **only))
    assert {part.name for part in on("2026-06-01", **only).waiting} == {"law/texas", "law/more"}
    both = {**only, "shop": SHOP.replace("law/texas]", "law/texas, law/more]")}
    assert "more" in names(on("2026-06-01", **both))


def test_a_whole_policy_may_wait_and_then_opens_nothing() -> None:
    later = load_text(f"effective: 2030-01-01\n{SHOP}", "shop.yaml", fetch_from(FILES), today=dt.date(2029, 12, 31))
    assert names(later) == set()
    assert (later.name, later.version, later.made_of) == ("shop", 2, ())


def test_what_waits_is_checked_all_the_same() -> None:
    with pytest.raises(Problems, match=r"Did you mean act\?"):
        on("2020-01-01", **{"law/texas": TEXAS.replace("&& act", "&& akt")})
    with pytest.raises(Problems, match="this name is taken already"):
        on("2020-01-01", **{"law/texas": TEXAS.replace("texas-hours", "base")})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("jurisdiction: us-tx", "jurisdiction: Texas", '"Texas" is not a jurisdiction; write `uk`'),
        ("jurisdiction: us-tx", "jurisdiction: [us]", "`jurisdiction` must be a text"),
        ("jurisdiction: us-tx", "jurisdicton: us-tx", "Did you mean jurisdiction?"),
        ("effective: 2027-01-01", "effective: next year", '"next year" is not a day; write it like 2018-05-25.'),
        ("effective: 2027-01-01", "effective: 20270101", "is not a day"),
        ("effective: 2027-01-01", "efective: 2027-01-01", "Did you mean effective?"),
        ('"us-tx" && act', '"us" && act', "this file is the law of us-tx; write `customer.jurisdiction == "),
        ('"us-tx" && act', '"us-tx" || act', "this file is the law of us-tx"),
        ('customer.jurisdiction == "us-tx" && act', "act", "this file is the law of us-tx"),
        ('customer.jurisdiction == "us-tx"', 'customer.jurisdiction != "us-tx"', "this file is the law of us-tx"),
        ('== "us-tx"', 'in ["us-tx", "us-ok"]', "this file is the law of us-tx"),
    ],
)
def test_a_bad_head_or_a_rule_that_forgets_its_place(old: str, new: str, says: str) -> None:
    assert old in TEXAS
    with pytest.raises(Problems) as caught:
        on(None, **{"law/texas": TEXAS.replace(old, new)})
    assert says in str(caught.value)


def test_a_rule_may_be_of_a_place_inside() -> None:
    inside = TEXAS.replace("jurisdiction: us-tx", "jurisdiction: us")
    assert "texas-hours" in names(on(None, **{"law/texas": inside}))


@pytest.mark.parametrize(
    ("old", "new"),
    [("us-tx\n", "us\n"), ("2027-01-01", "2027-01-02"), ("version: 3", "version: 4")],
)
def test_the_digest_sees_whose_law_it_is_and_from_when(old: str, new: str) -> None:
    assert on(None).digest != on(None, **{"law/texas": TEXAS.replace(old, new, 1)}).digest


def test_the_digest_sees_what_waits_only_once_it_holds() -> None:
    assert on("2026-06-01").digest == on("2020-01-01").digest != on(None).digest
