"""Facts about what she looked at and searched for, and about what she told us of herself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tactful.model.records import Fact
from tactful.profile.document import BOUGHT, Document, Seen, Trait
from tactful.profile.events import PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED, PRODUCTS_SEARCHED
from tactful.profile.make_purchases import item_value
from tactful.profile.measures import Person
from tactful.profile.names import plain_name
from tactful.profile.sensitivity import most, sensitivity_of
from tactful.profile.shop import Shop
from tactful.profile.told import point_of, purposes_of

BROWSING = ("browsing.own", "browsing.cart", "search")
_KINDS = {"browsing.own": PRODUCT_VIEWED, "browsing.cart": PRODUCT_ADDED, "search": PRODUCTS_SEARCHED}
_SENTENCES = {
    "browsing.own": "You looked at {}.",
    "browsing.cart": "You put {} into your basket.",
    "search": "You searched for “{}”.",
}


def noticed_facts(name: str, person: Person, shop: Shop) -> list[Fact]:
    """`browsing.own`, `browsing.cart` or `search`: one fact per product or text, observed."""
    since = shop.keeps.since(name, person.now)
    facts = []
    for subject, seen in person.document.seen.get(_KINDS[name], {}).items():
        if not since <= seen.at <= person.now or not person.believed(name, subject):
            continue
        product = person.document.products.get(subject)
        sold = product is None or product.goods
        if name != "search" and not (sold and shop.goods(subject, seen.text)):
            continue
        if name == "browsing.cart" and _left(person.document, subject, seen.at, person.now):
            continue
        facts.append(_noticed(name, subject, seen, shop))
    return facts


def _left(document: Document, code: str, at: int, now: int) -> bool:
    """Whether what was put into the basket has been taken out or bought since."""
    removed = document.seen.get(PRODUCT_REMOVED, {}).get(code)
    if removed is not None and at <= removed.at <= now:
        return True
    product = document.products.get(code)
    return product is not None and any(line.nature == BOUGHT and at <= line.at <= now for line in product.lines)


def _noticed(name: str, subject: str, seen: Seen, shop: Shop) -> Fact:
    search = name == "search"
    text = seen.text or (subject if search else "")
    revealed = shop.revealing.look_up("" if search else subject, text)
    value: dict[str, Any] = {"text": text} if search else item_value(subject, text, revealed, shop)
    words = text if search else plain_name(text)
    return Fact(
        name,
        name,
        subject,
        value,
        "observed",
        0,
        revealed.sensitivity if revealed else "ordinary",
        revealed.about if revealed else "self",
        shop.acquired_via(seen.source),
        purposes_of(shop.told, [(seen.source, seen.at)]),
        seen.at,
        known_among="self",
        has_words=bool(words),
        she_reads=_SENTENCES[name].format(words) if words else "",
        reveals=revealed.reveals if revealed else None,
        point=point_of(shop.told, seen.source, seen.at),
        lineage=(seen.key.hex(),),
        count=1,
    )


_TOLD = {
    "contact.email": "You gave us your e-mail address.",
    "contact.phone": "You gave us your telephone number.",
    "contact.name": "You told us your name.",
    "contact.address": "You gave us your address.",
    "life_event.birthday": "You told us your birthday.",
    "demographic.age": "You told us your age.",
    "demographic.gender": "You told us your gender.",
    "preference.size": "You told us your size.",
    "family.size": "You told us how many live with you.",
}


def told_facts(person: Person, shop: Shop) -> list[Fact]:
    """What she told us about herself: one fact per name, provided; its parts are its value."""
    parts: dict[str, dict[str, Trait]] = {}
    for place, trait in person.document.traits.items():
        name, _, part = place.partition(":")
        if shop.keeps.since(name, person.now) <= trait.at <= person.now and person.believed(name):
            parts.setdefault(name, {})[part] = trait
    return [_told(name, traits, shop) for name, traits in sorted(parts.items())]


def _told(name: str, parts: dict[str, Trait], shop: Shop) -> Fact:
    newest = sorted(parts.values(), key=lambda trait: (trait.at, trait.key), reverse=True)
    last = newest[0]
    she_reads = _TOLD.get(name, "")
    return Fact(
        name,
        name,
        "",
        {part: trait.value for part, trait in sorted(parts.items())},
        "provided",
        0,
        most(_delicate(name, parts.values(), shop)),
        "household" if name == "family.size" else "self",
        shop.acquired_via(last.source),
        purposes_of(shop.told, [(trait.source, trait.at) for trait in newest]),
        last.at,
        known_to_her=True,
        known_among="self",
        has_words=bool(she_reads),
        she_reads=she_reads,
        point=point_of(shop.told, last.source, last.at),
        lineage=tuple(dict.fromkeys(trait.key.hex() for trait in newest)),
        count=len({trait.key for trait in newest}),
    )


def _delicate(name: str, traits: Iterable[Trait], shop: Shop) -> list[str]:
    found = [sensitivity_of(name)]
    if not name.startswith("contact."):
        revealed = [shop.revealing.look_up("", trait.value) for trait in traits]
        found += [each.sensitivity for each in revealed if each]
    return found
