"""Each way in which an engine of somebody else may be wrong is noticed by the kits, before chance comes in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest
from tests.laws.judged import retail

from tactful.model.flow import Flow
from tactful.model.verdict import Form, Point, Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.rules import Policy
from tactful.testing import Broken, check_batch_engine, check_engine, laws


class Right:
    """The compiled judge, one flow at a time or many."""

    def __init__(self, policy: Policy) -> None:
        self.judge = compile_policy(policy)

    def point(self, flow: Flow) -> Point:
        return self.judge.point(flow)

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
        return self.judge.standing(flow, form)

    def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
        return self.judge.verdict(flow, hopeful, tuple(assumed))

    def verdicts(self, flows: Sequence[Flow]) -> list[Verdict]:
        return [self.verdict(flow) for flow in flows]


def saying(change: Callable[[Verdict], Verdict]) -> type[Right]:
    """An engine whose verdicts are changed at the end."""

    class Wrong(Right):
        def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
            return change(super().verdict(flow, hopeful, assumed))

    return Wrong


def less(name: str) -> Callable[[Verdict], Verdict]:
    return lambda verdict: msgspec.structs.replace(verdict, **{name: getattr(verdict, name)[1:]})


def one_wait_of_two(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, until=verdict.until[:1])


def a_duty_more(verdict: Verdict) -> Verdict:
    more = () if verdict.name == "never" else ("list_on_page",)
    return msgspec.structs.replace(verdict, obligations=tuple(sorted({*verdict.obligations, *more})))


def a_duty_of_one_left_alone(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, obligations=("list_on_page",)) if verdict.name == "never" else verdict


def waits_while_asking(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, until=("visit.over",)) if verdict.name == "ask" else verdict


def reading(change: Callable[[Flow], Flow]) -> type[Right]:
    """An engine that reads flows otherwise."""

    class Wrong(Right):
        def point(self, flow: Flow) -> Point:
            return super().point(change(flow))

        def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
            return super().standing(change(flow), form)

        def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
            return super().verdict(change(flow), None if hopeful is None else change(hopeful), assumed)

    return Wrong


def numbers(change: Callable[[float], float]) -> Callable[[Flow], Flow]:
    def changed(flow: Flow) -> Flow:
        numeric = {key for key in flow if key in KEYS and KEYS[key].kind == "number"}
        return {
            key: change(value) if key in numeric and isinstance(value, int | float) else value
            for key, value in flow.items()
        }

    return changed


def the_country_alone(flow: Flow) -> Flow:
    place = flow.get("customer.jurisdiction")
    return {**flow, "customer.jurisdiction": place.split("-")[0]} if isinstance(place, str) else flow


def told_nothing_is_not_known(flow: Flow) -> Flow:
    return {key: value for key, value in flow.items() if value != ()}


def not_known_is_told_nothing(flow: Flow) -> Flow:
    return {"fact.purposes": (), **flow}


def nought_is_not_known(flow: Flow) -> Flow:
    return {key: value for key, value in flow.items() if isinstance(value, bool) or value != 0}


EITHER_WAY = {
    "a wait less": saying(one_wait_of_two),
    "no waits": saying(lambda verdict: msgspec.structs.replace(verdict, until=())),
    "waits while asking": saying(waits_while_asking),
    "a duty less": saying(less("obligations")),
    "a duty more": saying(a_duty_more),
    "a duty of one left alone": saying(a_duty_of_one_left_alone),
    "a missing key forgotten": saying(less("missing")),
    "a reason forgotten": saying(lambda verdict: msgspec.structs.replace(verdict, because=verdict.because[:1])),
    "a rule beside forgotten": saying(less("also")),
    "what was waived forgotten": saying(less("waived")),
    "the country alone": reading(the_country_alone),
    "told nothing is not known": reading(told_nothing_is_not_known),
    "not known is told nothing": reading(not_known_is_told_nothing),
    "nought is not known": reading(nought_is_not_known),
    "below nought is above": reading(numbers(abs)),
    "whole numbers only": reading(numbers(round)),
}


@pytest.mark.parametrize("wrong", EITHER_WAY.values(), ids=EITHER_WAY)
def test_what_is_wrong_is_noticed_one_by_one(wrong: type[Right]) -> None:
    with pytest.raises(Broken):
        check_engine(wrong, examples=1)


@pytest.mark.parametrize("wrong", EITHER_WAY.values(), ids=EITHER_WAY)
def test_what_is_wrong_is_noticed_in_batches(wrong: type[Right]) -> None:
    with pytest.raises(Broken):
        check_batch_engine(wrong, examples=1)


class AsksInGeneralTerms(Right):
    """What must be asked about may be said in general terms."""

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
        stand, until = super().standing(flow, form)
        return ("now" if (stand, form) == ("ask", "softened") else stand), until


class StandsUntilLess(Right):
    """A use is released by one of its waits."""

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
        stand, until = super().standing(flow, form)
        return stand, until[:1]


class AsksWithoutMention(Right):
    """A question keeps no mention."""

    def point(self, flow: Flow) -> Point:
        point = super().point(flow)
        return point._replace(mention=0) if point.use == 1 else point


@pytest.mark.parametrize("wrong", [AsksInGeneralTerms, StandsUntilLess, AsksWithoutMention])
def test_a_wrong_standing_or_point_is_noticed(wrong: type[Right]) -> None:
    with pytest.raises(Broken):
        check_engine(wrong, examples=1)


@pytest.mark.parametrize("rule", ["to-keep-her-safe", "sensing-she-may-choose", "she-likes-it", "under-age"])
def test_a_rule_forgotten_is_noticed_with_the_policy(rule: str) -> None:
    def forgetful(policy: Policy) -> Right:
        licences = [each for each in policy.licences if each.id != rule]
        limits = [each for each in policy.limits if each.id != rule]
        return Right(laws.with_rules(policy, licences, limits, [each for each in policy.waivers if each.id != rule]))

    with pytest.raises(Broken):
        check_batch_engine(forgetful, examples=1, policy=retail())


def test_a_right_engine_passes() -> None:
    check_engine(Right, examples=1)
    check_batch_engine(Right, examples=1)
