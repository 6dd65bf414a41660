"""A shop's door for tests: two points, a page's key and a server's."""

from __future__ import annotations

from typing import Any

from tests.profile.given import table

from tactful.model.arrivals import Arrival
from tactful.permission.points import CollectionPoint, load_point
from tactful.profile.orders import load_not_goods
from tactful.profile.segment import Refusal
from tactful.profile.times import parse_time
from tactful.profile.traits import load_traits
from tactful.service.door import Doorman, Sender, arrive

NOW = parse_time("2026-11-21T18:31:00Z", None)
SITE = """
collection_point: site
notice: notices/site.md
seen_from: 2026-01-01
sources: [web, shop-server]
purposes: [service, personalise]
collects: [contact, purchase, browsing, search, service]
consent:
  Analytics: {needed_for: [browsing, search]}
  Advertising: {refuses: [advertise]}
  Marketing:
    refuses: [market]
    grants: [{purpose: market, channel: email, asked: plainly, notice: notices/newsletter.md}]
approved: {by: privacy@shop.example, on: 2026-01-01}
"""
OPEN = """
collection_point: open
notice: notices/site.md
seen_from: 2026-01-01
sources: [web, shop-server, pos]
purposes: [service]
collects: [contact, purchase, browsing, search, service, device, demographic, life_event, preference, family]
approved: {by: privacy@shop.example, on: 2026-01-01}
"""


def point(text: str) -> CollectionPoint:
    return load_point(text, "point.yaml")


DOORMAN = Doorman(
    [point(SITE), point(OPEN)],
    load_traits(*table("traits.yaml")),
    load_not_goods(*table("not_goods.yaml")),
    region="GB",
)
PAGE = Sender("web", "site", public=True, origins=("https://shop.example",))
OPEN_PAGE = Sender("web", "open", public=True)
SERVER = Sender("shop-server", "site")
OPEN_SERVER = Sender("shop-server", "open")


def call(kind: str = "track", **other: Any) -> dict[str, Any]:
    base = {"type": kind, "messageId": "m1", "userId": "u1", "anonymousId": "a1", "timestamp": "2026-11-21T18:30:59Z"}
    return base | ({"event": "Product Viewed", "properties": {"sku": "s1"}} if kind == "track" else {}) | other


def arrived(payload: Any, sender: Sender = SERVER, gpc: bool = False) -> Arrival:
    found = arrive(payload, sender, DOORMAN, NOW, gpc)
    assert isinstance(found, Arrival), found
    return found


def refused(payload: Any, sender: Sender = SERVER) -> Refusal:
    found = arrive(payload, sender, DOORMAN, NOW)
    assert isinstance(found, Refusal), found
    return found
