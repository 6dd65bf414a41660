"""Facts about what she bought and brought back. What is not goods never becomes one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tactful.model.records import DAY, Fact
from tactful.profile.document import Line
from tactful.profile.measures import Item, Person
from tactful.profile.names import kind_of, plain_name
from tactful.profile.revealing import Revealed, more_delicate
from tactful.profile.rhythm import rhythm
from tactful.profile.shop import Shop
from tactful.profile.told import point_of, purposes_of

LINEAGE = 12
"""How many of the newest events a fact names."""


def occasions(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """Where and when these lines were learned."""
    return [(line.source, line.at) for line in lines]


def lineage(lines: Sequence[Line]) -> tuple[str, ...]:
    """The keys of the newest events, newest first; `lines` come in order of time."""
    return tuple(line.key.hex() for line in lines[: -LINEAGE - 1 : -1])


def item_value(code: str, name: str, revealed: Revealed | None, shop: Shop) -> dict[str, Any]:
    """What a template may show of a product. A group word is left out where it would tell what the name tells."""
    value: dict[str, Any] = {"plain_name": plain_name(name)}
    if revealed is None and shop.catalogue is not None:
        kind = kind_of(name, shop.catalogue)
        if kind:
            value["kind"] = kind
    return value


def revealed_by(item: Item, shop: Shop) -> Revealed | None:
    """What a product reveals by itself or together with what else she bought."""
    alone = shop.revealing.look_up(item.code, item.product.name)
    return more_delicate(alone, item.person.together(shop.revealing).get(item.code))


def item_fact(item: Item, shop: Shop) -> Fact:
    """`purchase.item` of one product: observed; its sensitivity and what it reveals are looked up now."""
    last = item.bought[-1]
    name = item.product.name
    revealed = revealed_by(item, shop)
    value = item_value(item.code, name, revealed, shop)
    return Fact(
        "purchase.item",
        "purchase.item",
        item.code,
        value,
        "observed",
        0,
        revealed.sensitivity if revealed else "ordinary",
        revealed.about if revealed else "self",
        shop.acquired_via(last.source),
        purposes_of(shop.told, occasions(item.bought)),
        last.at,
        known_to_her=True,
        known_among="self",
        has_words=bool(value["plain_name"]),
        she_reads=f"You bought {value['plain_name']}." if value["plain_name"] else "",
        reveals=revealed.reveals if revealed else None,
        point=point_of(shop.told, last.source, last.at),
        lineage=lineage(item.bought),
        count=len(item.bought),
    )


def total_fact(name: str, person: Person, shop: Shop) -> Fact | None:
    """`purchase.frequency`, `.recency` or `.value`: arithmetic on her order lines as such, whatever was in them."""
    whole, person = person, person.for_fact(name)
    if not person.lines:
        return None
    last = person.lines[-1]
    value, she_reads = _TOTALS[name](person)
    return Fact(
        name,
        name,
        "",
        value,
        "derived",
        1,
        "ordinary",
        "self",
        shop.acquired_via(last.source),
        purposes_of(shop.told, occasions(person.lines)),
        last.at,
        known_to_her=True if whole.spoke_of(name) else None,
        known_among="self",
        has_words=bool(she_reads),
        she_reads=she_reads,
        point=point_of(shop.told, last.source, last.at),
        lineage=lineage(person.lines),
        count=len(person.lines),
    )


def _frequency(person: Person) -> tuple[dict[str, Any], str]:
    orders = person.orders()
    value: dict[str, Any] = {"orders": orders}
    usual = rhythm(person.usual_gap())
    if usual is None:
        return value, "You ordered from us once." if orders == 1 else f"You ordered from us {orders} times."
    value["rhythm"] = {"in_words": usual.in_words, "how_often": usual.how_often}
    return value, f"You usually order {usual.how_often}."


def _recency(person: Person) -> tuple[dict[str, Any], str]:
    days = person.now // DAY - person.lines[-1].at // DAY
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return {"days": days}, f"You last ordered {ago}."


def _value(person: Person) -> tuple[dict[str, Any], str]:
    return {"last_year": f"{person.value_last_year():.2f}"}, "We add up what your orders come to."


_TOTALS = {"purchase.frequency": _frequency, "purchase.recency": _recency, "purchase.value": _value}


def return_facts(person: Person, shop: Shop) -> list[Fact]:
    """`service.return` of each product of which she brought something back or cancelled an order."""
    facts = []
    for code, product in person.document.products.items():
        lines = person.returned_of(code)
        if not lines:
            continue
        last = lines[-1]
        revealed = shop.revealing.look_up(code, product.name)
        plain = plain_name(product.name)
        facts.append(
            Fact(
                "service.return",
                "service.return",
                code,
                {"plain_name": plain},
                "observed",
                0,
                revealed.sensitivity if revealed else "ordinary",
                revealed.about if revealed else "self",
                shop.acquired_via(last.source),
                purposes_of(shop.told, occasions(lines)),
                last.at,
                known_to_her=True,
                known_among="self",
                has_words=bool(plain),
                she_reads=f"You brought back or cancelled {plain}." if plain else "",
                reveals=revealed.reveals if revealed else None,
                point=point_of(shop.told, last.source, last.at),
                lineage=lineage(lines),
                count=len(lines),
            )
        )
    return facts
