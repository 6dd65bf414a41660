"""Negative controls: judges that read the rules of judgement wrongly, each of which a law must catch.

A wrong reading is a subclass of the reference with one decision changed. If one survives, the laws are too weak.
Everything here is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.laws.judged import assessed, card, flows_of_cases, retail

from tactful.model.flow import Flow, Value
from tactful.model.verdict import CEILINGS, SHUT, Form, Point, lower
from tactful.policy.compile import compile_policy
from tactful.policy.language import parse_condition
from tactful.policy.rules import Atom, Condition, Const, Policy, Rule, RuleKind
from tactful.testing import (
    JudgeMessage,
    Law,
    MakeEngine,
    Message,
    MessageLaw,
    MessageStanding,
    Reading,
    check_engine,
    each_made_once,
    flows_for,
    laws,
    laws_of_messages,
    laws_of_tiers,
    messages,
    policies,
    policy_of,
)
from tactful.testing.laws import Broken
from tactful.testing.reference import Held, Truth, message_standing


class AskOpensAQuestionAboutTheFact(Reading):
    """An ask licence opens (ask, explicit), so that the question itself tells what is held."""

    def opens(self, licence: Rule) -> Point:
        return Point(1, 2, 2) if licence.point.use == 1 else licence.point


class NoComplaintUnlessKnown(Reading):
    """The judge fills in that there is no open complaint."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, False) if key == "customer.complaint_open" else super().value(flow, key)


class AbsentMeansNeverAsked(Reading):
    """The judge reads an absent consent as one that was never asked for."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, "never_asked") if key == "permission.state" else super().value(flow, key)


class CoarseDoesNotMatch(Reading):
    """A coarse slug simply is not the finer one that a rule names."""

    def under(self, value: str, member: str, separator: str) -> Truth:
        return super().under(value, member, separator) is True


class PossibleWaiverWaives(Reading):
    """A waiver applies already when it may hold."""

    def waiver_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.possibly(rule, flow)


class WaiverDropsHersToo(Reading):
    """A waiver of all also takes away the limits that she herself set."""

    def waivable(self, limit: Rule) -> bool:
        return limit.tier in ("norm", "hers")


class FirstLimitWins(Reading):
    """Only the first limit that holds counts, as in a firewall."""

    def narrowed(self, opening: Point, held: Held, flow: Flow) -> Point:
        return lower(opening, self.ceiling(held.limits[0], flow)) if held.limits else opening


class NoLicenceMeansAsk(Reading):
    """Where nothing is open, one may at least ask."""

    def opening(self, held: Held) -> Point:
        opening = super().opening(held)
        return Point(1, 0, 2) if opening == SHUT else opening


class NotTurnsTheCompiledAtom(Reading):
    """`!` turns what an atom was compiled to: `missing or x`, and then not, so that not known counts the wrong way."""

    counts_unknown_as = True

    def truth(self, condition: Condition, flow: Flow) -> Truth:
        found = super().truth(condition, flow)
        negated = isinstance(condition, Atom) and condition.op in ("!=", "not in", ">=", "<=")
        return (not self.counts_unknown_as) if found is None and negated else found

    def possibly(self, rule: Rule, flow: Flow) -> bool:
        self.counts_unknown_as = True
        return super().possibly(rule, flow)

    def definitely(self, rule: Rule, flow: Flow) -> bool:
        self.counts_unknown_as = False
        return super().definitely(rule, flow)


class ReachNeedsNoFact(Reading):
    """A reach flow without a fact is let through: what rules ask about its fact does not bind it."""

    def absent(self, atom: Atom, flow: Flow) -> Truth:
        return False if flow.get("act") == "reach" and atom.key.startswith("fact.") else None


class DutiesOnLicences(Reading):
    """A licence carries a duty, as in soft opt-in, and it is due when the licence holds."""

    def duties(self, point: Point, held: Held) -> tuple[str, ...]:
        own = {"offer_choice"} if held.licences and point != SHUT else set()
        return tuple(sorted({*super().duties(point, held), *own}))


class TrustUnknownIsAverage(Reading):
    """Absent trust counts as a middling one."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, 0.5) if key == "relationship.trust" else super().value(flow, key)


class LimitsBindOnlyIfKnown(Reading):
    """A limit counts only when it definitely holds: what databases do with NULL."""

    def limit_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.definitely(rule, flow)


class LicencesHoldIfPossible(Reading):
    """A licence opens already when it may hold."""

    def licence_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.possibly(rule, flow)


