"""Over a real connection: what comes in, what is answered, and what is never answered."""

from __future__ import annotations

import gzip
import http.client
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.web.running import Server, viewed

from tactful.bootstrap import store_for_reading

PLANTED = "planted-4711-value"


def events_of(server: Server, kind: str, value: str) -> list[str]:
    with closing(store_for_reading(server.folder)) as store:
        person = store.find(kind, value)
        return [event.kind for event in store.tail(person)] if person is not None else []


def test_a_batch_is_kept_once_however_often_it_is_sent(server: Server) -> None:
    calls = [viewed("once", 1), viewed("once", 2)]
    assert server.send(calls).said["accepted"] == 2
    longer = [{**each, "sentAt": "2026-01-01T00:00:00Z"} for each in calls]
    again = server.send(longer, sentAt="2026-01-01T00:00:01Z")
    assert (again.status, again.said["accepted"], again.said["repeated"]) == (200, 0, 2)
    assert len(events_of(server, "customer", "once")) == 2


def test_of_a_partly_bad_batch_the_good_are_kept_and_the_bad_answered_one_by_one(server: Server) -> None:
    bad: list[Any] = [{"type": "track", "userId": "partly", "messageId": "b1"}, 7, {"type": PLANTED, "userId": "x"}]
    reply = server.send([viewed("partly", 1), *bad, viewed("partly", 2)])
    assert reply.status == 200
    assert reply.said["accepted"] == 2
    assert [(each["index"], each["messageId"]) for each in reply.said["refused"]] == [(1, "b1"), (2, None), (3, None)]
    assert all(each["reason"].endswith(".") for each in reply.said["refused"])
    assert PLANTED.encode() not in reply.body
    with closing(store_for_reading(server.folder)) as store:
        kept = store.aside("server", 100)
    assert any(PLANTED.encode() in each.body for each in kept)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("packed", [True, False])
def test_a_body_is_what_its_bytes_say(server: Server, content_type: str, packed: bool) -> None:
    person = f"bytes-{content_type}-{packed}"
    body = json.dumps({"batch": [viewed(person, 1)]}).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    body = gzip.compress(body) if packed else body
    # The header says the opposite of what is true.
    headers |= {} if packed else {"Content-Encoding": "gzip"}
    reply = server.ask("POST", "/v1/batch", body, server.keys["server"], headers)
    assert (reply.status, reply.said["accepted"]) == (200, 1)


def test_a_chunked_body_is_read(server: Server) -> None:
    body = json.dumps({"batch": [viewed("chunked", 1)]}).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(
            "POST",
            "/v1/batch",
            iter([body[:10], body[10:50], body[50:]]),
            {"Authorization": f"Bearer {server.keys['server']}"},
            encode_chunked=True,
        )
        assert json.loads(connection.getresponse().read())["accepted"] == 1


@pytest.mark.parametrize("path", ["identify", "track", "page", "screen", "group", "alias", *"itpsga"])
def test_every_path_of_the_sdks_is_there(server: Server, path: str) -> None:
    call = viewed(f"path-{path}", 1) | {"previousId": "before", "groupId": "g"}
    reply = server.ask("POST", f"/v1/{path}", json.dumps(call), server.keys["server"])
    assert reply.status == 200
    assert not reply.said["refused"]


def test_the_key_may_stand_in_the_body(server: Server) -> None:
    body = json.dumps({"writeKey": server.keys["server"], **viewed("beacon", 1)})
    assert server.ask("POST", "/v1/t", body).said["accepted"] == 1
    assert server.ask("POST", "/v1/b", json.dumps({"batch": [viewed("beacon", 2)]})).status == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"batch":', b'{"batch": 7}', b"\x1f\x8bnope", b"[" * 5000, b"7", b"\xff\xfe", b'{"a":1}trailing'],
)
def test_what_no_retry_can_mend_is_answered_with_200_and_set_aside(server: Server, body: bytes) -> None:
    reply = server.ask("POST", "/v1/batch", body, server.keys["server"])
    assert reply.status == 200
    assert len(reply.said["refused"]) == 1
    assert reply.said["accepted"] == 0


