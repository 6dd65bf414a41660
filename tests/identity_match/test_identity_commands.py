"""`tactful identity match` and `review` as somebody types them: what is printed, and one sentence for what is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.identity_match.people import a_list, write
from typer.testing import CliRunner

from tactful.cli.main import app

ROWS, TRUTH = a_list(200, seed=7)
GOOD = ["id,surname,dob", "1,Lopez,1971-06-24", "2,Lopez,1971-06-24", "3,Marsh,1950-01-02"]


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["identity", *map(str, words)], env={"COLUMNS": "200"})
    return done.exit_code, done.stdout, done.stderr


def test_from_the_list_to_answers_and_back(tmp_path: Path) -> None:
    file = write(ROWS, tmp_path / "people.csv")
    labels = tmp_path / "labels.csv"
    labels.write_text("record,cluster\n" + "".join(f"{record},{who}\n" for record, who in TRUTH.items()), "utf-8")
    queue, out = tmp_path / "review.csv", tmp_path / "clusters.csv"
    code, text, _ = run("match", file, "--map", "id=record", "--labels", labels, "--review", queue, "--out", out)
    assert code == 0
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 96
    for words in ("id=record", "postcode=Postcode", "precision", "recall", "they were used for nothing else", "0.9"):
        assert words in text
    with queue.open(encoding="utf-8", newline="") as opened:
        questions = list(csv.DictReader(opened))
    assert questions
    assert {"same?", "id_1", "id_2", "weight", "evidence", "Surname 1", "Surname 2"} <= set(questions[0])
    assert "last name" in questions[0]["evidence"]
    questions[0]["same?"] = "yes"
    queue.write_text(",".join(questions[0]) + "\n", "utf-8")
    with queue.open("a", encoding="utf-8", newline="") as opened:
        csv.DictWriter(opened, list(questions[0])).writerows(questions)
    code, text, _ = run("review", queue)
    assert (code, text.splitlines()[0]) == (0, f"{queue}: 1 the same, 0 different, {len(questions) - 1:,} open.")
    code, text, _ = run("match", file, "--map", "id=record", "--answers", queue, "--out", out, "--json")
    assert json.loads(text)["records"] == len(ROWS)
    of = {row["id"]: row["cluster"] for row in csv.DictReader(out.read_text("utf-8").splitlines())}
    assert of[questions[0]["id_1"]] == of[questions[0]["id_2"]]


def test_answers_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    queue = tmp_path / "review.csv"
    queue.write_text("same?,id_1,id_2\nyes,1,2\nno,2,1\n", "utf-8")
    code, text, _ = run("review", queue)
    assert code == 1
    assert "2 and 1 are said to be different people here, and one person by line 2" in " ".join(text.split())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "is empty."),
        (["id,surname,dob"], "has a header but no lines."),
        (["id,surname,dob", "1,Lopez,1971-06-24"], "has one record only: there is nothing to compare it with."),
        (["id,colour,size", "1,red,4", "2,blue,5"], "no column to compare"),
        (["surname,dob", "Lopez,1971-06-24", "Marsh,1950-01-02"], "no column for id: add --map id=COLUMN."),
        (
            ["id,surname", "1,Lopez", "2,Marsh", "3,Lopez"],
            "there is only name to compare, and two people can share that",
        ),
        ([*GOOD, "2,Marsh,1950-01-02"], ":3: id 2 is on 1 other line, first 5 as well: ids must be unique."),
        ([*GOOD, ",Marsh,1950-01-02"], ":5: has no id."),
        (["id,surname,dob", "1,,", "2,,"], "the recognised columns are empty"),
        ([*GOOD, "4,Marsh,1950-01-02,x"], ":5: has 4 cells where the header has 3."),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place(lines: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines), "utf-8")
    code, text, error = run("match", file)
    assert (code, text) == (2, "")
    assert f"{file}" in error
    assert said in error
    assert "Traceback" not in error


def test_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("\n".join([*GOOD, "4,Müller,1950-01-02"]).encode("cp1252"))
    code, _, error = run("match", file)
    assert code == 2
    assert f"{file}:5: is not in utf-8. If it comes from Windows, add --encoding cp1252." in error


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("id,cluster\n1,a\n9,a\n", "labels.csv:3: `9` is not in the list."),
        ("id_l,id_r\n1,2\n1,8\n7,1\n", "labels.csv:3: `8` is not in the list, and so is one other."),
        ("colour\nred\n", "these are no labels: they need columns for the record (id) and its cluster"),
    ],
)
def test_labels_that_do_not_fit(labels: str, said: str, tmp_path: Path) -> None:
    file, truth = tmp_path / "list.csv", tmp_path / "labels.csv"
    file.write_text("\n".join(GOOD), "utf-8")
    truth.write_text(labels, "utf-8")
    code, text, error = run("match", file, "--labels", truth)
    assert (code, text) == (2, "")
    assert said in error
