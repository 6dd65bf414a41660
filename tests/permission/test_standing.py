"""The permission that holds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decide.shop import permission
from tests.permission.test_points import CHECKOUT, EVENT, load

from tactful.model.records import DAY, Permission, Standing
from tactful.permission.points import passed
from tactful.permission.standing import STRICTNESS, Standings, permission_for

NOW = 1_323_432_000_000_000


def record(state: str, day: int, heard: int | None = None, **other: Any) -> Permission:
    received = NOW - (day if heard is None else heard) * DAY
    return permission(state, occurred_at=NOW - day * DAY, received_at=received, **other)


def standing(*records: Permission, category: str = "purchase.item", channel: str = "email") -> Standing:
    return permission_for(records, (), "recommend", channel, category, NOW, "uk")


def test_nothing_on_file_is_never_asked_and_not_looked_is_not_known() -> None:
    assert standing() == Standing("never_asked", "none", "not_asked", "never_asked")
    assert permission_for(None, (), "recommend", "email", "purchase", NOW, "uk").flow() == {}


def test_a_grant_lifts_a_refusal_only_if_later_both_ways() -> None:
    assert standing(record("refused", 9), record("given", 5)).state == "given"
    assert standing(record("refused", 9, 3), record("given", 5)).state == "refused", "we heard of the refusal later"
    assert standing(record("refused", 5), record("given", 9, 1)).state == "refused", "she refused later"
    assert standing(record("refused", 5), record("given", 5)).state == "refused", "ties refuse"
    assert standing(record("refused", 5), record("given", 5, 3)).state == "refused", "she did both at one instant"
    assert standing(record("refused", 5), record("given", 3, 5)).state == "refused", "we heard of both at one instant"


def test_the_strictest_of_several_refusals_is_the_state() -> None:
    assert standing(record("refused", 1), record("withdrawn", 8), record("invalidated", 2)).state == "withdrawn"


def test_the_longest_category_decides_among_grants() -> None:
    broad, narrow = record("given", 1, asked="in_terms"), record("given", 9, category="purchase")
    assert standing(broad, narrow).asked == "plainly"
    assert standing(broad, narrow, category="family.child").asked == "in_terms"
    assert standing(record("given", 1, category="purchase"), category="purch").state == "never_asked"


def test_a_broad_yes_does_not_reopen_what_she_closed_by_name() -> None:
    closed = record("refused", 9, category="family")
    assert standing(closed, record("given", 1), category="family.child").state == "refused"
    assert standing(closed, record("given", 1), category="purchase.item").state == "given"
    assert standing(closed, record("given", 1, category="family.child"), category="family.child").state == "given"


def test_a_no_to_everything_holds_everywhere_and_a_yes_to_everything_nowhere() -> None:
    assert standing(record("withdrawn", 1, purpose="*", channel="*")).state == "withdrawn"
    assert standing(record("given", 1, purpose="*", channel="*")).state == "never_asked"


def test_the_state_elsewhere_is_the_strictest_of_her_other_channels() -> None:
    other = record("withdrawn", 3, channel="sms")
    assert standing(record("given", 1), other).elsewhere == "withdrawn"
    assert standing(other).state == "never_asked"
    assert standing(other, record("given", 2, channel="sms")).elsewhere == "given"
    assert standing(record("withdrawn", 3)).elsewhere == "never_asked"
    assert standing(record("withdrawn", 3, channel="sms", purpose="market")).elsewhere == "withdrawn"
    assert standing(record("withdrawn", 3, channel="sms", purpose="research")).elsewhere == "never_asked"


def test_a_no_to_marketing_is_a_no_to_all_that_promotes_and_a_yes_is_not() -> None:
    assert standing(record("withdrawn", 3, purpose="market")).state == "withdrawn"
    assert standing(record("given", 3, purpose="market")).state == "never_asked"
    assert standing(record("withdrawn", 3, purpose="market"), record("given", 2)).state == "given"
    no = (record("withdrawn", 3, purpose="market"),)
    for other in ("order", "service", "research"):
        assert permission_for(no, (), other, "email", "*", NOW, "uk").state == "never_asked"


def test_a_no_by_one_category_elsewhere_counts() -> None:
    assert (
        standing(record("withdrawn", 3, channel="sms", category="family"), record("given", 1, channel="sms")).elsewhere
        == "withdrawn"
    )


def test_what_was_not_known_yet_does_not_count() -> None:
    assert standing(record("given", -1)).state == "never_asked"
    assert standing(record("given", 1, -1)).state == "never_asked"


@pytest.mark.parametrize("state", ["refused", "withdrawn", "revoked", "invalidated"])
def test_no_wrong_clock_undoes_a_refusal(state: str) -> None:
    assert standing(record("given", 9), record(state, -1)).state == state
    assert standing(record("given", 9), record(state, 5, -400)).state == state
    assert standing(record(state, -400, -400, channel="sms"), record("given", 9)).elsewhere == state
    assert standing(record(state, -2), record("given", -1)).state == state, "a yes that has not come yet lifts nothing"


def test_a_request_that_waits_is_no_yes_and_a_later_yes_answers_it() -> None:
    assert standing(record("requested", 2)).state == "requested"
    assert standing(record("requested", 2), record("given", 1)).state == "given"
    assert standing(record("given", 2), record("never_asked", 1)).state == "given"
    assert standing(record("given", 2), record("expired", 1)).state == "expired"


@pytest.mark.parametrize(("jurisdiction", "basis"), [("uk", "soft_opt_in"), ("eu", "none"), (None, "none")])
def test_a_collection_point_gives_a_basis_where_its_notice_is_shown(jurisdiction: str | None, basis: str) -> None:
    points = passed([load(CHECKOUT)], [EVENT], NOW)
    found = permission_for((), points, "recommend", "email", "purchase.item", NOW, jurisdiction)
    assert (found.state, found.basis) == ("never_asked", basis)
    assert found.assumption == ("She saw the box to say no." if basis != "none" else "")
    assert permission_for((), points, "recommend", "sms", "purchase.item", NOW, "uk").basis == "none"


def test_a_refusal_ends_the_soft_opt_in_but_not_the_contract() -> None:
    points = passed([load(CHECKOUT)], [EVENT], NOW)
    no = (record("withdrawn", 1), record("withdrawn", 1, purpose="order"))
    assert permission_for(no, points, "recommend", "email", "purchase.item", NOW, "uk").basis == "none"
    assert permission_for(no, points, "order", "email", "purchase.item", NOW, "uk").basis == "contract"


RECORDS = st.lists(
    st.builds(
        lambda state, day, heard, category, channel: record(state, day, heard, category=category, channel=channel),
        st.sampled_from(STRICTNESS),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from(["*", "purchase", "purchase.item", "family"]),
        st.sampled_from(["email", "sms"]),
    ),
    max_size=5,
)


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_records_do_not_matter(records: list[Permission], chance: Any) -> None:
    mixed = [*records, *records]
    chance.shuffle(mixed)
    once, again = standing(*records), standing(*mixed)
    assert (once.state, once.elsewhere, once.basis) == (again.state, again.elsewhere, again.basis)


@given(RECORDS, st.sampled_from(["refused", "withdrawn"]))
def test_a_refusal_now_always_stands(records: list[Permission], state: str) -> None:
    assert standing(*records, record(state, 0)).state in ("withdrawn", "refused")


WORDED = st.builds(
    lambda one, purpose, channel: msgspec.structs.replace(one, purpose=purpose, channel=channel),
    RECORDS.filter(bool).map(lambda records: records[0]),
    st.sampled_from(["market", "recommend", "service", "*"]),
    st.sampled_from(["email", "sms", "*"]),
)


@given(st.lists(WORDED, max_size=5), st.sampled_from(["market", "recommend", "winback", "service"]))
def test_looked_up_once_is_as_looked_up_each_time(records: list[Permission], purpose: str) -> None:
    """A no to marketing reaches what promotes also where all standings of a decision are looked up together."""
    together = Standings(tuple(records), (), 9 * DAY, None)
    for category in ("*", "purchase.item"):
        alone = permission_for(records, (), purpose, "email", category, 9 * DAY, None)
        found = together.of(purpose, "email", category)
        assert (found.state, found.basis, found.elsewhere) == (alone.state, alone.basis, alone.elsewhere)


@given(
    st.lists(
        st.builds(
            record,
            st.sampled_from(STRICTNESS),
            st.integers(-1, 4),
            purpose=st.sampled_from(("recommend", "market", "service", "*")),
            channel=st.sampled_from(("email", "sms", "*")),
            category=st.sampled_from(("*", "*", "purchase", "purchase.item", "family")),
            source=st.sampled_from(("a", "b")),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_many_looked_up_together_are_each_looked_up_alone(records: list[Permission], at_checkout: bool) -> None:
    points = passed([load(CHECKOUT)], [EVENT], NOW) if at_checkout else ()
    together = Standings(records, points, NOW, "uk")
    for purpose in ("recommend", "market", "service"):
        for channel in ("email", "sms", "app"):
            for category in ("purchase.item", "family.child", "*"):
                alone = permission_for(records, points, purpose, channel, category, NOW, "uk")
                assert together.of(purpose, channel, category) == alone, (purpose, channel, category)


def test_a_no_to_marketing_is_a_no_to_all_that_promotes_where_many_are_looked_up() -> None:
    both = (record("given", 5), record("withdrawn", 3, purpose="market"))
    assert Standings(both, (), NOW, "uk").of("recommend", "email", "*").state == "withdrawn"
    assert Standings(None, (), NOW, "uk").of("recommend", "email", "*").state is None
