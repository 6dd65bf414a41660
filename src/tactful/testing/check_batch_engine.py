"""The kit for engines over batches: one that passes it judges many flows as the rules of judgement say of each.

An engine over batches takes flows and gives a verdict for each, in their order. Columns, bit planes, SQL: whatever it
is made of, the kit sees flows going in and verdicts coming out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tactful.model.flow import Flow
from tactful.model.verdict import Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.rules import Policy
from tactful.testing.check_engine import flows_near, same_verdict
from tactful.testing.court import plain_flows
from tactful.testing.laws import Broken, described
from tactful.testing.reference import Reading
from tactful.testing.strategies import every_odd_value, every_single_removal, policies


class BatchEngine(Protocol):
    """Whatever judges many flows at once by one policy."""

    def verdicts(self, flows: Sequence[Flow]) -> Sequence[Verdict]:
        """The verdict on each flow, in the order of the flows."""
        ...


MakeBatchEngine = Callable[[Policy], BatchEngine]
JudgeOne = Callable[[Flow], Verdict]


def batch_agrees(engine: BatchEngine, policy: Policy, flows: Sequence[Flow], expected: JudgeOne) -> None:
    """The engine says of each flow what is expected of it, and the same in another order and in other batches.

    No flows get no verdicts.
    """
    if list(engine.verdicts([])):
        raise Broken(f"no flows got verdicts.\n{described(policy, {})}")
    found = list(engine.verdicts(flows))
    if len(found) != len(flows):
        raise Broken(f"{len(flows)} flows got {len(found)} verdicts.\n{described(policy, flows[:1])}")
    for flow, verdict in zip(flows, found, strict=True):
        same_verdict(verdict, expected(flow), policy, flow)
    turned = list(engine.verdicts(flows[::-1]))[::-1]
    half = len(flows) // 2
    halves = [*engine.verdicts(flows[:half]), *engine.verdicts(flows[half:])]
    for name, others in (("in another order", turned), ("in two batches", halves)):
        wrong = [flow for flow, one, other in zip(flows, found, others, strict=True) if one != other]
        if wrong:
            raise Broken(f"{name} the verdict is another.\n{described(policy, wrong[0])}")


def check_batch_engine(make_engine: MakeBatchEngine, examples: int = 100, policy: Policy | None = None) -> None:
    """Try an engine over batches: agreement with the reference on the court, then on random policies and flows.

    The court is a few small policies with all their flows. Each batch made by chance holds some flows; all that knows
    one thing less than the first of them (keys missing, slugs coarser); and the first with values that one key may not
    have. With `policy`, the engine is tried on flows for that policy instead: for each of its rules where that one
    makes a difference, and near its cases. Raises `Broken` (an AssertionError) with the smallest policy and flow found.
    Deterministic: the same engine is tried with the same `examples` each time.
    """

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
        drawn = data.draw(st.lists(flows_near(made_up), min_size=1, max_size=8), label="flows")
        less = (known for _, known in every_single_removal(drawn[0]))
        key = data.draw(st.sampled_from(sorted(KEYS)), label="odd key")
        odd = every_odd_value(drawn[0], key)
        flows = [*drawn, *less, *odd, {}]
        engine = fixed or make_engine(made_up)
        batch_agrees(engine, made_up, flows, Reading(made_up).verdict)

    fixed = make_engine(policy) if policy else None
    for known, pairs in groupby(plain_flows(policy), key=itemgetter(0)):
        batch_agrees(fixed or make_engine(known), known, [flow for _, flow in pairs], Reading(known).verdict)
    tried()
