"""The scorecard: an estimate of the share of people who would mind, additive and readable.

1. Each factor gives the points of its level. A missing input gives the average of its levels for `discomfort` (over the
   declared distribution, else all alike), the most for `discomfort_at_most`, and the least for the hopeful reading.
2. share = (start + points) / scale, brought between 0 and 1.
3. leeway = base + per_trust * trust, trust 0 where it is not known (1 in the hopeful reading).
4. excess = discomfort_at_most - leeway: what `norm` limits compare.

A level that a factor does not list gives 0 points. A category takes the points of the longest listed category that
it is or is under; for `discomfort_at_most` a coarse one takes the most of what it may turn out to be.

A factor may declare chains of levels along which points never fall (`monotone`), and say of every level whether its
points rest on judgements that people gave (`evidence`) or on ours (`opinion`); a file that breaks its word is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from tactful.appropriateness.levels import average_of, chains_of, evidence_of
from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import Flow, Value, read_value
from tactful.model.problems import suggestion
from tactful.model.vocabulary import KEYS
from tactful.model.words import Key

TRUST = "relationship.trust"


class Factor(msgspec.Struct, frozen=True):
    """One input: the points of each level as written, of each value that a flow may have, and of a missing input.

    `steps` are the thresholds of a number: the level from that value on. `usual` are the points of a value that
    `discomfort` takes where they are fewer than `points`: those of a coarse category. `mixture` is the distribution of
    levels that a missing input stands for, `evidence` the levels whose points rest on judgements, and `spread` how many
    points an opinion may well be off (a standard deviation): a fit moves points that easily.
    """

    key: str
    why: str
    levels: dict[str, int]
    points: dict[str | bool, int]
    steps: tuple[tuple[float, int], ...]
    worst: int
    average: float
    best: int
    usual: dict[str | bool, int] = {}
    mixture: dict[str, float] = {}
    monotone: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()
    spread: float = 5.0


class Source(msgspec.Struct, frozen=True):
    """A study that the points rest on: its id, what it is, and how many judgements and orderings it gave."""

    study: str
    what: str
    judgements: int
    pairs: int


class Scorecard(msgspec.Struct, frozen=True):
    """A scorecard as loaded. `scale` is the number of points at which everybody would mind, `start` where all begin."""

    name: str
    version: int
    evidence: str
    scale: int
    base: float
    per_trust: float
    factors: tuple[Factor, ...]
    start: int = 0
    sources: tuple[Source, ...] = ()


class Estimate(NamedTuple):
    """What a scorecard says of one flow. `assumed` are the inputs that it lacked, trust included."""

    discomfort: float
    discomfort_at_most: float
    excess: float
    hopeful: float
    assumed: tuple[str, ...]


def estimate(card: Scorecard, flow: Mapping[str, Value]) -> Estimate:
    """Both figures, the excess over her leeway, and the excess if everything missing were at its best."""
    sure, worst, average, best = 0, 0, 0.0, 0  # `average` also takes back what a coarse category is charged above
    assumed: list[str] = []
    for factor in card.factors:
        value = flow.get(factor.key)
        points = points_of(factor, value)
        if points is None:
            assumed.append(factor.key)
            worst += factor.worst
            average += factor.average
            best += factor.best
        else:
            sure += points
            if factor.usual and isinstance(value, str | bool):
                average += factor.usual.get(value, points) - points
    trust = _trust(flow.get(TRUST))
    if trust is None:
        assumed.append(TRUST)
    at_most = share(card, sure + worst)
    hopeful = share(card, sure + best) - leeway(card, 1.0 if trust is None else trust)
    return Estimate(
        share(card, sure + average), at_most, at_most - leeway(card, trust), hopeful, tuple(sorted(assumed))
    )


def most_points(factors: tuple[Factor, ...], flow: Mapping[str, Value]) -> int:
    """The points of these factors, missing inputs at their worst. Sums of parts are the points of the whole."""
    total = 0
    for factor in factors:
        points = points_of(factor, flow.get(factor.key))
        total += factor.worst if points is None else points
    return total


def excess(card: Scorecard, flow: Mapping[str, Value]) -> float:
    """`norm.excess` alone."""
    return share(card, most_points(card.factors, flow)) - leeway(card, flow.get(TRUST))


def share(card: Scorecard, points: float) -> float:
    """Points as a share of people, 0 to 1."""
    return min(max((card.start + points) / card.scale, 0.0), 1.0)


def leeway(card: Scorecard, trust: Value | None) -> float:
    """What is tolerated of her own earning; trust that is not known is 0."""
    return card.base + card.per_trust * (_trust(trust) or 0.0)


def _trust(value: Value | None) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return value if good else None  # type: ignore[return-value]


def points_of(factor: Factor, value: Value | None) -> int | None:
    """The points of one value; None where it is absent, or none that the key may have."""
    if not factor.steps:
        return factor.points.get(value) if isinstance(value, str | bool) else None
    number = None if value is None else read_value(KEYS[factor.key], value)[0]
    if not isinstance(number, int | float):
        return None
    found = bisect_right(factor.steps, number, key=lambda step: step[0])
    return factor.steps[found - 1][1] if found else 0


def with_excess(card: Scorecard, flow: Flow) -> Flow:
    """The flow with `norm.excess`, unless it has one."""
    return flow if has_excess(flow) else {**flow, "norm.excess": excess(card, flow)}


def has_excess(flow: Flow) -> bool:
    """Whether `norm.excess` was worked out already."""
    return "norm.excess" in flow and not read_value(KEYS["norm.excess"], flow["norm.excess"])[1]


def load_scorecard(text: str, file: str) -> Scorecard:
    """A scorecard from its file. Raises Problems with all of them."""
    top = read_document(text, file)
    limits = top.section("leeway")
    card = Scorecard(
        name=top.text("scorecard"),
        version=top.integer("version", low=1),
        evidence=_evidence(top.raw("evidence")),
        scale=top.integer("scale", low=1),
        base=limits.number("base", low=0, high=1) if limits else 0,
        per_trust=limits.number("per_trust", low=0, high=1) if limits else 0,
        factors=tuple(factor for item in top.sections("factors") if (factor := _factor(item)) is not None),
        start=top.integer("start", 0),
        sources=tuple(_source(item) for item in top.sections("sources", ())),
    )
    if limits:
        limits.finish()
        if card.base + card.per_trust > 1:
            limits.complain("`base` and `per_trust` together are more than everybody (1).", "per_trust")
    seen: set[str] = set()
    for item, factor in zip(top.sections("factors"), card.factors, strict=False):
        if factor.key in seen:
            item.complain(f"`{factor.key}` is scored twice.", "key")
        seen.add(factor.key)
    top.finish()
    refuse(top.problems)
    return card


def _evidence(value: Any) -> str:
    plain = value.plain() if isinstance(value, Section) else value
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()


def _source(item: Section) -> Source:
    source = Source(
        item.text("study"), item.text("what"), item.integer("judgements", low=0), item.integer("pairs", low=0)
    )
    item.finish()
    return source


def _factor(item: Section) -> Factor | None:
    name, why, table = item.text("key"), item.text("why"), item.section("points")
    key = KEYS.get(name)
    if key is None or key.kind == "list" or key.separator == "-" or name.startswith("norm.") or name == TRUST:
        if "key" in item:
            item.complain(f"`{name}` cannot be scored.{suggestion(name, KEYS)}", "key")
        item.finish()
        return None
    levels = _levels(table, key) if table is not None else {}
    if table is not None and not levels:
        item.complain(f"`{name}` has no points.", "points")
    mixture, chains, evidence = average_of(item, levels), chains_of(item, levels), evidence_of(item, levels)
    spread = item.number("spread", 5.0, low=0.1, high=1000)
    item.finish()
    if not levels:
        return Factor(name, why, {}, {}, (), 0, 0.0, 0)
    if key.kind == "number":
        steps = tuple(sorted((float(level), points) for level, points in levels.items()))
        missing = _missing([points for _, points in steps], levels, mixture)
        return Factor(name, why, levels, {}, steps, *missing, {}, mixture, chains, evidence, spread)
    points = _points(key, levels)
    own = points
    if key.kind == "slug":
        own = {value: _own_points(str(value), levels, key.separator) for value in points}
    usual = {value: each for value, each in own.items() if each != points[value]}
    most, _, least = _missing(list(points.values()), levels, mixture)
    missing = (most, _missing(list(own.values()), levels, mixture)[1], least)
    return Factor(name, why, levels, points, (), *missing, usual, mixture, chains, evidence, spread)


def _missing(points: list[int], levels: dict[str, int], mixture: dict[str, float]) -> tuple[int, float, int]:
    mean = sum(points) / len(points)
    mixed = sum(weight * levels[level] for level, weight in mixture.items())
    return max(points), mixed if mixture else mean, min(points)


def _levels(table: Section, key: Key) -> dict[str, int]:
    allowed = ("true", "false") if key.kind == "bool" else key.names
    levels: dict[str, int] = {}
    for level in tuple(table.values):
        if key.kind == "number" and not _is_number(level):
            table.complain(f"`{level}` is not a number: a level of `{key.name}` starts at a number.", level)
        elif key.kind != "number" and level not in allowed:
            table.complain(f"`{level}` is not a value of `{key.name}`.{suggestion(level, allowed)}", level)
        levels[level] = table.integer(level, low=-1000, high=1000)
    return {level: points for level, points in levels.items() if key.kind != "number" or _is_number(level)}


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _points(key: Key, levels: dict[str, int]) -> dict[str | bool, int]:
    if key.kind == "bool":
        return {True: levels.get("true", 0), False: levels.get("false", 0)}
    if key.kind != "slug":
        return {name: levels.get(name, 0) for name in key.names}
    return {name: _slug_points(name, levels, key.separator) for name in key.names}


def _slug_points(name: str, levels: dict[str, int], separator: str) -> int:
    own = _own_points(name, levels, separator)
    return max([own, *(points for level, points in levels.items() if level.startswith(name + separator))])


def _own_points(name: str, levels: dict[str, int], separator: str) -> int:
    above = [level for level in levels if name == level or name.startswith(level + separator)]
    return levels[max(above, key=len)] if above else 0
