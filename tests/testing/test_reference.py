"""The reference judge by hand-worked examples, one for each paragraph of the rules of judgement."""

from __future__ import annotations

import msgspec
import pytest

from tactful.model.flow import Flow
from tactful.model.verdict import CEILINGS, OPENINGS, SHUT, Form, Point
from tactful.policy.language import parse_condition
from tactful.policy.rules import Atom, Policy, Rule
from tactful.testing import Reading, policy_of, reference_message, reference_standing, reference_verdict
from tactful.testing.reference import Truth

YES = 'act in ["mention", "select", "reach"]'


def licence(id: str, when: str = YES, opens: str = "say") -> Rule:
    return Rule(kind="licence", id=id, when=parse_condition(when), when_text=when, point=OPENINGS[opens])


def limit(
    id: str, at_most: str, when: str = YES, tier: str = "norm", until: str = "", oblige: tuple[str, ...] = ()
) -> Rule:
    condition = parse_condition(when)
    return Rule("limit", id, condition, when, tier, CEILINGS[at_most], oblige, until)


def waiver(id: str, waives: tuple[str, ...], when: str = YES) -> Rule:
    return Rule(kind="waiver", id=id, when=parse_condition(when), when_text=when, tier="hers", waives=waives)


MENTION: Flow = {"act": "mention"}
JUDGE = Reading(policy_of([]))


@pytest.mark.parametrize(
    ("text", "flow", "truth"),
    [
        ('fact.about == "self"', {"fact.about": "self"}, True),
        ('fact.about == "self"', {"fact.about": "child"}, False),
        ('fact.about == "self"', {}, None),
        ('fact.about != "self"', {}, None),
        ('fact.about in ["self", "child"]', {"fact.about": "child"}, True),
        ('!(fact.about in ["self", "child"])', {"fact.about": "child"}, False),
        ("customer.minor", {"customer.minor": False}, False),
        ("!customer.minor", {"customer.minor": False}, True),
        ("!customer.minor", {}, None),
        ('fact.sensitivity >= "intimate"', {"fact.sensitivity": "special"}, True),
        ('fact.sensitivity < "personal"', {"fact.sensitivity": "personal"}, False),
        ("fact.confidence < 0.7", {"fact.confidence": 0.5}, True),
        ("scenario.audience > fact.known_among", {"scenario.audience": "staff", "fact.known_among": "self"}, True),
        ("scenario.audience > fact.known_among", {"scenario.audience": "public"}, None),
        ("scenario.purpose in fact.purposes", {"scenario.purpose": "order", "fact.purposes": ()}, False),
        ("scenario.purpose in fact.purposes", {"scenario.purpose": "order", "fact.purposes": ("order",)}, True),
        ("!(scenario.purpose in fact.purposes)", {"scenario.purpose": "order"}, None),
        ("customer.minor && customer.objected", {"customer.minor": False}, False),
        ("customer.minor && customer.objected", {"customer.minor": True}, None),
        ("customer.minor || customer.objected", {"customer.minor": True}, True),
        ("customer.minor || customer.objected", {"customer.minor": False}, None),
        ('fact.category == "location"', {"fact.category": "location.trace"}, True),
        ('fact.category == "location.trace"', {"fact.category": "location"}, None),
        ('fact.category != "location.trace"', {"fact.category": "location"}, None),
        ('fact.category == "location.trace"', {"fact.category": "location.store"}, False),
        ('fact.category in ["search", "location.trace"]', {"fact.category": "location"}, None),
        ('fact.category in ["location", "location.trace"]', {"fact.category": "location"}, True),
        ('customer.jurisdiction == "us-wa"', {"customer.jurisdiction": "us"}, None),
        ('customer.jurisdiction == "us"', {"customer.jurisdiction": "us-wa"}, True),
        ('customer.jurisdiction == "us"', {"customer.jurisdiction": "uk"}, False),
        ("relationship.trust < 0.5", {}, True),
    ],
)
def test_conditions_are_three_valued(text: str, flow: Flow, truth: Truth) -> None:
    assert JUDGE.truth(parse_condition(text), flow) is truth