class DecisiveWaitsOnly(Reading):
    """Only the first wait is named; the others would come up as surprises."""

    def untils(self, held: Held, flow: Flow) -> tuple[str, ...]:
        return super().untils(held, flow)[:1]


class NothingIsMissing(Reading):
    """Never says what it did not know."""

    def missing(self, flow: Flow, hopeful: Flow, assumed: Sequence[str]) -> tuple[str, ...]:
        return ()


class HoldAsksMeanwhile(Reading):
    """A message that must wait is asked about in the meantime."""

    def standing(self, flow: Flow, form: Form) -> tuple[str, tuple[str, ...]]:
        stands, until = super().standing(flow, form)
        return ("ask", ()) if stands == "hold" and self.point(flow).use == 1 else (stands, until)


# -- the court -----------------------------------------------------------------------------------------------------

ONCE = settings(
    max_examples=1500,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def broken_on_random_policies(law: Law, make: MakeEngine, keys: Sequence[str] | None = None) -> bool:
    """Whether the law finds the engine out on some random policy (over these keys) and flow."""

    @ONCE
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        policy = data.draw(policies(keys))
        law(each_made_once(make), policy, data.draw(flows_for(policy)))

    return _is_broken(tried)


def broken_at_cases(law: Law, make: MakeEngine) -> bool:
    """Whether the law finds the engine out at some case of the shipped pack."""
    behind = each_made_once(make)

    def tried() -> None:
        for flow in flows_of_cases():
            law(behind, retail(), flow)

    return _is_broken(tried)


def _is_broken(tried: object) -> bool:
    try:
        tried()
    except Broken:
        return True
    return False


ON_RANDOM_POLICIES = [
    (AskOpensAQuestionAboutTheFact, laws.some_one_licence_grants_it),
    (CoarseDoesNotMatch, laws.unknown_is_no),
    (PossibleWaiverWaives, laws.unknown_is_no),
    (WaiverDropsHersToo, laws_of_tiers.hers_relaxes_only_norms),
    (FirstLimitWins, laws.order_and_repetition_do_not_matter),
    (NoLicenceMeansAsk, laws.limits_alone_open_nothing),
    (NotTurnsTheCompiledAtom, laws.unknown_is_no),
    (DutiesOnLicences, laws.duties_and_waits_stand_on_limits),
    (TrustUnknownIsAverage, laws_of_tiers.trust_only_widens_norms),
    (LimitsBindOnlyIfKnown, laws.unknown_is_no),
    (LicencesHoldIfPossible, laws.unknown_is_no),
    (DecisiveWaitsOnly, laws.unknown_is_no),
    (NothingIsMissing, laws.only_what_is_missing_could_free),
    (HoldAsksMeanwhile, laws.unknown_is_no_in_any_form),
    (ReachNeedsNoFact, laws.unknown_is_no),
]
KEYS_TO_TRY = {
    ReachNeedsNoFact: ("act", "fact.provenance", "fact.about"),
    TrustUnknownIsAverage: ("relationship.trust", "act"),
}
AT_CASES = [NoComplaintUnlessKnown, AbsentMeansNeverAsked]


@pytest.mark.parametrize(("wrong", "law"), ON_RANDOM_POLICIES, ids=lambda each: each.__name__)
def test_a_wrong_reading_is_caught_on_random_policies(wrong: type[Reading], law: Law) -> None:
    assert broken_on_random_policies(law, wrong, KEYS_TO_TRY.get(wrong))


@pytest.mark.parametrize("wrong", AT_CASES, ids=lambda each: each.__name__)
def test_a_wrong_reading_is_caught_at_the_cases(wrong: type[Reading]) -> None:
    assert broken_at_cases(laws.unknown_is_no, assessed(wrong))


@pytest.mark.parametrize("wrong", [CoarseDoesNotMatch, LimitsBindOnlyIfKnown, FirstLimitWins, WaiverDropsHersToo])
def test_a_wrong_reading_fails_a_case(wrong: type[Reading]) -> None:
    engine = assessed(wrong)(retail())
    cases = [case for case in retail().cases if not case.variants]
    assert any(engine.verdict(case.given).name != case.expect["verdict"] for case in cases)


@pytest.mark.parametrize("wrong", [NoLicenceMeansAsk, NothingIsMissing])
def test_the_kit_catches_a_wrong_reading(wrong: type[Reading]) -> None:
    with pytest.raises(Broken, match="policy made/up"):
        check_engine(wrong)


def test_a_scorecard_that_forgives_what_is_missing_is_caught() -> None:
    forgiving = [msgspec.structs.replace(factor, worst=0) for factor in card().factors]
    wrong = msgspec.structs.replace(card(), factors=tuple(forgiving))
    assert broken_at_cases(laws.unknown_is_no, assessed(compile_policy, wrong))


# -- wrong ways to put a message together --------------------------------------------------------------------------


def without_reach(policy: Policy, message: Message) -> MessageStanding:
    """Judges the uses and forgets that speaking at all is judged."""
    everything = Reading(policy_of([rule_of("licence", "true")]))
    return _each_by(Reading(policy), everything, message)


def _each_by(uses: Reading, reach: Reading, message: Message) -> MessageStanding:
    class Both:
        def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
            return (reach if flow.get("act") == "reach" else uses).standing(flow, form)

    return message_standing(Both(), message.reach, message.uses, message.variants)


def dropping_what_may_not_be_used(policy: Policy, message: Message) -> MessageStanding:
    """Leaves a use that stands never out of its variant, and says the rest."""
    reading = Reading(policy)

    def stays(name: str, form: Form) -> bool:
        act = "select" if form == "silent" else "mention"
        return reading.standing({**message.uses[name], "act": act}, form)[0] != "never"

    kept = [{name: form for name, form in each.items() if stays(name, form)} for each in message.variants]
    return message_standing(reading, message.reach, message.uses, kept)


def taking_the_last(policy: Policy, message: Message) -> MessageStanding:
    """Takes the last of the variants that stand best."""
    found = message_standing(Reading(policy), message.reach, message.uses, message.variants[::-1])
    if found.variant is None:
        return found
    return msgspec.structs.replace(found, variant=len(message.variants) - 1 - found.variant)


@pytest.mark.parametrize(
    ("wrong", "law"),
    [
        (without_reach, laws_of_messages.a_message_is_never_freer_than_its_reach),
        (dropping_what_may_not_be_used, laws_of_messages.ignorance_never_frees_a_message),
        (taking_the_last, laws_of_messages.a_message_takes_the_best_of_its_variants),
    ],
    ids=lambda each: each.__name__,
)
def test_a_wrong_message_is_caught(wrong: JudgeMessage, law: MessageLaw) -> None:
    @ONCE
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        policy = data.draw(policies(("act", "fact.provenance", "fact.about")))
        law(wrong, policy, data.draw(messages(policy)))

    assert _is_broken(tried)


# -- policies that are not sane ------------------------------------------------------------------------------------


def rule_of(kind: RuleKind, when: str, at_most: str = "say", tier: str = "") -> Rule:
    condition = Const(True) if when == "true" else parse_condition(when)
    return Rule(kind=kind, id=f"{kind}-{at_most}", when=condition, when_text=when, tier=tier, point=CEILINGS[at_most])


@pytest.mark.parametrize(
    ("rules", "law"),
    [
        ([rule_of("licence", 'scenario.audience >= "staff"')], laws_of_tiers.a_wider_audience_never_loosens),
        ([rule_of("licence", 'permission.state == "refused"')], laws_of_tiers.withdrawing_never_loosens),
        ([rule_of("licence", "customer.objected")], laws_of_tiers.withdrawing_never_loosens),
        ([rule_of("licence", "true")], laws_of_tiers.her_own_setting_is_kept),
        ([rule_of("licence", "relationship.trust > 0.4")], laws_of_tiers.trust_only_widens_norms),
    ],
)
def test_a_policy_that_is_not_sane_is_caught(rules: list[Rule], law: Law) -> None:
    flow: Flow = {
        "act": "mention",
        "scenario.audience": "self",
        "permission.state": "given",
        "customer.objected": False,
    }
    with pytest.raises(Broken):
        law(compile_policy, policy_of(rules), flow)


def test_an_audience_read_both_ways_is_seen() -> None:
    for when in ('scenario.audience >= "staff"', 'scenario.audience != "self"', "scenario.audience > fact.known_among"):
        assert laws_of_tiers.reads_audience_one_way(policy_of([], [rule_of("limit", when, tier="norm")]))
        assert not laws_of_tiers.reads_audience_one_way(policy_of([rule_of("licence", when)]))
        assert laws_of_tiers.reads_audience_one_way(policy_of([rule_of("licence", f"!({when})")]))
