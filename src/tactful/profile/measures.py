"""What formulas can name: numbers about one product of hers, and about her orders as a whole.

A day is a UTC day, of 24 hours: clocks that are put forward or back change nothing. Only goods count, only lines bought
(not brought back, not free), only what is not older than its keeping time, what had happened at the instant of reading,
and what came after she last denied it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tactful.model.records import DAY, Fact
from tactful.profile.document import BOUGHT, RETURNED, Document, Line, Product
from tactful.profile.revealing import Revealed, Revealing
from tactful.profile.rhythm import Rhythm, rhythm

if TYPE_CHECKING:
    from tactful.profile.shop import Shop

YEAR = 365 * DAY
NEVER = -(1 << 62)
"""Earlier than any time."""


def median(values: Iterable[float]) -> float | None:
    """The middle value; of an even number of values the mean of the middle two; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _gap(days: list[int]) -> float | None:
    return median(later - earlier for earlier, later in pairwise(days))


class Item:
    """One product of hers at an instant. `bought` are the lines that count, in order of time; never empty."""

    __slots__ = ("_days", "bought", "code", "person", "product")

    def __init__(self, code: str, product: Product, bought: list[Line], person: Person) -> None:
        self.code = code
        self.product = product
        self.bought = bought
        self.person = person
        self._days: list[int] | None = None

    @property
    def days(self) -> list[int]:
        """The distinct days on which she bought it, in order."""
        if self._days is None:
            self._days = sorted({line.at // DAY for line in self.bought})
        return self._days

    def times_bought(self) -> int:
        """On how many distinct days she bought it."""
        return 1 if len(self.bought) == 1 else len({line.at // DAY for line in self.bought})

    def usual_gap(self) -> float | None:
        """The median number of days between the days on which she bought it; not known before the second."""
        return None if len(self.bought) == 1 else _gap(self.days)

    def days_since_last(self) -> int:
        """Days from the day on which she last bought it to today."""
        return self.person.now // DAY - self.bought[-1].at // DAY

    def units_usual(self) -> float | None:
        """The median number of pieces per line."""
        return median(line.units for line in self.bought)

    def rhythm(self) -> Rhythm | None:
        """How often she buys it, in words."""
        return rhythm(self.usual_gap())

    def binding_order(self) -> tuple[int, float, str]:
        """Most days first, then the longest overdue relative to its rhythm, then the code."""
        gap = self.usual_gap()
        return -self.times_bought(), -(self.days_since_last() / gap if gap else 0.0), self.code


class Person:
    """Her orders at an instant. `since` is the earliest time (µs) of purchases that count, `floor` that of anything.

    `shop` says how long other kinds of facts are kept, and `every` gives the facts of a name; without them nothing but
    purchases can be read.
    """

    def __init__(
        self,
        document: Document,
        now: int,
        since: int = 0,
        shop: Shop | None = None,
        floor: int = NEVER,
        every: Callable[[str], Iterable[Fact]] | None = None,
    ) -> None:
        self.document = document
        self.now = now
        self.since = max(since, floor)
        self.floor = floor
        self.shop = shop
        self.every = every
        self.worked: dict[str, Any] = {}
        self._items: dict[str, Item] | None = None
        self._lines: list[Line] | None = None
        self._together: dict[str, Revealed] | None = None
        self._days: list[int] | None = None
        self._narrowed: dict[tuple[int, int], Person] = {}
        self._kept: dict[tuple[str, ...], Person] = {}

    @property
    def items(self) -> dict[str, Item]:
        """Goods she bought, by code; of what she said is not hers, only what she bought since."""
        if self._items is None:
            now = self.now
            items = self._items = {}
            said = "purchase.item" in self.document.stated
            for code, product in self.document.products.items():
                if not product.goods:
                    continue
                since = max(self.since, self.denied("purchase.item", code) + 1) if said else self.since
                bought = [line for line in product.lines if line.nature == BOUGHT and since <= line.at <= now]
                if bought:
                    items[code] = Item(code, product, bought, self)
        return self._items

    def together(self, revealing: Revealing) -> dict[str, Revealed]:
        """What her products reveal together, by code; looked up once, in the one table of a reading."""
        if self._together is None:
            names = {code: item.product.name for code, item in self.items.items()}
            self._together = revealing.look_up_together(names)
        return self._together

    def unchanged_at(self, then: int) -> Person:
        """The same purchases as they were at an earlier instant. None of them may be later than that."""
        earlier = Person(self.document, then, self.since, self.shop, self.floor, self.every)
        earlier._items = {code: Item(code, item.product, item.bought, earlier) for code, item in self.items.items()}
        return earlier

    def narrowed(self, since: int, floor: int = NEVER) -> Person:
        """She as purchases not earlier than `since` tell, and nothing earlier than `floor`; herself where none is."""
        if since <= self.since and floor <= self.floor:
            return self
        key = max(since, self.since), max(floor, self.floor)
        if key not in self._narrowed:
            self._narrowed[key] = Person(self.document, self.now, key[0], self.shop, key[1], self.every)
        return self._narrowed[key]

    def kept_for(self, names: tuple[str, ...]) -> Person:
        """She without purchases that are too old for one of these facts of the purchase branch."""
        found = self._kept.get(names)
        if found is None:
            since = [self.shop.keeps.since(name, self.now) for name in names if self.shop and name[:9] == "purchase."]
            found = self._kept[names] = self.narrowed(max(since, default=NEVER))
        return found

    def for_fact(self, name: str) -> Person:
        """She as the fact of this name may see her purchases: not too old for it, and later than any denial of it."""
        denied = self.denied(name)
        return self.kept_for((name,)).narrowed(NEVER, denied + 1 if denied > NEVER else NEVER)

    def kept(self, name: str) -> int:
        """The earliest time (µs) of what counts for facts of this name, denials not looked at."""
        return max(self.floor, self.shop.keeps.since(name, self.now)) if self.shop else self.since

    def denied(self, name: str, key: str = "") -> int:
        """When she last said that this is not so, or that nothing of this name is; NEVER where she took it back.

        What we learned up to then does not count any more; what we learn later may. Only her last word is kept: read at
        an instant before it, it counts as a denial of all that was known.
        """
        stated = self.document.stated.get(name)
        if not stated:
            return NEVER
        said = [each for each in (stated.get(key), stated.get("")) if each is not None]
        if not said:
            return NEVER
        if any(each.at > self.now for each in said):
            return self.now
        at, denied = max((each.at, not each.holds) for each in said)
        return at if denied else NEVER

    def spoke_of(self, name: str, key: str = "") -> bool:
        """Whether she confirmed or denied this, or all of this name: then she knows that we hold it."""
        stated = self.document.stated.get(name)
        if not stated:
            return False
        return any(each is not None and each.at <= self.now for each in (stated.get(key), stated.get("")))

    @property
    def lines(self) -> list[Line]:
        """All bought lines of goods, in order of time."""
        if self._lines is None:
            self._lines = sorted(
                (line for item in self.items.values() for line in item.bought), key=lambda line: (line.at, line.key)
            )
        return self._lines

    def returned_of(self, code: str) -> list[Line]:
        """The lines of a product that she brought back or cancelled, in order of time; none of what is not goods."""
        product = self.document.products[code]
        if not product.goods:
            return []
        since = max(self.kept("service.return"), self.denied("service.return", code) + 1)
        return [line for line in product.lines if line.nature == RETURNED and since <= line.at <= self.now]

    @property
    def returned(self) -> list[Line]:
        """All lines brought back or cancelled, in order of time."""
        lines = (line for code in self.document.products for line in self.returned_of(code))
        return sorted(lines, key=lambda line: (line.at, line.key))

    @property
    def days(self) -> list[int]:
        """The distinct days on which she bought anything, in order."""
        if self._days is None:
            self._days = sorted({line.at // DAY for line in self.lines})
        return self._days

    def orders(self) -> int:
        """How many orders she placed."""
        return len({line.order for line in self.lines})

    def orders_last_year(self) -> int:
        """How many orders she placed in the last 365 days."""
        return len({line.order for line in self.lines if line.at > self.now - YEAR})

    def products(self) -> int:
        """How many different products she bought."""
        return len(self.items)

    def median_units_per_line(self) -> float | None:
        """The median number of pieces per line."""
        return median(line.units for line in self.lines)

    def days_since_last(self) -> int | None:
        """Days from the day of her last order to today."""
        return self.now // DAY - self.lines[-1].at // DAY if self.lines else None

    def usual_gap(self) -> float | None:
        """The median number of days between the days on which she bought; not known before the second."""
        return _gap(self.days)

    def total_value(self) -> float:
        """What her bought lines cost, in units of currency."""
        return sum(line.units * line.price for line in self.lines) / 1000

    def value_last_year(self) -> float:
        """What her bought lines of the last 365 days cost, in units of currency."""
        return sum(line.units * line.price for line in self.lines if line.at > self.now - YEAR) / 1000

    def tenure_days(self) -> int | None:
        """Days from the day of her first order to today."""
        return self.now // DAY - self.lines[0].at // DAY if self.lines else None

    def returns(self) -> int:
        """How many lines she brought back or cancelled."""
        return len(self.returned)


class Measure(msgspec.Struct, frozen=True):
    """A name for formulas. A label that uses it must name one of `rests_on` in its `from`."""

    name: str
    per: Literal["item", "person"]
    sentence: str
    rests_on: tuple[str, ...]


_OF_ITEM: dict[str, tuple[Callable[[Item], Any], tuple[str, ...]]] = {
    "times_bought": (Item.times_bought, ("purchase.item",)),
    "usual_gap": (Item.usual_gap, ("purchase.item", "purchase.frequency")),
    "days_since_last": (Item.days_since_last, ("purchase.recency", "purchase.item")),
    "units_usual": (Item.units_usual, ("purchase.item",)),
}
_OF_PERSON: dict[str, tuple[Callable[[Person], Any], tuple[str, ...]]] = {
    "orders": (Person.orders, ("purchase.frequency",)),
    "orders_last_year": (Person.orders_last_year, ("purchase.frequency",)),
    "products": (Person.products, ("purchase.frequency", "purchase.item")),
    "median_units_per_line": (Person.median_units_per_line, ("purchase.value",)),
    "days_since_last": (Person.days_since_last, ("purchase.recency",)),
    "usual_gap": (Person.usual_gap, ("purchase.frequency",)),
    "total_value": (Person.total_value, ("purchase.value",)),
    "value_last_year": (Person.value_last_year, ("purchase.value",)),
    "tenure_days": (Person.tenure_days, ("purchase.frequency", "purchase.recency")),
    "returns": (Person.returns, ("service.return",)),
}


def _sentence(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip()


NAMES: tuple[Measure, ...] = (
    *(Measure(name, "item", _sentence(get), rests) for name, (get, rests) in _OF_ITEM.items()),
    *(Measure(name, "person", _sentence(get), rests) for name, (get, rests) in _OF_PERSON.items()),
)
"""Every name a formula may use, with its definition."""

ONLY_OF_ITEM = frozenset(_OF_ITEM) - frozenset(_OF_PERSON)

PERSON_READINGS: dict[str, Callable[[Any], Any]] = {name: get for name, (get, _) in _OF_PERSON.items()}


def _through(get: Callable[[Person], Any]) -> Callable[[Any], Any]:
    return lambda item: get(item.person)


ITEM_READINGS: dict[str, Callable[[Any], Any]] = {
    **{name: _through(get) for name, (get, _) in _OF_PERSON.items()},
    **{name: get for name, (get, _) in _OF_ITEM.items()},
}
"""For a label per item: the item's own names, and her other names beside them."""


def rests_on(name: str, per: str) -> tuple[str, ...]:
    """The facts one of which a label must be `from` in order to use this name."""
    if per == "item" and name in _OF_ITEM:
        return _OF_ITEM[name][1]
    return _OF_PERSON[name][1]
