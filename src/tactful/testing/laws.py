"""The laws of judgement, each a function that asserts, for any engine that judges (promises 1 and 2 of the design).

A law takes a maker of engines, a policy and a flow, and raises `Broken` in a sentence when it does not hold. Those here
hold for every policy that loads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol

import msgspec

from tactful.model.flow import Flow
from tactful.model.verdict import DUTY_NEEDS, FORMS, NAMES, SHUT, Form, Point, Verdict, name_of
from tactful.model.vocabulary import KEYS
from tactful.policy.rules import Policy, Rule
from tactful.testing.reference import STANDINGS, USING_IS_NOT_SAYING
from tactful.testing.strategies import every_odd_value, every_single_removal


class Engine(Protocol):
    """Whatever judges by one policy: the compiled judge, the reference, any later engine."""

    def point(self, flow: Flow) -> Point:
        """The point alone."""
        ...

    def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
        """The whole verdict; `hopeful` and `assumed` as in `reference_verdict`."""
        ...

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
        """How a use stands in a form, and until what."""
        ...


MakeEngine = Callable[[Policy], Engine]
Law = Callable[[MakeEngine, Policy, Flow], None]


class Broken(AssertionError):
    """A law does not hold; the message says which, for what policy and what flow."""


def described(policy: Policy, flow: object) -> str:
    """A policy and a flow as they may be read in a failing test."""
    lines = [
        f"  {rule.kind} {rule.id}: {rule.when_text} {rule.tier} {tuple(rule.point)} "
        f"{rule.oblige or ''} {rule.until} {rule.waives or ''}".rstrip()
        for rule in policy.rules
    ]
    return "\n".join([f"policy {policy.name}:", *lines[:30], *(["  …"] if len(lines) > 30 else []), f"flow {flow}"])


def broken(sentence: str, policy: Policy, flow: object) -> NoReturn:
    """Raise `Broken`."""
    raise Broken(f"{sentence}\n{described(policy, flow)}")


def with_rules(
    policy: Policy,
    licences: Iterable[Rule] | None = None,
    limits: Iterable[Rule] | None = None,
    waivers: Iterable[Rule] | None = None,
) -> Policy:
    """The same policy with other rules. The built-in limit stays, in its own words if the policy gives any."""
    own = [limit for limit in policy.limits if limit.id == USING_IS_NOT_SAYING.id] or [USING_IS_NOT_SAYING]
    kept = policy.limits if limits is None else [limit for limit in limits if limit.id != USING_IS_NOT_SAYING.id]
    return msgspec.structs.replace(
        policy,
        licences=policy.licences if licences is None else tuple(licences),
        limits=policy.limits if limits is None else (*kept, *own),
        waivers=policy.waivers if waivers is None else tuple(waivers),
    )


# -- unknown is no -----------------------------------------------------------------------------------------------


def unknown_is_no(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Knowing one thing less never makes a verdict freer, drops a duty that can still be met, or shortens the wait."""
    engine = make(policy)
    more = engine.verdict(flow)
    for key, known in every_single_removal(flow):
        less = engine.verdict(known)
        if not less.point <= more.point:
            broken(f"without {key} the verdict is freer: {less.point} after {more.point}.", policy, flow)
        due = {duty for duty in more.obligations if DUTY_NEEDS[duty] <= less.point.mention}
        if less.name != "never" and not due <= set(less.obligations):
            broken(f"without {key} a duty is gone: {due - set(less.obligations)}.", policy, flow)
        if less.name == more.name == "hold" and not set(more.until) <= set(less.until):
            broken(f"without {key} it waits for less: {less.until} after {more.until}.", policy, flow)