@pytest.mark.parametrize(
    ("rules", "point", "because"),
    [
        ([], SHUT, ("no-licence",)),
        ([limit("l", "silent")], SHUT, ("no-licence",)),
        ([licence("a")], Point(2, 2, 2), ("a",)),
        ([licence("a", opens="ask")], Point(1, 0, 2), ("a",)),
        ([licence("a", opens="ask"), licence("b", opens="soften")], Point(2, 1, 2), ("b",)),
        ([licence("a", "customer.minor")], SHUT, ("no-licence",)),
        ([licence("a"), limit("l", "soften", "customer.minor")], Point(2, 1, 2), ("l",)),
        ([licence("a"), limit("l", "soften"), limit("m", "silent")], Point(2, 0, 2), ("m",)),
        ([licence("a"), limit("l", "ask"), limit("m", "silent")], Point(1, 0, 2), ("l",)),
        ([licence("a", opens="silent"), limit("m", "silent", tier="law")], Point(2, 0, 2), ("m", "a")),
        ([licence("a"), limit("z", "never", tier="law"), limit("b", "never")], SHUT, ("z", "b")),
        ([limit("l", "never")], SHUT, ("l", "no-licence")),
    ],
)
def test_the_point_is_one_minimum(rules: list[Rule], point: Point, because: tuple[str, ...]) -> None:
    verdict = reference_verdict(of(*rules), MENTION)
    assert (verdict.point, verdict.because) == (point, because)


def of(*rules: Rule) -> Policy:
    kinds = [[rule for rule in rules if rule.kind == kind] for kind in ("licence", "limit", "waiver")]
    return policy_of(*kinds)


def test_a_hold_names_every_wait_and_asks_later() -> None:
    rules = [
        licence("a"),
        limit("l", "hold", until="visit.over"),
        limit("m", "hold", "customer.minor", until="hers.time"),
        limit("n", "ask"),
    ]
    verdict = reference_verdict(of(*rules), MENTION)
    assert (verdict.name, verdict.point) == ("hold", Point(1, 2, 1))
    assert (verdict.until, verdict.because, verdict.also) == (("hers.time", "visit.over"), ("l", "m"), ("n", "a"))
    shut = reference_verdict(of(*rules, limit("o", "never")), MENTION)
    assert (shut.name, shut.until) == ("never", ())


def test_a_waiver_takes_norms_away_when_it_surely_holds() -> None:
    rules = [
        licence("a"),
        limit("norm", "silent", oblige=("offer_choice",)),
        limit("other", "soften"),
        limit("hers", "soften", tier="hers"),
        waiver("w", ("norm",), "hers.welcomes"),
    ]
    welcomed = reference_verdict(of(*rules), {**MENTION, "hers.welcomes": True})
    assert (welcomed.name, welcomed.waived, welcomed.obligations) == ("soften", ("norm",), ())
    assert welcomed.because == ("hers", "other")
    assert welcomed.also == ("w", "norm", "a")
    unknown = reference_verdict(of(*rules), MENTION)
    assert (unknown.name, unknown.waived, unknown.missing) == ("silent", (), ("hers.welcomes",))
    every = reference_verdict(of(*rules[:-1], waiver("w", ("*",))), MENTION)
    assert (every.name, every.waived) == ("soften", ("norm", "other"))


def test_duties_need_their_mention() -> None:
    duties = limit("l", "say", oblige=("explain_why", "offer_choice"))
    assert reference_verdict(of(licence("a"), duties), MENTION).obligations == ("explain_why", "offer_choice")
    assert reference_verdict(of(licence("a", opens="silent"), duties), MENTION).obligations == ("offer_choice",)
    assert reference_verdict(of(duties), MENTION).obligations == ()


def test_what_is_used_is_at_most_silent() -> None:
    for act in ("select", "infer"):
        verdict = reference_verdict(of(licence("a", f'act == "{act}"')), {"act": act})
        assert (verdict.name, verdict.because) == ("silent", ("using-is-not-saying",))
    assert reference_verdict(of(licence("a", 'fact.about == "self"')), {"fact.about": "self"}).name == "silent"


def test_missing_names_what_could_free() -> None:
    policy = of(licence("a"), limit("l", "ask", "customer.minor && customer.objected"))
    assert reference_verdict(policy, MENTION).missing == ("customer.minor", "customer.objected")
    assert reference_verdict(policy, {**MENTION, "customer.minor": True}).missing == ("customer.objected",)
    assert reference_verdict(policy, {**MENTION, "customer.minor": False}).missing == ()
    shut = of(licence("a"), limit("l", "ask", "customer.minor"), limit("m", "never"))
    assert reference_verdict(shut, MENTION).missing == ()


