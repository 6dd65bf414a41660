"""A law that is not in force yet waits; a run applies what is in force when it begins, and a replay the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.service import a_shop

from tactful.model.records import DAY
from tactful.service.replay import replay
from tactful.service.report import ReadRun
from tactful.service.run import OpenRun, day_of, run_campaign

POLICY = "policy: policy\nversion: 1\nimports: [norm/retail, later]\n"
LATER = """policy: later
version: 1
jurisdiction: uk
effective: {day}
limits:
  - id: no-offers-at-all
    tier: law
    at_most: never
    when: customer.jurisdiction == "uk" && scenario.purpose == "recommend" && act == "reach"
    staff: "None."
    customer: "We chose to leave this alone this time."
"""
TOMORROW = day_of(a_shop.LATER) + dt.timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    a_shop.set_up(tmp_path / "shop")
    (tmp_path / "shop" / "policy.yaml").write_text(POLICY)
    (tmp_path / "shop" / "later.yaml").write_text(LATER.format(day=TOMORROW))
    return tmp_path / "shop"


def run_at(folder: Path, at: int) -> tuple[ReadRun, set[str]]:
    with_store = a_shop.fill(folder)
    project = a_shop.project(folder)
    run = with_store.run(run_campaign(with_store, project, a_shop.NOW, at, project.campaign.run))
    assert run is not None
    read = ReadRun(with_store, run)
    return read, {rule for _, decision in read.decisions() for rule in decision.outcomes[0].because}


def test_before_its_day_it_waits_and_the_page_says_so(folder: Path) -> None:
    read, because = run_at(folder, a_shop.LATER)
    assert "no-offers-at-all" not in because
    assert [part.name for part in read.policy.waiting if part.effective == str(TOMORROW)] == ["later"]
    assert f"later 1 from {TOMORROW}" in read.shown()[1].rules
    assert "later" not in read.policy.parts


def test_on_its_day_it_holds(folder: Path) -> None:
    read, because = run_at(folder, a_shop.LATER + DAY)
    assert "no-offers-at-all" in because
    assert "later 1" in read.shown()[1].rules.partition(";")[0]


def test_a_run_for_a_later_instant_applies_what_holds_then(folder: Path) -> None:
    store, project = a_shop.fill(folder), a_shop.project(folder)
    run = OpenRun(store, project, a_shop.LATER + DAY, a_shop.NOW, "watch")
    assert "no-offers-at-all" in {rule.id for rule in run.setting.project.rules.policy.rules}


@pytest.mark.parametrize("days", [0, 1])
def test_every_decision_replays_whatever_the_day(folder: Path, days: int) -> None:
    read, _ = run_at(folder, a_shop.LATER + days * DAY)
    answers = [replay(read.store, row.decision_id).answer for row, _ in read.decisions()]
    assert answers
    assert set(answers) == {"same"}


def test_a_run_goes_on_the_next_day_where_no_law_came_into_force(folder: Path) -> None:
    store, project = a_shop.fill(folder), a_shop.project(folder)
    first = OpenRun(store, project, a_shop.NOW, a_shop.LATER - DAY, "watch")
    assert OpenRun(store, project, a_shop.NOW, a_shop.LATER, "watch").run_id == first.run_id
    assert OpenRun(store, project, a_shop.NOW, a_shop.LATER + DAY, "watch").run_id != first.run_id
