"""Declared derived facts: what each comes to, what is refused, and labels that rest on them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from tests.profile.given import (
    DAY_0,
    NOON,
    RICH,
    at_day,
    declared,
    event,
    folded,
    known,
    line,
    note,
    requested,
    scored,
    shop_with,
    stated,
    table,
    traits,
)  # fmt: skip

from tactful.model.problems import Problems
from tactful.model.records import DAY, Event
from tactful.profile.attributes import AttributeSettings, attributes, load_countries
from tactful.profile.audience import match, parse_audience
from tactful.profile.dignity import load_undignified
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    Reported,
)
from tactful.profile.facts import read
from tactful.profile.labels import load_labels

UNDIGNIFIED = load_undignified(*table("undignified.yaml"))


def viewed(day: float, code: str = "1", text: str = "MUG") -> Event:
    return note(PRODUCT_VIEWED, day, code, text)


def added(day: float, code: str = "1", text: str = "MUG") -> Event:
    return note(PRODUCT_ADDED, day, code, text)


def number(name: str, *events: Event, day: float = 20) -> float | None:
    return known(events, day, RICH).number(f"derived.{name}")


def test_a_count_within_a_window() -> None:
    assert number("looks", viewed(1), viewed(11), viewed(12), viewed(12.5, "2")) == 3
    assert number("looks", viewed(10), viewed(10.5)) == 1
    assert number("looks", viewed(1)) == 0
    assert number("looks") is None
    assert number("orders_lately", line(15), line(15, "9", order="o15"), line(16)) == 2
    assert number("brought_back", line(15, nature="returned", units=-1)) == 1
    assert number("wishes", requested(15, "1"), requested(16, text="blue gloves")) == 2


def test_complaints_and_parcels_are_counted_by_their_number() -> None:
    twice = [note(COMPLAINT_OPENED, 11, "c1"), note(COMPLAINT_OPENED, 14, "c1"), note(COMPLAINT_CLOSED, 15, "c1")]
    assert number("complaints", *twice, note(COMPLAINT_OPENED, 16, "c2"), note(COMPLAINT_OPENED, 1, "c3")) == 2
    assert number("complaints", note(COMPLAINT_OPENED, 1, "c3")) == 0
    assert number("complaints", note(COMPLAINT_CLOSED, 15, "c1")) is None
    assert number("late", note(PARCEL_LATE, 15, "o1"), note(PARCEL_LATE, 15, "o2")) == 2
    assert number("arrived", note(PARCEL_DELIVERED, 17.5, "o1")) == 2
    fact = known(twice, 20, RICH).fact("derived.complaints")
    assert fact is not None
    assert (fact.category, fact.provenance, fact.distance, fact.count) == ("service.complaint", "derived", 1, 1)
    assert (fact.acquired_via, fact.she_reads) == ("till", "1 complaints.")
    assert fact.lineage == (twice[1].key[:8].hex(),), "the last time that she said it"
    denied = stated(16, "service.complaint", False)
    assert number("complaints", *twice, denied) is None
    assert number("complaints", *twice, denied, note(COMPLAINT_OPENED, 18, "c4")) == 1


def test_what_only_a_page_told_of_is_counted_for_nothing() -> None:
    """It makes us more careful; a number that an audience reads could do more than that."""
    told = event(COMPLAINT_OPENED, Reported("c1", by_page=True), 15, "web")
    assert number("complaints", told) is None
    assert number("complaints", told, note(COMPLAINT_OPENED, 14, "c2")) == 1
    assert number("complaints", told, note(COMPLAINT_OPENED, 14, "c1")) == 1, "our own system tells of it as well"
    settings = AttributeSettings(load_countries(*table("countries.yaml")))
    assert attributes(folded(told), at_day(20), settings).keys["customer.complaint_open"] is True


def test_postage_is_never_counted() -> None:
    assert number("looks", viewed(15, "POST", "Postage")) is None


def test_recency_sum_rhythm_and_last_value() -> None:
    assert number("since_look", viewed(1), viewed(17.5)) == 2
    assert number("since_order", line(13)) == 7
    assert number("spent", line(15, units=2), line(1, units=9)) == 3.3
    assert number("pieces", line(15, units=2), line(1, units=9)) == 11
    assert number("pace", line(0), line(7), line(14)) == 7
    assert number("size", traits(1, {"preference.size:value": "12"})) == 12
    assert number("size", traits(1, {"preference.size:value": "L"})) is None
    assert number("since_order") is number("spent") is number("pace") is number("size") is None


def test_the_favourites() -> None:
    events = [line(1, "1", "MUG", 3), line(2, "2", "TIN", 9), line(3, "3", "BAG", 1), line(4, "1", "MUG", 2)]
    (fact,) = known(events, 20, RICH).facts("derived.best")
    assert (fact.category, fact.provenance, fact.distance) == ("preference.product", "derived", 1)
    assert fact.value["list"] == ["tin", "mug"]
    assert fact.she_reads == "You often buy tin and mug."


def test_favourites_are_as_delicate_as_what_they_reveal() -> None:
    (fact,) = known([line(1, "1", "PREGNANCY TEST", 3)], 20, RICH).facts("derived.best")
    assert (fact.sensitivity, fact.reveals) == ("special", "life_event.pregnancy")
    (looks,) = known([viewed(15, "1", "PREGNANCY TEST")], 20, RICH).facts("derived.looks")
    assert looks.sensitivity == "special"


def test_left_in_the_basket() -> None:
    way = [viewed(10), added(11)]
    assert number("left", *way, day=14) == 1
    assert number("left", *way, day=13.9) == 0
    assert number("left", *way, line(12, "1", "MUG")) == 0
    assert number("left", *way, line(18, "1", "MUG")) == 0
    assert number("left", added(9), viewed(10)) == 0
    assert number("left", viewed(10), added(11, "2")) == 0
    assert number("left", viewed(10), added(11), viewed(12)) == 1
    assert number("left", viewed(10)) is None


def test_a_score_is_inferred_from_what_the_model_looked_at() -> None:
    events = [line(1), scored(15, 712_345)]
    (fact,) = known(events, 20, RICH).facts("derived.likely")
    assert (fact.provenance, fact.distance, fact.category) == ("inferred", 2, "label.propensity")
    assert fact.value["percent"] == "71"
    assert fact.lineage == ("purchase.frequency",)
    assert number("likely", *events) == 0.712345
    assert known(events, 20, RICH).holds("label.likely_soon") is True
    (label,) = known(events, 20, RICH).facts("label.likely_soon")
    assert (label.provenance, label.distance) == ("inferred", 3)


def test_when_a_score_is_not_believed() -> None:
    score = scored(15, 900_000)
    assert number("likely", score) is None
    assert number("likely", line(1), score, day=22) is None
    assert number("likely", line(1), score, day=21.9) == 0.9
    denied = stated(16, "derived.likely", False)
    assert number("likely", line(1), score, denied) is None
    assert number("likely", line(1), score, denied, scored(17, 800_000)) is None, "it rests on the same orders"
    assert number("likely", line(1), score, denied, line(16.5), scored(17, 800_000)) == 0.8
    on_denied = [line(1), score, stated(16, "purchase.frequency", False), line(17)]
    assert number("likely", *on_denied) is None


def test_a_label_from_a_derived_fact() -> None:
    found = known([viewed(15), viewed(16)], 17, RICH)
    assert found.holds("label.curious") is True
    (fact,) = found.facts("label.curious")
    assert (fact.distance, fact.lineage, fact.at) == (2, ("derived.looks",), at_day(16))
    assert known([viewed(15), viewed(16)], 21, RICH).holds("label.curious") is False
    assert known([], 21, RICH).holds("label.curious") is None
    denied = stated(16.5, "label.curious", False)
    assert known([viewed(15), viewed(16), denied, viewed(16.7)], 17, RICH).holds("label.curious") is False
    since = [viewed(15), denied, viewed(16.7), viewed(16.8)]
    assert known(since, 17, RICH).holds("label.curious") is True
    assert known([viewed(15), viewed(16), stated(16.5, "browsing.own", False)], 17, RICH).holds("label.curious") is None


def test_a_label_from_a_strangers_word_stays_a_strangers_word() -> None:
    text = """
