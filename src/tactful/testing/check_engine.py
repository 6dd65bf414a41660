"""The kit for engines: an engine that passes it judges as the rules of judgement say."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tactful.model.flow import Flow
from tactful.model.verdict import FORMS, Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.rules import Policy
from tactful.testing import laws, laws_of_tiers
from tactful.testing.court import plain_flows
from tactful.testing.laws import Broken, Engine, Law, MakeEngine, described
from tactful.testing.reference import Reading
from tactful.testing.strategies import flows_for, near, policies, pool, words_of

LAWS: tuple[Law, ...] = (
    laws.unknown_is_no,
    laws.unknown_is_no_in_any_form,
    laws.only_what_is_missing_could_free,
    laws.what_is_out_of_range_is_absent,
    laws.the_flow_is_left_alone,
    laws.limits_never_open,
    laws.licences_only_open,
    laws.limits_alone_open_nothing,
    laws.some_one_licence_grants_it,
    laws.order_and_repetition_do_not_matter,
    laws.using_is_not_saying,
    laws.duties_and_waits_stand_on_limits,
    laws.the_name_follows_the_point,
    laws.forms_agree_with_the_verdict,
    laws_of_tiers.hers_relaxes_only_norms,
    laws_of_tiers.a_waived_limit_is_as_if_not_written,
    laws_of_tiers.trust_only_widens_norms,
    laws_of_tiers.because_is_never_empty_and_determines,
)
"""What holds for every policy that loads."""

SANE_LAWS: tuple[Law, ...] = (
    laws_of_tiers.a_wider_audience_never_loosens,
    laws_of_tiers.withdrawing_never_loosens,
    laws_of_tiers.her_own_setting_is_kept,
)
"""What holds for policies that keep to the docstrings of these laws, as the shipped packs do."""


def agrees_with_the_reference(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """The engine says what the reference says: the whole verdict, and every form; sets in any order.

    Also with an excess that had to be assumed, whatever it may be at its best.
    """
    engine, reference = make(policy), Reading(policy)
    same_verdict(engine.verdict(flow), reference.verdict(flow), policy, flow)
    for excess in pool(KEYS["norm.excess"]):
        hopeful, assumed = {**flow, "norm.excess": excess}, ("fact.confidence", "scenario.fit")
        said = engine.verdict(flow, hopeful, assumed)
        same_verdict(said, reference.verdict(flow, hopeful, assumed), policy, (flow, hopeful))
    if engine.point(flow) != reference.point(flow):
        raise Broken(f"the point is {engine.point(flow)}, not {reference.point(flow)}.\n{described(policy, flow)}")
    for form in FORMS:
        said_standing, expected = engine.standing(flow, form), reference.standing(flow, form)
        if (said_standing[0], set(said_standing[1])) != (expected[0], set(expected[1])):
            raise Broken(f"{form} stands {said_standing}, not {expected}.\n{described(policy, flow)}")


def same_verdict(said: Verdict, expected: Verdict, policy: Policy, flow: object) -> None:
    """Raise `Broken` unless two verdicts are the same, but for the order of sets."""
    if (said.point, said.because, said.also) != (expected.point, expected.because, expected.also):
        raise Broken(f"the verdict is\n  {said}, not\n  {expected}.\n{described(policy, flow)}")
    for name in ("waived", "missing", "until", "obligations"):
        one, other = getattr(said, name), getattr(expected, name)
        if set(one) != set(other) or len(one) != len(set(one)):
            raise Broken(f"{name} is {one}, not {other}.\n{described(policy, flow)}")


def check_engine(make_engine: MakeEngine, examples: int = 100, policy: Policy | None = None) -> None:
    """Try an engine: agreement with the reference on the court, then every law on random policies and flows.

    The court is a few small policies with all their flows. With `policy`, the engine is tried on flows for that policy
    instead: for each of its rules where that one makes a difference, and near its cases.
    Raises `Broken` (an AssertionError) with the smallest policy and flow found. Deterministic: the same engine is tried
    with the same `examples` each time.
    """
    engines: dict[str, MakeEngine] = {}
    for known, flow in plain_flows(policy):
        agrees_with_the_reference(engines.setdefault(known.digest, each_made_once(make_engine)), known, flow)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        made_up = policy or data.draw(policies(), label="policy")
        flow = data.draw(flows_near(made_up), label="flow")
        check_on(once if policy else each_made_once(make_engine), made_up, flow)

    once = each_made_once(make_engine)
    tried()


def flows_near(policy: Policy) -> st.SearchStrategy[Flow]:
    """Flows for a policy, and flows near those of its cases."""
    given_flows = [case.given for case in policy.cases]
    some = flows_for(policy)
    if not given_flows:
        return some
    keys = tuple(words_of(policy))
    return some | st.sampled_from(given_flows).flatmap(lambda flow: near(flow, keys))


def check_on(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Every law that holds for all policies, and agreement with the reference, on one policy and one flow."""
    agrees_with_the_reference(make, policy, flow)
    for law in LAWS:
        law(make, policy, flow)


def each_made_once(make_engine: MakeEngine) -> MakeEngine:
    """A maker that remembers its engines by the ids of their rules: for policies made from one by leaving rules out."""
    engines: dict[tuple[str, ...], Engine] = {}

    def make(policy: Policy) -> Engine:
        ids = tuple(rule.id for rule in policy.rules)
        if ids not in engines:
            engines[ids] = make_engine(policy)
        return engines[ids]

    return make
