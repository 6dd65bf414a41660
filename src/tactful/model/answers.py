"""The records with which the four questions are answered: what stands in the way, and what would change it."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.model.flow import Value
from tactful.model.verdict import Verdict, VerdictName

Whose = Literal["ours", "hers", "law", "fixed"]
"""Whose it is to change: ours, hers, nobody's because the law says it, or fixed by what is known and what it is for."""


class Read(msgspec.Struct, frozen=True):
    """One key that a rule reads. `value` is None where the flow does not tell it."""

    key: str
    value: Value | None
    whose: Whose


class Obstacle(msgspec.Struct, frozen=True):
    """One rule between a verdict and the wanted one: a limit that forbids it, or a licence that would open it.

    `sure` is False for a limit that counts only because something is not known. `allows` is the ceiling of a limit,
    what a licence would open. `whose` says who set a limit, and who could bring a licence about. `reads` are the keys
    it looks at; of a licence only those that keep it from holding.
    """

    rule: str
    kind: Literal["limit", "licence"]
    tier: str
    whose: Whose
    allows: VerdictName
    sure: bool
    staff: str
    source: str
    reads: tuple[Read, ...]


class Blocked(msgspec.Struct, frozen=True):
    """One use of a message, or speaking to her at all, with what stands in its way."""

    use: str
    act: str
    obstacles: tuple[Obstacle, ...]


class Step(msgspec.Struct, frozen=True):
    """One change of what is ours to change. `effort` is 1 (wait, choose) to 5 (another way of working)."""

    change: str
    effort: int
    staff: str
    customer: str


class Way(msgspec.Struct, frozen=True):
    """One or two steps with what comes of them, judged again.

    `verdict` is that of `flow`, the flow as changed; of a whole decision there is no one flow, and it is empty. Where
    `asks`, the flow is the question itself, and `verdict` is ask: what comes after is up to her.
    """

    steps: tuple[Step, ...]
    verdict: VerdictName
    flow: dict[str, Value] = {}
    asks: bool = False

    @property
    def effort(self) -> int:
        """Of all steps together."""
        return sum(step.effort for step in self.steps)


class WhatIf(msgspec.Struct, frozen=True):
    """A flow judged as it is and with some keys changed; `forgotten` are keys no longer known after the change."""

    before: Verdict
    after: Verdict
    flow: dict[str, Value]
    forgotten: tuple[str, ...] = ()
