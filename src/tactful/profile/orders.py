"""Order exports: what a line is, and whether it is a thing she bought or a fee."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

import msgspec

from tactful.model.document import read_document, refuse
from tactful.model.records import NewEvent
from tactful.profile.events import ORDER_LINE, Nature, OrderLine, new_event

LineClass = Literal["bought", "returned", "free", "no_person"]
AGREEING = 0.95
"""The share of codes, and of lines, that must have a shape before it is proposed."""


def nature_of(units: int, price: int, order: str, cancelled: str = "C") -> Nature:
    """What a line is, by these rules in this order.

    1. The order's number is `cancelled` followed by a digit, or units are below 0: brought back or cancelled.
    2. The price is 0: free of charge.
    3. Otherwise: bought.
    An empty `cancelled` switches that half of rule 1 off, for shops whose ordinary numbers begin so.
    """
    if units < 0 or (
        cancelled and order[: len(cancelled)].upper() == cancelled and order[len(cancelled) :][:1].isdigit()
    ):
        return "returned"
    return "free" if price == 0 else "bought"


def classify(units: int, price: int, order: str, has_person: bool, cancelled: str = "C") -> LineClass:
    """How a line is counted in the report of an import: as `nature_of`, or `no_person` where nobody is on it.

    A line without a person is kept for stock and shop totals and never guessed at.
    """
    return nature_of(units, price, order, cancelled) if has_person else "no_person"


@lru_cache(4_096, typed=True)
def thousandths(amount: str | int | float | Decimal) -> int | None:
    """An amount of money as thousandths of its unit, rounded half to even; None where it is not an amount.

    A float is read as the shortest number that writes it: 2.55 is 2550.
    """
    try:
        number = Decimal(str(amount).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**12:
        return None
    return int((number * 1000).to_integral_value(ROUND_HALF_EVEN))


def line_id(order: str, n: int) -> bytes:
    """The message id of a line: the same at every import of the same file."""
    return f"{order}/{n}".encode()


def line_event(line: OrderLine, source: str, person: tuple[str, str] | None, at: int) -> NewEvent:
    """An order line as an event; `at` is µs UTC."""
    return new_event(ORDER_LINE, line, source, line_id(line.order, line.n), person, at)


class NotGoods(msgspec.Struct, frozen=True):
    """Codes and words of what stands on an order and is not a thing she bought. Codes are in capitals."""

    codes: frozenset[str]
    prefixes: tuple[str, ...]
    words: tuple[str, ...]


def load_not_goods(text: str, file: str) -> NotGoods:
    """The table of postage, fees and the like. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    codes = frozenset(code.upper() for code in top.texts("codes"))
    prefixes = tuple(prefix.upper() for prefix in top.texts("codes_beginning_with", ()))
    words = tuple(word.casefold() for word in top.texts("names_with", ()))
    top.finish()
    refuse(top.problems)
    return NotGoods(codes, prefixes, words)


class Shape(msgspec.Struct, frozen=True):
    """A shape that nearly all product codes of a shop have: proposed to the user, never applied unasked.

    `codes` and `lines` are the shares (0..1) that agree, `against` up to ten codes that do not, the most frequent
    first.
    """

    pattern: str
    sentence: str
    codes: float
    lines: float
    against: tuple[str, ...]


_DIGITS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


def codes_shape(counts: Mapping[str, int]) -> Shape | None:
    """The most exact shape on which at least 95 % of the distinct codes and of the lines agree, or None.

    Tried in this order: begins with 8, 7 … 3 digits; begins with the same letters and then a digit.
    """
    shapes = [(rf"\d{{{n}}}", f"begins with {_DIGITS[n]} digits") for n in range(8, 2, -1)]
    starts: dict[str, int] = {}
    for code in counts:
        start = re.match(r"[A-Za-z]{1,6}[-_]?(?=\d)", code)
        if start:
            starts[start.group()] = starts.get(start.group(), 0) + 1
    if starts:
        common = max(starts, key=lambda start: (starts[start], start))
        shapes.append((rf"{re.escape(common)}\d", f"begins with {common} and a digit"))
    if not counts:
        return None
    for pattern, sentence in shapes:
        shape = _agreement(counts, pattern, sentence)
        if shape.codes >= AGREEING and shape.lines >= AGREEING:
            return shape
    return None


def _agreement(counts: Mapping[str, int], pattern: str, sentence: str) -> Shape:
    matches = re.compile(pattern).match
    against = [code for code in counts if not matches(code)]
    against.sort(key=lambda code: (-counts[code], code))
    lines = sum(counts.values())
    lost = sum(counts[code] for code in against)
    return Shape(pattern, sentence, 1 - len(against) / len(counts), 1 - lost / max(1, lines), tuple(against[:10]))


def is_goods(code: str, pattern: str | None, words: NotGoods, name: str = "") -> bool:
    """Whether this is a thing she bought, not postage, a fee, a discount, a voucher or a correction.

    `pattern` is the shape that the user agreed to, if any: what does not have it is not goods.
    """
    capitals = code.strip().upper()
    if capitals in words.codes or capitals.startswith(words.prefixes):
        return False
    if pattern and not re.match(pattern, code):
        return False
    return not _holds_one(name, words.words)


@lru_cache(4_096)
def _holds_one(name: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in a product's name: the same names come again and again."""
    spaced = f" {' '.join(re.split(r'[^a-z]+', name.casefold()))} "
    return any(f" {word} " in spaced for word in words)


def count_codes(codes: Iterable[str]) -> dict[str, int]:
    """How many lines each code has."""
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return counts
