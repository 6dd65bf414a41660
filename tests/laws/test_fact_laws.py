"""Laws of facts over time and sources: they are those of an in-order replay of what had happened by then, what is too
old is gone from everything at once, her word outranks every other, and what she denied is not concluded again."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.profile.given import (
    RICH,
    at_day,
    event,
    line,
    note,
    noted,
    page_told,
    received,
    requested,
    scored,
    stated,
    table,
    traits,
)  # fmt: skip

from tactful.model.flow import read_flow
from tactful.model.records import DAY, Event, Fact
from tactful.profile.attributes import Attributes, AttributeSettings, attributes, load_countries
from tactful.profile.claims import RANK
from tactful.profile.document import Document, decode_document, encode_document
from tactful.profile.events import (
    FAULTY,
    NOTED,
    ORDER_CANCELLED_BY_US,
    ORDER_LINE,
    ORDER_SEEN,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    PUT_RIGHT,
    REQUESTED,
    SCORED,
    STATED,
    TRAITS,
    Note,
)  # fmt: skip
from tactful.profile.facts import Known, every_name, read
from tactful.profile.fold import fold
from tactful.profile.retention import Retention
from tactful.profile.sensitivity import ORDER
from tactful.profile.shop import Shop
from tactful.profile.traits import Keeps

DAYS = st.integers(0, 60).map(lambda quarter: quarter / 4)
SOURCES = st.sampled_from(["orders", "web", "elsewhere"])
CODES = [("1", "MUG"), ("2", "PREGNANCY TEST"), ("3", "BAG")]
SEEN = [PRODUCT_VIEWED, PRODUCT_ADDED, PRODUCTS_SEARCHED]
SPANS = [PARCEL_LATE, ORDER_CANCELLED_BY_US, FAULTY, PUT_RIGHT]
SAID = [
    "purchase.item", "purchase.frequency", "purchase.value", "browsing.own", "preference.size", "request", "note",
    "label.due_again", "label.reseller", "label.curious", "label.likely_soon", "derived.looks", "derived.likely",
]  # fmt: skip
SIZE = "preference.size:value"
EVENT_KINDS = [
    *[ORDER_LINE] * 5, *[PRODUCT_VIEWED] * 3, *SEEN, *SPANS, TRAITS, TRAITS, STATED, STATED, NOTED, REQUESTED, SCORED,
    ORDER_SEEN,
]  # fmt: skip


@st.composite
def happened(draw: st.DrawFn, kinds: list[str] = EVENT_KINDS) -> Event:
    """An event of any kind, received at its time, later, or up to a day before it."""
    kind, day, source = draw(st.sampled_from(kinds)), draw(DAYS), draw(SOURCES)
    code, name = draw(st.sampled_from(CODES))
    made = _made(draw, kind, day, source, code, name)
    return received(made, day + draw(st.sampled_from([0, 0, 0, 0.25, 5, -0.25, -0.75])))


def _made(draw: st.DrawFn, kind: str, day: float, source: str, code: str, name: str) -> Event:
    if kind in (ORDER_LINE, ORDER_SEEN):
        nature: Any = draw(st.sampled_from(["bought", "bought", "bought", "returned"]))
        country = draw(st.sampled_from(["France", "EIRE"]))
        made = line(day, code, name, draw(st.sampled_from([1, 30])), nature=nature, source=source, country=country)
        return made if kind == ORDER_LINE else page_told(made)
    if kind == TRAITS:
        size: Any = draw(st.sampled_from(list(RANK)))
        place = draw(st.sampled_from([SIZE, "contact.name:given", "contact.name:family"]))
        return traits(day, {place: draw(st.sampled_from(["12", "18"]))}, source, size)
    if kind == STATED:
        return stated(day, draw(st.sampled_from(SAID)), draw(st.booleans()), draw(st.sampled_from(["", "", code])))
    if kind == NOTED:
        return noted(day, draw(st.sampled_from(["14", "x"])), draw(st.sampled_from(["", "preference.size"])))
    if kind == REQUESTED:
        return requested(day, code, name)
    if kind == SCORED:
        return scored(day, draw(st.sampled_from([600_000, 900_000])))
    return note(kind, day, code if kind in SEEN else f"o{int(day) % 3}", name, source)


EVENTS = st.lists(happened(), max_size=25)
KEEPS = Keeps({"purchase": 5 * DAY, "service.return": 5 * DAY, "browsing": 3 * DAY, "search": 2 * DAY,
               "request": 4 * DAY, "note": 4 * DAY, "preference": 6 * DAY, "contact": 6 * DAY,
               "purchase.value": 4 * DAY})  # fmt: skip
BRIEF = msgspec.structs.replace(RICH, keeps=KEEPS)
COUNTRIES = load_countries(*table("countries.yaml"))


def all_of(known: Known) -> dict[str, Any]:
    """Everything that a decision, a label or an audience can learn of her."""
    declared = known.shop.declared
    names = every_name(known.person.document, declared)
    numbers = ("purchase.recency", "purchase.frequency", "purchase.value", "service.return", "demographic.age")
    return {
        **{name: known.facts(name) for name in names if known.facts(name)},
        **{f"# {name}": known.number(name) for name in (*numbers, *(each.fact for each in declared.derived.values()))},
        **{f"? {name}": known.holds(f"label.{name}") for name in declared.labels},
    }


def about(document: Document, now: int, shop: Shop) -> Attributes:
    return attributes(document, now, AttributeSettings(COUNTRIES, 3, keeps=shop.keeps))


def instants(data: st.DataObject, events: list[Event]) -> int:
    """An instant at, just before or just after something happened, or stops to count."""
    at = data.draw(st.sampled_from([each.occurred_at for each in events] or [at_day(3)]))
    later = data.draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 10]))
    return at + later * DAY + data.draw(st.sampled_from([-1, 0, 1]))


def replayed(events: list[Event], now: int) -> Document:
    """What had happened by `now`, in order, each received when it happened."""
    past = sorted((each for each in events if each.occurred_at <= now), key=lambda each: (each.occurred_at, each.key))
    return fold(None, (msgspec.structs.replace(each, received_at=each.occurred_at) for each in past))


@given(EVENTS.flatmap(lambda events: st.tuples(st.just(events), st.permutations([*events, *events[:5]]))), st.data())
def test_any_order_any_batches_any_repetition(both: tuple[list[Event], list[Event]], data: st.DataObject) -> None:
    events, shuffled = both
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    document = None
    for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        document = fold(document, shuffled[start:end])
        document = decode_document(encode_document(document))
    in_order = sorted(events, key=lambda each: (each.occurred_at, each.key))
    assert document == fold(None, in_order)
    assert encode_document(document or Document()) == encode_document(fold(None, in_order))


@given(EVENTS, st.data())
def test_facts_are_those_of_an_in_order_replay(events: list[Event], data: st.DataObject) -> None:
    """At any instant not before the last thing was received: late, early, repeated and in whatever order."""
    heard = max((each.received_at for each in events), default=at_day(3))
    now = max(heard, data.draw(st.sampled_from([heard, heard + DAY // 4, instants(data, events)])))
    document = fold(None, data.draw(st.permutations(events)))
    for shop in (RICH, BRIEF):
        in_order = replayed(events, now)
        assert all_of(read(document, now, shop)) == all_of(read(in_order, now, shop))
        assert about(document, now, shop) == about(in_order, now, shop)


@given(EVENTS, st.data())
def test_nothing_counts_before_its_time(events: list[Event], data: st.DataObject) -> None:
    """Also at an instant of the past: no fact rests on what happened later."""
    now = instants(data, events)
    keys = {each.key[:8].hex() for each in events if each.occurred_at > now}
    for found in all_of(read(fold(None, events), now, RICH)).values():
        for fact in found if isinstance(found, tuple) else ():
            assert fact.at <= now
            assert not keys & set(fact.lineage)
            assert all(each.at <= now for each in fact.contradicts)
            assert read_flow(fact.flow(now))[1] == []
            assert fact.has_words == bool(fact.she_reads)


@st.composite
def ahead(draw: st.DrawFn) -> Event:
    """An event of the next 24 hours, received now: at day 20."""
    made = draw(happened())
    at = at_day(20) + draw(st.integers(1, 4)) * DAY // 4
    key = hashlib.blake2b(made.key + at.to_bytes(8), digest_size=16).digest()
    return msgspec.structs.replace(made, key=key, occurred_at=at, received_at=at_day(20))


@given(EVENTS, st.lists(ahead(), min_size=1, max_size=12), st.integers(0, 5))
def test_what_is_received_ahead_counts_from_its_time(events: list[Event], early: list[Event], quarters: int) -> None:
    now = at_day(20) + quarters * DAY // 4
    document = fold(None, [*early, *events])
    in_order = replayed([*events, *early], now)
    assert all_of(read(document, now, RICH)) == all_of(read(in_order, now, RICH))
    assert about(document, now, RICH) == about(in_order, now, RICH)


KEPT_FOR = {
    ORDER_LINE: "purchase", PRODUCT_VIEWED: "browsing", PRODUCT_ADDED: "browsing", PRODUCTS_SEARCHED: "search",
    REQUESTED: "request",
}  # fmt: skip


@given(st.lists(happened([*KEPT_FOR, TRAITS, NOTED]), max_size=20), st.data())
def test_what_is_too_old_is_gone_from_everything(events: list[Event], data: st.DataObject) -> None:
    """Facts, labels, numbers and attributes are as if it had never been."""
    now = instants(data, events)
    events = [msgspec.structs.replace(each, received_at=each.occurred_at) for each in events if each.occurred_at <= now]
    kept = [each for each in events if each.occurred_at >= now - KEEPS.times.get(KEPT_FOR.get(each.kind, ""), 99 * DAY)]
    assert all_of(read(fold(None, events), now, BRIEF)) == all_of(read(fold(None, kept), now, BRIEF))
    assert about(fold(None, events), now, BRIEF) == about(fold(None, kept), now, BRIEF)


CLAIM = st.tuples(DAYS, st.sampled_from(["12", "14", "16"]), SOURCES, st.sampled_from(list(RANK)))


@given(st.lists(CLAIM, min_size=1, max_size=8))
def test_her_word_outranks_and_nothing_is_hidden(claims: list[tuple[float, str, str, Any]]) -> None:
    document = fold(None, (traits(day, {SIZE: value}, source, how) for day, value, source, how in claims))
    (fact,) = read(document, at_day(20), RICH).facts("preference.size")
    assert RANK[fact.provenance or ""] == max(RANK[how] for *_, how in claims)
    last = {(source, how): (day, value) for day, value, source, how in sorted(claims, key=lambda each: each[0])}
    shown = {fact.value["value"], *(each.value["value"] for each in fact.contradicts)}
    days = [day for day, *_ in claims]
    if len(set(days)) == len(days):
        assert shown == {value for _, value in last.values()}
    assert all(each.value != fact.value for each in fact.contradicts)


@given(EVENTS, DAYS, st.lists(CLAIM, max_size=4))
def test_a_lower_word_changes_nothing_that_she_said(
    events: list[Event], day: float, claims: list[tuple[float, str, str, Any]]
) -> None:
    now = at_day(day)
    lower = [traits(when, {SIZE: value}, source, how) for when, value, source, how in claims if how != "provided"]
    before = read(replayed(events, now), now, RICH).fact("preference.size")
    after = read(replayed([*events, *lower], now), now, RICH).fact("preference.size")
    if before is not None and before.provenance == "provided":
        assert after is not None
        assert msgspec.structs.replace(after, contradicts=()) == msgspec.structs.replace(before, contradicts=())


@given(EVENTS, DAYS, st.sampled_from(SAID), st.data())
def test_what_she_denied_needs_enough_evidence_from_later(
    events: list[Event], day: float, name: str, data: st.DataObject
) -> None:
    """Whatever is still concluded after a denial would be concluded from what we learned since alone."""
    events = [each for each in events if each.kind != STATED]
    now = at_day(16)
    denial = stated(day, name, False)
    since = [each for each in events if each.occurred_at > at_day(day)]
    found = read(replayed([*events, denial], now), now, RICH).facts(name)
    alone = read(replayed(since, now), now, RICH).facts(name)
    assert {fact.key for fact in found} <= {fact.key for fact in alone}
    assert all(fact.known_to_her for fact in found)


@given(EVENTS, st.data())
def test_a_conclusion_is_never_more_innocent_than_what_it_rests_on(events: list[Event], data: st.DataObject) -> None:
    now = instants(data, events)
    known = read(fold(None, events), now, RICH)
    for name in (*(f"label.{each}" for each in RICH.declared.labels), "derived.likely", "derived.size"):
        for fact in known.facts(name):
            _check_inherits(fact, [known.facts(each) for each in fact.lineage], fact.key)


def _check_inherits(fact: Fact, groups: list[tuple[Fact, ...]], key: str) -> None:
    own = [each for group in groups for each in group if each.key == key] if key else []
    inputs = own + [each for group in groups for each in group if not key or each.name not in ("purchase.item",)]
    assert inputs
    distances = [each.distance for each in inputs]
    if None in distances:
        assert fact.distance is None
    else:
        assert fact.distance == max(each for each in distances if each is not None) + 1
    for each in inputs:
        assert ORDER.index(fact.sensitivity or "special") >= ORDER.index(each.sensitivity or "special")
        assert set(fact.purposes or ()) <= set(each.purposes or ())
        if each.provenance in ("third_party", "public", "inferred"):
            assert fact.provenance in ("third_party", "public", "inferred")


LOOKS = st.lists(st.tuples(st.integers(0, 20 * DAY), st.sampled_from(["1", "2"])), max_size=20)


@given(LOOKS, st.integers(0, 25 * DAY))
def test_a_window_counts_what_the_log_has_in_it(looks: list[tuple[int, str]], now: int) -> None:
    start = at_day(0)
    events = [
        msgspec.structs.replace(event(PRODUCT_VIEWED, Note(code, "MUG"), 0, key=n), occurred_at=start + at,
                                received_at=start + at)
        for n, (at, code) in enumerate(looks)
    ]  # fmt: skip
    known = read(fold(None, [each for each in events if each.occurred_at <= start + now]), start + now, RICH)
    past = [at for at, _ in looks if at <= now]
    assert known.number("derived.looks") == (sum(at > now - 10 * DAY for at in past) if past else None)
    assert known.number("derived.since_look") == ((now - max(past)) // DAY if past else None)


@given(EVENTS, st.data(), st.integers(0, 6))
def test_what_retention_deletes_was_seen_by_nothing(events: list[Event], data: st.DataObject, later: int) -> None:
    now = max([instants(data, events), *(each.received_at for each in events)])
    kept = Retention(KEEPS, now).kept(events)
    then = now + later * DAY
    assert all_of(read(fold(None, kept), then, BRIEF)) == all_of(read(fold(None, events), then, BRIEF))
    assert about(fold(None, kept), then, BRIEF) == about(fold(None, events), then, BRIEF)
