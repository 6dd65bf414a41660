"""The line drawn by people: a scorecard fitted to judgements, written as a file, and measured on studies left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from tactful.appropriateness.context import FitTable
from tactful.appropriateness.line_features import Level, levels_of, weights, with_fit
from tactful.appropriateness.scorecard import Factor, Scorecard, Source, estimate, load_scorecard
from tactful.learning.accuracy import LEAST, Accuracy, accuracy, summary
from tactful.learning.constrained import Inequality, Sparse
from tactful.learning.judgements import Judgement, compared
from tactful.learning.line import Prior, fit_pairs, pairs_of
from tactful.model.flow import Flow
from tactful.service.line_cases import Kept, bounds
from tactful.service.packs import packaged

ENOUGH_CODINGS, ENOUGH_STUDIES = 10, 2
"""A level is evidence where so many codings, in so many studies in which it differs from another, carry it."""
Score = Callable[[Judgement], float]
SIMPLE = ("fact.sensitivity", "fact.provenance", "scenario.audience")


class Study(NamedTuple):
    """The judgements of several studies, what their flows are made of, and the orderings to be scored."""

    judgements: tuple[Judgement, ...]
    orderings: tuple[tuple[str, str], ...]
    table: FitTable

    def without(self, study: str) -> Study:
        """All studies but one."""
        kept = tuple(each for each in self.judgements if each.study != study)
        ids = {each.id for each in kept}
        return self._replace(judgements=kept, orderings=tuple(pair for pair in self.orderings if pair[0] in ids))


class Report(msgspec.Struct, frozen=True):
    """What was measured, by name: the scorecard, the verdicts and the baselines."""

    measured: dict[str, Accuracy]


def shipped(name: str) -> Scorecard:
    """A scorecard that comes with Tactful: `opinion` or `published`."""
    return load_scorecard(packaged("policy", f"packs/scorecards/{name}.yaml"), f"{name}.yaml")


def fit_line(prior: Scorecard, study: Study, name: str, keeping: tuple[Kept, ...] = ()) -> Scorecard:
    """The scorecard moved from the prior by the comparisons made within each study; cases in `keeping` come out."""
    rows = {each.id: row_of(prior, each.flows, study.table) for each in study.judgements}
    pairs = pairs_of(compared(study.judgements, study.orderings), rows)
    points = fit_pairs(pairs, believed(prior), [*falls(prior), *bounds(prior, keeping)])
    sources = [*sources_of(study)]
    return rounded(prior, points, name, evidence_levels(prior, study), sources)


def row_of(card: Scorecard, flows: Sequence[Flow], table: FitTable) -> Sparse:
    """The mean mixture of levels of the codings of one scenario, by the number of the level; a point in per cent."""
    number = {level: at for at, level in enumerate(levels_of(card))}
    per_cent = 100 / card.scale
    out: Sparse = {}
    for flow in flows:
        for level, weight in weights(card, with_fit(table, flow)).items():
            at = number[level]
            out[at] = out.get(at, 0.0) + weight * per_cent / len(flows)
    return out


def believed(card: Scorecard) -> Prior:
    """The points of a scorecard as the prior of a fit."""
    return Prior(
        [float(points) for factor in card.factors for points in factor.levels.values()],
        [factor.spread for factor in card.factors for _ in factor.levels],
    )


def falls(card: Scorecard) -> list[Inequality]:
    """The declared orders as inequalities between the points of neighbours."""
    number = {level: at for at, level in enumerate(levels_of(card))}
    found: dict[tuple[int, int], Inequality] = {}
    for factor in card.factors:
        for chain in factor.monotone:
            for less, more in pairwise(chain):
                low, high = number[factor.key, less], number[factor.key, more]
                found[low, high] = Inequality({high: 1.0, low: -1.0}, 0.0)
    return list(found.values())


def rounded(
    prior: Scorecard, points: Sequence[float], name: str, evidence: Iterable[Level], sources: Iterable[Source]
) -> Scorecard:
    """Whole points, the least of each factor 0; what is taken off goes to `start`, so that no flow changes."""
    found = dict(zip(levels_of(prior), points, strict=True))
    known = frozenset(evidence)
    factors, start = [], float(prior.start)
    for factor in prior.factors:
        own = {level: found[factor.key, level] for level in factor.levels}
        least = min(own.values())
        start += least
        levels = {level: round(value - least) for level, value in own.items()}
        marked = tuple(level for level in levels if (factor.key, level) in known)
        factors.append(msgspec.structs.replace(factor, levels=levels, evidence=marked))
    return msgspec.structs.replace(
        prior,
        name=name,
        version=1,
        evidence="judgements of people, within each study" if known else prior.evidence,
        factors=tuple(factors),
        start=round(start),
        sources=tuple(sources),
    )


def evidence_levels(card: Scorecard, study: Study) -> set[Level]:
    """The levels that enough codings carry, counting studies in which not every scenario has that level."""
    codings: dict[Level, int] = {}
    studies: dict[Level, set[str]] = {}
    for name in {each.study for each in study.judgements}:
        members = [each for each in study.judgements if each.study == name]
        flows = [with_fit(study.table, flow) for each in members for flow in each.flows]
        rows = [{level for level in weights(card, flow) if level[0] in flow} for flow in flows]
        for level in set().union(*rows):
            carry = sum(level in row for row in rows)
            if carry < len(rows):
                codings[level] = codings.get(level, 0) + carry
                studies.setdefault(level, set()).add(name)
    return {
        level for level, count in codings.items() if count >= ENOUGH_CODINGS and len(studies[level]) >= ENOUGH_STUDIES
    }


def sources_of(study: Study) -> list[Source]:
    """The studies, with how much each gave."""
    ids = {each.id: each.study for each in study.judgements}
    found = []
    for name in dict.fromkeys(each.study for each in study.judgements):
        members = [each for each in study.judgements if each.study == name]
        pairs = sum(ids[more] == name for more, _ in study.orderings)
        found.append(Source(name, members[0].source or name, len(members), pairs))
    return found


def discomfort(card: Scorecard, table: FitTable) -> Score:
    """The score of a judgement: the mean `discomfort` of its codings."""

    def score(judgement: Judgement) -> float:
        found = [estimate(card, with_fit(table, flow)).discomfort for flow in judgement.flows]
        return sum(found) / len(found)

    return score


def restricted(card: Scorecard, keys: Iterable[str]) -> Scorecard:
    """The scorecard with some factors only."""
    kept = frozenset(keys)
    return msgspec.structs.replace(card, factors=tuple(each for each in card.factors if each.key in kept))


def left_out(study: Study, make: Callable[[Study], Score], least: int = LEAST) -> Accuracy:
    """Each study scored by what was made without it."""
    studies: dict[str, float] = {}
    pairs: dict[str, int] = {}
    for name in sorted({each.study for each in study.judgements}):
        ids = {each.id for each in study.judgements if each.study == name}
        own = [pair for pair in study.orderings if pair[0] in ids]
        if own:
            score = make(study.without(name))
            found = accuracy([each for each in study.judgements if each.study == name], own, score)
            studies |= found.studies
            pairs |= found.pairs
    return summary(studies, pairs, least)


def evaluate(
    prior: Scorecard,
    study: Study,
    keeping: tuple[Kept, ...] = (),
    rank: Callable[[Scorecard], Score] | None = None,
    as_it_is: Scorecard | None = None,
) -> Report:
    """Accuracy of the scorecard, of its verdicts and of simpler rules.

    Everything fitted is fitted without the study that it is measured on, unless a scorecard is given `as_it_is`.
    """
    cards: dict[tuple[str, ...], Scorecard] = {}

    def fitted(card: Scorecard, rest: Study) -> Scorecard:
        if as_it_is is not None and card is prior:
            return as_it_is
        key = (*(factor.key for factor in card.factors), "|", *sorted({each.study for each in rest.judgements}))
        if key not in cards:
            cards[key] = loaded(fit_line(card, rest, card.name, keeping if card is prior else ()))
        return cards[key]

    def baseline(*keys: str) -> Accuracy:
        card = restricted(prior, keys)
        return left_out(study, lambda rest: discomfort(fitted(card, rest), study.table))

    measured = {"discomfort": left_out(study, lambda rest: discomfort(fitted(prior, rest), study.table))}
    if rank is not None:
        measured["the verdict's rank"] = left_out(study, lambda rest: rank(fitted(prior, rest)))
    measured["constant"] = left_out(study, lambda _: lambda _: 0.0)
    measured["sensitivity only"] = baseline(SIMPLE[0])
    measured["provenance only"] = baseline(SIMPLE[1])
    measured["sensitivity + provenance + onward audience"] = baseline(*SIMPLE)
    measured["opinion before any study"] = left_out(study, lambda _: discomfort(prior, study.table))
    return Report(measured)


def loaded(card: Scorecard) -> Scorecard:
    """The scorecard as it is when its file is read: a changed one works out its missing inputs anew."""
    return load_scorecard(write(card), f"{card.name}.yaml")


def write(card: Scorecard) -> str:
    """The file of a scorecard, one line per declaration, so that it reads on one page."""
    lines = [
        "# How many people would mind: points per level, made by `tactful line fit`. `evidence` lists the levels that",
        "# rest on what people said, `opinion` those that rest on us. What the words mean: docs/line.md of Tactful.",
        f"scorecard: {card.name}",
        f"version: {card.version}",
        f"evidence: {_quoted(card.evidence)}",
        f"scale: {card.scale}",
        f"start: {card.start}",
        f"leeway: {{base: {card.base:g}, per_trust: {card.per_trust:g}}}",
    ]
    if card.sources:
        lines.append("sources:")
        lines += [
            f"  - {{study: {each.study}, what: {_quoted(each.what)}, "
            f"judgements: {each.judgements}, pairs: {each.pairs}}}"
            for each in card.sources
        ]
    lines.append("factors:")
    for factor in card.factors:
        lines += ["", *_factor(factor, bool(card.sources))]
    return "\n".join(lines) + "\n"


def _factor(factor: Factor, marked: bool) -> list[str]:
    lines = [f"  - key: {factor.key}", f"    why: {_quoted(factor.why)}", f"    points: {_table(factor.levels)}"]
    if factor.monotone:
        lines.append(f"    monotone: [{', '.join(_listed(chain) for chain in factor.monotone)}]")
    if factor.mixture:
        least = min(weight for weight in factor.mixture.values() if weight > 0)
        lines.append(f"    average: {_table({level: round(x / least, 3) for level, x in factor.mixture.items()})}")
    lines.append(f"    spread: {factor.spread:g}")
    if marked:
        opinion = [level for level in factor.levels if level not in factor.evidence]
        lines += [f"    evidence: {_listed(factor.evidence)}", f"    opinion: {_listed(opinion)}"]
    return lines


def _table(values: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{level}: {value:g}" for level, value in values.items()) + "}"


def _listed(levels: Iterable[str]) -> str:
    return "[" + ", ".join(levels) + "]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def differences(one: Scorecard, other: Scorecard) -> list[tuple[Level, int | None, int | None]]:
    """Levels on which two scorecards differ, those furthest apart first; None where one does not score it.

    Points are compared within a factor: as what a level adds to the least of those that both score.
    """
    first, second = _relative(one, other), _relative(other, one)
    found = [
        (level, first.get(level), second.get(level))
        for level in dict.fromkeys((*first, *second))
        if first.get(level) != second.get(level)
    ]
    return sorted(found, key=lambda each: (-abs((each[1] or 0) - (each[2] or 0)), each[0]))


def _relative(card: Scorecard, other: Scorecard) -> dict[Level, int]:
    both = set(levels_of(card)) & set(levels_of(other))
    out: dict[Level, int] = {}
    for factor in card.factors:
        common = [points for level, points in factor.levels.items() if (factor.key, level) in both]
        least = min(common) if common else min(factor.levels.values())
        out |= {(factor.key, level): points - least for level, points in factor.levels.items()}
    return out
