"""The table of what is ours to change: what it may say, and that nothing else gets in."""

from __future__ import annotations

from importlib.resources import files

import pytest

from tactful.appropriateness.ours import CHANNEL, load_ours
from tactful.model.problems import Problems

TEXT = files("tactful.appropriateness").joinpath("tables/ours.yaml").read_text("utf-8")


def problems(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(Problems) as caught:
        load_ours(TEXT.replace(old, new, 1), "ours.yaml")
    return str(caught.value)


def test_the_packaged_table() -> None:
    ours = load_ours(TEXT, "ours.yaml")
    assert {each.channel for each in ours.channels} == {
        "email", "sms", "post", "push", "app", "web", "associate", "call",
    }  # fmt: skip
    every = [*(each.step for each in ours.changes), *(each.step for each in ours.channels), *ours.facts.values()]
    assert all(1 <= step.effort <= 5 for step in every)
    assert all(" could " in step.customer for step in every)
    assert not any(character.isdigit() for step in every for character in step.customer)


@pytest.mark.parametrize(
    "key",
    [
        "scenario.purpose: service",
        "permission.state: given",
        "hers.at_most: say",
        "hers.welcomes: true",
        "customer.objected: false",
        "customer.let_down: false",
        "fact.provenance: provided",
        "fact.known_to_her: true",
        "relationship.depth: confidant",
        "relationship.trust: 1",
        "norm.excess: 0",
        "scenario.fit: expected",
        "contact.last_7d: 0",
        "act: mention",
        "act: automate",
    ],
)
def test_what_is_not_ours_is_refused(key: str) -> None:
    assert f"{key.split(':')[0]} is not ours to change." in problems(
        "set: {scenario.initiator: customer}", f"set: {{{key}}}"
    )


def test_every_problem_comes_at_once_with_the_nearest_word() -> None:
    text = TEXT.replace("scenario.benefit: saving", "scenario.benefit: savings", 1)
    text = text.replace("only: {scenario.benefit: [none", "only: {scenario.benefit: [nothing", 1)
    text = text.replace("change: by-day", "change: after-her-visit", 1)
    text = text.replace("{channel: sms", "{channel: smss", 1).replace("permission, hers", "permision, hers", 1)
    with pytest.raises(Problems) as caught:
        load_ours(text, "ours.yaml")
    said = str(caught.value)
    for part in ("savings", "nothing", "stands here twice", "Did you mean sms?", "permision is no key and no family"):
        assert part in said.replace('"', "")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\nfacts:\n", "\nfact:\n", "`facts` is missing"),
        ("  left_out:", "  left-out:", "`left_out` is missing"),
        ("\nasking:\n", "\nask:\n", "`asking` is missing"),
        ("  on_her_page:", "  on_a_page:", "`on_her_page` is missing"),
        ("only: {scenario.benefit:", "only: {scenario.benefits:", "Did you mean scenario.benefit?"),
        ("    only: {scenario.benefit:", "    on: {scenario.benefit:", "`only` is missing"),
    ],
)
def test_what_is_missing_is_named(old: str, new: str, says: str) -> None:
    assert says in problems(old, new)


def test_a_message_reaches_her_where_she_is_and_a_screen_where_it_stands() -> None:
    ours = load_ours(TEXT, "ours.yaml")
    at_the_till = {CHANNEL: "kiosk", "scenario.place": "store", "scenario.speaker": "system", "act": "mention"}
    assert ours.through(at_the_till, "email")["scenario.place"] == "store"
    assert ours.through({**at_the_till, CHANNEL: "app", "scenario.place": "online"}, "email") == {
        CHANNEL: "email", "scenario.place": "not_sensed", "scenario.speaker": "system", "act": "mention",
    }  # fmt: skip
    assert ours.through(at_the_till, "web")["scenario.place"] == "online"
    assert ours.through(at_the_till, "associate")["scenario.speaker"] == "associate"


def test_reaching_her_elsewhere_goes_by_another_contact_point() -> None:
    ours = load_ours(TEXT, "ours.yaml")
    reach = {CHANNEL: "email", "act": "reach", "fact.category": "contact.email", "fact.provenance": "provided"}
    assert not [key for key in ours.through(reach, "sms") if key.startswith("fact.")]
    assert ours.through(reach, "sms", lambda channel: {"fact.category": "contact.phone"})["fact.category"] == (
        "contact.phone"
    )
