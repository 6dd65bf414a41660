"""Published judgements: what people of one study thought of several uses of data, and what may be compared.

Shares and scores of different studies are never compared: questions, scales, samples and years differ. Within a study
two scenarios are compared by a measure that both have: the more of them found it acceptable, or the fewer minded, or
the higher the mean rating, the more acceptable it was judged.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from tactful.model.flow import Flow, read_flow
from tactful.model.problems import Problem, Problems, suggestion

MEASURES: dict[str, float] = {"acceptable_pct": 1.0, "creepy_pct": -1.0, "score": 0.5}
"""Per cent of people to one unit of each measure; a score runs from -100 to 100."""
CERTAIN = 25.0
"""Per cent that an ordering counts for where a list gives it and no measure is common to both."""


class Judgement(msgspec.Struct, frozen=True):
    """One scenario as one study judged it. `flows` holds one coding, or two that are scored and averaged."""

    id: str
    study: str
    scenario: str
    source: str
    flows: tuple[Flow, ...]
    values: dict[str, float]


class Compared(NamedTuple):
    """Two scenarios of a study: the first was judged the more acceptable, by this many per cent of people."""

    study: str
    more: str
    less: str
    by: float


def read_judgements(text: str, file: str) -> tuple[Judgement, ...]:
    """Judgements from JSONL. Raises Problems with all of them."""
    found: list[Judgement] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            judgement = _judgement(line, file, number, problems)
            if judgement is not None:
                found.append(judgement)
    seen: set[str] = set()
    for each in found:
        if each.id in seen:
            problems.append(Problem(file, 0, f"`{each.id}` is given twice.", "id"))
        seen.add(each.id)
    if problems:
        raise Problems(problems)
    return tuple(found)


def _judgement(line: str, file: str, number: int, problems: list[Problem]) -> Judgement | None:
    try:
        item: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        item = None
    if not isinstance(item, dict):
        problems.append(Problem(file, number, "this line is not a JSON object."))
        return None
    before = len(problems)
    texts = {name: str(item.get(name, "")) for name in ("id", "study", "scenario", "source")}
    problems += [Problem(file, number, f"`{name}` is missing.", name) for name in ("id", "study") if not texts[name]]
    codings = item.get("flows")
    flows: list[Flow] = []
    if not isinstance(codings, list) or not codings or not all(isinstance(each, dict) for each in codings):
        problems.append(Problem(file, number, "`flows` must be a list of one or more codings.", "flows"))
    else:
        for each in codings:
            flow, wrong = read_flow(each, file, number)
            flows.append(flow)
            problems += wrong
    values = _values(item, file, number, problems)
    return Judgement(**texts, flows=tuple(flows), values=values) if len(problems) == before else None


def _values(item: dict[str, Any], file: str, number: int, problems: list[Problem]) -> dict[str, float]:
    named = item.get("measure")
    given = {name: item[name] for name in MEASURES if name in item}
    if named is not None:
        if named not in MEASURES:
            hint = suggestion(str(named), MEASURES) or f" Allowed: {', '.join(MEASURES)}."
            problems.append(Problem(file, number, f"`measure: {named}` is not allowed.{hint}", "measure"))
        else:
            given.setdefault(named, item.get("value"))
    if not given:
        problems.append(Problem(file, number, f"a value is missing: one of {', '.join(MEASURES)}.", "value"))
    values = {}
    for name, value in given.items():
        low = -100 if name == "score" else 0
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= 100:
            problems.append(Problem(file, number, f"`{name}` must be a number from {low} to 100.", name))
        else:
            values[name] = float(value)
    return values


def read_orderings(text: str, file: str, judgements: Iterable[Judgement]) -> tuple[tuple[str, str], ...]:
    """The orderings of a CSV file with `study,more_acceptable,less_acceptable`. Raises Problems."""
    studies = {each.id: each.study for each in judgements}
    reader = csv.DictReader(text.splitlines())
    wanted = ("more_acceptable", "less_acceptable")
    missing = [name for name in wanted if name not in (reader.fieldnames or ())]
    problems = [Problem(file, 1, f"the column `{name}` is missing.", name) for name in missing]
    found = []
    for row in reader if not problems else ():
        more, less = row["more_acceptable"], row["less_acceptable"]
        strangers = [name for name in (more, less) if name not in studies]
        problems += [Problem(file, reader.line_num, f"`{name}` is not among the judgements.") for name in strangers]
        if not strangers and studies[more] != studies[less]:
            problems.append(Problem(file, reader.line_num, "the two are of different studies, and are never compared."))
        found.append((more, less))
    if problems:
        raise Problems(problems)
    return tuple(found)


def compared(judgements: Iterable[Judgement], orderings: Iterable[tuple[str, str]] = ()) -> tuple[Compared, ...]:
    """Everything that may be compared: within a study, by the mean over common measures; else by a listed ordering."""
    studies: dict[str, list[Judgement]] = defaultdict(list)
    for each in judgements:
        studies[each.study].append(each)
    listed = frozenset(orderings)
    found = []
    for study, members in studies.items():
        for number, one in enumerate(members):
            for other in members[:number]:
                by = difference(one.values, other.values)
                if by is None:
                    sign = ((one.id, other.id) in listed) - ((other.id, one.id) in listed)
                    by = sign * CERTAIN if sign else None
                if by is not None:
                    first, second = (one, other) if by >= 0 else (other, one)
                    found.append(Compared(study, first.id, second.id, abs(by)))
    return tuple(found)


def difference(one: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """By how many per cent of people the one was more acceptable; None where no measure is common."""
    common = [name for name in MEASURES if name in one and name in other]
    if not common:
        return None
    return sum((one[name] - other[name]) * MEASURES[name] for name in common) / len(common)


def beyond_noise(found: Iterable[Compared], least: float = 6.0) -> tuple[tuple[str, str], ...]:
    """Orderings to be scored where no list of them is given: differences of at least so many per cent of people."""
    return tuple((each.more, each.less) for each in found if each.by >= least)


def preference(by: float, step: float) -> float:
    """The share of comparisons that would go that way: 1 / (1 + exp(-by / step))."""
    return 1 / (1 + math.exp(-by / step))