derived: [{derived: size, last: preference.size, means: x, she_reads: "Your size is {{ value }}."}]
labels:
  - {label: tall, kind: label.segment, means: x, she_reads: "You take a large size.", from: [derived.size],
     formula: derived.size >= 16}
"""
    shop = shop_with(declared=declared(text))
    (label,) = known([traits(1, {"preference.size:value": "18"}, "x", "third_party")], 5, shop).facts("label.tall")
    assert (label.provenance, label.distance) == ("third_party", None)


def test_an_audience_may_compare_a_derived_fact() -> None:
    audience = parse_audience("derived.looks >= 2 && label.curious == true", None, RICH.declared, "c", 1)
    assert audience.reads == ("derived.looks", "label.curious")
    assert match(audience, known([viewed(15), viewed(16)], 17, RICH)).holds is True
    assert match(audience, known([viewed(15)], 17, RICH)).holds is False
    open_ = match(audience, known([], 17, RICH))
    assert (open_.holds, open_.missing) == (None, ("derived.looks", "label.curious"))
    assert RICH.declared.rests_on("label.curious") == ("browsing.own", "derived.looks")


def test_a_window_is_hours_long_whatever_the_clocks_do() -> None:
    """In the night to 31 October 2010 clocks in Europe went back: that day had 25 hours on the wall."""
    looked = datetime(2010, 10, 21, 12, tzinfo=UTC)
    at = int(looked.timestamp()) * 1_000_000
    seen = msgspec.structs.replace(viewed((at - NOON - DAY_0) / DAY), occurred_at=at, received_at=at)
    document = folded(seen)
    assert read(document, at + 10 * DAY - 1, RICH).number("derived.looks") == 1
    assert read(document, at + 10 * DAY, RICH).number("derived.looks") == 0


def complaint(body: str, label: str = "") -> str:
    text = f"derived:\n  - {{{body}}}\nlabels:\n  - {label}" if label else f"derived:\n  - {{{body}}}\nlabels: []"
    try:
        load_labels(text, "labels.yaml", UNDIGNIFIED)
    except Problems as problems:
        return str(problems)
    return ""


GOOD = 'derived: looks, count: product_viewed, within: 30 days, means: x, she_reads: "{{ number }} looks."'
SCORE = 'derived: s, score: m, from: [purchase.item], forget_after: 9 days, means: x, she_reads: "{{ percent }}."'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (GOOD.replace("within: 30 days, ", ""), "`within` is missing"),
        (GOOD.replace("30 days", "soon"), "`within: soon` is not a time."),
        (GOOD.replace("product_viewed", "product_view"), "Did you mean product_viewed?"),
        (GOOD.replace("looks,", "Looks,"), "must be small letters"),
        (GOOD.replace("number }}", "value }}"), "`{{ value }}` is not known here."),
        (GOOD.replace('she_reads: "{{ number }} looks."', "x: 1"), "a derived fact without words cannot be used"),
        (GOOD + ", sum: value", "say one of count, recency"),
        ("derived: x, means: x", "say one of count, recency"),
        (GOOD + ", kind: health", "this would be made from health, which the law protects"),
        (GOOD + ", reveals: health", "this would reveal health, which the law protects"),
        (GOOD.replace("means: x", "means: She may be pregnant"), "`means` speaks of life_event.pregnancy (“pregnant”)"),
        (GOOD.replace(" looks.", " looks at halal food."), "`she_reads` speaks of belief (“halal”)"),
        (GOOD.replace(" looks.", " looks, you whale."), "`she_reads` calls her “whale”"),
        ('derived: c, last: health.condition, means: x, she_reads: "{{ value }}"', "made from health.condition, which"),
        (SCORE, "`reveals` is missing: what does the score give away?"),
        (SCORE + ", reveals: life_event.pregnancy", "this would reveal life_event.pregnancy, which the law protects"),
        (SCORE.replace("purchase.item", "health") + ", reveals: nothing", "this would be made from health"),
        (SCORE.replace("forget_after: 9 days, ", "") + ", reveals: nothing", "`forget_after` is missing"),
        ('derived: q, sequence: [product_viewed], within: 1 day, means: x, she_reads: "x"', "at least two steps"),
    ],
)  # fmt: skip
def test_a_bad_derived_fact_is_refused(body: str, message: str) -> None:
    assert message in complaint(body)


def test_good_ones_have_no_complaints() -> None:
    assert (
        complaint(GOOD) == complaint(SCORE + ", reveals: nothing") == complaint(SCORE + ", reveals: family.size") == ""
    )


LABEL = '{label: keen, kind: label.segment, means: x, she_reads: "You looked.", from: [%s], formula: derived.%s > 1}'


def test_a_label_must_say_what_it_rests_on() -> None:
    assert complaint(GOOD, LABEL % ("derived.looks", "looks")) == ""
    assert "`derived.looks` rests on derived.looks: add it to `from`" in complaint(
        GOOD, LABEL % ("purchase.item", "looks")
    )
    assert "Did you mean derived.looks?" in complaint(GOOD, LABEL % ("derived.look", "looks"))
    top = 'derived: best, top: product, means: x, she_reads: "{{ list }}"'
    assert "unknown name `derived.best`" in complaint(top, LABEL % ("derived.best", "best"))


def test_a_label_that_speaks_of_what_the_law_protects_is_not_loaded() -> None:
    about = (LABEL % ("derived.looks", "looks")).replace("means: x", "means: She may be diabetic.")
    assert "`means` speaks of health (“diabetic”), which the law protects" in complaint(GOOD, about)
    named = (LABEL % ("derived.looks", "looks")).replace("label: keen", "label: expecting")
    assert "`label` speaks of life_event.pregnancy (“expecting”)" in complaint(GOOD, named)


def test_searches_are_counted_by_text() -> None:
    found = known([note(PRODUCTS_SEARCHED, 18, "mug", "mug"), note(PRODUCTS_SEARCHED, 19, "mug", "mug")], 20, RICH)
    assert found.number("derived.searches") == 2
