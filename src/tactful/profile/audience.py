"""Whom a campaign could be for: `for` and `skip`, read once and held against what we know of one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tactful.model.problems import Problem, Problems
from tactful.profile.facts import Known
from tactful.profile.formula import Formula, Reading, Type, Value, evaluator, parse
from tactful.profile.labels import Declared, Label

NUMBERS: dict[str, str] = {
    "purchase.recency": "Days since her last order.",
    "purchase.frequency": "Orders in the last 365 days.",
    "purchase.value": "What her orders of the last 365 days cost, in units of currency.",
    "service.return": "Lines that she brought back or cancelled.",
    "demographic.age": "Her age in years, as she told us.",
}
"""What an audience can compare with a number, beside derived facts; labels are true or false."""


class Audience(msgspec.Struct, frozen=True):
    """An audience as read. `reads` are the facts it looks at: each is a `select` use. `per_item` are the labels in
    it that are about a product."""

    wanted: Formula
    unwanted: Formula | None
    reads: tuple[str, ...]
    per_item: tuple[str, ...]
    is_wanted: Reading
    is_unwanted: Reading | None


class Match(msgspec.Struct, frozen=True):
    """Whether an audience holds for one person. None is not known, which opens nothing.

    `key` is the product that the labels about a product were bound to, or "". `reads` are the facts looked at,
    `missing` those of them whose absence left the answer open. `skipped` is true where `skip` holds.
    """

    holds: bool | None
    key: str
    reads: tuple[str, ...]
    missing: tuple[str, ...] = ()
    skipped: bool = False


class _Scope:
    __slots__ = ("key", "known")

    def __init__(self, known: Known, key: str) -> None:
        self.known = known
        self.key = key


def parse_audience(
    wanted: str, unwanted: str | None, declared: Declared, file: str, line: int, skip_line: int = 0
) -> Audience:
    """The audience of a campaign's `for` and `skip`. Raises Problems with everything wrong in both."""
    names: dict[str, Type] = dict.fromkeys(NUMBERS, "number")
    names.update(dict.fromkeys((each.fact for each in declared.derived.values() if each.numeric), "number"))
    names.update(dict.fromkeys((f"label.{name}" for name in declared.labels), "bool"))
    problems: list[Problem] = [
        Problem(file, line, f"the label `{each.name}` is refused: {each.reason}", "for")
        for each in declared.refused
        if f"label.{each.name}" in f"{wanted} {unwanted or ''}"
    ]
    found: dict[str, Formula] = {}
    for key, text, at in (("for", wanted, line), ("skip", unwanted, skip_line or line)):
        if text is not None:
            try:
                found[key] = parse(text, names, "bool", file, at, key)
            except Problems as wrong:
                problems += wrong.problems
    if problems:
        raise Problems(problems)
    skip = found.get("skip")
    reads = tuple(sorted({*found["for"].names, *(skip.names if skip else ())}))
    per_item = tuple(name for name in reads if _is_per_item(name, declared))
    readings = {name: _reading(name, declared) for name in names}
    return Audience(
        found["for"],
        skip,
        reads,
        per_item,
        evaluator(found["for"].node, readings),
        evaluator(skip.node, readings) if skip else None,
    )


def _is_per_item(name: str, declared: Declared) -> bool:
    label = declared.labels.get(name.removeprefix("label.")) if name.startswith("label.") else None
    return label is not None and label.per == "item"


def _reading(name: str, declared: Declared) -> Callable[[Any], Value]:
    if not name.startswith("label."):
        return lambda scope: scope.known.number(name)
    if _is_per_item(name, declared):
        return lambda scope: scope.known.holds(name, scope.key)
    return lambda scope: scope.known.holds(name)


def match(audience: Audience, known: Known) -> Match:
    """Whether the audience holds for this person, and of which product.

    All labels about a product are bound to one product. Products are tried in binding order (see
    `Known.true_items`); the first for which `for` holds and `skip` does not is taken. Where none is, the answer is
    not known if it is so for any of them, else no. Where none of these labels holds of any product, they are false,
    or not known. An unknown `skip` is not a no: it leaves the answer open.
    """
    first: Match | None = None
    for key in _candidates(audience, known) or ("",):
        found = _at(audience, known, key)
        if found.holds:
            return found
        if first is None or (first.holds is False and (found.holds is None or found.skipped)):
            first = found
    return first or Match(False, "", audience.reads)


def _candidates(audience: Audience, known: Known) -> tuple[str, ...]:
    if not audience.per_item:
        return ()
    labels = [label for name in audience.per_item if isinstance(label := known.label(name), Label)]
    if len(labels) == 1:
        return known.true_items(labels[0])
    codes = {code for label in labels for code in known.true_items(label)}
    return known.in_binding_order(codes)


def _at(audience: Audience, known: Known, key: str) -> Match:
    scope = _Scope(known, key)
    wanted = audience.is_wanted(scope)
    if wanted is False:
        return Match(False, "", audience.reads)
    unwanted = audience.is_unwanted(scope) if audience.is_unwanted else False
    if unwanted is True:
        return Match(False, key, audience.reads, skipped=True)
    if wanted is None or unwanted is None:
        asked = (*audience.wanted.names, *(audience.unwanted.names if audience.unwanted else ()))
        return Match(None, key, audience.reads, _missing(asked, scope))
    return Match(True, key, audience.reads)


def _missing(names: tuple[str, ...], scope: _Scope) -> tuple[str, ...]:
    known, key = scope.known, scope.key
    return tuple(
        name
        for name in sorted(set(names))
        if (known.holds(name, key) if name.startswith("label.") else known.number(name)) is None
    )
