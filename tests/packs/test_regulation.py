"""docs/regulation.md names every row, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.packs.shelf import pack

ROOT = Path(__file__).resolve().parents[2]
TEXT = ROOT.joinpath("docs", "regulation.md").read_text("utf-8")
MARKS = {
    "L": "G5a G5b G5c G5d G5e G5-2 G6 G7-3 G8 G13 G14 G16 G17 G18 G20 G25/30/35 PR-TPS TC3 CC4 PP AI",
    "V": "G21-2 G21-4 G21-5 PR22 PR23 PR6 DUAA TC1 TC2 CC1 CC3 WA FCA",
    "L, V": "G7-4 G9 G15 G22",
    "V, L": "CS CC2 RF GY",
    "–": "PR22-ask CC5 DMA",
}
"""Every row, by what was read of it."""
ALWAYS = [str(number) for number in range(1, 11)]
RULES = {rule.id: rule for rule in pack("norm/retail").rules}
_CODE = re.compile(r"`([^`]+)`")


def table(heading: str) -> dict[str, list[str]]:
    body = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in body.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    assert len({row[0] for row in cells}) == len(cells)
    return {row[0]: row for row in cells}


LAWS, INVARIANTS = table("The rows"), table("What must hold whatever the law")
EVERY = [*LAWS.values(), *INVARIANTS.values()]

each_row = pytest.mark.parametrize("row", EVERY, ids=lambda row: row[0])


def test_every_row_is_there() -> None:
    assert sorted(LAWS) == sorted(" ".join(MARKS.values()).split())
    assert list(INVARIANTS) == ALWAYS


@each_row
def test_a_row_has_its_cells_and_is_kept_or_open(row: list[str]) -> None:
    _, asks, mark, rules, elsewhere, missing = row
    assert asks
    assert mark in MARKS
    assert row[0] in MARKS[mark].split() or row[0] in ALWAYS
    assert rules or elsewhere or missing


@each_row
def test_the_rules_that_it_names_are_in_the_packs(row: list[str]) -> None:
    assert [name for name in _CODE.findall(row[3]) if name not in RULES] == []
    assert _CODE.sub("", row[3]).strip() == ""


@each_row
def test_the_tests_that_it_names_are_there(row: list[str]) -> None:
    for name in _CODE.findall(row[4]):
        path, _, test = name.partition("::")
        assert re.search(rf"^def {test}\(", ROOT.joinpath(path).read_text("utf-8"), re.M), name
    assert _CODE.sub("", row[4]).strip() == ""


def test_every_rule_of_the_law_stands_in_a_row() -> None:
    named = {name for row in EVERY for name in _CODE.findall(row[3])}
    assert [rule.id for rule in RULES.values() if rule.tier == "law" and rule.id not in named] == []


def test_it_says_what_it_is_not() -> None:
    assert "This is not legal advice." in TEXT
    assert "How to confirm" in TEXT
