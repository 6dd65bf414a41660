"""What may be kept of a call, and what she refused or allowed with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.service.doors import NOW, SITE, point

from tactful.model.problems import Problems
from tactful.model.records import Permission
from tactful.model.vocabulary import KEYS
from tactful.permission.consent import GRAIN, NOTHING_SAID, Choices, Consent, choices_of
from tactful.permission.points import load_point
from tactful.permission.standing import ENDS, GRANTS, permission_for

CONSENT = Consent(point(SITE))
ALL = {"analytics": True, "advertising": True, "marketing": True}


def said(**chosen: bool) -> Choices:
    return Choices(chosen)


def stated(choices: Choices, public: bool = False) -> list[tuple[str, str, str]]:
    found = CONSENT.permissions(choices, NOW, NOW, "web", public)
    return [(each.purpose, each.channel, each.state) for each in found]


def context(consent: Any, **other: Any) -> dict[str, Any]:
    return {"consent": consent} | other


@pytest.mark.parametrize(
    ("sent", "choices"),
    [
        (None, NOTHING_SAID),
        (["x"], NOTHING_SAID),
        (context({"categoryPreferences": {"Advertising": True, "Analytics": False}}),
         Choices({"advertising": True, "analytics": False})),
        (context({"categoryPreferences": {"C0002": True, "C0004": False}}), Choices({"c0002": True, "c0004": False})),
        ({"categoryPreferences": {"Analytics": False}}, Choices({"analytics": False})),
        ({"consentManagement": {"allowedConsentIds": ["A"], "deniedConsentIds": ["B"]}},
         Choices({"a": True, "b": False})),
        (context({"categoryPreferences": {"A": True}}, categoryPreferences={"a": False}), Choices({"a": False})),
        (context({"categoryPreferences": {"A": False}}, categoryPreferences={"a": True}), Choices({"a": False})),
        (context({"categoryPreferences": {"A": "true", "B": 1, "C": None}}), NOTHING_SAID),
        (context({"gpc": True}), Choices(gpc=True)),
        ({"gpc": "1"}, Choices(gpc=True)),
        ({"gpc": 1.0}, Choices(gpc=True)),
        ({"gpc": "true"}, Choices(gpc=True)),
        (context({"gpc": "True"}), Choices(gpc=True)),
        ({"gpc": "false"}, NOTHING_SAID),
        ({"gpc": [1]}, NOTHING_SAID),
        ({"gpc": 0}, NOTHING_SAID),
        (context("yes"), NOTHING_SAID),
    ],
)  # fmt: skip
def test_choices_are_read_as_the_tools_send_them(sent: Any, choices: Choices) -> None:
    assert choices_of(sent) == choices
    assert choices_of(sent, gpc=True).gpc


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_no_counts_wherever_it_stands(before: int, after: int) -> None:
    others = [f"v{each}" for each in range(before)], [f"w{each}" for each in range(after)]
    chosen = dict.fromkeys(others[0], True) | {"Marketing": False} | dict.fromkeys(others[1], True)
    listed = [*others[0], "Marketing", *others[1]]
    for sent in (
        context({"categoryPreferences": chosen}),
        {"categoryPreferences": chosen},
        {"consentManagement": {"allowedConsentIds": ["Marketing"], "deniedConsentIds": listed}},
    ):
        assert choices_of(sent).said["marketing"] is False


def test_only_what_the_point_collects_is_kept() -> None:
    keeping = CONSENT.keeping(Choices(ALL))
    assert [keeping(each) for each in ("contact.email", "purchase", "browsing.own")] == ["", "", ""]
    assert [keeping(each) for each in ("health", "demographic.age", "device", "")] == ["not collected here"] * 4


def test_what_needs_a_choice_is_kept_only_where_she_chose_yes() -> None:
    assert CONSENT.keeping(NOTHING_SAID)("browsing.own") == "Analytics not known"
    assert CONSENT.keeping(said(analytics=False))("search") == "Analytics refused"
    assert CONSENT.keeping(said(analytics=True))("search") == ""
    assert CONSENT.keeping(said(analytics=False))("purchase") == ""


def test_a_need_for_a_part_holds_back_the_whole() -> None:
    cart = Consent(point(SITE.replace("needed_for: [browsing, search]", "needed_for: [browsing.cart]")))
    assert cart.keeping(NOTHING_SAID)("browsing") == "Analytics not known"
    assert cart.keeping(NOTHING_SAID)("browsing.own") == ""


def test_a_no_is_a_refusal_whoever_tells_it() -> None:
    for public in (False, True):
        assert stated(said(advertising=False), public) == [("advertise", "*", "refused")]
        assert stated(said(analytics=False, other=False), public) == []
        assert stated(Choices(gpc=True), public) == [("sell", "*", "refused"), ("advertise", "*", "refused")]


def test_a_yes_is_one_only_from_a_server_and_where_the_point_says_what_it_grants() -> None:
    assert stated(said(marketing=True)) == [("market", "email", "given")]
    assert stated(said(marketing=True), public=True) == []
    assert stated(said(advertising=True, analytics=True)) == []
    (given,) = CONSENT.permissions(said(marketing=True), NOW, NOW, "web", False)
    assert (given.basis, given.asked, given.proof) == (
        "consent", "plainly", "Marketing chosen at site, notices/newsletter.md",
    )  # fmt: skip


def test_a_no_beside_a_yes_wins() -> None:
    both = Consent(point(SITE.replace("Advertising: {refuses: [advertise]}", "Advertising: {refuses: [market]}")))
    found = both.permissions(said(advertising=False, marketing=True), NOW, NOW, "web", False)
    assert [each.state for each in found] == ["refused"]


def test_the_same_choice_is_one_statement_and_a_yes_never_lifts_a_no_too_early() -> None:
    def at(minute: int, **chosen: bool) -> Permission:
        when = NOW // GRAIN * GRAIN + minute * 60_000_000
        (found,) = CONSENT.permissions(said(**chosen), when, when, "web", False)
        return found

    def holds(*records: Permission) -> str | None:
        return permission_for(records, (), "market", "email", "contact.email", NOW + 2 * GRAIN * 10, None).state

    assert at(1, marketing=False).occurred_at == at(14, marketing=False).occurred_at
    assert holds(at(1, marketing=True), at(2, marketing=False)) == "refused"
    assert holds(at(2, marketing=False), at(3, marketing=True)) == "refused"
    assert holds(at(2, marketing=False), at(31, marketing=True)) == "given"
    assert holds(at(2, marketing=False), at(31, marketing=True), at(31, marketing=False)) == "refused"


def test_a_yes_of_before_that_is_heard_later_does_not_lift_a_no() -> None:
    quarter, minute = NOW // GRAIN * GRAIN, 60_000_000
    when = quarter + 2 * minute
    (no,) = CONSENT.permissions(said(marketing=False), when, when, "web", True)
    yes = Permission("market", "email", "*", "given", "consent", "plainly", when - minute, when + minute, "csv")
    assert permission_for((no, yes), (), "market", "email", "contact.email", NOW + GRAIN, None).state == "refused"


def test_a_clock_ahead_does_not_refuse_the_future() -> None:
    (found,) = CONSENT.permissions(said(marketing=False), NOW + 20 * GRAIN, NOW, "web", True)
    assert found.occurred_at <= NOW + GRAIN


CHOICES = st.builds(Choices, st.dictionaries(st.sampled_from([*ALL, "other"]), st.booleans()), st.booleans())


@given(CHOICES, st.sampled_from(sorted(KEYS["fact.category"].names)), st.sampled_from(sorted(ALL)))
def test_taking_a_yes_away_never_keeps_more(choices: Choices, category: str, name: str) -> None:
    less = Choices({key: value for key, value in choices.said.items() if key != name or not value}, choices.gpc)
    if not CONSENT.keeping(less)(category):
        assert not CONSENT.keeping(choices)(category)


@given(CHOICES, st.booleans())
def test_a_page_grants_nothing(choices: Choices, public: bool) -> None:
    found = CONSENT.permissions(choices, NOW, NOW, "web", public)
    assert {each.state for each in found} <= (ENDS if public else ENDS | GRANTS)
    refused = {each.purpose for each in found if each.state in ENDS}
    assert not refused & {each.purpose for each in found if each.state in GRANTS}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("notice: notices/site.md\n", "", "`notice` is missing"),
        ("notice: notices/site.md\n", "notice: ''\n", "what was she told?"),
        ("notice: notices/site.md\n", "notice: '  '\n", "what was she told?"),
        ("needed_for: [browsing, search]", "needed_for: [browsing, serch]", "Did you mean search?"),
        ("refuses: [advertise]", "refuses: [advertize]", "Did you mean advertise?"),
        ("{refuses: [advertise]}", "{}", "`Advertising` says nothing"),
        ("{refuses: [advertise]}", "{refuse: [advertise]}", "Did you mean refuses?"),
        (", notice: notices/newsletter.md", "", "`notice` is missing"),
        (", asked: plainly", "", "`asked` is missing"),
        ("asked: plainly", "asked: not_asked", "is not allowed"),
        ("  Marketing:", "  advertising:", "stands here twice"),
        ("consent:\n", "consents:\n", "Did you mean consent?"),
    ],
)
def test_a_point_that_is_wrong_is_refused(old: str, new: str, words: str) -> None:
    assert old in SITE
    with pytest.raises(Problems) as caught:
        load_point(SITE.replace(old, new), "point.yaml")
    assert any(words in str(each) for each in caught.value.problems), caught.value.problems


def test_the_notice_of_a_grant_must_be_there() -> None:
    with pytest.raises(Problems, match=r"newsletter\.md was not found"):
        load_point(SITE, "point.yaml", {"notices/site.md": "x"})
