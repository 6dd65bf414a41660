"""A factorial design for a panel: each person judges some vignettes; every level of every factor occurs equally often.

1. For one person and one factor with k levels and v vignettes, each level stands v // k times; the rest goes to levels
   in turn, from person to person, so that over all people the counts differ by at most one for each person's turn.
2. The levels of each factor are shuffled by themselves (Fisher-Yates), so that factors are independent.
3. Where two levels must not meet, the factor that comes later is shuffled again for that person.

Chance is SHA-256 of the seed: the same seed gives the same questionnaire everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from tactful.learning.accuracy import uniform
from tactful.model.flow import Flow, Value

T = TypeVar("T")
_MOST_SHUFFLES = 400


class NoDesign(ValueError):
    """What must not occur together leaves no vignette, or too few."""


def design(
    factors: Mapping[str, Sequence[Value]],
    not_together: Sequence[Mapping[str, Value]],
    people: int,
    vignettes: int,
    seed: str,
) -> Iterator[tuple[Flow, ...]]:
    """The vignettes of each person. Raises NoDesign."""
    for person in range(people):
        yield _of_one(factors, not_together, person, vignettes, f"{seed}:{person}")


def _of_one(
    factors: Mapping[str, Sequence[Value]],
    not_together: Sequence[Mapping[str, Value]],
    person: int,
    vignettes: int,
    seed: str,
) -> tuple[Flow, ...]:
    chance = uniform(seed, 1 << 32)
    flows: tuple[Flow, ...] = tuple({} for _ in range(vignettes))
    for name, levels in factors.items():
        turn = person * vignettes
        values = [levels[(turn + at) % len(levels)] for at in range(vignettes)]
        for _ in range(_MOST_SHUFFLES):
            shuffle(values, chance)
            tried = tuple({**flow, name: value} for flow, value in zip(flows, values, strict=True))
            if not any(_meets(flow, pair) for flow in tried for pair in not_together):
                break
            if _mended(values, flows, name, not_together):
                tried = tuple({**flow, name: value} for flow, value in zip(flows, values, strict=True))
                break
        else:
            raise NoDesign(name)
        flows = tried
    return flows


def _mended(values: list[Value], flows: Sequence[Flow], name: str, not_together: Sequence[Mapping[str, Value]]) -> bool:
    """Exchange the levels of two vignettes until none breaks a rule; False where that does not succeed."""

    def bad(at: int, value: Value) -> bool:
        return any(_meets({**flows[at], name: value}, pair) for pair in not_together)

    for at in range(len(values)):
        if bad(at, values[at]):
            for other in range(len(values)):
                if not bad(at, values[other]) and not bad(other, values[at]):
                    values[at], values[other] = values[other], values[at]
                    break
            else:
                return False
    return True


def shuffle(values: list[T], chance: Iterator[int]) -> None:
    """Fisher-Yates, in place."""
    for last in range(len(values) - 1, 0, -1):
        at = next(chance) % (last + 1)
        values[last], values[at] = values[at], values[last]


def _meets(flow: Flow, pair: Mapping[str, Value]) -> bool:
    return all(flow.get(name) == value for name, value in pair.items())
