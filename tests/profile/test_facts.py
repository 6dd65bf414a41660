"""Facts at an instant."""

from __future__ import annotations

import pytest
from tests.profile.given import at_day, declared, folded, known, line, note, shop_with, stated, traits

from tactful.profile.events import PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED, PRODUCTS_SEARCHED
from tactful.profile.facts import every_name, read
from tactful.profile.names import Qualifiers, catalogue
from tactful.profile.told import Told

WEEKLY = [line(0), line(7), line(14)]


def test_something_she_buys() -> None:
    (fact,) = known(WEEKLY, 20).facts("purchase.item")
    assert (fact.category, fact.key, fact.provenance, fact.distance) == ("purchase.item", "20725", "observed", 0)
    assert (fact.sensitivity, fact.about, fact.acquired_via) == ("ordinary", "self", "till")
    assert fact.purposes == ("order", "recommend", "service")
    assert (fact.point, fact.known_to_her, fact.known_among, fact.has_words) == ("checkout", True, "self", True)
    assert fact.value == {"plain_name": "lunch bag red retrospot"}
    assert fact.she_reads == "You bought lunch bag red retrospot."
    assert fact.count == 3
    assert fact.lineage == tuple(event.key[:8].hex() for event in reversed(WEEKLY))
    assert fact.flow(at_day(20))["fact.age_days"] == 6


def test_something_due_again() -> None:
    (fact,) = known(WEEKLY, 20.6).facts("label.due_again")
    assert fact.she_reads == "You often buy lunch bag red retrospot, usually every week."
    assert (fact.category, fact.provenance, fact.distance, fact.has_words) == ("label.propensity", "derived", 2, True)
    assert fact.purposes == ("order", "recommend", "service")
    assert fact.value["item"] == {"plain_name": "lunch bag red retrospot"}
    assert fact.value["rhythm"]["in_words"] == "week"
    assert fact.lineage == ("purchase.item", "purchase.recency")


@pytest.mark.parametrize(
    ("events", "day"),
    [
        (WEEKLY, 18),
        (WEEKLY[:2], 30),
        ([line(0), line(0.1), line(0.2)], 60),
        (WEEKLY, 14 + 7 + 91),
        ([*WEEKLY[:2], line(14, nature="returned", units=-1)], 20.6),
        ([*WEEKLY[:2], line(14, nature="free", price=0)], 20.6),
        ([line(day, "OLD1") for day in (0, 7, 14)], 20.6),
        ([*WEEKLY, stated(15, "label.due_again", False, "20725")], 20.6),
        ([*WEEKLY, stated(15, "label.due_again", False)], 20.6),
        ([*WEEKLY, stated(15, "purchase.item", False, "20725")], 20.6),
    ],
    ids=["too soon", "too seldom", "one day", "forgotten", "brought back", "free", "never about", "denied", "all",
         "product denied"],
)  # fmt: skip
def test_something_not_due_again(events: list, day: float) -> None:
    found = known(events, day)
    assert found.facts("label.due_again") == ()
    assert found.holds("label.due_again") is False
    assert found.fact("label.due_again", "20725") is None


def test_she_may_take_a_denial_back() -> None:
    events = [*WEEKLY, stated(15, "purchase.item", False), stated(16, "purchase.item", True)]
    assert known(events, 20).facts("purchase.item")
    assert not known(events, 15.5).facts("purchase.item")


def test_a_label_lasts_until_it_is_forgotten() -> None:
    assert known([line(0), line(10)], 60).holds("label.a_while") is False
    assert known([line(0), line(10)], 75).holds("label.a_while") is True
    assert known([line(0), line(10)], 110).holds("label.a_while") is False
    assert known([line(0)], 75).holds("label.a_while") is None


def test_a_label_that_began_lately_is_not_forgotten() -> None:
    seldom = [line(0), line(110), line(220)]
    assert known(seldom, 325).holds("label.due_again") is True
    assert known(seldom, 325 + 90).holds("label.due_again") is False


