"""A list made by chance with a known truth: people, families at one address, and slips of the pen."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

_FIRST = """
Ana Tom Rosa Sam Mia Lee Penny Grace Dora Oliver Amelia Harry Isla Jack Ava Noah Emily Arthur Sophie Leo Grace
Muhammad Freya Oscar Ivy Theo Lily Archie Ella Freddie Willow Henry Florence Charlie Evie Alfie Poppy Edward
Alice
"""
_LAST = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White
Roberts Green Hall Wood Jackson Clarke Khan Lewis James Phillips Ali Mason Mitchell Rose Davis Rodgers Cox
Bailey Bell Murphy Cooper Gray Foster Graham Kelly Marsh Fox Lowe Barker Hudson Doyle Frost Nixon Parsons Sharpe
Temple Voss
"""
_TOWNS = """
Leeds York Bath Exeter Derby Lincoln Durham Truro Wells Ripon Stockport Bolton
"""
FIRST, LAST, TOWNS = _FIRST.split(), _LAST.split(), _TOWNS.split()
ENDS = ("", "", "man", "ton", "well", "field", "worth")
FIELDS = ("record", "First Name", "Surname", "DOB", "Town", "Postcode", "Email")


def slip(text: str, by: Random) -> str:
    """One slip of the pen: two letters exchanged, one left out, one wrong."""
    if len(text) < 3:
        return text
    at = by.randrange(len(text) - 1)
    kind = by.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + ("" if kind == 1 else by.choice("aeiounrst")) + text[at + 1 :]


def person(by: Random, last: str = "", home: tuple[str, str] | None = None) -> dict[str, str]:
    first, last = by.choice(FIRST), last or by.choice(LAST) + by.choice(ENDS)
    born = f"{by.randrange(1940, 2005)}-{by.randrange(1, 13):02}-{by.randrange(1, 29):02}"
    code = f"{by.choice(('LS', 'YO', 'BA', 'EX', 'DE', 'LN'))}{by.randrange(1, 29)} {by.randrange(1, 9)}"
    town, postcode = home or (by.choice(TOWNS), code + "".join(by.choice("ABDEFGHJ") for _ in "12"))
    email = f"{first}.{last}{by.randrange(1, 99)}@mail.example".lower()
    return dict(zip(FIELDS[1:], (first, last, born, town, postcode, email), strict=True))


def a_list(
    people: int, seed: int, slips: float = 0.15, missing: float = 0.1
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The records of so many people, one to four each, every third of them with a relative at the same address; and for
    each record who it is."""
    by = Random(seed)
    known: list[dict[str, str]] = []
    while len(known) < people:
        one = person(by)
        known.append(one)
        if by.random() < 0.33:
            relative = person(by, one["Surname"], (one["Town"], one["Postcode"]))
            while relative["First Name"][0] == one["First Name"][0]:
                relative["First Name"] = by.choice(FIRST)
            known.append(relative)
    rows, truth = [], {}
    for number, each in enumerate(known[:people]):
        for copy in range(by.choice((1, 1, 2, 2, 3, 4))):
            row = {"record": f"r{number:04}-{copy}"}
            for field, value in each.items():
                lost = by.random() < missing and field != "Surname"
                row[field] = "" if lost else slip(value, by) if by.random() < slips else value
            rows.append(row)
            truth[row["record"]] = f"person {number}"
    by.shuffle(rows)
    return rows, truth


def write(rows: list[dict[str, str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)
    return path
