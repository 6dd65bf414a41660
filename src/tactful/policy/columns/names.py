"""From masks back to names: verdicts as the judge of one flow gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from tactful.model.flow import Value
from tactful.model.verdict import MENTION_WORDS, USE_WORDS, WHEN_WORDS, Point, Verdict
from tactful.policy.columns.effects import DUTIES, UNTILS
from tactful.policy.columns.judge import ColumnJudge
from tactful.policy.columns.masks import joined, names_in
from tactful.policy.columns.schema import flows_frame
from tactful.policy.judge import NO_LICENCE, by_tier
from tactful.policy.rules import Rule


def verdict_of(judge: ColumnJudge, row: Mapping[str, Any]) -> Verdict:
    """One row of an answer as a verdict, its rules ordered by tier, then name."""
    effects, policy = judge.effects, judge.policy
    because = _rules(row, effects.because_licences, policy.licences)
    because += _rules(row, effects.because_limits, policy.limits)
    licences = _rules(row, effects.licences, policy.licences)
    waived = _rules(row, effects.waived, policy.limits)
    waivers = _rules(row, effects.waivers, policy.waivers)
    held = [*licences, *_rules(row, effects.limits, policy.limits), *waived, *waivers]
    return Verdict(
        point=Point(USE_WORDS.index(row["use"]), MENTION_WORDS.index(row["mention"]), WHEN_WORDS.index(row["when"])),
        because=by_tier(because) + (() if licences else (NO_LICENCE,)),
        also=by_tier([rule for rule in held if rule not in because]),
        waived=by_tier(waived),
        missing=tuple(sorted(names_in(_mask(row, judge.missing), judge.keys))),
        until=tuple(sorted(names_in(row["until"], UNTILS))),
        obligations=tuple(sorted(names_in(row["obligations"], DUTIES))),
        discomfort=row.get("discomfort"),
        discomfort_at_most=row.get("discomfort_at_most"),
    )


class OnColumns:
    """The judge on columns as an engine over batches: flows in, verdicts out."""

    def __init__(self, judge: ColumnJudge) -> None:
        self.judge = judge

    def verdicts(self, flows: Sequence[Mapping[str, Value]]) -> list[Verdict]:
        """The verdict on each flow, in the order of the flows."""
        return list(verdicts(self.judge, self.judge.judge(flows_frame(flows))))


def verdicts(judge: ColumnJudge, answer: pl.DataFrame) -> Iterator[Verdict]:
    """Every row of an answer as a verdict."""
    for row in answer.iter_rows(named=True):
        yield verdict_of(judge, row)


def _mask(row: Mapping[str, Any], columns: Sequence[str]) -> int:
    return joined([row[name] for name in columns])


def _rules(row: Mapping[str, Any], columns: Sequence[str], rules: tuple[Rule, ...]) -> list[Rule]:
    mask = _mask(row, columns)
    return [rule for bit, rule in enumerate(rules) if mask >> bit & 1]
