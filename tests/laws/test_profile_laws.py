"""Laws of the profile: folding knows no order, forgetting frees nothing, conclusions are never more innocent than
what they rest on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.profile.given import SHOP, at_day, line, note, shop_with, stated, table, traits

from tactful.model.flow import read_flow
from tactful.model.records import Event, Fact
from tactful.profile.attributes import AttributeSettings, attributes, load_countries
from tactful.profile.audience import match, parse_audience
from tactful.profile.document import decode_document, encode_document
from tactful.profile.events import KINDS, ORDER_LINE, STATED, TRAITS
from tactful.profile.facts import every_name, read
from tactful.profile.fold import fold
from tactful.profile.formula import evaluator, parse
from tactful.profile.sensitivity import ORDER
from tactful.profile.told import Told

DAYS = st.integers(0, 40).map(lambda day: day / 2)
NAMES = ["LUNCH BAG", "PREGNANCY TEST", "Nicotine patch", "WEDDING CARD", "Baby wipes", "MUG", ""]
PRODUCTS = [*((str(n), name, True) for n, name in enumerate(NAMES)), ("POST", "POSTAGE", False)]
SOURCES = st.sampled_from(["orders", "web", "elsewhere"])


@st.composite
def an_event(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from([*[ORDER_LINE] * 8, *KINDS]))
    day, source = draw(DAYS), draw(SOURCES)
    code, name, goods = draw(st.sampled_from(PRODUCTS))
    if kind == ORDER_LINE:
        nature: Any = draw(st.sampled_from(["bought", "bought", "bought", "returned", "free"]))
        units, country = draw(st.integers(1, 30)), draw(st.sampled_from(["France", "EIRE", ""]))
        return line(day, code, name, units, nature=nature, goods=goods, source=source, country=country)
    if kind == TRAITS:
        place = draw(st.sampled_from(["contact.email:value", "contact.name:given", "life_event.birthday:value"]))
        return traits(day, {place: draw(st.sampled_from(["x", "y"]))}, source)
    if kind == STATED:
        said = draw(st.sampled_from(["purchase.item", "label.due_again", "contact.email"]))
        return stated(day, said, draw(st.booleans()), draw(st.sampled_from(["", code])))
    return note(kind, day, draw(st.sampled_from([code, "o1", ""])), name, source)


@st.composite
def a_rhythm(draw: st.DrawFn) -> list[Event]:
    """A product bought at a steady pace, so that labels hold."""
    code, name, goods = draw(st.sampled_from(PRODUCTS))
    gap, source = draw(st.integers(5, 8)), draw(SOURCES)
    return [line(n * gap, code, name, draw(st.sampled_from([1, 30])), goods=goods, source=source) for n in range(4)]


EVENTS = st.tuples(st.lists(an_event(), max_size=15), st.lists(a_rhythm(), max_size=2)).map(
    lambda both: [*both[0], *(event for each in both[1] for event in each)]
)
TOLD = st.lists(
    st.builds(
        Told,
        st.sampled_from(["checkout", "site"]),
        st.lists(SOURCES, min_size=1, max_size=2).map(tuple),
        st.lists(st.sampled_from(["order", "recommend", "market"]), max_size=2).map(tuple),
        DAYS.map(at_day),
    ),
    max_size=3,
).map(tuple)


def every_fact(events: list[Event], day: float, told: tuple[Told, ...]) -> dict[tuple[str, str], Fact]:
    document = fold(None, events)
    known = read(document, at_day(day), shop_with(told=told))
    facts = [fact for name in every_name(document, SHOP.declared) for fact in known.facts(name)]
    return {(fact.name, fact.key): fact for fact in facts}


@given(EVENTS.flatmap(lambda events: st.tuples(st.just(events), st.permutations([*events, *events[:5]]))), st.data())
def test_order_batches_and_repetition_do_not_matter(both: tuple[list[Event], list[Event]], data: st.DataObject) -> None:
    events, shuffled = both
    whole = fold(None, events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    document = None
    for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        document = fold(document, shuffled[start:end])
        document = decode_document(encode_document(document))
    assert document == whole
    assert encode_document(fold(None, shuffled)) == encode_document(whole)


@given(EVENTS, DAYS, TOLD, st.data())
def test_removing_an_event_or_a_notice_adds_no_purpose(
    events: list[Event], day: float, told: tuple[Told, ...], data: st.DataObject
) -> None:
    before = every_fact(events, day, told)
    fewer = [event for event in events if event.kind == STATED or data.draw(st.booleans())]
    less = tuple(each for each in told if data.draw(st.booleans()))
    for key, fact in every_fact(fewer, day, less).items():
        told_again = fact.provenance == "provided" and key in before and before[key].at > fact.at
        if key in before and not told_again:
            assert set(fact.purposes or ()) <= set(before[key].purposes or ())


@given(EVENTS, DAYS, TOLD)
def test_a_label_is_at_least_as_delicate_and_one_step_further(
    events: list[Event], day: float, told: tuple[Told, ...]
) -> None:
    facts = every_fact(events, day, told)
    for (name, key), fact in facts.items():
        if not name.startswith("label."):
            continue
        label = SHOP.declared.labels[name.removeprefix("label.")]
        inputs = [facts[each, k] for each in label.inputs for k in ("", key) if (each, k) in facts]
        assert inputs
        for each in inputs:
            assert ORDER.index(fact.sensitivity or "special") >= ORDER.index(each.sensitivity or "special")
            assert (fact.distance or 0) > (each.distance or 0)
            assert set(fact.purposes or ()) <= set(each.purposes or ())
        assert (fact.provenance, fact.has_words) == ("derived", bool(fact.she_reads))


@given(EVENTS, DAYS, TOLD)
def test_facts_are_of_goods_reveal_what_they_reveal_and_fit_the_vocabulary(
    events: list[Event], day: float, told: tuple[Told, ...]
) -> None:
    now = at_day(day)
    for fact in every_fact(events, day, told).values():
        if fact.name != "search":
            assert fact.key != "POST"
            assert "postage" not in fact.she_reads.casefold()
        if fact.reveals:
            assert fact.sensitivity != "ordinary"
            assert "kind" not in fact.value
        assert fact.at <= now
        assert read_flow(fact.flow(now))[1] == []


@given(EVENTS, DAYS, st.integers(1, 20))
def test_what_happens_later_cannot_be_seen_before(events: list[Event], day: float, later: int) -> None:
    past = [event for event in events if event.occurred_at <= at_day(day)]
    lines = [event for event in events if event.kind == ORDER_LINE]
    seen = every_fact([*past, *lines], day, ())
    for name, fact in every_fact(past, day, ()).items():
        if name[0].startswith("purchase.") and name in seen:
            assert seen[name].count == fact.count
    moved = every_fact(past, day + later, ())
    assert {key for key in moved if key[0] == "purchase.item"} <= {("purchase.item", code) for code, _, _ in PRODUCTS}


SETTINGS = AttributeSettings(load_countries(*table("countries.yaml")), 14, frozenset({"customer.let_down"}))


@given(EVENTS, DAYS)
def test_attributes_fit_the_vocabulary_and_each_has_a_reason(events: list[Event], day: float) -> None:
    found = attributes(fold(None, events), at_day(day), SETTINGS)
    assert read_flow(found.keys)[1] == []
    assert set(found.because) == set(found.keys)
    assert found.keys["relationship.depth"] != "confidant"


AUDIENCE = parse_audience(
    "label.due_again == true && purchase.recency <= 180", "label.reseller == true", SHOP.declared, "c", 1
)


@given(EVENTS, DAYS)
def test_whoever_is_meant_has_the_facts_that_the_audience_read(events: list[Event], day: float) -> None:
    known = read(fold(None, events), at_day(day), SHOP)
    found = match(AUDIENCE, known)
    assert found.reads == AUDIENCE.reads
    if found.holds:
        assert known.fact("label.due_again", found.key) is not None
        assert known.fact("purchase.item", found.key) is not None
        assert not known.facts("label.reseller")


BOOLS = st.recursive(
    st.sampled_from(["p", "q", "r", "true", "false"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda each: f"({' '.join(each)})")
        | inner.map(lambda each: f"!{each}")
    ),
    max_leaves=8,
)


@given(BOOLS, st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in "pqr"}))
def test_an_answer_stays_when_more_becomes_known(text: str, scope: dict[str, bool | None]) -> None:
    formula = parse(text, dict.fromkeys("pqr", "bool"), "bool", "f", 1)
    evaluate = evaluator(formula.node, {name: (lambda each, name=name: each[name]) for name in "pqr"})
    answer = evaluate(scope)
    for name in "pqr":
        if answer is not None and scope[name] is None:
            assert evaluate(scope | {name: True}) is evaluate(scope | {name: False}) is answer
