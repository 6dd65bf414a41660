"""What an export of another tool means here."""

from __future__ import annotations

import pytest

from tactful.permission.imports import VENDORS, instant, map_state, read_rows

NOW = 1_323_432_000_000_000


@pytest.mark.parametrize(
    ("vendor", "state", "ours", "asked"),
    [
        ("braze", "opted_in", "given", "plainly"),
        ("braze", "subscribed", "never_asked", "not_asked"),
        ("braze", "unsubscribed", "withdrawn", "not_asked"),
        ("mailchimp", "subscribed", "never_asked", "not_asked"),
        ("mailchimp", "cleaned", "withdrawn", "not_asked"),
        ("mailchimp", "pending", "requested", "plainly"),
        ("mailchimp", "transactional", "never_asked", "not_asked"),
        ("klaviyo", "SUBSCRIBED", "given", "in_terms"),
        ("klaviyo", "NEVER_SUBSCRIBED", "never_asked", "not_asked"),
        ("shopify", "not_subscribed", "never_asked", "not_asked"),
        ("shopify", "redacted", "withdrawn", "not_asked"),
        ("shopify", "invalid", "invalidated", "not_asked"),
        ("csv", "refused", "refused", "not_asked"),
    ],
)
def test_a_state_means_one_thing_and_says_why(vendor: str, state: str, ours: str, asked: str) -> None:
    mapped = map_state(vendor, state)
    assert (mapped.state, mapped.asked) == (ours, asked)
    assert mapped.reason.endswith(".")


def test_only_an_explicit_yes_is_plain_by_itself() -> None:
    plain = {
        (name, state)
        for name, each in VENDORS.items()
        for state, m in each.meanings.items()
        if m.asked == "plainly" and m.state == "given"
    }
    assert plain == {("braze", "opted_in")}


def test_a_row_makes_one_record_per_purpose() -> None:
    rows = [{"external_id": "7781", "email_subscribe": "opted_in", "email_opted_in_at": "2011-01-05T10:00:00Z"}]
    found, problems = read_rows("braze", rows, "braze.csv", NOW)
    assert problems == []
    assert found[0].person == ("customer", "7781")
    assert [(each.purpose, each.channel, each.category) for each in found[0].permissions] == [
        ("market", "email", "*"),
        ("recommend", "email", "*"),
        ("winback", "email", "*"),
    ]
    assert {each.occurred_at for each in found[0].permissions} == {instant("2011-01-05T10:00:00Z")}


def test_times_that_are_not_known_are_read_carefully() -> None:
    rows = [
        {"external_id": "1", "email_subscribe": "opted_in"},
        {"external_id": "2", "email_subscribe": "unsubscribed"},
        {"external_id": "3", "email_subscribe": "opted_in", "email_opted_in_at": "2999-01-01"},
    ]
    found, _ = read_rows("braze", rows, "braze.csv", NOW)
    assert [each.permissions[0].occurred_at for each in found] == [0, NOW, NOW]


def test_a_confirmed_subscription_is_proof() -> None:
    row = {"Email Address": "penny@mail.example", "OPTIN_TIME": "2011-01-05 10:00:00", "OPTIN_IP": "192.0.2.1"}
    confirmed = row | {"CONFIRM_TIME": "2011-01-05 10:05:00", "CONFIRM_IP": "192.0.2.1"}
    found, _ = read_rows("mailchimp", [row, confirmed, row | {"UNSUB_TIME": "2011-02-01 00:00:00"}], "m.csv", NOW)
    assert [each.permissions[0].state for each in found] == ["never_asked", "given", "withdrawn"]
    assert found[1].permissions[0].asked == "plainly"


def test_a_suppression_wins_over_a_yes() -> None:
    rows = [
        {
            "Email": "penny@mail.example",
            "Email Marketing Consent": "SUBSCRIBED",
            "Email Suppressions": "USER_SUPPRESSED",
        }
    ]
    found, _ = read_rows("klaviyo", rows, "k.csv", NOW)
    assert found[0].permissions[0].state == "withdrawn"


def test_shopify_confirmed_opt_in_is_proof() -> None:
    row = {
        "id": "5",
        "email_marketing_consent.state": "subscribed",
        "email_marketing_consent.opt_in_level": "single_opt_in",
        "email_marketing_consent.consent_updated_at": "2011-01-05T10:00:00Z",
    }
    found, _ = read_rows(
        "shopify", [row, row | {"email_marketing_consent.opt_in_level": "confirmed_opt_in"}], "s.csv", NOW
    )
    assert [each.permissions[0].asked for each in found] == ["in_terms", "plainly"]


def test_what_is_not_understood_is_a_problem_with_its_line() -> None:
    rows = [
        {"external_id": "1", "email_subscribe": "opted_inn"},
        {"email_subscribe": "opted_in"},
        {"external_id": "3"},
    ]
    found, problems = read_rows("braze", rows, "braze.csv", NOW)
    assert found == []
    assert [problem.line for problem in problems] == [2, 3, 4]
    assert "Did you mean opted_in?" in problems[0].message
    assert "Did you mean klaviyo?" in read_rows("klavio", [], "x.csv", NOW)[1][0].message


def test_our_own_file() -> None:
    rows = [
        {
            "email": "penny@mail.example",
            "purpose": "recommend",
            "channel": "email",
            "state": "given",
            "asked": "plainly",
            "occurred_at": "2011-01-05",
        },
        {"email": "penny@mail.example", "purpose": "recommend", "channel": "email", "state": "given"},
        {"email": "penny@mail.example", "purpose": "recomend", "channel": "email", "state": "given"},
        {
            "email": "penny@mail.example",
            "purpose": "recommend",
            "channel": "email",
            "state": "given",
            "occurred_at": "soon",
        },
    ]
    found, problems = read_rows("csv", rows, "own.csv", NOW)
    assert [(each.permissions[0].asked, each.permissions[0].basis) for each in found] == [
        ("plainly", "consent"),
        ("in_terms", "consent"),
    ]
    assert [problem.line for problem in problems] == [4, 5]
