"""What holds for every answer about a whole decision: each way was decided, nothing of hers was changed for it, and she
reads nothing of what she was not shown."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decide.shop import ATTRIBUTES, EMAIL, PHONE, SCENARIO, candidate, case, fact, judge, permission, scorecard

from tactful.appropriateness.questions import REFUSALS, Questions
from tactful.decide import Case, decide
from tactful.model.records import Given, Use, Variant
from tactful.model.verdict import NAMES, VerdictName
from tactful.service import ways
from tactful.service.packs import Rules
from tactful.service.questions import OfCase, ours

WANTED: tuple[VerdictName, ...] = ("ask", "silent", "soften", "say")
MARK = "Zqx"
PRESENCE = fact("contact.presence", acquired_via="app")
STATES = ("given", "given", "given", "never_asked", *sorted(REFUSALS))
_QUESTIONS = Questions(judge(), scorecard(), ours())
_AUDIENCES = {"email": "self", "sms": "self", "app": "household", "post": "household"}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A small interaction with two facts, one of which may be delicate, in a scene of any kind."""
    known = draw(st.booleans())
    shown = fact(
        "purchase.item",
        key="22111",
        provenance=draw(st.sampled_from(("observed", "provided", "inferred", "third_party"))),
        known_to_her=known,
        she_reads=f"You bought {MARK}.",
    )
    shown = msgspec.structs.replace(shown, value={"plain_name": MARK, "kind": f"{MARK}s"})
    other = fact(
        "other",
        draw(st.sampled_from(("preference.size", "family.child", "health.condition", "location.store"))),
        sensitivity=draw(st.sampled_from(("ordinary", "personal", "special"))),
        known_to_her=draw(st.booleans()),
        she_reads=f"You told us of {MARK}.",
    )
    forms: Any = st.sampled_from(("silent", "softened", "explicit"))
    fullest = Variant("fullest", (Use("purchase.item", "explicit"), Use("other", draw(forms))))
    less = Variant("less", (Use("purchase.item", draw(forms)),))
    scene = {
        **SCENARIO,
        "scenario.place": draw(st.sampled_from(("store", "home", "online"))),
        "scenario.audience": draw(st.sampled_from(("self", "household", "bystanders"))),
        "scenario.recognised": draw(st.sampled_from(("by_herself", "by_device"))),
        "scenario.benefit": draw(st.sampled_from(("saving", "none"))),
    }
    channel, contact = draw(
        st.sampled_from((("email", "contact.email"), ("sms", "contact.phone"), ("app", "contact.presence")))
    )
    facts = {each.name: each for each in (EMAIL, PHONE, PRESENCE, shown, other)}
    attributes = {**ATTRIBUTES, "customer.let_down": Given(draw(st.booleans()), "test")}
    one = candidate(
        channel=channel,
        contact=contact,
        scenario=scene,
        selects=draw(st.sampled_from(((), ("other",)))),
        variants=(fullest, less),
        facts=facts,
    )
    states = [permission(draw(st.sampled_from(STATES)), channel=name) for name in ("email", "app")]
    return case(one, attributes=attributes, permissions=tuple(states))


def in_channel(of: Case) -> ways.InChannel:
    return lambda channel: ways.through(ours(), of, channel, _AUDIENCES.get(channel))


def without(of: Case, *names: str) -> dict[str, Any]:
    return {key: value for key, value in of.attributes.items() if key not in names}


@settings(max_examples=40)
@given(of=cases(), wanted=st.sampled_from(WANTED))
def test_every_way_was_decided_and_changes_nothing_of_hers(of: Case, wanted: VerdictName) -> None:
    now = NAMES.index(ways.verdict_of(decide(of)))
    found = ways.how_to(_QUESTIONS, of, wanted, in_channel(of))
    if now >= NAMES.index(wanted):
        assert found == ((), ())
    for each in (*found.ways, *found.nearer):
        before, after = ways.only_candidate(of), ways.only_candidate(each.case)
        assert before.purpose == after.purpose
        assert before.facts == after.facts
        assert of.permissions == each.case.permissions
        assert without(of, ways.WITH_SPEAKER) == without(each.case, ways.WITH_SPEAKER)
        assert (of.now, of.contacts, of.caps, of.quiet, of.zones) == (
            each.case.now, each.case.contacts, each.case.caps, each.case.quiet, each.case.zones,
        )  # fmt: skip
        if each.way.asks:
            continue
        verdict = NAMES.index(ways.verdict_of(decide(each.case)))
        assert NAMES[verdict] == each.way.verdict
        assert verdict > now
        assert (verdict >= NAMES.index(wanted)) == (each in found.ways)
        assert not after.facts.keys() - before.facts.keys()


@settings(max_examples=40)
@given(of=cases(), state=st.sampled_from(sorted(REFUSALS)))
def test_after_a_refusal_nobody_asks(of: Case, state: str) -> None:
    refused = msgspec.structs.replace(of, permissions=(permission(state, channel="*"),))
    found = ways.how_to(_QUESTIONS, refused, "say", in_channel(refused))
    assert not [each for each in (*found.ways, *found.nearer) if each.way.asks]


@settings(max_examples=40)
@given(of=cases(), wanted=st.sampled_from(WANTED))
def test_she_reads_nothing_of_what_she_was_not_shown(of: Case, wanted: VerdictName) -> None:
    rules = Rules(judge().policy, judge(), scorecard(), {})
    subject = OfCase(rules, of, "test", in_channel(of), ("We kept this general.",), ())
    told = OfCase(rules, of, "test", in_channel(of), ("You said yes to this.",), ())
    for each in (subject, told):
        answers = (
            each.why("customer"),
            each.why_not(wanted, "customer"),
            each.how_to(wanted, "customer"),
            each.what_if({"scenario.audience": "self"}, "customer"),
        )
        text = "\n".join(line for answer in answers for line in answer.lines)
        assert not re.search(
            rf"\d|{MARK}|other\b|family|child|health|purchase|[a-z]+\.[a-z]", text.replace(" other", "")
        )
        assert all((a.rows, a.ways, a.blocked, a.verdict) == ((), (), (), "") for a in answers)
        if each is subject:
            assert set(text.split("\n")) == {"We kept this general."}


@settings(max_examples=40)
@given(of=cases())
def test_what_stands_in_the_way_is_said_where_it_is_not_said(of: Case) -> None:
    blocked, note = ways.why_not(_QUESTIONS, of, "say")
    assert bool(blocked or note) == (decide(of).verdict != "say")


def test_there_are_ways_to_hold_the_laws_to() -> None:
    shelf = candidate(scenario={**SCENARIO, "scenario.place": "store"})
    found = ways.how_to(_QUESTIONS, case(shelf), "say", in_channel(case(shelf)))
    assert [step.change for each in found.ways for step in each.way.steps] == ["after-her-visit"]
    asked = case(permissions=(), passed=())
    assert [each.way.asks for each in ways.how_to(_QUESTIONS, asked, "say", in_channel(asked)).ways] == [True]
