"""Points of judgement: three axes, their ceilings and openings, and the name of a point (SEMANTICS 5 and 11)."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

VerdictName = Literal["never", "hold", "ask", "silent", "soften", "say"]
Form = Literal["silent", "softened", "explicit"]

NAMES: tuple[VerdictName, ...] = ("never", "hold", "ask", "silent", "soften", "say")
FORMS: tuple[Form, ...] = ("silent", "softened", "explicit")
USE_WORDS = ("no", "ask", "yes")
MENTION_WORDS = ("none", "softened", "explicit")
WHEN_WORDS = ("never", "later", "now")


class Point(NamedTuple):
    """Use (0 no, 1 ask, 2 yes), mention (0 none, 1 softened, 2 explicit), when (0 never, 1 later, 2 now)."""

    use: int
    mention: int
    when: int

    def __le__(self, other: tuple[int, ...]) -> bool:
        """No freer than `other` on every axis."""
        return self[0] <= other[0] and self[1] <= other[1] and self[2] <= other[2]


SHUT = Point(0, 0, 0)
CEILINGS: dict[str, Point] = {
    "never": SHUT,
    "hold": Point(2, 2, 1),
    "ask": Point(1, 2, 2),
    "silent": Point(2, 0, 2),
    "soften": Point(2, 1, 2),
    "say": Point(2, 2, 2),
}
OPENINGS: dict[str, Point] = {
    "ask": Point(1, 0, 2),
    "silent": Point(2, 0, 2),
    "soften": Point(2, 1, 2),
    "say": Point(2, 2, 2),
}
DUTY_NEEDS: dict[str, int] = {
    "offer_choice": 0,
    "identify_sender": 0,
    "list_on_page": 0,
    "confirm_first": 0,
    "give_in_return": 0,
    "say_what_for": 0,
    "explain_why": 1,
    "name_source": 1,
}
"""The least mention at which each obligation is due (VOCABULARY)."""


def lower(a: Point, b: Point) -> Point:
    """The componentwise minimum."""
    return Point(min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]))


def name_of(point: Point) -> VerdictName:
    """The name of a point; the first line of the table that matches (SEMANTICS 11)."""
    if point.use == 0 or point.when == 0:
        return "never"
    if point.when == 1:
        return "hold"
    if point.use == 1:
        return "ask"
    return ("silent", "soften", "say")[point.mention]


class Verdict(msgspec.Struct, frozen=True):
    """What may be done with one flow, and why. Lists of rules are ordered by tier, then id.

    `missing` names the keys whose knowledge could change the verdict. `until` is empty unless the name is `hold`.
    `discomfort` and `discomfort_at_most` are shares of people, 0 to 1, or None when no scorecard was used.
    """

    point: Point
    because: tuple[str, ...]
    also: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    discomfort: float | None = None
    discomfort_at_most: float | None = None

    @property
    def name(self) -> VerdictName:
        """The verdict in one word."""
        return name_of(self.point)

    @property
    def use(self) -> str:
        """no, ask or yes."""
        return USE_WORDS[self.point.use]

    @property
    def mention(self) -> str:
        """none, softened or explicit."""
        return MENTION_WORDS[self.point.mention]

    @property
    def when(self) -> str:
        """never, later or now."""
        return WHEN_WORDS[self.point.when]