def unknown_is_no_in_any_form(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Knowing one thing less never makes a use stand better in any form, or shortens its wait."""
    engine = make(policy)
    for form in FORMS:
        stands, until = engine.standing(flow, form)
        for key, known in every_single_removal(flow):
            less, waits = engine.standing(known, form)
            if STANDINGS.index(less) > STANDINGS.index(stands):
                broken(f"without {key} {form} stands better: {less} after {stands}.", policy, flow)
            if less == stands == "hold" and not set(until) <= set(waits):
                broken(f"without {key} {form} waits for less: {waits} after {until}.", policy, flow)


def only_what_is_missing_could_free(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """If knowing one thing more makes the verdict freer, the flow that lacks it names it in `missing`.

    Trust is the exception: its absence is known to mean 0 (SEMANTICS 9), so that earning it may free without its
    having been missing. Whatever is named in `missing` is absent, or coarse.
    """
    engine = make(policy)
    more = engine.point(flow)
    for key, known in every_single_removal(flow):
        less = engine.verdict(known)
        if key != "relationship.trust" and less.point != more and key not in less.missing:
            broken(f"knowing {key} makes it freer, and {less.missing} does not name it.", policy, known)
        present = [name for name in less.missing if name in known and KEYS[name].kind != "slug"]
        if present:
            broken(f"{present} cannot be missing: the flow has it.", policy, known)


def what_is_out_of_range_is_absent(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """A value that its key may not have is the same as none: it opens nothing and exempts from nothing (SEMANTICS 19).

    Flows may come from anywhere; `read_flow` leaves such values out, but nobody has to have called it.
    """
    engine = make(policy)
    for key in flow:
        known = {name: value for name, value in flow.items() if name != key}
        without = engine.verdict(known)
        for odd in every_odd_value(known, key):
            said = engine.verdict(odd)
            if said != without or engine.point(odd) != without.point:
                broken(f"{key}: {odd[key]!r} gives {said}, its absence {without}.", policy, known)


def the_flow_is_left_alone(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Judging fills nothing in, and judging again says the same."""
    engine, given = make(policy), dict(flow)
    first = engine.verdict(given)
    if given != flow or engine.verdict(given) != first or engine.point(given) != first.point:
        broken("judging twice is not judging once.", policy, flow)


# -- permits open, limits narrow ---------------------------------------------------------------------------------


def limits_never_open(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Without any one limit the verdict is at least as free, and so is every form."""
    engine = make(policy)
    point, stands = engine.point(flow), _stands(engine, flow)
    for limit in policy.limits:
        free = make(with_rules(policy, limits=[each for each in policy.limits if each is not limit]))
        if not point <= free.point(flow) or not _no_better(stands, _stands(free, flow)):
            broken(f"the limit {limit.id} opens.", policy, flow)


def licences_only_open(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Without any one licence the verdict is no freer, and neither is any form."""
    engine = make(policy)
    point, stands = engine.point(flow), _stands(engine, flow)
    for licence in policy.licences:
        less = make(with_rules(policy, licences=[each for each in policy.licences if each is not licence]))
        if not less.point(flow) <= point or not _no_better(_stands(less, flow), stands):
            broken(f"the licence {licence.id} narrows.", policy, flow)


def limits_alone_open_nothing(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """A policy without licences says never, because of `no-licence`, whatever its limits and waivers."""
    engine = make(with_rules(policy, licences=()))
    verdict = engine.verdict(flow)
    if verdict.point != SHUT or "no-licence" not in verdict.because or engine.point(flow) != SHUT:
        broken(f"without a licence it is {verdict.point} because of {verdict.because}.", policy, flow)
    if any(stands != "never" for stands in _stands(engine, flow)):
        broken("without a licence some form stands.", policy, flow)


def some_one_licence_grants_it(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """What is not shut lies within what one licence, which holds by itself, says that it opens: they never add up."""
    point = make(policy).point(flow)
    if point == SHUT:
        return
    for licence in policy.licences:
        alone = make(with_rules(policy, licences=[licence], limits=(), waivers=()))
        if point <= licence.point and name_of(alone.point({**flow})) != "never":
            return
    broken(f"no one licence grants {point}.", policy, flow)


def order_and_repetition_do_not_matter(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Rules in another order say the same; rules said twice, under another id, come to the same but for reasons."""

    def again(rule: Rule) -> Rule:
        named = tuple(name if name == "*" else f"{name}-again" for name in rule.waives)
        return msgspec.structs.replace(rule, id=f"{rule.id}-again", waives=named)

    engine = make(policy)
    verdict = engine.verdict(flow)
    turned = make(
        with_rules(policy, reversed(policy.licences), tuple(reversed(policy.limits)), reversed(policy.waivers))
    )
    if turned.verdict(flow) != verdict or _stands(turned, flow) != _stands(engine, flow):
        broken(f"in another order it is {turned.verdict(flow)} after {verdict}.", policy, flow)
    kinds = (policy.licences, policy.limits, policy.waivers)
    twice = make(with_rules(policy, *((*map(again, rules), *rules) for rules in kinds)))
    said = twice.verdict(flow)
    same = (said.point, set(said.obligations), set(said.until), set(said.missing))
    if same != (verdict.point, set(verdict.obligations), set(verdict.until), set(verdict.missing)):
        broken(f"said twice it is {said} after {verdict}.", policy, flow)


def using_is_not_saying(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """`select` and `infer` are at most silent, and so is an act that is not known."""
    engine = make(policy)
    unknown = {key: value for key, value in flow.items() if key != "act"}
    for each in ({**flow, "act": "select"}, {**flow, "act": "infer"}, unknown):
        if engine.point(each).mention or any(stands != "never" for stands in _stands(engine, each)[1:]):
            broken("what is only used may be mentioned.", policy, each)


def duties_and_waits_stand_on_limits(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """Obligations and `until` come from limits alone, can be met at the verdict's mention, and never from `never`."""
    verdict = make(policy).verdict(flow)
    duties = {duty for limit in policy.limits for duty in limit.oblige}
    waits = {limit.until for limit in policy.limits if limit.until}
    high = [duty for duty in verdict.obligations if DUTY_NEEDS[duty] > verdict.point.mention]
    if not set(verdict.obligations) <= duties or high or (verdict.name == "never" and verdict.obligations):
        broken(f"{verdict.obligations} is due with {verdict.point}.", policy, flow)
    if not set(verdict.until) <= waits or (verdict.name == "hold") != bool(verdict.until):
        broken(f"{verdict.name} until {verdict.until}.", policy, flow)


def the_name_follows_the_point(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """A freer point never has a less free name."""
    engine = make(policy)
    points = [engine.point(flow), *(engine.point(known) for _, known in every_single_removal(flow))]
    for one in points:
        for other in points:
            if one <= other and NAMES.index(name_of(one)) > NAMES.index(name_of(other)):
                broken(f"{one} is {name_of(one)}, and {other} is {name_of(other)}.", policy, flow)


def forms_agree_with_the_verdict(make: MakeEngine, policy: Policy, flow: Flow) -> None:
    """A form stands `now` exactly if the verdict allows that much now; a fuller form never stands better."""
    engine = make(policy)
    point, stands = engine.point(flow), _stands(engine, flow)
    for form, standing in enumerate(stands):
        if (standing == "now") != (Point(2, form, 2) <= point):
            broken(f"{FORMS[form]} stands {standing} and the verdict is {point}.", policy, flow)
    if not _no_better(stands[1:], stands[:-1]):
        broken(f"a fuller form stands better: {stands}.", policy, flow)


def _stands(engine: Engine, flow: Flow) -> list[str]:
    return [engine.standing(flow, form)[0] for form in FORMS]


def _no_better(less: Sequence[str], more: Sequence[str]) -> bool:
    return all(STANDINGS.index(a) <= STANDINGS.index(b) for a, b in zip(less, more, strict=True))
