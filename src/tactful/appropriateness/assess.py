"""One flow judged with the scorecard: what the flow lacks upstream is derived first (SEMANTICS 2)."""

from __future__ import annotations

from tactful.appropriateness.scorecard import Estimate, Scorecard, estimate, has_excess
from tactful.model.flow import Flow
from tactful.model.verdict import Verdict
from tactful.policy.judge import Judge


def assess(judge: Judge, card: Scorecard, flow: Flow) -> Verdict:
    """The verdict on one flow, with its reasons, what is missing, and both figures of discomfort.

    `norm.excess` is derived where the flow has none; where it has one, that counts and the scorecard assumes nothing.
    """
    found = estimate(card, flow)
    verdict = judge.verdict(flow) if has_excess(flow) else judge.verdict(*_read(flow, found))
    return _with_discomfort(verdict, found)


def assess_where(judge: Judge, held: int, flow: Flow, found: Estimate) -> Verdict:
    """The verdict on a flow without `norm.excess`, where it is known which rules hold and what the scorecard says."""
    verdict = None if found.assumed else judge.certain(held)
    return _with_discomfort(verdict or judge.verdict_where(held, *_read(flow, found)), found)


def _read(flow: Flow, found: Estimate) -> tuple[Flow, Flow | None, tuple[str, ...]]:
    """The flow as it is judged, as it is read favourably if anything was assumed, and what was."""
    hopeful: Flow | None = {**flow, "norm.excess": found.hopeful} if found.assumed else None
    return {**flow, "norm.excess": found.excess}, hopeful, found.assumed


def _with_discomfort(verdict: Verdict, found: Estimate) -> Verdict:
    return Verdict(
        verdict.point,
        verdict.because,
        verdict.also,
        verdict.waived,
        verdict.missing,
        verdict.until,
        verdict.obligations,
        found.discomfort,
        found.discomfort_at_most,
    )
