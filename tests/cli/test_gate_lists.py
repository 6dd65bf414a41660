"""Lists as other tools export them: the rows come out as they went in, and nothing is written over the list."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, HEADER, NOW, refused, typed

ROWS = [
    ["ada", "=cmd|' /C calc'!A0", 'a "quoted"\r\n new line'],
    ["nobody", "+1", "x"],
    ["ada", "again", ""],
    ["ben", "é", "  spaced  "],
    ["", "nobody at all", ""],
    ["cara", "a;b\tc|d", "@SUM(A1)"],
    ["17850.0", "-1", "\x1b[31m"],
    ["17850", "the same", "007"],
]


def gate(*words: str) -> tuple[str, ...]:
    files = ("--out", "allowed.csv", "--refused", "refused.csv")
    return ("gate", "list.csv", "--campaign", CAMPAIGN, *NOW, *files, *words)


def listed(shop: Path, rows: list[list[str]], header: tuple[str, ...] = ("id", "name", "note")) -> None:
    with (shop / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def out(shop: Path, name: str) -> list[list[str]]:
    with (shop / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_row_comes_out_once_and_unchanged(shop: Path) -> None:
    (shop / "number.csv").write_text(f"{HEADER}\n9,20725,BAG,2,2011-11-11T10:00:00,1.65,17850.0,United Kingdom\n")
    assert typed(shop, "import", "orders", "number.csv").exit_code == 0
    listed(shop, ROWS)
    before = (shop / "list.csv").read_bytes()
    done = typed(shop, *gate("--json"))
    assert done.exit_code == 0, done.output
    allowed, others = out(shop, "allowed.csv"), out(shop, "refused.csv")
    assert sorted(row[:3] for row in (*allowed[1:], *others[1:])) == sorted(ROWS)
    assert allowed[0][:3] == others[0][:3] == ["id", "name", "note"]
    assert [row[0] for row in allowed[1:]] == ["ada"]
    reasons = {row[1]: row[5] for row in others[1:]}
    assert reasons["nobody at all"] == reasons["+1"] == "is not known here: import her orders or permissions first"
    assert reasons["again"] == reasons["the same"] == "stands on this list twice; the first row counts"
    assert reasons["-1"] == "not in the audience"
    assert (shop / "list.csv").read_bytes() == before
    said = json.loads(done.stdout)
    assert (said["allowed"], said["refused"], said["unknown"], said["twice"]) == (1, 7, 2, 2)


@pytest.mark.parametrize("words", [("--out", "list.csv"), ("--refused", "list.csv"), ("--refused", "./allowed.csv")])
def test_nothing_is_written_over_the_list(shop: Path, words: tuple[str, ...]) -> None:
    listed(shop, ROWS)
    before = (shop / "list.csv").read_bytes()
    assert "must be three different files" in refused(shop, *gate(*words))
    assert (shop / "list.csv").read_bytes() == before


def test_a_folder_that_is_not_there_is_said_before_anybody_is_decided_for(shop: Path) -> None:
    listed(shop, ROWS)
    assert refused(shop, *gate("--out", "no/a.csv")).startswith("no/a.csv: cannot be written")
    assert "nothing was decided yet" in refused(shop, "report")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "list.csv: is empty."),
        (b"id,name\nada\nben,1,2\n", "list.csv:2: has 1 cells where the header has 2."),
        (b'id,note\nada,"a\nb"\nben\n', "list.csv:4: has 1 cells where the header has 2."),
        (b'id,note\nada,"x\n', "list.csv:2: cannot be read as CSV"),
        (b"id,note\nada,\xe9\n", "list.csv: is not in utf-8; add --encoding, such as cp1252."),
        ("id\nada\n".encode("utf-16"), "list.csv: is not in utf-8; add --encoding"),
        (b"name,mail\nada,1\n", "which column says who is meant? (none of name, mail) Add --id COLUMN."),
        (b"id,id\nada,ben\n", "which column says who is meant?"),
        (b"id,tactful_variant\nada,x\n", "list.csv:1: has a column `tactful_variant` already."),
    ],
)
def test_a_list_that_is_not_understood_writes_nothing(shop: Path, content: bytes, sentence: str) -> None:
    (shop / "list.csv").write_bytes(content)
    assert sentence in refused(shop, *gate(), lines=2)
    assert not (shop / "allowed.csv").exists()
    assert not (shop / "refused.csv").exists()


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbfid;name\r\nada;x\r\n", b"ID\tname\nada\tx\n", b"id,name\rada,x\r", b"id,name\nada,x"],
    ids=["from a spreadsheet", "tabs", "old line ends", "no last line end"],
)
def test_lists_of_other_tools_are_read(shop: Path, content: bytes) -> None:
    (shop / "list.csv").write_bytes(content)
    assert typed(shop, *gate()).exit_code == 0
    assert [row[:2] for row in out(shop, "allowed.csv")[1:]] == [["ada", "x"]]


def test_a_wrong_kind_of_identifier_is_hinted_at(shop: Path) -> None:
    listed(shop, ROWS[:1])
    done = typed(shop, *gate("--kind", "loyalty_card"))
    assert "Nobody of this list is known here as `loyalty_card`: are --id and --kind right?" in done.stderr
    assert out(shop, "allowed.csv")[1:] == []
