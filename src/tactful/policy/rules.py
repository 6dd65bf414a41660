"""A policy as loaded: conditions in negation normal form, and three kinds of rules (SEMANTICS 3 to 9)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tactful.model.flow import Value
from tactful.model.verdict import Point

Op = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
RuleKind = Literal["licence", "limit", "waiver"]


class Const(msgspec.Struct, frozen=True, tag=True):
    """A literal true or false."""

    value: bool


class Atom(msgspec.Struct, frozen=True, tag=True):
    """One key compared with constants: `values` holds one value, or several for `in` and `not in`."""

    key: str
    op: Op
    values: tuple[Value, ...]


class Pair(msgspec.Struct, frozen=True, tag=True):
    """Two keys compared: an enum `in` / `not in` a list, or two numbers, or two values of the same ordered enum."""

    left: str
    op: Op
    right: str


class AllOf(msgspec.Struct, frozen=True, tag=True):
    """All parts hold."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Const | Atom | Pair | AllOf | AnyOf


class Rule(msgspec.Struct, frozen=True):
    """One rule. `point` is what a licence opens or a limit's ceiling; (2, 2, 2) where a limit only obliges.

    `tier` is empty for licences. `waives` is empty except for waivers: ids of norm limits, or ("*",) for all of them.
    `when_text` is the condition as written. `source` is an article, a law or a decision. `file` and `line` are its
    place.
    """

    kind: RuleKind
    id: str
    when: Condition
    when_text: str
    tier: str = ""
    point: Point = Point(2, 2, 2)
    oblige: tuple[str, ...] = ()
    until: str = ""
    waives: tuple[str, ...] = ()
    staff: str = ""
    customer: str = ""
    source: str = ""
    file: str = ""
    line: int = 0


class Case(msgspec.Struct, frozen=True):
    """One expected judgement. `given` is already laid over the cast and flat; `expect` as written.

    A message case has `uses` (name to flat flow of the use) and `variants` (use to form, fullest first).
    """

    name: str
    given: dict[str, Any]
    expect: dict[str, Any]
    source: str = ""
    uses: dict[str, dict[str, Any]] = {}
    variants: tuple[dict[str, str], ...] = ()
    file: str = ""
    line: int = 0


class Claim(msgspec.Struct, frozen=True):
    """`when implies verdict OP name`, to hold for every flow."""

    text: str
    when: Condition
    op: Op
    verdict: str
    file: str = ""
    line: int = 0


class Part(msgspec.Struct, frozen=True, order=True):
    """One file of a policy: its name and version; `jurisdiction` is the place whose law it holds (a slug of
    `customer.jurisdiction`), `effective` the day from which it applies (2018-05-25). Both may be empty."""

    name: str
    version: int
    jurisdiction: str = ""
    effective: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Policy(msgspec.Struct, frozen=True):
    """A policy with its imports already merged. `made_of` lists itself and each import that is in force, `waiting`
    those that are not yet: their rules are not among these, their cases and claims are.

    `digest` is SHA-256 (hex) of the rules' meaning and sentences, and of the place and the first day of each part that
    says them, in deterministic encoding: the order of rules does not change it.
    """

    name: str
    version: int
    licences: tuple[Rule, ...]
    limits: tuple[Rule, ...]
    waivers: tuple[Rule, ...]
    cases: tuple[Case, ...]
    claims: tuple[Claim, ...]
    made_of: tuple[Part, ...]
    digest: str
    waiting: tuple[Part, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule."""
        return self.licences + self.limits + self.waivers

    @property
    def parts(self) -> tuple[str, ...]:
        """`name version` of itself and of each import in force."""
        return tuple(str(part) for part in self.made_of)

    @property
    def as_of(self) -> str:
        """The earliest day on which just these parts are in force; empty where no part has a first day."""
        if not self.waiting:
            return max((part.effective for part in self.made_of), default="")
        return max((part.effective for part in self.made_of if part.effective), default="0001-01-01")