def test_what_was_assumed_is_missing_if_it_could_free() -> None:
    policy = of(licence("a"), limit("line", "soften", "norm.excess > 0"))
    flow: Flow = {**MENTION, "norm.excess": 0.2}
    assert reference_verdict(policy, flow, {**flow, "norm.excess": -0.1}, ("scenario.fit",)).missing == (
        "scenario.fit",
    )
    assert reference_verdict(policy, flow, {**flow, "norm.excess": 0.1}, ("scenario.fit",)).missing == ()


@pytest.mark.parametrize(
    ("rules", "form", "standing"),
    [
        ([licence("a")], "explicit", "now"),
        ([], "explicit", "never"),
        ([licence("a", opens="silent")], "silent", "now"),
        ([licence("a", opens="silent")], "softened", "never"),
        ([licence("a", opens="ask")], "explicit", "ask"),
        ([licence("a", opens="silent"), licence("b", opens="ask")], "explicit", "ask"),
        ([licence("a"), limit("l", "soften")], "explicit", "never"),
        ([licence("a"), limit("l", "soften")], "softened", "now"),
        ([licence("a"), limit("l", "ask")], "explicit", "ask"),
        ([licence("a"), limit("l", "ask"), limit("m", "hold", until="visit.over")], "explicit", "hold"),
        ([licence("a"), limit("l", "never")], "silent", "never"),
    ],
)
def test_a_use_stands_in_a_form(rules: list[Rule], form: Form, standing: str) -> None:
    until = ("visit.over",) if standing == "hold" else ()
    assert reference_standing(of(*rules), MENTION, form) == (standing, until)


def test_a_message_takes_the_fullest_variant_that_stands_best() -> None:
    policy = of(licence("a"), limit("l", "never", 'fact.about == "child"'), limit("m", "ask", "customer.minor"))
    plain: Flow = {"fact.about": "self", "customer.minor": False}
    uses: dict[str, Flow] = {
        "plain": plain,
        "child": {**plain, "fact.about": "child"},
        "minor": {**plain, "customer.minor": True},
    }
    variants: list[dict[str, Form]] = [
        {"plain": "explicit", "child": "softened"},
        {"plain": "explicit", "minor": "explicit"},
        {"plain": "explicit"},
        {"plain": "silent"},
    ]
    assert reference_message(policy, plain, uses, variants).variant == 2
    asked = reference_message(policy, plain, uses, variants[:2])
    assert (asked.standing, asked.variant, asked.ask) == ("ask", 1, ("minor",))
    fallen = reference_message(policy, plain, uses, variants[:1])
    assert (fallen.standing, fallen.variant) == ("never", None)
    assert reference_message(policy, uses["child"], uses, variants).standing == "never"


def test_what_is_out_of_range_is_absent() -> None:
    policy = of(licence("a", "fact.confidence < 0.5"), limit("l", "soften", "fact.age_days > 3"))
    verdict = reference_verdict(policy, {**MENTION, "fact.confidence": -1, "fact.age_days": "old"})
    assert (verdict.because, verdict.also) == (("no-licence",), ("l",))
    assert verdict == reference_verdict(policy, MENTION)


def test_what_fails_opens_nothing_and_holds() -> None:
    """A rule of the wrong types cannot be loaded; if it is judged by, a limit applies and holds too."""
    wrong = Atom("fact.confidence", "<", ("high",))
    flow: Flow = {**MENTION, "fact.confidence": 0.1}
    narrow = msgspec.structs.replace(limit("l", "soften"), when=wrong)
    assert reference_verdict(of(licence("a"), narrow), flow).point == Point(2, 1, 1)
    opening = msgspec.structs.replace(licence("a"), when=wrong)
    assert reference_verdict(of(opening), flow).because == ("no-licence",)


def test_the_built_in_limit_is_not_doubled() -> None:
    policy = of(licence("a"))
    assert Reading(policy).limits == policy.limits
    assert len(Reading(msgspec.structs.replace(policy, limits=())).limits) == 1
