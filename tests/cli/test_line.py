"""`tactful line`: a survey made, answered, fitted and compared; a scorecard shown."""

from __future__ import annotations

import csv
from pathlib import Path

from typer.testing import CliRunner

from tactful.cli.main import app
from tactful.service.line_survey import packaged_vignettes


def tactful(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def test_a_shop_draws_the_line_with_its_own_customers(tmp_path: Path) -> None:
    folder = tmp_path / "survey"
    assert "20 people × 12 vignettes" in tactful("line", "survey", "--out", str(folder), "--respondents", "20")
    rows = list(csv.DictReader((folder / "survey.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 240
    for row in rows:
        row["rating"] = "-60" if row["scenario.audience"] == "household" else "40"
    answers = tmp_path / "answers.csv"
    with answers.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    mine = tmp_path / "line.yaml"
    said = tactful("line", "fit", str(answers), "--name", "mine", "--out", str(mine), "--no-keep-cases")
    assert "17 factors" in said
    found = tactful("line", "compare", "published", str(mine))
    assert "scenario.audience household" in found
    assert "mine" in tactful("line", "show", str(mine))


def test_what_was_not_answered_is_said(tmp_path: Path) -> None:
    tactful("line", "survey", "--out", str(tmp_path), "--respondents", "2")
    assert "no rating" in tactful("line", "fit", str(tmp_path / "survey.csv"), code=2)


def test_the_page_of_a_scorecard_marks_opinion() -> None:
    page = tactful("line", "show")
    assert "mention°" in page
    assert "observed " in page
    assert "MN16: Martin & Nissenbaum 2016" in page


def test_a_scorecard_that_is_not_there() -> None:
    assert "nowhere.yaml" in tactful("line", "show", "nowhere.yaml", code=2)


def test_the_questions_are_those_of_the_table() -> None:
    assert len(packaged_vignettes().factors) == 8
