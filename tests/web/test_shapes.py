"""The routes of other shapes: the picture, keys in an address, keys in a body, pages of other origins."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

from tests.web.running import Server, clock

from tactful.bootstrap import store_for_reading

TP2 = "/com.snowplowanalytics.snowplow/tp2"
SCHEMA = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
PAGE = "https://shop.example"


def viewed(person: str, number: int, **more: Any) -> dict[str, Any]:
    at = {"e": "pv", "tv": "js-4.10.1", "p": "web", "page": "Bags", "duid": person, "eid": f"{person}-{number}"}
    return at | {"dtm": str(clock() // 1000)} | more


def payload(*events: dict[str, Any]) -> str:
    return json.dumps({"schema": SCHEMA, "data": events})


def pages(server: Server, browser: str) -> int:
    with closing(store_for_reading(server.folder)) as store:
        person = store.find("anonymous", browser)
        return len(store.tail(person)) if person is not None else 0


def test_the_app_s_id_is_the_key_and_is_not_kept(server: Server) -> None:
    secret = server.keys["server"]
    good, bad = viewed("sp-a", 1, aid=secret), viewed("sp-a", 2, aid=secret, dtm="soon")
    reply = server.ask("POST", TP2, payload(good, bad))
    assert (reply.status, reply.said["accepted"]) == (200, 1)
    assert reply.said["refused"][0]["messageId"] == "sp-a-2"
    with closing(store_for_reading(server.folder)) as store:
        bodies = [each.body for each in store.aside("server", 100)]
    assert bodies
    assert not [each for each in bodies if secret.encode() in each]
    assert server.ask("POST", TP2, payload(viewed("sp-a", 3, aid="nothing"))).status in (401, 429)
    assert server.ask("POST", TP2, json.dumps({"schema": SCHEMA, "data": 5}), secret).said["refused"]


def test_the_picture_takes_one_event_of_a_public_key(server: Server) -> None:
    query = urlencode(viewed("sp-b", 1, aid=server.keys["web"]))
    reply = server.ask("GET", f"/i?{query}")
    assert (reply.status, reply.headers["content-type"], reply.headers["cache-control"]) == (
        200,
        "image/gif",
        "no-store",
    )
    assert reply.body.startswith(b"GIF89a")
    assert pages(server, "sp-b") == 1
    assert server.ask("GET", f"/i?{query}").status == 200
    assert pages(server, "sp-b") == 1, "it is kept once"
    assert "sp-b" not in server.log.read_text("utf-8"), "an address is not in our log"


def test_a_secret_key_may_not_stand_in_an_address(server: Server) -> None:
    query = urlencode(viewed("sp-c", 1, aid=server.keys["server"]))
    reply = server.ask("GET", f"/i?{query}")
    assert (reply.status, "public" in reply.said["error"]) == (403, True)
    assert pages(server, "sp-c") == 0
    assert server.ask("GET", f"/i?{urlencode(viewed('sp-c', 1))}", user=server.keys["server"]).status == 200
    assert server.ask("GET", "/i?" + "&".join(f"a{n}=1" for n in range(300))).status == 413
    assert server.ask("GET", "/i?" + "a" * 40_000).status in (413, 431)


def test_pages_may_send_to_it_with_credentials(server: Server) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    reply = server.ask("OPTIONS", TP2, headers=asked)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, PAGE)
    assert reply.headers["access-control-allow-credentials"] == "true"
    sent = server.ask("POST", TP2, payload(viewed("sp-d", 1, aid=server.keys["web"])), headers={"Origin": PAGE})
    assert (sent.status, sent.headers["access-control-allow-origin"]) == (200, PAGE)
    assert server.ask("OPTIONS", TP2, headers={**asked, "Origin": "https://other.example"}).status == 403
    plain = server.ask("OPTIONS", "/v1/batch", headers=asked)
    assert "access-control-allow-credentials" not in plain.headers


def test_a_header_says_that_she_wants_not_to_be_followed(server: Server) -> None:
    key = server.keys["server"]
    server.ask("POST", TP2, payload(viewed("x", 1, uid="sp-gpc")), key, {"Sec-GPC": "1"})
    event = {"specversion": "1.0", "id": "g", "source": "/s", "type": "shop.page", "userid": "ce-gpc"}
    server.ask("POST", "/v1/cloudevents", json.dumps(event), key,
               {"Sec-GPC": "1", "Content-Type": "application/cloudevents+json"})  # fmt: skip
    with closing(store_for_reading(server.folder)) as store:
        for name in ("sp-gpc", "ce-gpc"):
            person = store.find("customer", name)
            assert person is not None
            assert {each.purpose for each in store.permissions(person)} == {"sell", "advertise"}
