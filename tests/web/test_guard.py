"""Clients that never come to the point: on real sockets, they are let go of, and everybody else is answered."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import uvicorn
from tests.web.running import Server

from tactful.web import guard
from tactful.web.guard import Guarded, room_for
from tactful.web.server import listening

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK"


class Quick(Guarded):
    """A connection of these tests."""

    waiting = {}  # noqa: RUF012


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once, whatever is sent; `/slow` after a while, `/reads` when all is there."""
    if scope["path"] == "/slow":
        await asyncio.sleep(1.0)
    while scope["path"] == "/reads":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that is patient for a third of a second."""
    monkeypatch.setattr(guard, "HEAD", 0.35)
    monkeypatch.setattr(guard, "BODY", 0.6)
    monkeypatch.setattr(Quick, "most", 5)
    config = uvicorn.Config(
        app, log_config=None, lifespan="off", ws="none", http=Quick, loop="asyncio", timeout_keep_alive=2,
        limit_concurrency=50,
    )  # fmt: skip
    taken, server = listening("127.0.0.1", 0), uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    taken.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def answered(one: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"ok"):
        part = one.recv(4096)
        assert part, found
        found += part
    return found


def read_all(one: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(4096):
            found += part
    return found


def lasted(one: socket.socket, trickle: bytes, every: float = 0.05) -> tuple[float, bytes]:
    """How long a connection was kept on which a byte came every now and then, and what was answered on it."""
    began, found, sent = time.monotonic(), b"", 0
    one.settimeout(every)
    while True:
        try:
            part = one.recv(4096)
            found += part
            if not part:
                break
        except TimeoutError:
            with contextlib.suppress(OSError):
                one.sendall(trickle[sent % len(trickle) :][:1])
            sent += 1
        except OSError:
            break
        assert time.monotonic() - began < 5, "it is kept for ever"
    return time.monotonic() - began, found


@pytest.mark.parametrize(
    ("first", "trickle", "answer"),
    [
        (b"", b"GET / HTTP/1.1\r\nX: " + 2000 * b"x", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: 1\r\n", b"HTTP/1.1 408"),
        (b"", b"\r\n", b"HTTP/1.1 408"),
        (b"POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x", b""),
        (b"POST /reads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x", OK),
        (GET, b"\r\n", OK),
        (GET, b"GET / HTTP/1.1\r\nX: " + 2000 * b"x", OK),
    ],
    ids=["request line", "headers", "blank lines", "body", "chunks", "body that nobody reads", "blank lines after one",
         "headers of the next"],
)  # fmt: skip
def test_what_trickles_in_is_not_waited_for(port: int, first: bytes, trickle: bytes, answer: bytes) -> None:
    with closing(connected(port)) as one:
        one.sendall(first)
        seconds, found = lasted(one, trickle)
    assert 0.25 < seconds < 2.0
    assert found.startswith(answer)


def test_who_says_nothing_at_all_is_let_go_of(port: int) -> None:
    with closing(connected(port)) as one:
        began = time.monotonic()
        assert read_all(one).startswith(b"HTTP/1.1 408 Request Timeout\r\nconnection: close")
        assert 0.25 < time.monotonic() - began < 2.0


def test_who_sends_whole_requests_is_kept(port: int) -> None:
    with closing(connected(port)) as one:
        for _ in range(6):
            one.sendall(GET)
            assert answered(one).startswith(OK)
            time.sleep(0.2)
    with closing(connected(port)) as one:
        for part in (b"GET / HTTP/1.1\r\n", b"Host: x\r\n", b"\r\n"):
            one.sendall(part)
            time.sleep(0.05)
        assert answered(one).startswith(OK)


def test_an_answer_that_takes_long_is_waited_for(port: int) -> None:
    slow = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
    for also in (b"", b"GET / HTTP/1.1\r\n", b"\r\n"):
        with closing(connected(port)) as one:
            one.sendall(slow + also)
            assert answered(one).startswith(OK), also


def test_those_who_wait_make_room_for_those_who_ask(port: int) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(closing(connected(port))) for _ in range(30)]
        began = time.monotonic()
        with closing(connected(port)) as one:
            one.sendall(GET)
            assert answered(one).startswith(OK)
        assert time.monotonic() - began < 0.3, "nobody waits until the silent ones are timed out"
        assert {read_all(each)[:12] for each in silent} <= {b"", b"HTTP/1.1 408"}


def test_a_head_without_end_is_cut_off(port: int) -> None:
    for start in (b"GET /", b"GET / HTTP/1.1\r\nX: "):
        with closing(connected(port)) as one:
            with contextlib.suppress(OSError):
                one.sendall(start + 200_000 * b"x")
            assert read_all(one)[:12] in (b"HTTP/1.1 431", b""), "closed with bytes unread, the answer may be lost"
    with closing(connected(port)) as one:
        one.sendall(b"POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + 300_000 * b"x")
        assert answered(one).startswith(OK)


def test_there_are_never_more_connections_than_files(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def limits(soft: int, hard: int) -> Callable[[int], int]:
        monkeypatch.setattr(guard.resource, "getrlimit", lambda which: (soft, hard))
        monkeypatch.setattr(guard.resource, "setrlimit", lambda which, both: asked.append(both))
        return room_for

    infinite = guard.resource.RLIM_INFINITY
    assert limits(1024, 4096)(2000) == 2000
    assert limits(1024, 1024)(2000) == 896
    assert limits(1024, infinite)(2000) == 2000
    assert limits(infinite, infinite)(2000) == 2000
    assert limits(100, 100)(2000) == 1
    assert asked == [(2128, 4096), (1024, 1024), (2128, infinite), (100, 100)]


def test_the_server_itself_lets_go_of_them(server: Server) -> None:
    with ExitStack() as held:
        tricklers = [held.enter_context(closing(connected(server.port))) for _ in range(40)]
        for each in tricklers:
            each.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\n")
        assert server.ask("GET", "/health/live").status == 200
        began = time.monotonic()
        assert all(read_all(each).startswith(b"HTTP/1.1 408") for each in tricklers)
        assert time.monotonic() - began < guard.HEAD + 3
