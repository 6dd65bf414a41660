"""One flow judged with the scorecard: what the flow lacks upstream is derived first (SEMANTICS 2)."""

from __future__ import annotations

import msgspec

from tactful.appropriateness.scorecard import Scorecard, estimate, has_excess
from tactful.model.flow import Flow
from tactful.model.verdict import Verdict
from tactful.policy.judge import Judge


def assess(judge: Judge, card: Scorecard, flow: Flow) -> Verdict:
    """The verdict on one flow, with its reasons, what is missing, and both figures of discomfort.

    `norm.excess` is derived where the flow has none; where it has one, that counts and the scorecard assumes nothing.
    """
    found = estimate(card, flow)
    if has_excess(flow):
        verdict = judge.verdict(flow)
    elif not found.assumed:
        verdict = judge.verdict({**flow, "norm.excess": found.excess})
    else:
        hopeful: Flow = {**flow, "norm.excess": found.hopeful}
        verdict = judge.verdict({**flow, "norm.excess": found.excess}, hopeful, found.assumed)
    return msgspec.structs.replace(verdict, discomfort=found.discomfort, discomfort_at_most=found.discomfort_at_most)