def test_a_label_about_products_may_be_not_known() -> None:
    text = """
labels:
  - label: steady
    kind: label.segment
    means: x
    she_reads: "You buy {{ item.plain_name }} every {{ rhythm.in_words }}."
    from: [purchase.item]
    formula: usual_gap >= 5
"""
    shop = shop_with(declared=declared(text))
    assert known([line(0)], 9, shop).holds("label.steady") is None
    assert known([line(0)], 9, shop).holds("label.steady", "20725") is None
    assert known([line(0), line(1)], 9, shop).holds("label.steady") is False
    assert known([line(0), line(0, "A"), line(6, "A")], 9, shop).holds("label.steady") is True


def test_postage_is_never_a_fact() -> None:
    fees = [line(day, "POST", "POSTAGE", goods=False) for day in (0, 7, 14)]
    found = known([*fees, note(PRODUCT_VIEWED, 15, "POST", "POSTAGE")], 20.6)
    for name in every_name(folded(*fees), found.shop.declared):
        assert found.facts(name) == ()


def test_postage_that_she_only_looked_at_is_no_fact_either() -> None:
    assert known([note(PRODUCT_VIEWED, 1, "POST", "Postage")], 2).facts("browsing.own") == ()


def test_what_a_product_reveals_is_looked_up() -> None:
    tests = [line(day, "1", "PREGNANCY TEST TWIN PACK") for day in (0, 7, 14)]
    found = known(
        tests,
        20.6,
        shop_with(catalogue=catalogue({str(n): "PREGNANCY TEST" for n in range(9)}, Qualifiers(frozenset()))),
    )
    (item,) = found.facts("purchase.item")
    assert (item.sensitivity, item.reveals) == ("special", "life_event.pregnancy")
    assert "kind" not in item.value
    (due,) = found.facts("label.due_again")
    assert (due.sensitivity, due.reveals) == ("special", "life_event.pregnancy")
    (wipes,) = known([line(1, "2", "Baby wipes, scented")], 2).facts("purchase.item")
    assert (wipes.sensitivity, wipes.about, wipes.reveals) == ("intimate", "child", "family.child")


def test_two_innocent_products_reveal_something_together() -> None:
    lotion, zinc = line(1, "1", "Unscented Lotion 200ml"), line(2, "2", "Zinc tablets")
    for alone in (lotion, zinc):
        assert known([alone, line(3)], 9).facts("purchase.item")[0].sensitivity == "ordinary"
    facts = known([lotion, zinc, line(3)], 9).facts("purchase.item")
    assert [fact.sensitivity for fact in facts] == ["special", "special", "ordinary"]
    assert facts[0].reveals == "life_event.pregnancy"
    assert known([lotion, zinc], 1).facts("purchase.item")[0].sensitivity == "ordinary"


def test_a_group_word_stands_beside_the_name() -> None:
    names = {str(n): f"LUNCH BAG {n}" for n in range(9)}
    found = known(WEEKLY, 20, shop_with(catalogue=catalogue(names, Qualifiers(frozenset({"red", "retrospot"})))))
    assert found.facts("purchase.item")[0].value["kind"] == "lunch bags"


def test_before_the_notice_she_was_told_nothing() -> None:
    seen_from = at_day(10)
    late = shop_with(told=(Told("checkout", ("orders",), ("recommend",), seen_from),))
    assert known(WEEKLY[:2], 20, late).facts("purchase.item")[0].purposes == ()
    (fact,) = known(WEEKLY, 20, late).facts("purchase.item")
    assert fact.purposes == ("recommend",)
    assert known(WEEKLY, 20, shop_with(told=())).facts("purchase.item")[0].purposes == ()
    assert known(WEEKLY, 20, shop_with(told=())).facts("purchase.item")[0].point is None


