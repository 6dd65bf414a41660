"""What holds for every answer to the four questions: what is stated was judged, nothing of hers is touched, and what
she reads tells her nothing that she has not seen."""

from __future__ import annotations

import re
from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import card, flows_of_cases, retail

from tactful.appropriateness.assess import assess
from tactful.appropriateness.obstacles import is_free_enough
from tactful.appropriateness.ours import CHANNEL, Change
from tactful.appropriateness.questions import REFUSALS, Questions
from tactful.model.answers import Way
from tactful.model.flow import Flow
from tactful.model.verdict import NAMES, VerdictName
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth
from tactful.policy.rules import Policy
from tactful.service.packs import Rules
from tactful.service.questions import OfFlow, ours
from tactful.testing import Reading, policies_and_flows, weaker
from tactful.testing.strategies import near

FLOWS = list(flows_of_cases())
WANTED: tuple[VerdictName, ...] = ("ask", "silent", "soften", "say")
SCENE = {change for each in ours().changes for change in each.sets} | {CHANNEL, "scenario.speaker"}
THERE: Flow = {
    "permission.state": "given",
    "permission.basis": "consent",
    "permission.asked": "plainly",
    "permission.elsewhere": "never_asked",
    "hers.at_most": "say",
    "hers.welcomes": False,
    "scenario.audience": "self",
    "scenario.recognised": "by_herself",
}


@cache
def questions() -> Questions:
    return Questions(compile_policy(retail()), card(), ours())


def elsewhere(channel: str) -> Flow:
    return THERE if channel in ("email", "app") else {}


@st.composite
def asked(draw: st.DrawFn) -> Flow:
    """A flow of a case, with up to four keys otherwise."""
    return draw(near(dict(draw(st.sampled_from(FLOWS)))))


def check_way(flow: Flow, way: Way, wanted: VerdictName, told: bool) -> None:
    """What is stated of one way, with a judge that has judged nothing else."""
    engine = compile_policy(retail())
    if way.asks:
        assert assess(engine, card(), way.flow).name == "say"
        assert way.verdict == "ask"
        return
    found = assess(engine, card(), way.flow).name
    assert found == way.verdict
    assert is_free_enough(found, wanted)
    assert 1 <= len(way.steps) <= 2
    moved = way.flow.get(CHANNEL) != flow.get(CHANNEL)
    for key in {*flow, *way.flow}:
        if flow.get(key) == way.flow.get(key):
            continue
        hangs = moved and ours().forgotten(key)
        assert key in SCENE or hangs or (moved and flow["act"] == "reach" and key.startswith("fact.")), key
        if key.startswith(("permission.", "hers.", "customer.", "fact.")):
            allowed = (None, THERE.get(key)) if told else (None,)
            assert way.flow.get(key) in allowed, key


@given(flow=asked(), wanted=st.sampled_from(WANTED), told=st.booleans())
def test_what_is_stated_was_judged_and_touches_nothing_of_hers(flow: Flow, wanted: VerdictName, told: bool) -> None:
    for way in questions().how_to(flow, wanted, elsewhere if told else None):
        check_way(flow, way, wanted, told)
        assert way.flow.get("scenario.purpose") == flow.get("scenario.purpose")


def test_the_cases_have_ways() -> None:
    """Otherwise the laws above would hold of nothing."""
    found = [way for flow in FLOWS for way in questions().how_to(flow, "say", elsewhere)]
    assert len(found) > 40
    assert any(len(way.steps) == 2 for way in found)
    asks = [way for flow in FLOWS for way in questions().how_to(flow) if way.asks]
    assert len(asks) > 4


@given(judged=policies_and_flows(), wanted=st.sampled_from(WANTED))
def test_under_any_policy_what_is_stated_is_what_the_reference_says(
    judged: tuple[Policy, Flow], wanted: VerdictName
) -> None:
    policy, flow = judged
    reference = Reading(policy)
    for way in Questions(compile_policy(policy), card(), ours()).how_to(flow, wanted, elsewhere):
        found = assess(reference, card(), way.flow).name
        assert found == ("say" if way.asks else way.verdict)
        assert way.flow.get("scenario.purpose") == flow.get("scenario.purpose")


