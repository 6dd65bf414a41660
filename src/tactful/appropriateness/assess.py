"""One flow judged with the scorecard: what the flow lacks upstream is derived first (SEMANTICS 2)."""

from __future__ import annotations

from tactful.appropriateness.scorecard import Estimate, Scorecard, estimate
from tactful.model.flow import Flow
from tactful.model.verdict import Verdict
from tactful.policy.judge import Judge


def assess(judge: Judge, card: Scorecard, flow: Flow) -> Verdict:
    """The verdict on one flow, with its reasons, what is missing, and both figures of discomfort.

    `norm.excess` is derived where the flow has none; where it has one, that counts and the scorecard assumes nothing.
    """
    found = estimate(card, flow)
    if "norm.excess" in flow:
        return _with_discomfort(judge.verdict(flow), found)
    return estimated(judge, flow, found)


def estimated(judge: Judge, flow: Flow, found: Estimate, held: int | None = None) -> Verdict:
    """The verdict on a flow without `norm.excess`, of which the scorecard says this.

    `held` are the rules that hold, where that is known already.
    """
    certain = None if held is None or found.assumed else judge.certain(held)
    if certain is not None:
        return _with_discomfort(certain, found)
    whole: Flow = {**flow, "norm.excess": found.excess}
    hopeful: Flow | None = {**flow, "norm.excess": found.hopeful} if found.assumed else None
    verdict = judge.verdict_where(judge.held(whole) if held is None else held, whole, hopeful, found.assumed)
    return _with_discomfort(verdict, found)


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
