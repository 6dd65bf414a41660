"""Every derived fact equals what somebody finds who reads the whole log, however late and often its events came."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.profile.given import RICH, declared, event

from tactful.model.records import DAY, Event
from tactful.profile.document import decode_document, encode_document
from tactful.profile.events import ORDER_LINE, PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED, Note, OrderLine
from tactful.profile.facts import Known, read
from tactful.profile.fold import fold

WORDS = 'means: x, she_reads: "{{ number }}"'
DECLARED = f"""
derived:
  - {{derived: looks, count: product_viewed, within: 7 days, {WORDS}}}
  - {{derived: orders, count: orders, within: 7 days, {WORDS}}}
  - {{derived: spent, sum: value, within: 7 days, {WORDS}}}
  - {{derived: pieces, sum: units, {WORDS}}}
  - {{derived: since, recency: orders, {WORDS}}}
  - {{derived: best, top: product, by: units, most: 2, means: x, she_reads: "{{{{ list }}}}"}}
  - {{derived: often, top: product, by: days, most: 3, within: 7 days, means: x, she_reads: "{{{{ list }}}}"}}
  - {{derived: pace, rhythm: orders, means: x, she_reads: "{{{{ rhythm.how_often }}}}"}}
  - {{derived: tried, sequence: [product_viewed, product_added], within: 3 days, {WORDS}}}
  - {{derived: left, sequence: [product_viewed, product_added], unless: ordered, within: 3 days, {WORDS}}}
  - {{derived: kept, sequence: [product_viewed, product_added], unless: product_removed, within: 2 days, {WORDS}}}
labels: []
"""
SHOP = msgspec.structs.replace(RICH, declared=declared(DECLARED))
NAMES = {"1": "MUG", "2": "TIN", "3": "BAG"}
START = 15_000 * DAY


class Did(NamedTuple):
    """One thing that she did, in quarters of a day from the start."""

    kind: str
    quarter: int
    code: str
    units: int
    n: int

    @property
    def at(self) -> int:
        return START + self.quarter * DAY // 4


@st.composite
def logs(draw: st.DrawFn) -> list[Did]:
    kind = st.sampled_from([ORDER_LINE, PRODUCT_VIEWED, PRODUCT_VIEWED, PRODUCT_ADDED, PRODUCT_ADDED, PRODUCT_REMOVED])
    rows = st.tuples(kind, st.integers(0, 60), st.sampled_from(sorted(NAMES)), st.integers(1, 5))
    return [Did(*row, n) for n, row in enumerate(draw(st.lists(rows, max_size=30)))]


def event_of(did: Did, late: int) -> Event:
    name = NAMES[did.code]
    body: Any = Note(did.code, name)
    if did.kind == ORDER_LINE:
        body = OrderLine(f"o{did.quarter}", 0, did.code, name, did.units, 1500, "", "bought", True)
    made = event(did.kind, body, 0, key=did.n)
    return msgspec.structs.replace(made, occurred_at=did.at, received_at=did.at + late * DAY // 4)


class Reader:
    """Somebody who reads the whole log at an instant, and knows nothing of documents."""

    def __init__(self, log: list[Did], now: int) -> None:
        self.now = now
        self.log = sorted((each for each in log if each.at <= now), key=lambda each: each.at)
        self.orders = self.of(ORDER_LINE)

    def of(self, kind: str) -> list[Did]:
        return [each for each in self.log if each.kind == kind]

    def lately(self, rows: list[Did], days: int) -> list[Did]:
        return [each for each in rows if each.at > self.now - days * DAY]

    def top(self, rows: list[Did], by_days: bool, most: int) -> list[str] | None:
        weights: dict[str, list[int]] = defaultdict(list)
        for each in rows:
            weights[NAMES[each.code].lower()].append(each.at // DAY if by_days else each.units)
        weight = {name: len(set(found)) if by_days else sum(found) for name, found in weights.items()}
        return sorted(weight, key=lambda name: (-weight[name], name))[:most] or None

    def sequence(self, unless: str, days: int) -> int | None:
        if not (added := self.of(PRODUCT_ADDED)):
            return None
        found = 0
        for code in NAMES:
            last = max((each.at for each in added if each.code == code), default=None)
            if last is None or not any(each.code == code and each.at <= last for each in self.of(PRODUCT_VIEWED)):
                continue
            over = self.now - last >= days * DAY
            followed = unless and any(each.code == code and each.at >= last for each in self.of(unless))
            found += (over and not followed) if unless else not over
        return found

    def all(self) -> dict[str, Any]:
        """What each derived fact is."""
        days = sorted({each.at // DAY for each in self.orders})
        looks = self.of(PRODUCT_VIEWED)
        known = bool(self.orders)
        lately = self.lately(self.orders, 7)
        return {
            "looks": len(self.lately(looks, 7)) if looks else None,
            "orders": len({each.quarter for each in lately}) if known else None,
            "spent": sum(each.units * 1.5 for each in lately) if known else None,
            "pieces": sum(each.units for each in self.orders) if known else None,
            "since": (self.now - self.orders[-1].at) // DAY if known else None,
            "pace": median(b - a for a, b in pairwise(days)) if len(days) > 1 else None,
            "best": self.top(self.orders, False, 2),
            "often": self.top(lately, True, 3),
            "tried": self.sequence("", 3),
            "left": self.sequence(ORDER_LINE, 3),
            "kept": self.sequence(PRODUCT_REMOVED, 2),
        }


def found(known: Known) -> dict[str, Any]:
    numbers = {name: known.number(f"derived.{name}") for name in SHOP.declared.derived}
    for name in ("best", "often"):
        fact = next(iter(known.facts(f"derived.{name}")), None)
        numbers[name] = fact.value["list"] if fact else None
    return numbers


@given(logs(), st.data(), st.integers(0, 80))
def test_a_derived_fact_is_what_the_log_says(log: list[Did], data: st.DataObject, quarter: int) -> None:
    """Sent late, in any order, in any batches, some twice; the document written down and read again in between. It is
    read no earlier than the last of it came."""
    sent = [event_of(each, data.draw(st.integers(0, 8))) for each in log]
    instant = START + quarter * DAY // 4 + data.draw(st.sampled_from([-1, 0, 1]))
    now = max([instant, *(each.received_at for each in sent)])
    sent += data.draw(st.lists(st.sampled_from(sent), max_size=5)) if sent else []
    sent = data.draw(st.permutations(sent))
    cut = data.draw(st.integers(0, len(sent)))
    document = decode_document(encode_document(fold(None, sent[:cut])))
    assert found(read(fold(document, sent[cut:]), now, SHOP)) == Reader(log, now).all()