@given(flow=asked(), wanted=st.sampled_from(WANTED))
def test_enough_needs_no_change_and_has_no_obstacle(flow: Flow, wanted: VerdictName) -> None:
    enough = is_free_enough(questions().why(flow).name, wanted)
    assert enough == (questions().why_not(flow, wanted) == ())
    if enough:
        assert questions().how_to(flow, wanted, elsewhere) == ()


@given(flow=asked(), wanted=st.sampled_from(WANTED))
def test_every_single_change_that_is_enough_is_found_and_no_pair_has_one(flow: Flow, wanted: VerdictName) -> None:
    if is_free_enough(questions().why(flow).name, wanted):
        return
    ways = questions().how_to(flow, wanted)
    single = {way.steps[0].change for way in ways if len(way.steps) == 1}
    for change in ours().changes:
        if change.fits(flow) and is_free_enough(questions().why({**flow, **change.sets}).name, wanted):
            assert change.step.change in single
    for way in ways:
        assert len(way.steps) == 1 or not single & {step.change for step in way.steps}
    assert [way.effort for way in ways] == sorted(way.effort for way in ways)


@given(flow=asked(), wanted=st.sampled_from(WANTED), state=st.sampled_from(sorted(REFUSALS)), where=st.booleans())
def test_after_a_refusal_nobody_asks(flow: Flow, wanted: VerdictName, state: str, where: bool) -> None:
    refused = {**flow, "permission.elsewhere" if where else "permission.state": state}
    assert not any(way.asks for way in questions().how_to(refused, wanted, elsewhere))
    objected = {**flow, "customer.objected": True}
    assert not any(way.asks for way in questions().how_to(objected, wanted, elsewhere))


@given(judged=policies_and_flows(), state=st.sampled_from(sorted(REFUSALS)))
def test_under_no_policy_does_anybody_ask_after_a_refusal(judged: tuple[Policy, Flow], state: str) -> None:
    policy, flow = judged
    found = Questions(compile_policy(policy), card(), ours()).how_to({**flow, "permission.state": state})
    assert not any(way.asks for way in found)


@given(flow=asked(), guess=st.sampled_from(("inferred", "third_party", "noted", "public", None)))
def test_she_is_never_asked_to_confirm_what_we_guessed_or_were_told(flow: Flow, guess: str | None) -> None:
    guessed = {key: value for key, value in {**flow, "fact.provenance": guess}.items() if value is not None}
    assert questions().may_be_asked(guessed) is None
    assert questions().may_be_asked({**flow, "fact.category": "label.segment"}) is None


@given(flow=asked(), wanted=st.sampled_from(WANTED), data=st.data())
def test_to_know_less_of_her_never_gives_a_freer_best(flow: Flow, wanted: VerdictName, data: st.DataObject) -> None:
    def best(of: Flow) -> int:
        own = NAMES.index(questions().why(of).name)
        return max([own, *(NAMES.index(way.verdict) for way in questions().how_to(of, wanted) if not way.asks)])

    less = data.draw(weaker(flow))
    if not any(change.fits(less) and not change.fits(flow) for change in ours().changes):
        assert best(less) <= max(best(flow), NAMES.index(wanted) - 1)


@given(flow=asked(), wanted=st.sampled_from(WANTED))
def test_what_stands_in_the_way_holds_and_forbids(flow: Flow, wanted: VerdictName) -> None:
    verdict = questions().why(flow)
    held = {*verdict.because, *verdict.also}
    rules = {rule.id: rule for rule in retail().rules}
    for each in questions().why_not(flow, wanted):
        rule = rules[each.rule]
        if each.kind == "limit":
            assert each.rule in held
            assert each.rule not in verdict.waived
            assert not is_free_enough(each.allows, wanted) or rule.point.use == 1
            assert each.whose == ("law" if rule.tier == "law" else "hers" if rule.tier == "hers" else "ours")
        else:
            assert truth(rule.when, flow) is not True
            assert each.reads


