"""Bodies as nobody sends them: whatever comes in, the answer is not a fault, and the server goes on."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.running import Server

FINE = {200, 413, 429}
NAMES = st.sampled_from(
    ["type", "userId", "anonymousId", "messageId", "event", "properties", "traits", "context", "timestamp", "sentAt",
     "previousId", "products", "order_id", "price", "quantity", "consent", "categoryPreferences", "collection_point",
     "email", "phone", "address", "device", "id", "externalIds", "name", "sku", "product_id", "batch", "writeKey"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["track", "identify", "page", "screen", "group", "alias", "Order Completed", "Product Viewed", "Order Refunded",
     "Complaint Opened", "2026-11-21T18:22:29.446Z", "9999-99-99", "a@mail.example", "+44 20 7946 0000", "NaN", ""]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=6),
    max_leaves=25,
)
PARTS = ("type", "userId", "event", "properties", "traits", "context", "messageId", "anonymousId", "timestamp")
CALLS = st.fixed_dictionaries({}, optional=dict.fromkeys(PARTS, VALUES))
BOUNDED = settings(
    max_examples=min(settings().max_examples, 2000), deadline=None, suppress_health_check=list(HealthCheck)
)


def sent(server: Server, body: bytes, path: str = "/v1/batch", key: str = "server", **headers: str) -> None:
    before = server.log.stat().st_size
    reply = server.ask("POST", path, body, server.keys[key], headers)
    assert reply.status in FINE, body
    with server.log.open("rb") as log:
        log.seek(before)
        assert b'"at":' not in log.read(), body


@given(st.lists(CALLS | VALUES, max_size=4), st.sampled_from(["server", "web"]), st.booleans())
@BOUNDED
def test_batches_of_anything(server: Server, calls: list[Any], key: str, gpc: bool) -> None:
    body = json.dumps({"batch": calls}).encode("utf-8", "surrogatepass")
    sent(server, body, "/v1/batch", key, **({"Sec-GPC": "1"} if gpc else {}))


@given(CALLS | VALUES, st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "i", "t", "p", "b"]))
@BOUNDED
def test_single_calls_of_anything(server: Server, call: Any, path: str) -> None:
    sent(server, json.dumps(call).encode("utf-8", "surrogatepass"), f"/v1/{path}")


SHAPES = st.fixed_dictionaries(
    {"e": st.sampled_from(["ue", "pv", "ti", "tr"]) | VALUES, "tv": VALUES},
    optional=dict.fromkeys(("ue_pr", "ue_px", "co", "cx", "uid", "duid", "eid", "dtm", "stm", "ttm", "aid"), VALUES),
) | st.fixed_dictionaries(
    {"specversion": st.just("1.0"), "id": st.text(max_size=5), "source": st.text(max_size=5),
     "type": st.sampled_from(["shop.order.completed", "shop.identify", "x"]) | st.text(max_size=9)},
    optional=dict.fromkeys(("userid", "anonymousid", "subject", "time", "data", "data_base64", "context"), VALUES),
)  # fmt: skip


@given(st.lists(SHAPES, max_size=4), st.sampled_from(["server", "web"]), st.booleans())
@BOUNDED
def test_other_shapes_of_anything(server: Server, events: list[Any], key: str, wrapped: bool) -> None:
    schema = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
    body = json.dumps({"schema": schema, "data": events} if wrapped else events).encode("utf-8", "surrogatepass")
    sent(server, body, "/com.snowplowanalytics.snowplow/tp2" if wrapped else "/v1/cloudevents", key)


@given(st.binary(max_size=300), st.booleans())
@BOUNDED
def test_bytes_of_anything(server: Server, body: bytes, packed: bool) -> None:
    sent(server, gzip.compress(body)[: len(body) + 12] if packed else body)


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[bytes]:
    """What SDKs really sent."""
    found = []
    for name in ("browser_sdks", "node_sdks", "py_sdks"):
        for line in (shared_data / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            body = json.loads(line)["body"]
            if body is not None:
                found.append(json.dumps(body).encode())
    return found


@given(st.randoms(use_true_random=False), st.integers(1, 12))
@BOUNDED
def test_recordings_with_something_changed(
    server: Server, recorded: list[bytes], chance: random.Random, changes: int
) -> None:
    body = bytearray(chance.choice(recorded))
    for _ in range(changes):
        at = chance.randrange(len(body))
        match chance.randrange(4):
            case 0:
                body[at] = chance.randrange(256)
            case 1:
                del body[at : at + chance.randrange(1, 20)]
            case 2:
                body[at:at] = chance.choice(
                    [b"null", b'"', b"[", b"}", b"1e999", b"-", b"\\ud800", b"\x00", b'{"a":1}']
                )
            case _:
                other = chance.choice(recorded)
                start = chance.randrange(len(other))
                body[at:at] = other[start : start + chance.randrange(1, 60)]
        if not body:
            return
    sent(server, bytes(body))
