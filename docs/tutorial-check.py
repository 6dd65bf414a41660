"""Checks decisions of the tutorial against the raw order lines, without using any code of Tactful.

    tactful sample 1000 --json > everybody.json
    python docs/tutorial-check.py online_retail.parquet everybody.json > docs/tutorial-twenty.md

What the orders show of each person is worked out here a second time, plainly, from the columns of the file. Exit code
1 where a decision does not agree. The table shows twenty people; the last line counts everybody.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import polars as pl

TODAY = dt.date(2011, 12, 10)
HOLDOUT = "She is in the holdout"
COLUMNS = (
    "person", "product", "days bought", "usual gap", "days since", "pieces a line", "brought back", "country",
    "decision", "agrees",
)  # fmt: skip


class Orders(NamedTuple):
    """What the order lines show of one person."""

    country: str
    last: int
    brought_back: int | None
    per_line: float
    due: dict[str, tuple[int, float, int, str]]


def lines_of(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The order lines of each known person, in order of time."""
    frame = pl.read_parquet(file).filter(pl.col("CustomerID").is_not_null()).sort("InvoiceDate", maintain_order=True)
    people: dict[str, list[dict[str, Any]]] = {}
    for line in frame.iter_rows(named=True):
        people.setdefault(str(line["CustomerID"]).removesuffix(".0"), []).append(line)
    return people


def read(lines: list[dict[str, Any]]) -> Orders:
    """Days bought, usual gap and days since, per product; and what holds for the person."""
    back = [x for x in lines if x["Quantity"] < 0 or str(x["InvoiceNo"]).upper().startswith("C")]
    bought = [x for x in lines if x["Quantity"] > 0 and x["UnitPrice"] > 0 and x not in back]
    goods = [x for x in bought if re.match(r"\d{5}", x["StockCode"])]
    days: dict[str, set[dt.date]] = {}
    names: dict[str, str] = {}
    for x in goods:
        days.setdefault(x["StockCode"], set()).add(x["InvoiceDate"].date())
        names[x["StockCode"]] = (x["Description"] or "").strip()
    due = {}
    for code, when in days.items():
        found = due_again(sorted(when))
        if found:
            due[code] = (*found, names[code])
    return Orders(
        country=lines[-1]["Country"],
        last=min((ago(x) for x in goods), default=9999),
        brought_back=min((ago(x) for x in back), default=None),
        per_line=median(x["Quantity"] for x in goods) if goods else 0,
        due=due,
    )


def ago(line: dict[str, Any]) -> int:
    """Days from a line to today."""
    return (TODAY - line["InvoiceDate"].date()).days


def due_again(days: list[dt.date]) -> tuple[int, float, int] | None:
    """Days bought, usual gap, days since the last, where the label `due_again` holds by its written formula."""
    gap = median((b - a).days for a, b in pairwise(days)) if len(days) > 1 else 0
    since = (TODAY - days[-1]).days
    began = -(-9 * gap // 10)
    holds = len(days) >= 4 and gap >= 10 and 0.9 * gap <= since <= 2 * gap and since - began < 90
    return (len(days), gap, since) if holds else None


def expected(o: Orders) -> str:
    """The verdict that the orders call for, holdout aside."""
    if not o.due or o.last > 180:
        return "not meant"
    if o.per_line >= 24:
        return "not for them: buys like a shop"
    if o.country != "United Kingdom":
        return "LEAVE ALONE"
    if o.brought_back is not None and o.brought_back <= 14:
        return "WAIT"
    return "SAY"


def spoken_of(one: dict[str, str], o: Orders) -> str | None:
    """The code of the product that she would read of, if it is one that is due."""
    found = re.search(r"/products/(\S+)", one["text"])
    return found[1] if found and found[1] in o.due else None


def agrees(one: dict[str, str], o: Orders) -> bool:
    """Whether the decision is what the orders call for."""
    want = expected(o)
    if one["why"].startswith(HOLDOUT):
        return want in ("SAY", "WAIT", "LEAVE ALONE")
    if want.startswith("not for them"):
        return one["why"].startswith("Buys in quantities")
    return one["phrase"] == want and (want != "SAY" or spoken_of(one, o) is not None)


def row(one: dict[str, str], o: Orders) -> str:
    """One line of the table."""
    code = spoken_of(one, o) or max(o.due, key=lambda code: o.due[code][0])
    times, gap, since, name = o.due[code]
    back = "none" if o.brought_back is None or o.brought_back > 14 else f"{o.brought_back} days ago"
    decision = "holdout" if one["why"].startswith(HOLDOUT) else one["phrase"]
    decision = "not for them" if one["why"].startswith("Buys in quantities") else decision
    cells = (one["person"], name.capitalize(), times, f"{gap:g}", since, f"{o.per_line:g}", back, o.country, decision)
    return "| " + " | ".join(map(str, cells)) + f" | {'yes' if agrees(one, o) else '**no**'} |"


def main() -> int:
    """Print the page; 1 where anything disagrees."""
    people = {name: read(lines) for name, lines in lines_of(Path(sys.argv[1])).items()}
    decided = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    twenty = decided[:: max(1, len(decided) // 20)][:20]
    print(INTRODUCTION)
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for one in twenty:
        print(row(one, people[one["person"]]))
    wrong = [one for one in decided if not agrees(one, people[one["person"]])]
    meant = sum(expected(o) != "not meant" for o in people.values())
    print(f"\nOf everybody, not only these twenty: {len(decided) - len(wrong)} of {len(decided)} decisions agree.")
    print(f"By hand the campaign could be for {meant} people; Tactful says {len(decided)}.")
    for one in wrong:
        print(f"- {one} {people[one['person']]}", file=sys.stderr)
    return int(bool(wrong) or meant != len(decided))


INTRODUCTION = """# Twenty people by hand

Each person below was decided by `tactful decide` in the [tutorial](tutorial.md), and worked out a second time from the
raw order lines by [a short script](tutorial-check.py) that uses no code of Tactful. The twenty are spread evenly over
everybody the campaign could be for, by customer number; nobody was picked.

How to read a row: she bought the product on that many days, usually that many days apart, last that many days before
2011-12-10. It is due again between 0.9 and 2 times her usual gap, from four days bought and a gap of ten days on.
A median of 24 pieces a line or more is a shop's way to buy. Something brought back within 14 days means: wait. The
notice at the checkout is shown in the United Kingdom only; elsewhere nothing allows the e-mail. One in ten hears
nothing, so that it can be told whether the campaign helped (holdout); that draw does not depend on the orders.
"""

if __name__ == "__main__":
    sys.exit(main())
