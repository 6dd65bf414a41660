"""Retention: deleting changes nothing that could still be seen, now or at any time after."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.laws.test_journey_laws import bought, notes
from tests.profile.given import DAY_0, SHOP, event

from tactful.model.records import DAY, Event
from tactful.profile.events import TRAITS, Traits
from tactful.profile.facts import every_name, read
from tactful.profile.fold import fold
from tactful.profile.retention import Retention
from tactful.profile.traits import Keeps

KEEPS = Keeps({"purchase": 12 * DAY, "service.return": 5 * DAY, "browsing": 7 * DAY, "search": 3 * DAY,
               "family": 9 * DAY, "contact": 0})  # fmt: skip
NAMES = ("family.size:value", "contact.email:value", "contact.address:city")
told = st.builds(
    lambda names, day: event(TRAITS, Traits(dict.fromkeys(names, "2")), day, "web"),
    st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.integers(0, 60).map(lambda n: n / 2),
)  # fmt: skip
histories = st.lists(notes | bought | told, max_size=25, unique_by=lambda each: each.key)
days = st.integers(0, 45)


def facts(events: list[Event], now: int) -> list[object]:
    shop = SHOP.__class__(**{**{f: getattr(SHOP, f) for f in SHOP.__struct_fields__}, "keeps": KEEPS})
    document = fold(None, sorted(events, key=lambda each: (each.occurred_at, each.key)))
    known = read(document, now, shop)
    return [fact for name in every_name(document, shop.declared) for fact in known.facts(name)]


@given(histories, days, days)
def test_what_is_deleted_could_not_be_seen_any_more(events: list[Event], day: int, later: int) -> None:
    now = DAY_0 + day * DAY + DAY // 2
    kept = Retention(KEEPS, now).kept(events)
    assert facts(kept, now + later * DAY) == facts(events, now + later * DAY)


@given(histories, days, days)
def test_it_can_be_done_in_any_number_of_steps(events: list[Event], day: int, later: int) -> None:
    first, last = (DAY_0 + each * DAY for each in (day, day + later))
    assert Retention(KEEPS, last).kept(Retention(KEEPS, first).kept(events)) == Retention(KEEPS, last).kept(events)


def test_an_expired_part_goes_and_the_rest_stays() -> None:
    both = event(TRAITS, Traits({"family.size:value": "4", "contact.email:value": "penny@shop.example"}), 0, "web")
    for days_after, names in ((9, {"family.size:value", "contact.email:value"}), (9.001, {"contact.email:value"})):
        (kept,) = Retention(KEEPS, both.occurred_at + int(days_after * DAY)).kept([both])
        assert {name for name in NAMES if name.encode() in kept.body} == names
