"""Collection points, and what she was told there."""

from __future__ import annotations

import pytest
from tests.decide.shop import packaged

from tactful.model.problems import Problems
from tactful.permission.points import CollectionPoint, load_compatible, load_point, passed, purposes_told

CHECKOUT = """
collection_point: checkout
notice: notices/checkout-2010-12.md
seen_from: 2010-12-01
collects: [contact.email, contact.address, purchase]
purposes: [order, service]
sources: [orders]
shown_in: [uk]
assumes: "She saw the box to say no."
permissions:
  - purpose: recommend
    channel: email
    basis: soft_opt_in
    conditions:
      details_from_a_sale: true
      own_similar_products: true
      could_refuse_then: true
      can_refuse_each_time: true
approved: {by: privacy@giftshop.example, on: 2026-11-20}
"""
SEEN_FROM = 1_291_161_600_000_000
NOW = 1_323_432_000_000_000
EVENT = ("orders", SEEN_FROM)


def load(text: str) -> CollectionPoint:
    return load_point(text, "checkout.yaml")


def complaints(text: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_point_as_written() -> None:
    point = load_point(CHECKOUT, "checkout.yaml", {"notices/checkout-2010-12.md": "sha256:1"})
    assert (point.name, point.seen_from, point.digest) == ("checkout", SEEN_FROM, "sha256:1")
    assert point.permissions[0].basis == "soft_opt_in"


@pytest.mark.parametrize(
    "condition", ["details_from_a_sale", "own_similar_products", "could_refuse_then", "can_refuse_each_time"]
)
def test_a_soft_opt_in_needs_all_four_conditions(condition: str) -> None:
    assert f"`{condition}` is not true" in complaints(CHECKOUT.replace(f"{condition}: true", f"{condition}: false"))[0]
    assert f"`{condition}` is missing" in complaints(CHECKOUT.replace(f"      {condition}: true\n", ""))[0]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("notice: notices/checkout-2010-12.md\n", "", 2, "`notice` is missing"),
        ("approved: {by: privacy@giftshop.example, on: 2026-11-20}\n", "", 2, "`approved` is missing"),
        ("on: 2026-11-20", "on: yesterday", 19, "is not a day"),
        ("purposes: [order, service]", "purposes: [order, servise]", 6, "Did you mean service?"),
        ("shown_in: [uk]", "shown_in: [britain]", 8, "is not a jurisdiction"),
        ("shown_in: [uk]", "shown_in: []", 8, "leave it out"),
        ("    channel: email\n", "", 11, "`channel` is missing"),
        ("sources: [orders]", "source: [orders]", 7, "Did you mean sources?"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, line: int, words: str) -> None:
    found = complaints(CHECKOUT.replace(old, new))
    assert any(words in each for each in found), found
    assert any(each.startswith(f"checkout.yaml:{line}:") for each in found), found


def test_a_notice_that_is_not_there_is_an_error() -> None:
    with pytest.raises(Problems, match="was not found"):
        load_point(CHECKOUT, "checkout.yaml", {"notices/checkout-2010-11.md": "sha256:1"})


def test_a_point_is_passed_with_the_first_covered_event() -> None:
    point = load(CHECKOUT)
    later = ("orders", SEEN_FROM + 5)
    assert passed([point], [later, EVENT], NOW)[0].at == SEEN_FROM
    assert passed([point], [("orders", SEEN_FROM - 1)], NOW) == ()
    assert passed([point], [("helpdesk", SEEN_FROM)], NOW) == ()
    assert passed([point], [("orders", NOW)], NOW) == ()


def test_purposes_told_are_closed_under_the_table() -> None:
    table = load_compatible(packaged("permission", "tables/compatible.yaml"), "compatible.yaml")
    assert purposes_told(load(CHECKOUT), table) == ("access", "order", "recommend", "security", "service")
    assert table["market"] == ("access", "market", "recommend", "winback")
    for further in table.values():
        for purpose in further:
            assert set(table.get(purpose, ())) <= set(further)


def test_nothing_leads_to_advertising_research_or_a_sale() -> None:
    table = load_compatible(packaged("permission", "tables/compatible.yaml"), "compatible.yaml")
    for told, further in table.items():
        assert {"advertise", "research", "sell"} & set(further) <= {told}


def test_a_table_with_a_word_that_is_no_purpose_is_refused() -> None:
    with pytest.raises(Problems, match="Did you mean winback"):
        load_compatible("compatible: 1\ncovers:\n  market: [winbak]\n", "t.yaml")


def test_an_event_that_names_its_point_is_evidence_for_that_one() -> None:
    point = load(CHECKOUT)
    other = load(CHECKOUT.replace("collection_point: checkout", "collection_point: till"))
    names = lambda *events: [each.point.name for each in passed([point, other], events, NOW)]  # noqa: E731
    assert names(("orders", SEEN_FROM)) == ["checkout", "till"]
    assert names(("orders", "", SEEN_FROM)) == ["checkout", "till"]
    assert names(("orders", "till", SEEN_FROM)) == ["till"]
    assert names(("orders", "elsewhere", SEEN_FROM)) == []
    assert names(("helpdesk", "till", SEEN_FROM)) == []
