"""Events of PostHog's SDKs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, OPEN_SERVER, arrived

from tactful.model.arrivals import Arrival
from tactful.service.door import Refusal, arrive
from tactful.service.events_file import Call, calls_of


def sent(event: str, distinct: Any = "u1", **properties: Any) -> dict[str, Any]:
    own = {"event": event, "distinct_id": distinct, "properties": properties}
    return own | {"uuid": "m1", "timestamp": "2026-11-21T18:30:00Z"}


def test_what_its_sdks_really_send(shared_data: Path) -> None:
    found = []
    for name in ("node_sdks", "py_sdks"):
        for line in (shared_data / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            request = json.loads(line)
            if request["path"] == "/batch/":
                for each in calls_of(request["body"], 1):
                    assert isinstance(each, Call)
                    found.append(arrived(each.payload, OPEN_SERVER))
    assert [(each.names, [event.kind for event in each.events]) for each in found] == [
        ((("customer", "u1"),), ["order_line"])
    ] * 2
    assert found[0].message_id == b"01a1ff58-7bed-7c8c-acec-a474d88a25e7"


@pytest.mark.parametrize(
    ("event", "names", "kinds"),
    [
        (sent("$pageview", "d1", **{"$device_id": "d1", "$title": "Bags"}), ["anonymous"], ["page_viewed"]),
        (sent("$pageview", "d1", **{"$is_identified": False}), ["anonymous"], ["page_viewed"]),
        (sent("$screen", "r1", **{"$process_person_profile": False}), ["anonymous"], ["page_viewed"]),
        (sent("$identify", **{"$anon_distinct_id": "d1", "$set": {"email": "p@shop.example"}}),
         ["customer", "email", "anonymous"], ["traits"]),
        (sent("Product Viewed", sku="1", **{"$set": {"email": "p@shop.example"}, "$device_id": "d1"}),
         ["customer", "email", "anonymous"], ["product_viewed"]),
        (sent("$create_alias", alias="d1"), ["customer", "anonymous"], []),
    ],
)  # fmt: skip
def test_its_own_events(event: dict[str, Any], names: list[str], kinds: list[str]) -> None:
    found = arrived(event, OPEN_SERVER)
    assert [kind for kind, _ in found.names] == names
    assert [each.kind for each in found.events] == kinds


def test_a_page_of_it_may_no_more_than_any_other() -> None:
    found = arrived(sent("$identify", **{"$anon_distinct_id": "d1", "$set": {"email": "p@shop.example"}}), OPEN_PAGE)
    assert (found.events, found.may_join) == ((), False)


@pytest.mark.parametrize("distinct", [None, "", {}, [], 1.5, True, "\ud800", 10**400])
@pytest.mark.parametrize(
    "properties", [None, 5, [], {"$set": 1, "alias": {}, "$device_id": []}, {"$set": {"email": []}}]
)
@pytest.mark.parametrize("event", ["$identify", "$create_alias", "Product Viewed", None, 5])
def test_nothing_breaks_it(event: Any, distinct: Any, properties: Any) -> None:
    found = arrive({"event": event, "distinct_id": distinct, "properties": properties}, OPEN_SERVER, DOORMAN, NOW)
    assert isinstance(found, Arrival | Refusal)
