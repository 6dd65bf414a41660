"""Negative controls: judges that read the rules of judgement wrongly, each of which a law must catch.

If a wrong reading survives, the laws are too weak. Everything here is exhaustive over small policies, or a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import msgspec
import pytest
from tests.laws import wrong_readings as wrongly
from tests.laws.judged import ENGINES, assessed, card, flows_of_cases, retail

from tactful.model.flow import Flow, Value
from tactful.model.verdict import CEILINGS, OPENINGS, Form
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.language import parse_condition
from tactful.policy.rules import Const, Policy, Rule, RuleKind
from tactful.testing import (
    LAWS,
    JudgeMessage,
    Law,
    MakeEngine,
    Message,
    MessageLaw,
    MessageStanding,
    Reading,
    check_engine,
    each_made_once,
    laws,
    laws_of_messages,
    laws_of_tiers,
    policy_of,
)
from tactful.testing.laws import Broken
from tactful.testing.reference import message_standing
from tactful.testing.strategies import pool, words_of


def licence(when: str, opens: str = "say") -> Rule:
    return _rule("licence", when, opens)


def limit(when: str, at_most: str, tier: str = "promise", until: str = "") -> Rule:
    return _rule("limit", when, at_most, tier, until)


def waiver(when: str) -> Rule:
    return msgspec.structs.replace(_rule("waiver", when, tier="hers"), waives=("*",))


def _rule(kind: RuleKind, when: str, name: str = "say", tier: str = "", until: str = "") -> Rule:
    condition = Const(True) if when == "true" else parse_condition(when)
    point = (OPENINGS if kind == "licence" else CEILINGS)[name]
    return Rule(
        kind=kind, id=f"{kind}-{name}-{until}", when=condition, when_text=when, tier=tier, point=point, until=until
    )


COURT = {
    "asking": policy_of([licence("true", "ask")]),
    "either": policy_of([licence('permission.state == "given"'), licence("fact.known_to_her", "ask")]),
    "waits": policy_of(
        [licence("true")],
        [
            limit("customer.complaint_open", "hold", until="complaint.closed"),
            limit("customer.let_down", "hold", until="let_down.mended"),
            limit("!fact.known_to_her", "ask"),
        ],
    ),
    "slugs": policy_of(
        [licence("true")], [limit('fact.category == "location.trace" || customer.jurisdiction == "us-wa"', "never")]
    ),
    "waiving": policy_of(
        [licence("true")],
        [limit("true", "silent", "norm"), limit('hers.at_most == "ask"', "ask", "hers")],
        [waiver("hers.welcomes")],
    ),
    "several": policy_of([licence("true")], [limit("true", "soften", "taste"), limit("true", "ask", "norm")]),
    "not": policy_of([licence('!(fact.about == "child")')], [limit('fact.provenance != "provided"', "ask")]),
    "fact": policy_of([licence("true")], [limit('fact.provenance == "third_party"', "never", "law")]),
    "trust": policy_of([licence("true")], [limit("relationship.trust < 0.3", "ask", "norm")]),
}
"""Small policies that together touch every decision."""


def every_flow(policy: Policy) -> Iterator[Flow]:
    """Each combination of the values that a policy names, of one that it does not, and of not known."""
    words = words_of(policy)
    tried = []
    for name, named in words.items():
        other = next((value for value in pool(KEYS[name]) if value not in named), None)
        tried.append([None, *dict.fromkeys(named), *([] if other is None else [other])])
    tried[list(words).index("act")] = [None, "mention", "select", "reach"]
    for values in product(*tried):
        yield {name: value for name, value in zip(words, values, strict=True) if value is not None}


def broken_in(name: str, law: Law, make: MakeEngine) -> bool:
    """Whether the law finds the engine out on some flow of a small policy."""
    once = each_made_once(make)
    return any(is_broken(law, once, COURT[name], flow) for flow in every_flow(COURT[name]))


def is_broken(law: Law, make: MakeEngine, policy: Policy, flow: Flow) -> bool:
    try:
        law(make, policy, flow)
    except Broken:
        return True
    return False


CAUGHT = [
    (wrongly.AskOpensAQuestionAboutTheFact, "asking", laws.some_one_licence_grants_it),
    (wrongly.CoarseDoesNotMatch, "slugs", laws.unknown_is_no),
    (wrongly.PossibleWaiverWaives, "waiving", laws.unknown_is_no),
    (wrongly.WaiverDropsHersToo, "waiving", laws_of_tiers.hers_relaxes_only_norms),
    (wrongly.FirstLimitWins, "several", laws.order_and_repetition_do_not_matter),
    (wrongly.NoLicenceMeansAsk, "either", laws.limits_alone_open_nothing),
    (wrongly.NotTurnsTheCompiledAtom, "not", laws.unknown_is_no),
    (wrongly.ReachNeedsNoFact, "fact", laws.unknown_is_no),
    (wrongly.DutiesOnLicences, "either", laws.duties_and_waits_stand_on_limits),
    (wrongly.TrustUnknownIsAverage, "trust", laws_of_tiers.trust_only_widens_norms),
    (wrongly.LimitsBindOnlyIfKnown, "fact", laws.unknown_is_no),
    (wrongly.LicencesHoldIfPossible, "either", laws.unknown_is_no),
    (wrongly.DecisiveWaitsOnly, "waits", laws.unknown_is_no),
    (wrongly.NothingIsMissing, "either", laws.only_what_is_missing_could_free),
    (wrongly.AnyValueIsAValue, "slugs", laws.what_is_out_of_range_is_absent),
    (wrongly.HoldAsksMeanwhile, "waits", laws.unknown_is_no_in_any_form),
]


@pytest.mark.parametrize(("wrong", "name", "law"), CAUGHT)
def test_a_wrong_reading_is_caught(wrong: type[Reading], name: str, law: Law) -> None:
    assert broken_in(name, law, wrong)


@pytest.mark.parametrize("name", COURT)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_right_reading_is_not(engine: str, name: str) -> None:
    assert [law.__name__ for law in LAWS if broken_in(name, law, ENGINES[engine])] == []


@pytest.mark.parametrize(
    ("wrong", "key", "among"),
    [
        (wrongly.NoComplaintUnlessKnown, "customer.complaint_open", (True,)),
        (wrongly.AbsentMeansNeverAsked, "permission.state", ("refused", "withdrawn", "expired", "requested")),
    ],
)
def test_what_is_filled_in_is_caught_at_the_cases(wrong: type[Reading], key: str, among: Sequence[Value]) -> None:
    make = each_made_once(assessed(wrong))
    assert any(
        is_broken(laws.unknown_is_no, make, retail(), flow) for flow in flows_of_cases() if flow.get(key) in among
    )


def test_a_scorecard_that_forgives_what_is_missing_is_caught() -> None:
    forgiving = [msgspec.structs.replace(factor, worst=0) for factor in card().factors]
    wrong = msgspec.structs.replace(card(), factors=tuple(forgiving))
    make = each_made_once(assessed(compile_policy, wrong))
    assert any(is_broken(laws.unknown_is_no, make, retail(), flow) for flow in flows_of_cases())


@pytest.mark.parametrize(
    "wrong",
    [
        wrongly.CoarseDoesNotMatch,
        wrongly.LimitsBindOnlyIfKnown,
        wrongly.FirstLimitWins,
        wrongly.WaiverDropsHersToo,
    ],
)
def test_a_wrong_reading_fails_a_case(wrong: type[Reading]) -> None:
    engine = assessed(wrong)(retail())
    cases = [case for case in retail().cases if not case.variants]
    assert any(engine.verdict(case.given).name != case.expect["verdict"] for case in cases)


@pytest.mark.parametrize("wrong", [wrongly.NoLicenceMeansAsk, wrongly.LimitsBindOnlyIfKnown])
def test_the_kit_catches_a_wrong_reading(wrong: type[Reading]) -> None:
    """On random policies too: the strategies do reach what matters."""
    with pytest.raises(Broken, match="policy made/up"):
        check_engine(wrong)


# -- wrong ways to put a message together --------------------------------------------------------------------------


def without_reach(policy: Policy, message: Message) -> MessageStanding:
    """Judges the uses and forgets that speaking at all is judged."""
    everything = Reading(policy_of([licence("true")]))
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


WAITING = policy_of(
    [licence("true")],
    [limit("customer.complaint_open", "hold", until="complaint.closed"), limit('fact.about == "child"', "never")],
)
FREE: Flow = {"customer.complaint_open": False, "fact.about": "self"}
HELD: Flow = {"customer.complaint_open": True, "fact.about": "self"}
MESSAGE = Message(
    FREE, {"first": HELD, "second": FREE}, ({"first": "explicit", "second": "explicit"}, {"second": "silent"})
)
FULL = msgspec.structs.replace(MESSAGE, variants=MESSAGE.variants[:1])
TWO = msgspec.structs.replace(MESSAGE, variants=({"second": "explicit"}, {"second": "silent"}))


@pytest.mark.parametrize(
    ("wrong", "law", "message"),
    [
        (without_reach, laws_of_messages.a_message_is_never_freer_than_its_reach, MESSAGE),
        (dropping_what_may_not_be_used, laws_of_messages.ignorance_never_frees_a_message, FULL),
        (taking_the_last, laws_of_messages.a_message_takes_the_best_of_its_variants, TWO),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_wrong_message_is_caught(wrong: JudgeMessage, law: MessageLaw, message: Message) -> None:
    law(laws_of_messages.put_together(Reading), WAITING, message)
    with pytest.raises(Broken):
        law(wrong, WAITING, message)


# -- policies that are not sane ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "law"),
    [
        ([licence('scenario.audience >= "staff"')], laws_of_tiers.a_wider_audience_never_loosens),
        ([licence('permission.state == "refused"')], laws_of_tiers.withdrawing_never_loosens),
        ([licence("customer.objected")], laws_of_tiers.withdrawing_never_loosens),
        ([licence("true")], laws_of_tiers.her_own_setting_is_kept),
        ([licence("relationship.trust > 0.4")], laws_of_tiers.trust_only_widens_norms),
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
        assert laws_of_tiers.reads_audience_one_way(policy_of([], [limit(when, "ask", "norm")]))
        assert not laws_of_tiers.reads_audience_one_way(policy_of([licence(when)]))
        assert laws_of_tiers.reads_audience_one_way(policy_of([licence(f"!({when})")]))
