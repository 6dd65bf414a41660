"""What she was told, and what products reveal."""

from __future__ import annotations

import pytest
from tests.profile.given import table

from tactful.model.problems import Problems
from tactful.profile.revealing import load_revealing
from tactful.profile.sensitivity import most, sensitivity_of
from tactful.profile.told import Told, point_of, purposes_of
from tactful.profile.traits import load_keeps, load_traits

TILL = Told("till", ("till",), ("order",), 10)
LEAFLET = Told("leaflet", ("till", "web"), ("recommend",), 20)
REVEALING = load_revealing(*table("revealing-products.yaml"))


@pytest.mark.parametrize(
    ("occasions", "purposes"),
    [
        ([], ()),
        ([("till", 9)], ()),
        ([("till", 10)], ("order",)),
        ([("till", 20)], ("order", "recommend")),
        ([("till", 10), ("web", 30)], ("order", "recommend")),
        ([("web", 19), ("web", 5)], ()),
        ([("other", 99)], ()),
    ],
)
def test_purposes(occasions: list[tuple[str, int]], purposes: tuple[str, ...]) -> None:
    assert purposes_of([TILL, LEAFLET], occasions) == purposes


def test_the_point_is_the_newest_notice_that_covered_it() -> None:
    assert point_of([LEAFLET, TILL], "till", 15) == "till"
    assert point_of([LEAFLET, TILL], "till", 20) == "leaflet"
    assert point_of([LEAFLET, TILL], "web", 15) is None


@pytest.mark.parametrize(
    ("name", "reveals"),
    [
        ("Clearblue Pregnancy-Test, 2 pack", "life_event.pregnancy"),
        ("BREAST PADS", "life_event.pregnancy"),
        ("Condoms x12", "sexuality"),
        ("Bicycle chain lubricant", None),
        ("Speed bump sign", None),
        ("Nicotine patches 24h", "health.medication"),
        ("Incontinence pants", "health.condition"),
        ("Hair loss shampoo", "health.condition"),
        ("First infant formula 800g", "family.child"),
        ("Plus size tunic", "body"),
        ("Debt advice handbook", "financial.credit"),
        ("Rosary, olive wood", "belief"),
        ("LUNCH BAG RED RETROSPOT", None),
        ("Conditioner", None),
    ],
)
def test_what_products_reveal(name: str, reveals: str | None) -> None:
    found = REVEALING.look_up("1", name)
    assert (found.reveals if found else None) == reveals
    assert found is None or found.sensitivity != "ordinary"


def test_a_shop_adds_its_own_by_code_and_the_most_delicate_counts() -> None:
    own = """
version: 1
products:
  - reveals: purchase.item
    sensitivity: personal
    words: [gift]
  - reveals: family.partner
    sensitivity: intimate
    codes: [ab1]
"""
    table_ = load_revealing(own, "own.yaml", REVEALING)
    found = [table_.look_up(code, name) for code, name in (("AB1", "gift"), ("x", "gift"), ("x", "gift rosary"))]
    assert [each.sensitivity for each in found if each] == ["intimate", "personal", "special"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{reveals: health, sensitivity: personal, words: [x]}", "health is at least special."),
        ("{reveals: purchase.item, words: [x]}", "`sensitivity` is missing"),
        ("{reveals: health}", "`words`, `codes` or `together` must say which products are meant."),
        ("{reveals: health, together: [[x]]}", "`together` takes two or more lists of words"),
        ("{reveals: helth, words: [x]}", "Did you mean health?"),
    ],
)
def test_an_entry_that_would_hide_something_is_refused(entry: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        load_revealing(f"version: 1\nproducts:\n  - {entry}\n", "own.yaml")
    assert message in str(caught.value)


def test_sensitivities() -> None:
    assert sensitivity_of("health.medication") == "special"
    assert sensitivity_of("contact.email") == "ordinary"
    assert sensitivity_of("life_event.birthday") == "personal"
    assert most(["ordinary", "intimate", "personal"]) == "intimate"
    assert most(["special", None]) is None


def test_keeping_times() -> None:
    keeps = load_keeps("version: 1\nkeeps:\n  purchase: 10 days\n  contact: always\n", "keeps.yaml")
    assert keeps.of("purchase.item") == keeps.of("purchase") > 0
    assert keeps.of("contact.email") == keeps.of("search") == 0
    with pytest.raises(Problems) as caught:
        load_keeps("version: 1\nkeeps:\n  purchases: 10 days\n  search: soon\n", "keeps.yaml")
    assert len(caught.value.problems) == 2


def test_a_trait_stands_once() -> None:
    with pytest.raises(Problems) as caught:
        load_traits("version: 1\ntraits:\n  - {traits: [e_mail, eMail], fact: contact.email}\n", "traits.yaml")
    assert "the trait `eMail` stands here twice." in str(caught.value)
