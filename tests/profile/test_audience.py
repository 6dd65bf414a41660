"""Whom a campaign could be for."""

from __future__ import annotations

import pytest
from tests.profile.given import DUE, declared, known, line, shop_with, stated

from tactful.model.problems import Problems
from tactful.model.records import Event
from tactful.profile.audience import Match, match, parse_audience

FOR = "label.due_again == true && purchase.recency <= 180"
SKIP = "label.reseller == true"
LABELS = declared(
    DUE
    + """
  - label: often
    kind: label.segment
    means: x
    she_reads: "You often buy {{ item.plain_name }}."
    from: [purchase.item]
    formula: times_bought >= 4
"""
)
SHOP = shop_with(declared=LABELS)


def bought(code: str, *days: float, units: int = 1, name: str = "") -> list[Event]:
    return [line(day, code, name or f"BAG {code}", units) for day in days]


def matched(events: list[Event], day: float, wanted: str = FOR, unwanted: str | None = SKIP) -> Match:
    return match(parse_audience(wanted, unwanted, LABELS, "c.yaml", 5, 6), known(events, day, SHOP))


def test_she_is_meant_and_for_which_product() -> None:
    found = matched(bought("A", 0, 7, 14), 21)
    assert found == Match(True, "A", ("label.due_again", "label.reseller", "purchase.recency"))


def test_she_is_not_meant() -> None:
    assert matched(bought("A", 0, 7, 14), 15) == Match(False, "", found_reads())
    assert matched([], 15).holds is False


def found_reads() -> tuple[str, ...]:
    return ("label.due_again", "label.reseller", "purchase.recency")


def test_a_shop_is_skipped() -> None:
    found = matched(bought("A", 0, 7, 14, units=30), 21)
    assert (found.holds, found.skipped, found.key) == (False, True, "A")


def test_the_product_is_the_one_she_buys_most_then_the_longest_overdue() -> None:
    assert matched([*bought("A", 0, 7, 14), *bought("B", 0, 7, 14, 15)], 28).key == "B"
    assert matched([*bought("A", 0, 7, 14), *bought("B", 0, 5, 10)], 28).key == "B"
    assert matched([*bought("B", 0, 7, 14), *bought("A", 0, 7, 14)], 28).key == "A"


def test_what_reveals_something_comes_last() -> None:
    events = [*bought("A", 0, 5, 10, 15, name="PREGNANCY TEST"), *bought("B", 0, 7, 14)]
    assert matched(events, 28).key == "B"
    assert matched(events[:4], 28).key == "A"


def test_two_labels_speak_of_one_product() -> None:
    both = "label.due_again == true && label.often == true"
    events = [*bought("A", 0, 7, 14), *bought("B", 23, 24, 25, 26)]
    assert matched(events, 28, both, None) == Match(False, "", ("label.due_again", "label.often"))
    assert matched([*events, *bought("A", 15)], 28, both, None).key == "A"


def test_nobody_is_due() -> None:
    nothing = "label.due_again == false"
    assert matched(bought("A", 0), 28, nothing, None) == Match(True, "", ("label.due_again",))
    assert matched(bought("A", 0, 7, 14), 28, nothing, None).holds is False


def test_what_is_not_known_opens_nothing() -> None:
    found = matched([], 20, "purchase.recency <= 180", None)
    assert (found.holds, found.missing) == (None, ("purchase.recency",))
    assert matched(bought("A", 0), 99, "purchase.recency <= 180", "label.a_while == true").missing == ("label.a_while",)
    assert matched(bought("A", 0), 20, "purchase.recency <= 180", "demographic.age < 18").holds is None
    denied = [*bought("A", 0), stated(1, "purchase.recency", False)]
    assert matched(denied, 20, "purchase.recency <= 180", None).holds is None


@pytest.mark.parametrize(
    ("wanted", "unwanted", "message"),
    [
        ("label.due == true", None, "c.yaml:5: column 1: unknown name `label.due`. Did you mean label.due_again?"),
        ("label.expecting == true", None, "the label `expecting` is refused: What it reveals is special (health)."),
        ("purchase.recency <= 1", "label.resell == true", "c.yaml:6: column 1: unknown name `label.resell`."),
        ("purchase.recency", None, "must come to true or false"),
    ],
)
def test_mistakes(wanted: str, unwanted: str | None, message: str) -> None:
    with pytest.raises(Problems) as caught:
        parse_audience(wanted, unwanted, LABELS, "c.yaml", 5, 6)
    assert message in str(caught.value)
