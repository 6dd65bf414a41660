"""Labels at an instant: whether one holds, and the fact that it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tactful.model.records import Fact
from tactful.profile.labels import SAME_AS_PRODUCT, Label, spoken
from tactful.profile.make_purchases import item_value, revealed_by
from tactful.profile.measures import Item, Person
from tactful.profile.sensitivity import most, sensitivity_of
from tactful.profile.shop import Shop


def label_holds(label: Label, scope: Item | Person, person: Person) -> bool | None:
    """Whether a label holds of a product of hers or of her; None is not known.

    It does not hold of what it is never about, where she said that it is not so, and once it is forgotten: when it
    has held for `forget_after` without anything new from her.
    """
    key = scope.code if isinstance(scope, Item) else ""
    if key and key.upper() in label.never_about:
        return False
    value = label.holds(scope)
    if value is not True:
        return None if value is None else False
    return person.believed(f"label.{label.name}", key) and not _forgotten(label, scope, person)


def _forgotten(label: Label, scope: Item | Person, person: Person) -> bool:
    if not label.forget_after:
        return False
    then = person.now - label.forget_after
    lines = scope.bought if isinstance(scope, Item) else scope.lines
    if not lines or lines[-1].at > then:
        return False
    if isinstance(scope, Person):
        return label.holds(person.unchanged_at(then)) is True
    earlier = Person(person.document, then, person.since)
    return label.holds(Item(scope.code, scope.product, scope.bought, earlier)) is True


def label_fact(label: Label, item: Item | None, person: Person, inputs: Sequence[Fact], shop: Shop) -> Fact:
    """The fact that a label holds: derived, one step further than the furthest of its inputs, at least as delicate
    as each of them and as what it reveals, and for no purpose that she was not told for all of them."""
    product = next((fact for fact in inputs if fact.name == "purchase.item"), None) if item else None
    usual = item.rhythm() if item else None
    values: dict[str, dict[str, Any]] = {}
    if item:
        revealed = revealed_by(item, shop)
        values["item"] = item_value(item.code, item.product.name, revealed, shop)
    if usual:
        values["rhythm"] = {"in_words": usual.in_words, "how_often": usual.how_often}
    reveals: str | None = label.reveals or None
    delicate = [fact.sensitivity for fact in inputs]
    if label.reveals == SAME_AS_PRODUCT:
        reveals = product.reveals if product else None
    elif reveals:
        delicate.append(sensitivity_of(reveals))
    told = [set(fact.purposes or ()) for fact in inputs]
    she_reads = spoken(label, values)
    lines = item.bought if item else person.lines
    newest = max(inputs, key=lambda fact: fact.at, default=None)
    return Fact(
        f"label.{label.name}",
        label.kind,
        item.code if item else "",
        {"means": label.means, **values},
        "derived",
        max((fact.distance or 0 for fact in inputs), default=0) + 1,
        most([sensitivity_of(label.kind), *delicate]),
        product.about if product else "self",
        newest.acquired_via if newest else None,
        tuple(sorted(set.intersection(*told))) if told else (),
        lines[-1].at if lines else person.now,
        known_among="self",
        has_words=bool(she_reads),
        she_reads=she_reads,
        reveals=reveals,
        point=newest.point if newest else None,
        lineage=tuple(dict.fromkeys(fact.name for fact in inputs)),
        count=len(inputs),
    )
