"""Facts about what she looked at, put into the basket and searched for."""

from __future__ import annotations

from typing import Any

from tactful.model.records import Fact
from tactful.profile.document import Document, Seen
from tactful.profile.events import PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED, PRODUCTS_SEARCHED
from tactful.profile.evidence import noticed, ordered_since
from tactful.profile.make_purchases import item_value
from tactful.profile.measures import Person
from tactful.profile.names import plain_name
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
    return [
        _noticed(name, subject, seen, person, shop)
        for subject, seen in noticed(_KINDS[name], person, shop)
        if name != "browsing.cart" or not _left(person.document, subject, seen.at, person.now)
    ]


def _left(document: Document, code: str, at: int, now: int) -> bool:
    """Whether what was put into the basket has been taken out or ordered since, as far as anybody told."""
    removed = document.seen.get(PRODUCT_REMOVED, {}).get(code)
    if removed is not None and at <= removed.at <= now:
        return True
    return ordered_since(document, code, at, now)


def _noticed(name: str, subject: str, seen: Seen, person: Person, shop: Shop) -> Fact:
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
        known_to_her=True if person.spoke_of(name, subject) else None,
        known_among="self",
        has_words=bool(words),
        she_reads=_SENTENCES[name].format(words) if words else "",
        reveals=revealed.reveals if revealed else None,
        point=point_of(shop.told, seen.source, seen.at),
        lineage=(seen.key.hex(),),
        count=1,
    )
