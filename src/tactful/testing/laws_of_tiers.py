"""More laws of judgement: tiers, waivers, trust and reasons; and those that only sane policies keep."""

from __future__ import annotations

from itertools import pairwise

from tactful.model.flow import Flow
from tactful.model.verdict import CEILINGS, DUTY_NEEDS
from tactful.model.vocabulary import KEYS
from tactful.policy.rules import Atom, Condition, Pair, Policy
from tactful.testing.laws import MakeEngine, broken, with_rules
from tactful.testing.reference import USING_IS_NOT_SAYING, leaves
from tactful.testing.strategies import pool

AUDIENCE = "scenario.audience"


def hers_relaxes_only_norms(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """A waiver only frees, and frees no further than if the norms it names had never been written."""
    verdict = make(policy).verdict(flow)
    if not make(with_rules(policy, waivers=())).point(flow) <= verdict.point:
        broken("a waiver narrows.", policy, flow)
    named = {name for waiver in policy.waivers for name in waiver.waives}
    strict = [each for each in policy.limits if each.tier != "norm" or not {each.id, "*"} & named]
    rest = make(with_rules(policy, limits=strict, waivers=())).verdict(flow)
    if not verdict.point <= rest.point:
        broken(f"a waiver frees from more than norms: {verdict.point} after {rest.point}.", policy, flow)
    due = {duty for duty in rest.obligations if DUTY_NEEDS[duty] <= verdict.point.mention}
    if verdict.name != "never" and not due <= set(verdict.obligations):
        broken(f"a waiver takes a duty away that is no norm's: {due - set(verdict.obligations)}.", policy, flow)
    if verdict.name == rest.name == "hold" and not set(rest.until) <= set(verdict.until):
        broken(f"a waiver shortens a wait that is no norm's: {verdict.until} after {rest.until}.", policy, flow)
    if set(verdict.waived) & {each.id for each in strict}:
        broken(f"{verdict.waived} cannot all be waived.", policy, flow)


def a_waived_limit_is_as_if_not_written(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """What is waived gives neither ceiling, duty nor wait, and is listed in `also`."""
    verdict = make(policy).verdict(flow)
    rest = [each for each in policy.limits if each.id not in verdict.waived]
    bare = make(with_rules(policy, limits=rest)).verdict(flow)
    if (bare.point, set(bare.obligations), set(bare.until), bare.because) != (
        verdict.point,
        set(verdict.obligations),
        set(verdict.until),
        verdict.because,
    ):
        broken(f"{verdict.waived} is waived and still counts.", policy, flow)
    if not set(verdict.waived) <= set(verdict.also) or set(verdict.also) & set(verdict.because):
        broken(f"because {verdict.because}, also {verdict.also}, waived {verdict.waived}.", policy, flow)


def trust_only_widens_norms(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """More trust, and less excess, never narrow; without norms they change nothing; absent trust is no trust.

    Holds for every policy that loads: only norm limits look at trust and excess, from one side (SEMANTICS 9).
    """
    engine = make(policy)
    bare = make(with_rules(policy, limits=[each for each in policy.limits if each.tier != "norm"]))
    for key, rising in (("relationship.trust", True), ("norm.excess", False)):
        steps = sorted((value for value in pool(KEYS[key]) if isinstance(value, int | float)), reverse=not rising)
        without = {name: value for name, value in flow.items() if name != key}
        tried: list[Flow] = [without, *({**flow, key: value} for value in steps)]
        for less, more in pairwise(tried):
            if not engine.point(less) <= engine.point(more):
                broken(f"{key} narrows at {more[key]}.", policy, less)
        if len({bare.point(each) for each in tried}) > 1:
            broken(f"{key} counts beyond the norms.", policy, flow)
        if rising and engine.point(tried[0]) != engine.point(tried[1]):
            broken("absent trust is not 0.", policy, flow)


def because_is_never_empty_and_determines(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """The rules in `because`, with nothing else, give the same name; each narrows; without them it is freer.

    All but the first only where neither a licence nor the built-in limit is among them: those cannot be taken away.
    """
    verdict = make(policy).verdict(flow)
    because = set(verdict.because)
    ids = {rule.id for rule in (*policy.licences, *policy.limits, USING_IS_NOT_SAYING)}
    if not because or not because <= ids | {"no-licence"}:
        broken(f"because {verdict.because} is empty or names no rule.", policy, flow)
    opening = [each for each in policy.licences if each.id in because]
    deciding = [each for each in policy.limits if each.id in because]
    alone = make(with_rules(policy, licences=opening or None, limits=deciding)).verdict(flow)
    if alone.name != verdict.name:
        broken(f"because {verdict.because} alone gives {alone.name}, not {verdict.name}.", policy, flow)
    if opening or because & {"no-licence", USING_IS_NOT_SAYING.id}:
        return
    free = make(with_rules(policy, limits=(), waivers=())).point(flow)
    for limit in deciding:
        if make(with_rules(policy, limits=[limit], waivers=())).point(flow) == free:
            broken(f"{limit.id} is in because and narrows nothing.", policy, flow)
    rest = make(with_rules(policy, limits=[each for each in policy.limits if each.id not in because])).point(flow)
    if rest == verdict.point or not verdict.point <= rest:
        broken(f"without {verdict.because} it is {rest}, not freer.", policy, flow)


# -- for sane policies -------------------------------------------------------------------------------------------


def a_wider_audience_never_loosens(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """When more people can notice, nothing becomes freer.

    Only for policies that read the audience one way (`reads_audience_one_way`): limits from below, the others from
    above. A policy may say otherwise, and then this law is not for it.
    """
    engine = make(policy)
    points = [(name, engine.point({**flow, AUDIENCE: name})) for name in KEYS[AUDIENCE].names]
    for (_, near), (name, wide) in pairwise(points):
        if not wide <= near:
            broken(f"before {name} it is freer: {wide} after {near}.", policy, flow)


def reads_audience_one_way(policy: Policy) -> bool:
    """Each comparison of the audience becomes only true as it widens in limits, only false in licences and waivers."""
    return all(_rises(leaf, rule.kind == "limit") for rule in policy.rules for leaf in leaves(rule.when))


def _rises(leaf: Condition, upwards: bool) -> bool:
    if isinstance(leaf, Pair):
        if AUDIENCE not in (leaf.left, leaf.right):
            return True
        return leaf.op in ((">", ">=") if (leaf.left == AUDIENCE) == upwards else ("<", "<="))
    if not isinstance(leaf, Atom) or leaf.key != AUDIENCE:
        return True
    if leaf.op in ("<", "<=", ">", ">="):
        return (leaf.op in (">", ">=")) == upwards
    names = KEYS[AUDIENCE].names
    truths = [(name in leaf.values) == (leaf.op in ("==", "in")) for name in names]
    return truths == sorted(truths, reverse=not upwards)


def withdrawing_never_loosens(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Her refusing, withdrawing or objecting never makes anything freer.

    A policy could be written that rewards a refusal; the shipped packs must not be, and neither should yours.
    """
    engine = make(policy)
    before = engine.point(flow)
    noes: list[Flow] = [
        {"customer.objected": True},
        {"permission.elsewhere": "withdrawn"},
        {"permission.state": "refused"},
        {"permission.state": "withdrawn"},
    ]
    for no in noes:
        after = engine.point({**flow, **no})
        if not after <= before:
            broken(f"after {no} it is freer: {after} after {before}.", policy, flow)


def her_own_setting_is_kept(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Nothing is freer than her own setting (SEMANTICS 8), also when it is not known which she made.

    For policies that have one limit of tier hers per value of `hers.at_most`, as the shipped packs do.
    """
    engine = make(policy)
    for name in ("never", "hold", "ask", "silent", "soften"):
        if not engine.point({**flow, "hers.at_most": name}) <= CEILINGS[name]:
            broken(f"it is freer than her {name}.", policy, flow)
