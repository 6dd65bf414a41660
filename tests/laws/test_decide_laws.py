"""What holds for every decision: ignorance and refusals never free anything, and the same case gives the same bytes."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decide.shop import (
    ATTRIBUTES,
    EMAIL,
    FACTS,
    LONDON,
    NOON,
    SCENARIO,
    candidate,
    case,
    changed,
    contact,
    fact,
    outcome,
    permission,
)

from tactful.decide import Case, decide, encode_decision, judge_again
from tactful.model.records import DAY, HOUR, Cap, Fact, Given, Outcome, Use, Variant
from tactful.model.verdict import NAMES
from tactful.model.vocabulary import KEYS

PURPOSES = ("recommend", "market", "service", "order", "winback", "research")
CHANNELS = ("email", "sms", "app", "associate")
POINTS = {"email": "contact.email", "sms": "contact.phone", "app": "contact.device", "associate": "contact.presence"}
REFUSALS = ("refused", "withdrawn", "revoked", "invalidated")
CATEGORIES = (
    "purchase.item",
    "purchase.item",
    "preference.product",
    "preference.size",
    "family.child",
    "label.propensity",
    "health.condition",
    "location",
)
OPTIONAL = (
    "provenance", "distance", "sensitivity", "about", "acquired_via", "purposes", "confidence", "known_to_her",
    "known_among", "has_words",
)  # fmt: skip
MOSTLY: dict[str, tuple[Any, ...]] = {
    "customer.complaint_open": (False, False, False, False, True),
    "customer.let_down": (False, False, False, False, True),
    "customer.objected": (False, False, False, True),
    "customer.jurisdiction": ("uk", "uk", "eu", "us-wa", "us"),
    "hers.at_most": ("say",) * 8 + ("soften", "silent", "ask", "hold", "never"),
    "hers.welcomes": (False, False, True),
    "relationship.depth": ("confidant", "regular", "stranger"),
    "relationship.trust": (0.0, 0.5, 1.0),
    "agreement.owed": (False, False, False, True),
}


def freedom(found: Outcome) -> int:
    """How free an outcome is. What is dropped because it would open too late was held, not forbidden."""
    return max(NAMES.index(found.verdict), 1 if found.stage == "timely" else 0)


def one_of(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    name = f"fact-{draw(st.integers(0, 3))}"
    return fact(
        name,
        draw(one_of(CATEGORIES)),
        provenance=draw(
            one_of(("provided", "provided", "observed", "observed", "derived", "inferred", "noted", "third_party"))
        ),
        sensitivity=draw(one_of(("ordinary", "ordinary", "ordinary", "ordinary", "personal", "intimate", "special"))),
        about=draw(one_of(("self", "self", "child"))),
        purposes=draw(one_of((PURPOSES, PURPOSES, PURPOSES, PURPOSES, ("order", "service"), ()))),
        confidence=draw(one_of((1.0, 0.5))),
        known_to_her=draw(st.booleans()),
        known_among=draw(one_of(("self", "household", "public"))),
        has_words=draw(one_of((True, True, False))),
    )


@st.composite
def candidates(draw: st.DrawFn, name: str) -> Any:
    known = {each.name: each for each in draw(st.lists(facts(), min_size=1, max_size=3))}
    channel = draw(one_of(CHANNELS))
    point = fact(POINTS[channel], provenance="provided", purposes=PURPOSES)
    names = sorted(known)
    mentioned = draw(st.lists(one_of(tuple(names)), unique=True, max_size=2))
    return candidate(
        name,
        purpose=draw(one_of(PURPOSES)),
        channel=channel,
        contact=point.name,
        scenario=SCENARIO
        | {
            "scenario.initiator": draw(one_of(("retailer", "customer"))),
            "scenario.place": draw(one_of(("not_sensed", "not_sensed", "home", "store"))),
            "scenario.audience": draw(one_of(("self", "self", "bystanders"))),
        },
        selects=tuple(sorted(draw(st.sets(one_of(tuple(names)), max_size=1)))),
        variants=tuple(
            Variant(form, tuple(Use(each, form) for each in mentioned)) for form in ("explicit", "softened", "silent")
        ),
        facts={**known, point.name: point},
        holdout=draw(one_of((0, 0, 0, 0, 500_000))),
        valid_until=draw(one_of((0, NOON + 2 * HOUR, NOON + 14 * DAY))),
        value=draw(st.integers(0, 5000)),
        to_her=draw(one_of((0, 0, 1000))),
    )


@st.composite
def permissions(draw: st.DrawFn, states: tuple[str, ...]) -> Any:
    at = NOON - draw(st.integers(0, 3)) * DAY
    return permission(
        draw(one_of(states)),
        purpose=draw(one_of(PURPOSES)),
        channel=draw(one_of(CHANNELS)),
        category=draw(one_of(("*", "*", "preference", "family.child"))),
        occurred_at=at,
        received_at=at + draw(one_of((0, DAY // 2))),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    broad = [permission(purpose=p, channel=c) for p in PURPOSES for c in CHANNELS] if draw(st.integers(0, 4)) else []
    values = {key: draw(one_of(options)) for key, options in MOSTLY.items()}
    several = [draw(candidates(f"candidate-{number}")) for number in range(draw(st.integers(1, 3)))]
    return case(
        *several,
        attributes=ATTRIBUTES | {key: Given(value, "test") for key, value in values.items()},
        permissions=(*broad, *draw(st.lists(permissions(("given", "given", *REFUSALS, "expired")), max_size=2))),
        contacts=tuple(contact(draw(st.integers(0, 9)) * DAY) for _ in range(draw(st.integers(0, 3)))),
        caps=(Cap(2, 7 * DAY),) if draw(st.booleans()) else (),
        zones=draw(one_of((LONDON, LONDON, ("America/New_York", "America/Los_Angeles")))),
        now=NOON + draw(one_of((0, 0, 9))) * HOUR,
        draws={each.name: draw(one_of((0, 999_999))) for each in several},
        meets=draw(one_of((None, None, (), ("list_on_page",)))),
    )


def less(draw: st.DrawFn, old: Case) -> Case:
    """The case without one thing that we know."""
    kinds = ("attribute", "permissions", "grant", "contacts", "zones", "draws", "field", "fact", "scenario")
    kind = draw(one_of(kinds))
    if kind == "attribute" and old.attributes:
        gone = draw(one_of(tuple(old.attributes)))
        return changed(old, attributes={key: each for key, each in old.attributes.items() if key != gone})
    if kind == "grant":
        grants = [each for each in old.permissions or () if each.state == "given"]
        if not grants:
            return changed(old, permissions=None)
        gone_grant = draw(st.sampled_from(grants))
        return changed(old, permissions=tuple(each for each in old.permissions or () if each is not gone_grant))
    emptied: dict[str, Any] = {"permissions": None, "contacts": None, "zones": (), "draws": {}}
    if kind in emptied:
        return changed(old, **{kind: emptied[kind]})
    return changed(old, candidates=(_less_of_one(draw, old.candidates[0], kind), *old.candidates[1:]))


def _less_of_one(draw: st.DrawFn, each: Any, kind: str) -> Any:
    if kind == "scenario":
        if not each.scenario:
            return each
        gone = draw(one_of(tuple(each.scenario)))
        return msgspec.structs.replace(each, scenario={k: v for k, v in each.scenario.items() if k != gone})
    if not each.facts:
        return each
    name = draw(one_of(tuple(each.facts)))
    if kind == "fact":
        return msgspec.structs.replace(each, facts={k: v for k, v in each.facts.items() if k != name})
    blank = msgspec.structs.replace(each.facts[name], **{draw(one_of(OPTIONAL)): None})
    return msgspec.structs.replace(each, facts=each.facts | {name: blank})


@given(st.data())
@settings(max_examples=200)
def test_what_is_not_known_never_frees(data: st.DataObject) -> None:
    before = data.draw(cases())
    after = before
    for _ in range(data.draw(st.integers(1, 3))):
        after = data.draw(st.composite(lambda draw, old=after: less(draw, old))())
    was, now = decide(before), decide(after)
    for each in before.candidates:
        assert freedom(outcome(now, each.name)) <= freedom(outcome(was, each.name)), each.name


@given(cases(), permissions(REFUSALS))
def test_a_refusal_never_frees(before: Case, refusal: Any) -> None:
    after = changed(before, permissions=(*(before.permissions or ()), refusal))
    was, now = decide(before), decide(after)
    for each in before.candidates:
        assert freedom(outcome(now, each.name)) <= freedom(outcome(was, each.name)), each.name


@given(cases(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(old: Case, chance: random.Random) -> None:
    several, allowed = list(old.candidates), list(old.permissions or ())
    chance.shuffle(several)
    chance.shuffle(allowed)
    shuffled = changed(old, candidates=tuple(several), permissions=(*allowed, *allowed))
    assert encode_decision(decide(shuffled)) == encode_decision(decide(old))


@given(cases())
def test_a_replay_gives_the_same_bytes(old: Case) -> None:
    decision = decide(old)
    assert encode_decision(decide(old)) == encode_decision(decision)
    assert msgspec.msgpack.decode(encode_decision(decision), type=type(decision)) == decision


@given(cases())
def test_the_short_record_differs_only_in_what_it_keeps(old: Case) -> None:
    whole, short = decide(old), decide(changed(old, detail="chosen"))
    for each in whole.outcomes:
        brief = outcome(short, each.candidate)
        assert (brief.stage, brief.verdict, brief.until, brief.ask, brief.score, brief.note) == (
            each.stage, each.verdict, each.until, each.ask, each.score, each.note,
        )  # fmt: skip
        again = judge_again(changed(old, detail="chosen"), each.candidate)
        assert (again.verdict, again.because, again.judged) == (each.verdict, each.because, each.judged)


@given(cases())
def test_the_chosen_one_may_be_said_and_is_worth_more_than_silence(old: Case) -> None:
    decision = decide(old)
    fit_to_say = [each for each in decision.outcomes if each.stage in ("best", "chosen")]
    if not decision.chosen:
        assert all(each.score <= 0 for each in fit_to_say)
        assert decision.takes is None
        return
    found = outcome(decision, decision.chosen)
    assert found.stage == "chosen"
    assert found.score > 0
    assert found.score == max(each.score for each in fit_to_say)
    assert NAMES.index(found.verdict) >= NAMES.index("ask")
    assert all(item.standing in ("now", "ask") for item in found.judged)
    assert old.now < decision.good_until <= old.now + DAY


@given(cases())
def test_a_price_as_high_as_the_best_score_means_silence(old: Case) -> None:
    ready = [each for each in decide(old).outcomes if each.stage in ("best", "chosen")]
    price = -(
        -max((each.factors["worth"] + each.factors["to_her"] * 1_000_000 for each in ready), default=0) // 1_000_000
    )
    assert decide(changed(old, attention_price=price)).chosen == ""


@given(cases())
def test_the_holdout_hears_nothing(old: Case) -> None:
    all_held = changed(
        old,
        candidates=tuple(msgspec.structs.replace(each, holdout=1_000_000) for each in old.candidates),
    )
    assert decide(all_held).chosen == ""


@given(cases())
def test_no_one_is_spoken_to_without_a_reason(old: Case) -> None:
    for each in decide(old).outcomes:
        assert each.because or each.note, each


def test_the_laws_look_at_real_decisions() -> None:
    """The start of every law above may be said; if it could not, the laws would hold of nothing."""
    assert decide(case()).verdict == "say"
    assert EMAIL.name in FACTS
    assert set(MOSTLY) <= set(KEYS)
