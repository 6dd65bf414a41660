"""Reading a campaign, and holding it against its treatment."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from tests.treatment.made import SHIPPED, SHIPPED_CAMPAIGN, STARTER, STARTER_CAMPAIGN, load

from tactful.model.problems import Problems
from tactful.model.records import Use, Variant
from tactful.model.vocabulary import KEYS
from tactful.treatment.campaign import Campaign, check, load_campaign

FACTS = KEYS["fact.category"].names
LABELS = ("due_again", "reseller")


def campaign(text: str = STARTER_CAMPAIGN) -> Campaign:
    return load_campaign(text, "c.yaml", LABELS, FACTS)


def changed(old: str, new: str) -> str:
    assert STARTER_CAMPAIGN.count(old) == 1, old
    return STARTER_CAMPAIGN.replace(old, new)


def complaints(text: str) -> str:
    with pytest.raises(Problems) as caught:
        campaign(text)
    return str(caught.value)


def test_what_is_shipped_declares_what_its_words_let_her_work_out() -> None:
    shipped, treatment = campaign(SHIPPED_CAMPAIGN), load(SHIPPED)
    assert check(shipped, treatment) == check(shipped, treatment).__class__((), ())
    explicit = treatment.find("explicit")
    assert explicit is not None
    assert "purchase.frequency" in {use.fact for use in explicit.variant.mentions}


def test_the_starter_is_a_campaign_and_fits_its_treatment() -> None:
    starter = campaign()
    assert (starter.name, starter.purpose, starter.channel) == ("back-in-rhythm", "recommend", "email")
    assert (starter.worth, starter.currency, starter.holdout, starter.run) == (4000, "GBP", 10, "watch")
    assert starter.audience == "label.due_again == true && purchase.recency <= 180"
    assert starter.skip == "label.reseller == true"
    assert (starter.audience_line, starter.skip_line) == (9, 10)
    assert check(starter, load(STARTER)) == check(starter, load(STARTER)).__class__((), ())


def test_it_is_open_from_its_first_instant_to_its_last() -> None:
    starter = campaign()
    first = dt.datetime(2011, 12, 10, tzinfo=dt.UTC)
    after = dt.datetime(2011, 12, 25, tzinfo=dt.UTC)
    assert starter.opens == int(first.timestamp()) * 1_000_000
    assert starter.closes == int(after.timestamp()) * 1_000_000 - 1


def test_watching_is_the_default_and_an_email_is_not_sensed() -> None:
    lines = [line for line in STARTER_CAMPAIGN.split("\n") if not line.startswith(("run:", "holdout:", "skip:"))]
    plain = campaign("\n".join(lines))
    assert (plain.run, plain.holdout, plain.skip, plain.place) == ("watch", 0, "", "not_sensed")
    assert campaign(changed("channel: email", "channel: app")).place == "online"
    assert campaign(changed("channel: email", "channel: kiosk")).place == "store"
    assert campaign(changed("run: watch", "run: live")).run == "live"
    assert campaign(changed("run: watch", "place: home")).place == "home"


def test_what_it_is_worth_to_her_is_unknown_unless_said() -> None:
    assert campaign().scenario()["scenario.benefit"] == "service"
    silent = campaign(changed("benefit: service, ", ""))
    assert "scenario.benefit" not in silent.scenario()
    assert silent.scenario() == {
        "scenario.purpose": "recommend",
        "scenario.channel": "email",
        "scenario.initiator": "retailer",
        "scenario.speaker": "system",
        "scenario.place": "not_sensed",
    }


def test_what_the_audience_reads_is_a_select_by_itself() -> None:
    assert campaign().selects(["purchase.recency", "label.due_again"]) == ("label.due_again", "purchase.recency")
    assert campaign().selects([]) == ("label.due_again",)


def test_each_mention_carries_its_reason() -> None:
    given = (Variant("explicit", (Use("contact.name", "explicit"), Use("request", "explicit"))),)
    assert campaign().reasons(given)[0].mentions == (
        Use("contact.name", "explicit", "to greet her"),
        Use("request", "explicit", ""),
    )


def test_a_fact_that_is_shown_and_not_declared_is_an_error_at_its_line() -> None:
    lines = [line for line in STARTER_CAMPAIGN.split("\n") if "purchase.item" not in line]
    checked = check(campaign("\n".join(lines)), load(STARTER, "treatments/x.liquid"))
    assert [str(problem) for problem in checked.problems] == [
        "treatments/x.liquid:10: shows purchase.item, which the campaign back-in-rhythm does not declare under `uses` "
        "with act: mention."
    ]


def test_a_mention_declared_as_a_select_is_not_declared() -> None:
    text = changed("{fact: purchase.item,   act: mention", "{fact: purchase.item, act: select")
    assert "shows purchase.item" in str(check(campaign(text), load(STARTER)).problems[0])


def test_a_mention_that_nothing_makes_is_a_warning() -> None:
    text = changed("uses: ", 'uses:\n  - {fact: request, act: mention, because: "x"}\n#')
    checked = check(campaign(text), load(STARTER))
    assert checked.problems == ()
    assert [str(warning) for warning in checked.warnings] == [
        "c.yaml:14: request is declared as a mention, and no variant mentions it."
    ]


def test_purpose_and_channel_must_agree() -> None:
    other = msgspec.structs.replace(campaign(), purpose="market", channel="sms")
    assert [problem.key for problem in check(other, load(STARTER)).problems] == ["channel", "purpose"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("does: Mention", "dose: Mention", "unknown key `dose`. Did you mean does?"),
        ("owner: crm@giftshop.example", "owner: ''", "`owner` is empty"),
        ("purpose: recommend", "purpose: recomend", "Did you mean recommend?"),
        ("channel: email", "channel: emial", "Did you mean email?"),
        ("until: 2011-12-24", "until: 2011-02-30", "`until: 2011-02-30` is no day"),
        ("until: 2011-12-24", "until: 24.12.2011", "is no day; write it like 2011-12-24"),
        ("until: 2011-12-24", "until: 2010-12-24", "closes on 2010-12-24 before it opens"),
        ("fact: purchase.item,", "fact: purchase.itme,", "no fact called purchase.itme. Did you mean purchase.item?"),
        ("fact: label.due_again,", "fact: label.due_agin,", "Did you mean label.due_again?"),
        ("act: select", "act: infer", "`act: infer` is not allowed"),
        ('because: "to greet her"', "because: ''", "`because` is empty"),
        (', because: "to greet her"', "", "`because` is missing"),
        ("fact: contact.name,  ", "fact: purchase.item,", "purchase.item is declared twice with act: mention"),
        ("to_us: 4.00", "to_us: four", "`to_us` must be a number"),
        ("to_us: 4.00", "to_us: -1", "out of range"),
        ("to_us: 4.00", "to_us: 1.2345", "more than three decimals"),
        ("currency: GBP", "currency: pounds", "write its code, like GBP"),
        ("benefit: service", "benefit: savings", "Did you mean saving?"),
        ("holdout: 10%", "holdout: 0.1", "like 10%"),
        ("holdout: 10%", "holdout: 90%", "up to 50%"),
        ("run: watch", "run: send", "`run: send` is not allowed"),
        ("treatments/back-in-rhythm.liquid", "../../secret", "must be a file beside the campaigns"),
        ("treatments/back-in-rhythm.liquid", "C:\\x", "must be a file beside the campaigns"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    text = complaints(changed(old, new))
    assert said in text
    assert text.startswith("c.yaml:")


def test_all_problems_come_at_once() -> None:
    assert len(complaints("campaign: x\nholdout: 99%\nrun: x\n").split("\n")) >= 8


def test_what_the_words_let_her_work_out_must_be_declared_too() -> None:
    text = STARTER.replace("always:", "says: {explicit: [purchase.frequency]}\nalways:")
    assert [str(problem) for problem in check(campaign(), load(text)).problems] == [
        "t.liquid:10: shows purchase.frequency, which the campaign back-in-rhythm does not declare under `uses` "
        "with act: mention."
    ]
