"""Whether a candidate is for her and open, before anything about it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tactful.model.records import Candidate


class NotEligible(NamedTuple):
    """A sentence, and what is not known."""

    note: str
    missing: tuple[str, ...] = ()


def not_eligible(candidate: Candidate, now: int, draws: Mapping[str, int]) -> NotEligible | None:
    """Why it cannot be had with her now, or None. Without a draw, who may be in the holdout is in it."""
    if candidate.missing:
        return NotEligible("Whether it is for her is not known.", tuple(sorted(candidate.missing)))
    if candidate.not_for_her:
        return NotEligible(candidate.not_for_her)
    if now < candidate.valid_from:
        return NotEligible("It is not open yet.")
    if candidate.valid_until and now >= candidate.valid_until:
        return NotEligible("It is over.")
    if candidate.holdout and draws.get(candidate.name, 0) < candidate.holdout:
        return NotEligible("She is in the holdout: she hears nothing of it, so that we can tell whether it helps.")
    return None
