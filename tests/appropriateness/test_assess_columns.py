"""Columns behind a scorecard say what `assess` says of each row, odd values and a given excess included."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from tests.appropriateness.test_message import BASE
from tests.decide.shop import fit, judge, scorecard

from tactful.appropriateness.assess import assess
from tactful.appropriateness.assess_columns import assess_columns
from tactful.appropriateness.line_features import with_fit
from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.model.flow import Flow
from tactful.model.problems import Problems
from tactful.policy.columns.names import OnColumns
from tactful.policy.columns.schema import flows_frame

KINDS = """
scorecard: kinds
version: 1
evidence: opinion
scale: 30
leeway: {base: 0.1, per_trust: 0.3}
factors:
  - {key: fact.category, why: x, points: {health: 7, purchase: 1, purchase.item: -3, location.trace: 9}}
  - {key: fact.age_days, why: x, points: {0: 2, 30: 5, 365: 11}}
  - {key: customer.minor, why: x, points: {true: 13}}
"""
SAID: Flow = {**BASE, "act": "mention", "fact.category": "purchase.item"}
CHANGES: list[dict[str, Any]] = [
    {},
    *({key: None} for key in SAID),
    *({"norm.excess": each} for each in (0.9, -0.2, 7, math.nan, True)),
    *({"fact.category": each} for each in ("location", "health", "nowhere", ["health"])),
    *({"fact.age_days": each} for each in (29.5, 365, -1, math.inf, "5")),
    *({"customer.minor": each} for each in (True, 1, "true")),
    *({"relationship.trust": each} for each in (0, 1, 1.5, math.nan, True)),
    {"fact.purposes": ["recommend"]},
    {"scenario.fit": None},
]
FLOWS = [{key: value for key, value in {**SAID, **change}.items() if value is not None} for change in CHANGES]


@pytest.mark.parametrize("card", [scorecard(), load_scorecard(KINDS, "kinds.yaml")], ids=lambda card: card.name)
def test_rows_are_judged_as_flows_are(card: Scorecard) -> None:
    found = OnColumns(assess_columns(judge().policy, card)).verdicts(FLOWS)
    for flow, verdict in zip(FLOWS, found, strict=True):
        assert verdict == assess(judge(), card, flow), flow


def test_discomfort_takes_the_fit_from_the_table_and_rules_do_not() -> None:
    told = {key: value for key, value in SAID.items() if key != "scenario.fit"}
    columns = OnColumns(assess_columns(judge().policy, scorecard(), fit()))
    (found,) = columns.verdicts([told])
    assert found.discomfort == assess(judge(), scorecard(), with_fit(fit(), told)).discomfort
    assert found.discomfort_at_most == assess(judge(), scorecard(), told).discomfort_at_most
    assert found.point == assess(judge(), scorecard(), told).point


def test_a_lazy_frame_stays_lazy_and_one_of_other_columns_is_refused() -> None:
    columns = assess_columns(judge().policy, scorecard())
    frame = flows_frame(FLOWS[:9])
    assert columns.judge(frame.lazy()).collect().equals(columns.judge(frame))
    with pytest.raises(Problems, match="no_such_key: unknown column"):
        columns.judge(frame.with_columns(no_such_key=pl.lit(1)))
