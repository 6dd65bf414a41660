"""Requests as HTTP allows them and nobody expects them: what is answered with 200 was taken."""

from __future__ import annotations

import json
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.web.running import Server, clock, key, serving, shop_with_a_point, viewed

from tactful.bootstrap import store_from
from tactful.service.shop import load_shop
from tactful.service.sources import attest

UPGRADE = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
"""What Java's own HTTP client says with its first request over a plain connection."""


def asked(server: Server, *parts: bytes, done: bool = False) -> bytes:
    """What is answered to these bytes, sent one after the other; `done`: then nothing more is sent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.05)
        if done:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
            if b"}" in answer:
                break
        return answer


def head(server: Server, *lines: str) -> bytes:
    said = ("POST /v1/batch HTTP/1.1", "Host: shop.example", f"Authorization: Bearer {server.keys['server']}", *lines)
    return "\r\n".join(said).encode() + b"\r\n\r\n"


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_calls_that_were_never_seen_are_not_acknowledged(server: Server, apart: bool, chunked: bool) -> None:
    body = json.dumps({"batch": [viewed("upgrading", 1)]}).encode()
    if chunked:
        start = head(server, *UPGRADE, "Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        start = head(server, *UPGRADE, f"Content-Length: {len(body)}")
    answer = asked(server, start, body) if apart else asked(server, start + body)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"Upgrade" in answer


def test_one_who_goes_away_is_no_fault_of_ours(server: Server) -> None:
    body = json.dumps({"batch": [viewed("going", 1)]}).encode()
    before = len(server.records())
    asked(server, head(server, f"Content-Length: {len(body) + 10}") + body, done=True)
    time.sleep(0.5)
    statuses = [each["status"] for each in server.records()[before:]]
    assert statuses
    assert 500 not in statuses


def test_an_answer_about_nobody_s_kind(server: Server) -> None:
    for kind in ("a\0", "\0", "customer\0"):
        reply = server.ask("POST", "/v1/person", json.dumps({"person": {kind: "x"}}), server.keys["crm"])
        assert reply.status == 400


@pytest.mark.parametrize("kind", ["planted-4711", "planted@shop.example", "+442079460958", "Penny"])
def test_a_value_in_the_place_of_a_kind_is_not_repeated(server: Server, kind: str) -> None:
    reply = server.ask("POST", "/v1/person", json.dumps({"person": {kind: "customer"}}), server.keys["crm"])
    assert reply.status == 400
    assert kind not in reply.body.decode()


BAD = {"type": "track", "event": "Complaint Opened", "messageId": "c", "userId": "u1", "timestamp": "yesterday"}


def test_what_was_told_in_vain_is_no_silence(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    user = key(folder, "helpdesk")
    with serving(folder) as server:
        assert server.ask("POST", "/v1/heard", "{}", user).status == 200
        assert server.send([BAD], user).said["refused"]
        reply = server.ask("POST", "/v1/heard", "{}", user)
        assert (reply.status, "helpdesk" in reply.said["error"]) == (409, True)
        with closing(store_from(folder)) as store:
            attest(store, load_shop((folder / "shop.yaml").read_text(), ""), "helpdesk", clock(), clock(), "Ana", "")
        assert server.ask("POST", "/v1/heard", "{}", user).status == 200, "somebody looked"
        assert server.send([BAD], user).said["refused"], "it is told in vain again"
        assert server.ask("POST", "/v1/heard", "{}", user).status == 409