def test_a_call_that_is_too_deep_does_not_cost_the_others(server: Server) -> None:
    deep: Any = {}
    for _ in range(40):
        deep = {"a": deep}
    reply = server.send([viewed("deep", 1), {**viewed("deep", 2), "properties": deep}])
    assert (reply.said["accepted"], len(reply.said["refused"])) == (1, 1)
    assert "deep" in reply.said["refused"][0]["reason"]


def test_too_much_is_413_and_a_bomb_goes_off_nowhere(server: Server) -> None:
    began = time.monotonic()
    bomb = gzip.compress(b"[" + b"0," * 20_000_000 + b"0]")
    assert server.ask("POST", "/v1/batch", bomb, server.keys["server"]).status == 413
    assert server.ask("POST", "/v1/batch", b"x" * 1_000_001, server.keys["server"]).status == 413
    assert server.ask("POST", "/v1/track", b"x" * 32_769, server.keys["server"]).status == 413
    assert server.send([1] * 5_001).status == 413
    assert time.monotonic() - began < 10


def test_keys_that_do_not_fit(server: Server) -> None:
    good = server.keys["server"]
    typo = good[:20] + ("a" if good[20] != "a" else "b") + good[21:]
    for wrong in ("", "WRITEKEY", typo):
        assert server.ask("POST", "/v1/batch", '{"batch": []}', wrong).status == 401
    assert server.ask("POST", "/v1/person", '{"person": {"customer": "x"}}', good).status == 403
    for origin, status in (("https://shop.example", 200), ("https://other.example", 403), ("null", 403)):
        reply = server.ask("POST", "/v1/b", '{"batch": []}', server.keys["web"], {"Origin": origin})
        assert reply.status == status, origin


def test_a_preflight_is_answered_for_the_pages_of_a_key_and_for_no_others(server: Server) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    yes = server.ask("OPTIONS", "/v1/t", headers={"Origin": "https://shop.example", **asked})
    assert yes.status == 204
    assert yes.headers["access-control-allow-origin"] == "https://shop.example"
    assert "authorization" in yes.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in yes.headers
    no = server.ask("OPTIONS", "/v1/t", headers={"Origin": "https://other.example", **asked})
    assert (no.status, "access-control-allow-origin" in no.headers) == (403, False)


def test_wrong_keys_are_soon_told_to_come_later(server: Server) -> None:
    statuses = [server.ask("POST", "/v1/batch", "{}", "WRONG").status for _ in range(30)]
    assert set(statuses) <= {401, 429}
    assert statuses[-1] == 429
    late = server.ask("POST", "/v1/batch", "{}", "WRONG")
    assert int(late.headers["retry-after"]) >= 1
    assert server.send([viewed("meanwhile", 1)]).status == 200


def test_what_was_sent_is_read_at_once_by_who_may(server: Server) -> None:
    server.send([viewed("fresh", 1)])
    reply = server.ask("POST", "/v1/person", '{"person": {"customer": "fresh"}}', server.keys["crm"])
    assert reply.said["known"] is True
    assert "browsing.own" in {fact["name"] for fact in reply.said["held"]["facts"]}
    nobody = server.ask("POST", "/v1/person", '{"person": {"customer": "nobody"}}', server.keys["crm"])
    assert nobody.said == {"known": False, "held": None}
    assert server.ask("POST", "/v1/person", '{"persn": {}}', server.keys["crm"]).status == 400
    typo = server.ask("POST", "/v1/person", '{"person": {"custommer": "fresh"}}', server.keys["crm"])
    assert typo.status == 400
    assert b"There is no kind of identifier `custommer`. Did you mean customer?" in typo.body


