"""Labels at an instant: whether one holds, and the fact that it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tactful.model.records import Fact
from tactful.profile.document import Line
from tactful.profile.labels import SAME_AS_PRODUCT, Label, spoken
from tactful.profile.lineage import distance_of, provenance_of, purposes_of_all
from tactful.profile.make_purchases import item_value, revealed_by
from tactful.profile.measures import NEVER, Item, Person
from tactful.profile.sensitivity import ORDER, most, sensitivity_of
from tactful.profile.shop import Shop
from tactful.profile.worked import worked


def label_holds(label: Label, code: str, person: Person) -> bool | None:
    """Whether a label holds of a product of hers or, with an empty code, of her; None is not known.

    It does not hold of what it is never about, and once it is forgotten: when it has held for `forget_after` without
    anything new from her. Where she said that it, or what it is made from, is not so, it holds only if what we learned
    since is enough for it by itself.
    """
    if code and code.upper() in label.never_about:
        return False
    person = person.kept_for(label.inputs)
    scope = _scope(code, person)
    if scope is None:
        return False
    value = label.holds(scope)
    if value is not True:
        return None if value is None else False
    denied = label_denied(label, code, person)
    if denied > NEVER:
        person = person.narrowed(NEVER, denied + 1)
        scope = _scope(code, person)
        if scope is None or label.holds(scope) is not True:
            return False
    return not _forgotten(label, scope, person)


def items_with(label: Label, person: Person) -> dict[str, bool | None]:
    """The products of hers of which a label holds (True) or may hold (None), by code: mostly few, so that most are left
    at their first number."""
    items = person.kept_for(label.inputs).items
    may = [code for code in person.items if code in items and label.holds(items[code]) is not False]
    return {code: held for code in may if (held := label_holds(label, code, person)) is not False}


def label_denied(label: Label, code: str, person: Person) -> int:
    """When she last denied this label, or something that it is made from, and did not take it back; else NEVER."""
    return max(person.denied(name, code) for name in (f"label.{label.name}", *label.inputs))


def _scope(code: str, person: Person) -> Item | Person | None:
    return person.items.get(code) if code else person


def _forgotten(label: Label, scope: Item | Person, person: Person) -> bool:
    if not label.forget_after:
        return False
    then = person.now - label.forget_after
    newest = _newest(label, scope, person)
    if newest is None or newest > then:
        return False
    if isinstance(scope, Person):
        return label.holds(person.unchanged_at(then)) is True
    earlier = Person(person.document, then, person.since, person.shop, person.floor, person.every)
    return label.holds(Item(scope.code, scope.product, scope.bought, earlier)) is True


def _newest(label: Label, scope: Item | Person, person: Person) -> int | None:
    """When the last thing happened that the label rests on."""
    lines = scope.bought if isinstance(scope, Item) else scope.lines
    times = [lines[-1].at] if lines else []
    times += [found.at for each in label.derived if (found := worked(each, person)) is not None]
    return max(times, default=None)


def _most_delicate(inputs: Sequence[Fact]) -> str | None:
    """What the most delicate of these reveals, if any reveals anything."""
    telling = [fact for fact in inputs if fact.reveals]
    return max(telling, key=lambda fact: ORDER.index(fact.sensitivity or ORDER[-1])).reveals if telling else None


def lines_of(label: Label, item: Item | None, person: Person) -> list[Line]:
    """The lines of orders that tell how old a label is; none where it is made from derived facts alone."""
    if len(label.derived) == len(label.inputs):
        return []
    return item.bought if item else person.lines


def _shown(item: Item | None, shop: Shop) -> dict[str, dict[str, Any]]:
    """What a template may show of the product that a label is about."""
    if item is None:
        return {}
    values: dict[str, dict[str, Any]] = {
        "item": item_value(item.code, item.product.name, revealed_by(item, shop), shop)
    }
    usual = item.rhythm()
    if usual:
        values["rhythm"] = {"in_words": usual.in_words, "how_often": usual.how_often}
    return values


def label_fact(label: Label, item: Item | None, person: Person, inputs: Sequence[Fact], shop: Shop) -> Fact:
    """The fact that a label holds: derived, one step further than the furthest of its inputs, at least as delicate
    as each of them and as what it reveals, and for no purpose that she was not told for all of them."""
    product = next((fact for fact in inputs if fact.name == "purchase.item"), None) if item else None
    values = _shown(item, shop)
    reveals: str | None = label.reveals or None
    delicate = [fact.sensitivity for fact in inputs]
    if label.reveals == SAME_AS_PRODUCT:
        reveals = product.reveals if product else None
    elif reveals:
        delicate.append(sensitivity_of(reveals))
    elif label.derived:
        reveals = _most_delicate(inputs)
    she_reads = spoken(label, values)
    bought = lines_of(label, item, person)
    newest = max(inputs, key=lambda fact: fact.at, default=None)
    at = bought[-1].at if bought else newest.at if newest else person.now
    return Fact(
        f"label.{label.name}",
        label.kind,
        item.code if item else "",
        {"means": label.means, **values},
        provenance_of(inputs),
        distance_of(inputs),
        most([sensitivity_of(label.kind), *delicate]),
        product.about if product else "self",
        newest.acquired_via if newest else None,
        purposes_of_all(inputs),
        at,
        known_to_her=True if person.spoke_of(f"label.{label.name}", item.code if item else "") else None,
        known_among="self",
        has_words=bool(she_reads),
        she_reads=she_reads,
        reveals=reveals,
        point=newest.point if newest else None,
        lineage=tuple(dict.fromkeys(fact.name for fact in inputs)),
        count=len(inputs),
    )
