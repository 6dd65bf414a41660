"""What we know of one person at an instant: facts with provenance, lineage, purpose and sensitivity, made on demand."""

from __future__ import annotations

from collections.abc import Iterable

from tactful.model.records import Fact
from tactful.profile.derived import Derived
from tactful.profile.document import Document
from tactful.profile.fold import as_of
from tactful.profile.labels import Declared, Label
from tactful.profile.make_derived import derived_fact
from tactful.profile.make_labels import items_with, label_denied, label_fact, label_holds
from tactful.profile.make_notes import REQUEST, note_facts, request_facts
from tactful.profile.make_noticed import BROWSING, noticed_facts
from tactful.profile.make_purchases import item_fact, return_facts, revealed_by, total_fact
from tactful.profile.make_told import told_facts
from tactful.profile.measures import NEVER, Item, Person
from tactful.profile.shop import Shop
from tactful.profile.traits import NOTE
from tactful.profile.worked import worked

TOTALS = ("purchase.frequency", "purchase.recency", "purchase.value")


class Known:
    """One person's facts at an instant. Each is made when it is first asked for, and only if it was wanted.

    What is not wanted, not known, denied by her or older than its keeping time is not there. `floor` is the earliest
    time (µs) of anything that counts.
    """

    def __init__(
        self, document: Document, now: int, shop: Shop, wanted: frozenset[str] | None, floor: int = NEVER
    ) -> None:
        document = as_of(document, now)
        self.now = now
        self.shop = shop
        self.wanted = wanted
        self.person = Person(document, now, shop.keeps.since("purchase.item", now), shop, floor, self.every)
        self._since: dict[int, Known] = {}
        self._facts: dict[tuple[str, str], Fact | None] = {}
        self._all: dict[str, tuple[Fact, ...]] = {}
        self._true: dict[str, tuple[str, ...]] = {}
        self._open: dict[str, bool] = {}
        self._told: tuple[Fact, ...] | None = None

    def facts(self, name: str) -> tuple[Fact, ...]:
        """All facts of this name, ordered by key."""
        if self.wanted is not None and name not in self.wanted:
            return ()
        return self.every(name)

    def fact(self, name: str, key: str = "") -> Fact | None:
        """The fact of this name and key, or None."""
        if self.wanted is not None and name not in self.wanted:
            return None
        return self.one(name, key)

    def every(self, name: str) -> tuple[Fact, ...]:
        """As `facts`, also of what was not wanted: for what other facts rest on."""
        found = self._all.get(name)
        if found is None:
            found = self._all[name] = tuple(sorted(self._make(name), key=lambda fact: fact.key))
        return found

    def one(self, name: str, key: str) -> Fact | None:
        """As `fact`, also of what was not wanted."""
        if (name, key) not in self._facts:
            self._facts[name, key] = self._make_one(name, key)
        return self._facts[name, key]

    def label(self, name: str) -> Label | None:
        """The label behind a fact's name (`label.due_again`), or None."""
        return self.shop.declared.labels.get(name.removeprefix("label.")) if name.startswith("label.") else None

    def derived(self, name: str) -> Derived | None:
        """The declaration behind a fact's name (`derived.looks_lately`), or None."""
        return self.shop.declared.derived.get(name[8:]) if name.startswith("derived.") else None

    def true_items(self, label: Label) -> tuple[str, ...]:
        """The codes of the products of which this label holds, in binding order: what reveals something comes last,
        then most days bought first, then longest overdue relative to its rhythm, then by code."""
        found = self._true.get(label.name)
        if found is None:
            each = items_with(label, self.person)
            self._open[label.name] = None in each.values()
            codes = [code for code, value in each.items() if value]
            found = self._true[label.name] = self.in_binding_order(codes)
        return found

    def in_binding_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Codes of products of hers in the order in which a message about one of them takes one."""
        return tuple(sorted(codes, key=lambda code: self._binding(self.person.items[code])))

    def _binding(self, item: Item) -> tuple[bool, int, float, str]:
        return (revealed_by(item, self.shop) is not None, *item.binding_order())

    def holds(self, name: str, key: str = "") -> bool | None:
        """Whether a label holds, of the product `key` where it is one about products; None is not known.

        With an empty key a label about products holds if it holds of any.
        """
        label = self.label(name)
        if label is None:
            return None
        if label.per == "person":
            return label_holds(label, "", self.person)
        if key:
            return label_holds(label, key, self.person) if key in self.person.items else False
        if self.true_items(label):
            return True
        return None if self._open[label.name] else False

    def number(self, name: str, key: str = "") -> float | None:
        """The number of a fact, for audiences; None is not known.

        `purchase.recency` days since the last order, `purchase.frequency` orders in the last 365 days,
        `purchase.value` what they cost in units of currency, `purchase.item` days on which the product `key` was
        bought, `service.return` lines brought back, `demographic.age` years as she told us, `derived.NAME` its number.
        """
        derived = self.derived(name)
        if derived is not None:
            found = worked(derived, self.person)
            return found.number if found else None
        if name == "purchase.item":
            item = self.person.items.get(key)
            return item.times_bought() if item else None
        person = self.person.for_fact(name)
        if name == "purchase.recency":
            return person.days_since_last()
        if name == "purchase.frequency":
            return person.orders_last_year() if person.lines else None
        if name == "purchase.value":
            return person.value_last_year() if person.lines else None
        if name == "service.return":
            return person.returns()
        value = next((fact.value.get("value") for fact in self.every(name)), None)
        return float(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None

    def _make(self, name: str) -> Iterable[Fact]:
        keys: Iterable[str] = ("",)
        label = self.label(name)
        if name == "purchase.item":
            keys = self.person.items
        elif label is not None and label.per == "item":
            keys = self.true_items(label)
        elif name == "service.return":
            return return_facts(self.person, self.shop)
        elif name in BROWSING:
            return noticed_facts(name, self.person, self.shop)
        elif name in (NOTE, REQUEST):
            return (note_facts if name == NOTE else request_facts)(self.person, self.shop)
        elif label is None and name not in TOTALS and self.derived(name) is None:
            if self._told is None:
                self._told = tuple(told_facts(self.person, self.shop))
            return [fact for fact in self._told if fact.name == name]
        return [fact for key in keys if (fact := self.one(name, key)) is not None]

    def _make_one(self, name: str, key: str) -> Fact | None:
        label = self.label(name)
        if label is not None:
            return self._make_label(label, key)
        derived = self.derived(name)
        if derived is not None:
            return derived_fact(derived, self.person, self.shop) if key == "" else None
        if name == "purchase.item":
            item = self.person.items.get(key)
            return item_fact(item, self.shop) if item else None
        if name in TOTALS:
            return total_fact(name, self.person, self.shop) if key == "" else None
        return next((fact for fact in self.every(name) if fact.key == key), None)

    def _make_label(self, label: Label, key: str) -> Fact | None:
        item = self.person.items.get(key) if label.per == "item" else None
        if (label.per == "item" and item is None) or (label.per == "person" and key):
            return None
        if label_holds(label, key, self.person) is not True:
            return None
        denied = label_denied(label, key, self.person)
        if denied >= self.person.floor and denied > NEVER:
            return self._later_than(denied)._make_label(label, key)
        inputs: list[Fact] = []
        for name in label.inputs:
            single = self.one(name, key) if item and name in ("purchase.item", "service.return") else None
            if single is not None:
                inputs.append(single)
            elif not (item and name == "purchase.item"):
                inputs += self.every(name)
        return label_fact(label, item, self.person, inputs, self.shop)

    def _later_than(self, denied: int) -> Known:
        """The same person as only what we learned after a denial tells."""
        if denied not in self._since:
            self._since[denied] = Known(self.person.document, self.now, self.shop, self.wanted, denied + 1)
        return self._since[denied]


def read(document: Document, now: int, shop: Shop, wanted: frozenset[str] | None = None) -> Known:
    """What we know at `now` (µs). `wanted` names the facts that may be asked for; None is all."""
    return Known(document, now, shop, wanted)


def every_name(document: Document, declared: Declared) -> tuple[str, ...]:
    """The names of all facts that this document could give, for a page that shows a person what we hold."""
    names = {"purchase.item", "service.return", NOTE, REQUEST, *TOTALS, *BROWSING}
    names.update(trait.partition(":")[0] for trait in as_of(document, -NEVER).traits)
    names.update(f"label.{label}" for label in declared.labels)
    names.update(each.fact for each in declared.derived.values())
    return tuple(sorted(names))