def test_a_source_says_up_to_when_it_told_everything(server: Server) -> None:
    reply = server.ask("POST", "/v1/heard", "{}", server.keys["helpdesk"])
    assert (reply.status, reply.said["source"], reply.said["state"]) == (200, "helpdesk", "fresh")
    assert reply.said["known_until"] > reply.said["heard_as_of"]
    older = server.ask("POST", "/v1/heard", '{"as_of": "2020-01-01T00:00:00Z"}', server.keys["helpdesk"])
    assert older.said["heard_as_of"] == reply.said["heard_as_of"], "an older word changes nothing"
    future = server.ask("POST", "/v1/heard", '{"as_of": "2999-01-01T00:00:00Z"}', server.keys["helpdesk"])
    assert (future.status, "later than now" in future.said["error"]) == (400, True)
    assert server.ask("POST", "/v1/heard", '{"as_of": "today"}', server.keys["helpdesk"]).status == 400
    unlisted = server.ask("POST", "/v1/heard", "{}", server.keys["crm"])
    assert (unlisted.status, "no source `crm`" in unlisted.said["error"]) == (400, True)
    assert server.ask("POST", "/v1/heard", "{}", server.keys["web"]).status == 403, "anybody can read a page's key"


def test_a_forged_browser_event_grants_nothing(server: Server) -> None:
    """Anybody can read a page's key. What comes with it gives no permission, tells nothing and joins nobody."""
    server.send(
        [{"type": "identify", "userId": "victim", "traits": {"email": "victim@mail.example"}, "messageId": "v"}]
    )
    forged = [
        {
            "type": "identify",
            "userId": "victim",
            "anonymousId": "forger",
            "messageId": "f1",
            "traits": {"email": "victim@mail.example", "firstName": PLANTED, "birthday": "2001-01-01"},
            "context": {"consent": {"categoryPreferences": {"marketing": True, "Advertising": True}}},
        },
        {"type": "alias", "userId": "victim", "previousId": "other", "messageId": "f2"},
        viewed("victim", 99, anonymousId="forger"),
    ]
    body = json.dumps({"batch": forged})
    reply = server.ask("POST", "/v1/b", body, server.keys["web"], {"Origin": "https://shop.example"})
    assert reply.status == 200
    read = server.ask("POST", "/v1/person", '{"person": {"customer": "victim"}}', server.keys["crm"])
    held = read.said["held"]
    assert PLANTED.encode() not in read.body
    assert not [each for each in held["permissions"] if each["state"] in ("given", "renewed")]
    assert not [fact for fact in held["facts"] if fact["name"].startswith("browsing")]
    assert not [each for each in held["identifiers"] if each[0] == "anonymous"]


def test_gpc_is_heard_and_the_refused_are_not_kept_for_reading(server: Server) -> None:
    call = {"type": "track", "anonymousId": "gpc", "event": 7, "messageId": "gpc", "properties": {"x": PLANTED + "g"}}
    reply = server.ask("POST", "/v1/t", json.dumps(call), server.keys["web"], {"Sec-GPC": "1"})
    assert (reply.said["accepted"], reply.said["left_out"], reply.said["refused"]) == (1, 1, []), "her no was taken"
    with closing(store_for_reading(server.folder)) as store:
        person = store.find("anonymous", "gpc")
        assert person is not None
        assert {each.state for each in store.permissions(person)} == {"refused"}
        assert not [each for each in store.aside("web", 100) if (PLANTED + "g").encode() in each.body]


def test_the_log_and_the_figures_hold_no_value(server: Server) -> None:
    server.send(
        [{"type": "identify", "userId": PLANTED, "traits": {"email": f"{PLANTED}@mail.example"}}, {"x": PLANTED}]
    )
    server.ask("GET", f"/v1/{PLANTED}")
    server.ask("POST", f"/v1/track?x={PLANTED}", "{}", PLANTED, {"Origin": f"https://{PLANTED}.example"})
    figures = server.ask("GET", "/metrics")
    assert PLANTED not in server.log.read_text("utf-8")
    assert PLANTED.encode() not in figures.body
    assert figures.body.endswith(b"# EOF\n")
    assert b'tactful_events_total{source="server",outcome="accepted"}' in figures.body
    last = server.records()[-1]
    assert {"at_us", "method", "route", "status", "ms"} <= set(last)
    assert {record["route"] for record in server.records()} >= {"/v1/batch", "none"}


