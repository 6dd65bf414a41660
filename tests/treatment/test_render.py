"""The one door, the required parts, and values that would like to be more than values."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest
from tests.treatment.made import (
    FOOTER,
    LINKS,
    OFFER,
    PENNY,
    SHOP,
    STARTER,
    decided,
    fact,
    judgement,
    load,
    one,
    written,
)

from tactful.model.problems import Problems
from tactful.model.records import Decision
from tactful.treatment.fill import NotRendered
from tactful.treatment.render import Links, Message, NotDecided, load_footer, render

EMAIL = load(STARTER)


def test_the_explicit_message_reads_well() -> None:
    message = written(EMAIL)
    assert message.subject == "Running low on lunch bag red retrospot?"
    assert message.text.split("\n\n")[:2] == [
        "Hello Penny,",
        "You usually buy lunch bag red retrospot about now. In the shop: £1.65.\nhttps://giftshop.example/p/20685",
    ]
    assert "<p>Hello Penny,</p>" in message.html
    assert '<a href="https://giftshop.example/p/20685">' in message.html
    assert [(use.fact, use.form) for use in message.mentions] == [
        ("purchase.item", "explicit"),
        ("contact.name", "explicit"),
    ]


def test_without_her_name_the_greeting_stands_alone() -> None:
    message = written(EMAIL, "softened without contact.name")
    assert message.text.startswith("Hello,\n\nIf you are looking for lunch bags")
    assert "Penny" not in message.text + message.html + message.subject
    assert "- paper chain kit, £2.95\n- cake cases, £0.55" in message.text
    assert "<li>paper chain kit, £2.95</li>" in message.html


def test_the_silent_message_shows_nothing_of_hers() -> None:
    message = written(EMAIL, "silent", decision=decided(EMAIL, "silent", "silent"))
    assert not {"Penny", "lunch"} & set(message.text.replace(",", " ").split())
    assert message.mentions == ()


def test_every_required_part_is_there() -> None:
    for body in (written(EMAIL).text, written(EMAIL).html):
        for part in ("The Gift Shop, 1 High Street, Anytown", LINKS.why, LINKS.stop):
            assert part in body


@pytest.mark.parametrize("part", ["sender_name", "sender_post"])
def test_a_missing_sender_stops_the_message(part: str) -> None:
    with pytest.raises(NotRendered, match="`sender` is missing"):
        written(EMAIL, shop=msgspec.structs.replace(SHOP, **{part: " \n"}))


@pytest.mark.parametrize("bad", ["", "javascript:alert(1)", "https://a.example/ b", 'https://a.example/"onclick='])
def test_a_missing_or_hostile_link_stops_the_message(bad: str) -> None:
    with pytest.raises(NotRendered, match="`why_this` is missing"):
        written(EMAIL, links=Links(bad, LINKS.stop))
    with pytest.raises(NotRendered, match="`stop` is missing"):
        written(EMAIL, links=Links(LINKS.why, bad))


def test_a_language_without_a_footer_stops_the_message() -> None:
    with pytest.raises(NotRendered, match="no footer in `cy`"):
        written(one("Shwmae", language="cy"))


def test_a_short_message_has_its_parts_and_no_html() -> None:
    message = written(one("Your boots are in."))
    assert message.html == ""
    assert message.text.split("\n") == [
        "Your boots are in.",
        "The Gift Shop, 1 High Street, Anytown",
        f"Why you got this: {LINKS.why}",
        f"No more of these, with one click: {LINKS.stop}",
    ]


def test_a_message_has_no_other_maker() -> None:
    with pytest.raises(NotDecided):
        Message()
    with pytest.raises(NotDecided):
        Message(object(), subject="x", text="y")
    message = written(EMAIL)
    with pytest.raises(NotDecided):
        message.text = "something else"
    with pytest.raises(NotDecided):
        del message.text
    for again in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(NotDecided):
            again(message)
    assert message.plain()["text"] == message.text


def test_the_decision_must_have_chosen_exactly_this() -> None:
    good = decided(EMAIL, "explicit")
    change = msgspec.structs.replace
    for wrong in (
        Decision("", "", "never", 0, ()),
        change(good, chosen="new-in-shoes"),
        change(good, variant="softened"),
        change(good, verdict="hold"),
        change(good, verdict="never"),
        change(good, verdict="ask"),
        change(good, outcomes=()),
        decided(EMAIL, "explicit", stage="best"),
        change(good, outcomes=(change(good.outcomes[0], variant="softened"),)),
        change(good, outcomes=(change(good.outcomes[0], verdict="hold"),)),
    ):
        with pytest.raises(NotDecided):
            written(EMAIL, decision=wrong)
    with pytest.raises(NotDecided):
        written(EMAIL, "softened", decision=good)


def test_the_decision_must_have_judged_every_mention_in_its_form() -> None:
    name = judgement("contact.name", "explicit")
    item = judgement("purchase.item", "explicit")
    for judged in (
        (),
        (name,),
        (name, judgement("purchase.item", "softened")),
        (name, judgement("purchase.item", "explicit", act="select")),
        (name, judgement("purchase.item", "explicit", standing="hold")),
        (name, judgement("purchase.item", "explicit", standing="ask")),
    ):
        with pytest.raises(NotDecided, match=r"purchase\.item|contact\.name"):
            written(EMAIL, decision=decided(EMAIL, "explicit", judged=judged))
    assert "Penny" in written(EMAIL, decision=decided(EMAIL, "explicit", judged=(item, name))).text
    assert written(EMAIL, "softened", decision=decided(EMAIL, "softened", judged=(item, name))).subject


def test_a_duty_that_nobody_meets_stops_the_message() -> None:
    decision = decided(EMAIL, "explicit", obligations=("offer_choice", "explain_why", "name_source"))
    with pytest.raises(NotRendered, match="name_source"):
        written(EMAIL, decision=decision)
    assert written(EMAIL, decision=decision, also_met=["name_source"]).subject


def test_the_candidate_may_have_another_name() -> None:
    decision = decided(EMAIL, "explicit", candidate="december")
    decision = msgspec.structs.replace(decision, chosen="december")
    given = (EMAIL, "explicit", PENNY, OFFER, SHOP, decision)
    assert render(*given, links=LINKS, footer=FOOTER, candidate="december").candidate == "december"
    with pytest.raises(NotDecided):
        render(*given, links=LINKS, footer=FOOTER)


def test_a_fact_that_is_not_there_stops_the_message() -> None:
    with pytest.raises(NotRendered) as caught:
        written(EMAIL, facts={"contact.name": PENNY["contact.name"]})
    assert "purchase" in str(caught.value)
    assert "Penny" not in str(caught.value)


@pytest.mark.parametrize("hostile", ["{{ contact.name.given }}", "{% if true %}x{% endif %}", "{{ sender.mail }}"])
def test_a_value_is_never_read_as_a_template(hostile: str) -> None:
    facts = {"purchase.item": fact("purchase.item", plain_name=hostile, kind="x")}
    message = written(EMAIL, "explicit without contact.name", facts)
    assert message.subject == f"Running low on {hostile}?"
    assert SHOP.sender_mail not in message.text


def test_markup_in_a_value_stays_text() -> None:
    hostile = "<script>alert(\"x\")</script><a href='https://bad.example'>"
    facts = {"purchase.item": fact("purchase.item", plain_name=hostile, kind="x")}
    html = written(EMAIL, "explicit without contact.name", facts).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="https://bad.example' not in html


def test_a_value_is_one_line_and_has_nothing_unseen() -> None:
    hostile = "bag\r\nBcc: all@shop.example\n\n--\nFake footer\x00\x1b[31m\u202egnp.exe\u2028x\u200b"
    facts = {"purchase.item": fact("purchase.item", plain_name=hostile, kind="x")}
    message = written(EMAIL, "explicit without contact.name", facts)
    assert message.subject == "Running low on bag Bcc: all@shop.example -- Fake footer[31mgnp.exe x?"
    assert "\n" not in message.subject
    assert message.text.count("\n--\n") == 1
    assert not set("\x00\x1b\r\u202e\u2028\u200b") & set(message.text + message.html)


def test_part_of_a_value_and_a_value_without_a_name_can_be_shown() -> None:
    facts = {
        "purchase.frequency": fact("purchase.frequency", orders=9, rhythm={"in_words": "11 days"}),
        "preference.size": fact("preference.size", **{"": "42"}),
        "label.due_again": fact("label.due_again", "You often buy tea."),
    }
    body = (
        "{{ rhythm.in_words }}, {{ purchase.frequency.orders }}, {{ preference.size.value }}, "
        "{{ label.due_again.words }}"
    )
    treatment = one(body)
    assert written(treatment, facts=facts).text.split("\n")[0] == "11 days, 9, 42, You often buy tea."
    assert treatment.variants_for(facts) == treatment.variants
    assert treatment.variants_for({**facts, "purchase.frequency": fact("purchase.frequency", orders=9)}) == ()


def test_a_link_that_the_offer_does_not_have_leaves_no_gap() -> None:
    offer = {name: value for name, value in OFFER.items() if name != "link"}
    assert "£1.65.\n\nIf you have plenty" in written(EMAIL, offer=offer).text


@pytest.mark.parametrize("odd", [object(), b"bytes", float("nan"), {1, 2}, None, ""])
def test_what_is_no_value_is_not_there(odd: object) -> None:
    with pytest.raises(NotRendered, match=r"offer\.odd is not there|'offer' is not there"):
        written(one("{{ offer.odd }}"), offer={"odd": odd})
    assert written(one("{{ offer.odd | default: 'none' }}"), offer={"odd": odd}).text.startswith("none\n")


def test_a_list_is_walked_through_joined_and_cut() -> None:
    offer = {"shelf": [{"name": f"n{number}"} for number in range(5000)], "words": ["a", "b"]}
    message = written(one("{{ offer.shelf | map: 'name' | size }} {{ offer.words | join: '-' }}"), offer=offer)
    assert message.text.startswith("1000 a-b\n")


def test_a_long_subject_is_cut() -> None:
    facts = {"purchase.item": fact("purchase.item", plain_name="bag " * 500, kind="x")}
    assert len(written(EMAIL, "explicit without contact.name", facts).subject) <= 150


def test_an_offer_link_with_another_scheme_is_no_link() -> None:
    message = written(EMAIL, offer={**OFFER, "link": "javascript:alert(1)"})
    assert '<a href="javascript' not in message.html


def test_an_empty_message_is_not_sent() -> None:
    with pytest.raises(NotRendered, match="empty"):
        written(one("{% comment %}nothing{% endcomment %}"))


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in offer.shelf %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}{% endfor %}{% endfor %}",
        "{% for i in (1..900) %}{{ 'x' | append: '" + "y" * 900 + "' }}{% endfor %}",
        "{% assign x = 'abcdefgh' %}{% for i in (1..900) %}{% assign x = x | append: x %}{% endfor %}",
        "{% assign x = 'a' %}{% for i in (1..900) %}{% capture x %}{{ x }}{{ x }}aa{% endcapture %}{% endfor %}",
    ],
)
def test_nothing_runs_or_grows_without_end(body: str) -> None:
    with pytest.raises(NotRendered, match="too long"):
        written(one(body))


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'abc' | money }}",
        "{{ true | money }}",
        "{{ offer.shelf | money }}",
        "{{ offer.first_one }}",
        "{{ offer.shelf.first }}",
        "{{ offer.shelf | append: 'x' }}",
        "{% if offer.price contains 'a' %}x{% endif %}",
        "{% if offer.price > 'a' %}x{% endif %}",
        "{{ 'x' | truncate: 'a' }}",
        "{{ 5 | map: 'x' }}",
    ],
)
def test_a_wrong_value_stops_the_message_in_plain_words(body: str) -> None:
    with pytest.raises(NotRendered) as caught:
        written(one(body))
    assert not {"str", "dict", "list", "bool", "Named"} & set(str(caught.value).replace("`", " ").split())


def test_a_footer_must_have_every_part() -> None:
    with pytest.raises(Problems) as caught:
        load_footer("footer:\n  en:\n    sender: '{name}'\n    why_this: 'Why: {link}'\n    stpo: x\n", "f.yaml")
    text = str(caught.value)
    assert "f.yaml:3: `sender` must contain {post}." in text
    assert "`stop` is missing" in text
    assert "Did you mean stop?" in text


def test_a_part_that_is_not_required_is_not_added() -> None:
    message = written(one("Your parcel is on its way.", purpose="order", always="sender, why_this"))
    assert LINKS.why in message.text
    assert LINKS.stop not in message.text