@given(flow=asked(), keys=st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True))
def test_what_if_is_what_the_judge_says(flow: Flow, keys: list[str]) -> None:
    found = questions().what_if(flow, dict.fromkeys(keys))
    assert found.before == questions().why(flow)
    assert found.flow == {key: value for key, value in flow.items() if key not in keys}
    assert found.after == assess(compile_policy(retail()), card(), found.flow)
    assert found.forgotten == ()


def test_another_channel_brings_nothing_of_the_old_one_with_it() -> None:
    flow = {**FLOWS[0], CHANNEL: "email", "permission.state": "given", "scenario.audience": "self"}
    found = questions().what_if(flow, {CHANNEL: "app"})
    assert {"permission.state", "scenario.audience", "hers.at_most"} <= set(found.forgotten)
    assert found.after.name == "never"
    kept = questions().what_if(flow, {CHANNEL: "app"}, elsewhere)
    assert kept.flow["permission.state"] == "given"


def test_no_change_of_the_table_sets_what_is_not_ours() -> None:
    every: tuple[Change, ...] = (*ours().changes, ours().ask_here, ours().ask_on_her_page)
    for change in every:
        assert not any(
            key.startswith(("permission.", "hers.", "customer.", "fact.", "norm.", "agreement.")) for key in change.sets
        )
        assert "scenario.purpose" not in change.sets
        assert "scenario.sector" not in change.sets


# -- what she reads ------------------------------------------------------------------------------------------------

RULE_NAMES = sorted({rule.id for rule in retail().rules if "-" in rule.id} | {"no-licence"})
INNER = re.compile(r"\b(?:fact|scenario|permission|hers|customer|norm|relationship)\.[a-z_]+")
CATEGORIES = [name for name in KEYS["fact.category"].names if "." in name or "_" in name]
DELICATE = re.compile(
    r"pregnan|health|illness|medic|religio|politic|sexual|ethnic|wedding|bereave|\bchild|\bbaby|partner|salary|income"
    r"|guess(?!\.)|segment|propensity|score|black book",
    re.IGNORECASE,
)


def her_lines(flow: Flow, wanted: VerdictName) -> list[str]:
    subject = OfFlow(Rules(retail(), compile_policy(retail()), card(), {}), flow, "flow")
    answers = (
        subject.why("customer"),
        subject.why_not(wanted, "customer"),
        subject.how_to(wanted, "customer"),
        subject.what_if({CHANNEL: "app", "scenario.audience": "self"}, "customer"),
    )
    for each in answers:
        assert (each.rows, each.ways, each.nearer, each.blocked, each.verdict, each.then) == ((), (), (), (), "", "")
    return [line for each in answers for line in each.lines]


@given(flow=asked(), wanted=st.sampled_from(WANTED))
def test_she_reads_no_rule_number_category_or_hidden_fact(flow: Flow, wanted: VerdictName) -> None:
    lines = her_lines(flow, wanted)
    text = "\n".join(lines)
    assert not re.search(r"\d", text)
    assert not INNER.search(text)
    assert not [
        name for name in (*RULE_NAMES, *CATEGORIES) if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    ]
    assert not {"silent", "soften"}.intersection(re.findall(r"\w+", text.lower()))


@given(flow=asked(), wanted=st.sampled_from(WANTED))
def test_of_what_she_has_not_seen_she_reads_one_sentence_and_no_way(flow: Flow, wanted: VerdictName) -> None:
    for hidden in (
        {**flow, "act": "mention", "fact.known_to_her": False},
        {**flow, "act": "mention", "fact.sensitivity": "special"},
        {**flow, "act": "select", "fact.category": "life_event.pregnancy"},
        {**flow, "act": "mention", "fact.about": "child"},
    ):
        lines = her_lines(hidden, wanted)
        assert len(set(lines)) <= 1
        assert not DELICATE.search("\n".join(lines).replace("We would rather ask you than guess.", ""))