def test_the_purposes_of_a_label_are_those_of_all_its_inputs() -> None:
    told = (Told("till", ("orders",), ("order", "recommend"), 0), Told("site", ("web",), ("order",), 0))
    events = [*WEEKLY, line(15, "9", "OTHER", source="web")]
    found = known(events, 20.6, shop_with(told=told))
    assert found.facts("label.due_again")[0].purposes == ("order", "recommend")
    assert known(events, 20.6, shop_with(told=told[1:])).facts("label.due_again")[0].purposes == ()


def test_totals() -> None:
    found = known([line(0, units=2), line(0, "9", units=4, order="o0"), line(30, units=24)], 40)
    frequency, recency, value = (found.facts(f"purchase.{name}")[0] for name in ("frequency", "recency", "value"))
    assert frequency.she_reads == "You usually order about once a month."
    assert recency.value == {"days": 10}
    assert value.value == {"last_year": "49.50"}
    assert {fact.provenance for fact in (frequency, recency, value)} == {"derived"}
    assert [found.number(f"purchase.{name}") for name in ("frequency", "recency", "value")] == [2, 10, 49.5]
    assert known([], 40).number("purchase.recency") is None


def test_what_is_too_old_is_not_there() -> None:
    assert known([line(0)], 1095).facts("purchase.item")
    assert not known([line(0)], 1096).facts("purchase.item")
    assert known([note(PRODUCT_VIEWED, 0, "1", "BAG")], 90).facts("browsing.own")
    assert not known([note(PRODUCT_VIEWED, 0, "1", "BAG")], 91).facts("browsing.own")


def test_what_has_not_happened_yet_is_not_there() -> None:
    assert known([line(0), line(50)], 20).facts("purchase.item")[0].count == 1
    assert not known([line(50)], 20).facts("purchase.item")


def test_browsing_and_searching() -> None:
    events = [
        note(PRODUCT_VIEWED, 1, "1", "LUNCH BAG"),
        note(PRODUCTS_SEARCHED, 2, "pregnancy test", "pregnancy test"),
        note(PRODUCT_ADDED, 3, "1"), note(PRODUCT_ADDED, 3, "2", "MUG"), note(PRODUCT_ADDED, 3, "3"),
        note(PRODUCT_REMOVED, 4, "1"), line(4, "3"),
    ]  # fmt: skip
    found = known(events, 5)
    assert found.facts("browsing.own")[0].she_reads == "You looked at lunch bag."
    assert found.facts("search")[0].sensitivity == "special"
    assert [fact.key for fact in found.facts("browsing.cart")] == ["2"]


def test_what_she_told_us() -> None:
    events = [
        traits(1, {"contact.email:value": "old@shop.example", "contact.name:given": "Grace"}),
        traits(2, {"contact.email:value": "grace@shop.example", "contact.name:family": "Hill"}),
        traits(3, {"life_event.birthday:value": "1980-02-01"}),
    ]
    found = known(events, 5)
    (name,) = found.facts("contact.name")
    assert (name.value, name.provenance, name.count) == ({"given": "Grace", "family": "Hill"}, "provided", 2)
    assert found.facts("contact.email")[0].value == {"value": "grace@shop.example"}
    assert found.facts("life_event.birthday")[0].sensitivity == "personal"
    assert found.facts("contact.phone") == ()


def test_what_she_told_us_is_as_delicate_as_what_it_reveals() -> None:
    assert known([traits(1, {"preference.size:value": "12"})], 5).facts("preference.size")[0].sensitivity == "ordinary"
    told = known([traits(1, {"preference.size:value": "maternity 12"})], 5).facts("preference.size")[0]
    assert told.sensitivity == "special"


def test_only_what_was_wanted() -> None:
    found = known(WEEKLY, 20.6, wanted=frozenset({"label.due_again"}))
    assert found.facts("label.due_again")
    assert found.facts("purchase.item") == ()
    assert found.fact("purchase.item", "20725") is None


def test_reading_changes_nothing() -> None:
    document = folded(*WEEKLY)
    read(document, at_day(20), shop_with()).facts("purchase.item")
    assert document == folded(*WEEKLY)
