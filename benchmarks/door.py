"""What one call costs at the door, against reading its JSON: `python benchmarks/door.py [calls]`.

Three calls as SDKs send them, with everything that they carry: a product that was looked at, the same with the choices
of a consent dialogue and Global Privacy Control, and an order of ten lines. Processor time of one thread, the best of
25 rounds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.resources import files

import msgspec

from tactful.model.arrivals import Arrival
from tactful.permission.points import load_point
from tactful.profile.orders import load_not_goods
from tactful.profile.traits import load_traits
from tactful.service.door import Doorman, Sender, arrive

NOW = 1_795_285_860_000_000
ROUNDS = 25
POINT = """
collection_point: site
notice: notices/site.md
seen_from: 2026-01-01
sources: [web]
purposes: [service]
collects: [contact, purchase, browsing]
consent:
  Analytics: {needed_for: [browsing]}
  Advertising: {refuses: [advertise]}
approved: {by: privacy@shop.example, on: 2026-01-01}
"""
CONTEXT = {
    "page": {"path": "/bags", "referrer": "", "search": "", "title": "Bags", "url": "https://shop.example/bags"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
    "locale": "en-GB",
    "library": {"name": "analytics.js", "version": "next-1.84.3"},
    "consent": {"categoryPreferences": {"Analytics": True}},
}
VIEWED = {
    "type": "track", "event": "Product Viewed", "properties": {"sku": "20725", "name": "LUNCH BAG RED"},
    "userId": "17850", "anonymousId": "ae25d1b3-88af-45ba-bdfc-e72322f9d673", "context": CONTEXT,
    "messageId": "ajs-next-1795285859757-88af15ba-3dfc-4723-a2f9-d6733a261d9e", "writeKey": "WRITEKEY",
    "timestamp": "2026-11-21T18:30:59.757Z", "sentAt": "2026-11-21T18:30:59.761Z", "integrations": {},
}  # fmt: skip
CHOSEN = {"consent": {"categoryPreferences": {"Analytics": True, "Advertising": False}, "gpc": True}}
LINES = [{"sku": str(20000 + n), "name": "LUNCH BAG", "price": 1.65, "quantity": 2} for n in range(10)]
CALLS = {
    "a product that was looked at": VIEWED,
    "… with choices and GPC": VIEWED | {"context": CONTEXT | CHOSEN},
    "an order of ten lines": VIEWED
    | {"event": "Order Completed", "properties": {"order_id": "o-1", "products": LINES}},
}


def table(name: str) -> tuple[str, str]:
    return files("tactful.profile").joinpath(f"tables/{name}").read_text("utf-8"), name


def microseconds(work: Callable[[], object], calls: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            work()
        best = min(best, time.process_time() - began)
    return best / calls * 1e6


def main(calls: int) -> None:
    doorman = Doorman(
        [load_point(POINT, "site.yaml")], load_traits(*table("traits.yaml")), load_not_goods(*table("not_goods.yaml"))
    )
    sender = Sender("web", "site")
    print(f"{'':32}{'door':>10}{'JSON':>10}{'ratio':>8}")
    for name, call in CALLS.items():
        body = msgspec.json.encode(call)
        arrival = arrive(call, sender, doorman, NOW)
        assert isinstance(arrival, Arrival)
        assert arrival.events
        door = microseconds(lambda call=call: arrive(call, sender, doorman, NOW), calls)  # type: ignore[misc]
        read = microseconds(lambda body=body: msgspec.json.decode(body), calls)  # type: ignore[misc]
        print(f"{name:32}{door:>7.1f} µs{read:>7.1f} µs{door / read:>7.1f}×")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