def test_figures_are_for_this_machine_or_an_admin(server: Server) -> None:
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert server.ask("GET", "/metrics").status == 200
    assert server.ask("GET", "/metrics", headers=through_a_proxy).status in (401, 429)
    assert server.ask("GET", "/metrics", user=server.keys["crm"], headers=through_a_proxy).status == 200
    assert server.ask("GET", "/metrics", user=server.keys["server"], headers=through_a_proxy).status == 403


def test_health(server: Server) -> None:
    assert server.ask("GET", "/health/live").said == {"alive": True}
    ready = server.ask("GET", "/health/ready")
    assert (ready.status, ready.said["ready"]) == (200, True)


def test_documents_follow(server: Server) -> None:
    server.send([viewed("followed", 1)])
    deadline = time.monotonic() + 10
    count = 0
    while not count and time.monotonic() < deadline:
        time.sleep(0.2)
        with closing(store_for_reading(server.folder)) as store:
            person = store.find("customer", "followed")
        with closing(sqlite3.connect(f"file:{server.folder}/tactful.db?mode=ro", uri=True)) as db:
            count = db.execute("SELECT count(*) FROM doc WHERE person_id = ?", (person,)).fetchone()[0]
    assert count == 1


def test_the_recorded_requests_of_all_sdks_are_taken(server: Server, shared_data: Path) -> None:
    """Every request in Segment's shape that was recorded, with the headers that came with it."""
    taken = 0
    left = ("host", "content-length", "authorization")
    for name in ("browser_sdks", "node_sdks", "py_sdks"):
        for text in (shared_data / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(text)
            if record["method"] != "POST" or "/v1/" not in record["path"]:
                continue
            body = json.dumps(record["body"]).encode()
            body = gzip.compress(body) if record["was_gzip"] else body
            headers = {k: v for k, v in record["headers"] if k.lower() not in left}
            headers["Origin"] = "https://shop.example"
            path = record["path"][record["path"].index("/v1/") :]
            reply = server.ask("POST", path, body, server.keys["server"], headers)
            assert reply.status == 200, path
            assert not reply.said["refused"], path
            taken += 1
    assert taken == 9


def test_the_recorded_requests_of_posthog_are_taken(server: Server, shared_data: Path) -> None:
    """Its server SDKs send to `/batch/`, with the key as `api_key` in the body."""
    taken = 0
    for name in ("node_sdks", "py_sdks"):
        for text in (shared_data / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(text)
            if record["path"] != "/batch/":
                continue
            body = json.dumps({**record["body"], "api_key": server.keys["server"]}).encode()
            body = gzip.compress(body) if record["was_gzip"] else body
            headers = {k: v for k, v in record["headers"] if k.lower() not in ("host", "content-length")}
            reply = server.ask("POST", "/batch/", body, headers=headers)
            assert (reply.status, reply.said["accepted"], reply.said["refused"]) == (200, 1, [])
            assert server.ask("POST", "/batch/", body, headers=headers).said["repeated"] == 1
            taken += 1
    assert taken == 2


def test_she_is_found_by_her_number_however_it_is_written(server: Server) -> None:
    told = {"type": "identify", "userId": "rung", "traits": {"phone": "020 7946 0991"}, "messageId": "rung-1"}
    assert server.send([told]).said["accepted"] == 1
    for written in ("020 7946 0991", "+44 20 7946 0991", "+442079460991"):
        body = json.dumps({"person": {"phone": written}})
        reply = server.ask("POST", "/v1/person", body, server.keys["crm"])
        assert (reply.status, reply.said["held"]["called"]) == (200, "rung"), written
