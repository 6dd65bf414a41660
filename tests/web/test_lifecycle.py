"""How the server starts, stops, dies and comes back: what was acknowledged is there, exactly once."""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.web.killing import check_exactly_once, killed_again_and_again
from tests.web.running import ENTRY, Server, clock, key, serving, shop_with_a_point, start, viewed

from tactful.bootstrap import store_at, store_for_reading


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    return folder


@pytest.fixture
def own(shop: Path) -> Iterator[Server]:
    """A server of this test's own."""
    keys = {"server": key(shop, "server")}
    with serving(shop) as server:
        server.keys = keys
        yield server


def refused(folder: Path, *flags: str) -> tuple[int, str]:
    """How a server that must not start ends, and what it says."""
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "serve", "--folder", str(folder), *flags],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.strip()
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return done.returncode, said


def test_what_keeps_it_from_starting_is_said_in_a_sentence(shop: Path, tmp_path: Path) -> None:
    assert "tactful init" in refused(tmp_path)[1]
    code, said = refused(shop, "--workers", "2")
    assert (code, "one writer" in said) == (2, True)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        code, said = refused(shop, "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "another program listens there already. Stop it, or say --port NUMBER; 0 takes any that is free." in said
    assert "no such address on this machine. Say --host." in refused(shop, "--host", "203.0.113.7")[1]
    assert "no address of that name is known. Say --host." in refused(shop, "--host", "nowhere.invalid")[1]
    assert refused(shop / "shop.yaml")[1].endswith("is a file, and a shop is a folder: name the one with shop.yaml "
                                                   "with --shop FOLDER.")  # fmt: skip
    assert "there is no such folder" in refused(tmp_path / "none")[1]
    empty = tmp_path / "unpublished"
    empty.mkdir()
    (empty / "shop.yaml").write_text((shop / "shop.yaml").read_text("utf-8"), "utf-8")
    code, said = refused(empty)
    assert (code, "tactful policy publish" in said) == (1, True)


def test_it_says_when_other_machines_can_reach_it(shop: Path) -> None:
    with serving(shop, "--host", "0.0.0.0"):
        assert "other machines" in (shop / "server.err").read_text("utf-8")
    with serving(shop):
        assert "other machines" not in (shop / "server.err").read_text("utf-8")


def test_it_stops_in_order_and_finishes_what_is_under_way(own: Server) -> None:
    body = json.dumps({"batch": [viewed("last", 1)]}).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", own.port, timeout=20)) as slow:
        slow.putrequest("POST", "/v1/batch")
        slow.putheader("Authorization", f"Bearer {own.keys['server']}")
        slow.putheader("Content-Length", str(len(body)))
        slow.endheaders(body[:20])
        time.sleep(1.5)
        own.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        slow.send(body[20:])
        assert json.loads(slow.getresponse().read())["accepted"] == 1
    assert own.process.wait(15) == 0
    with closing(store_for_reading(own.folder)) as store:
        assert store.find("customer", "last") is not None


def test_who_never_finishes_does_not_keep_it_from_stopping_at_the_second_signal(own: Server) -> None:
    with closing(socket.create_connection(("127.0.0.1", own.port))) as half:
        half.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(1.5)
        own.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert own.process.poll() is None
        own.process.send_signal(signal.SIGTERM)
        assert own.process.wait(3) == 130


def test_a_revoked_key_ends_within_seconds(own: Server) -> None:
    assert own.send([viewed("k", 1)]).status == 200
    with closing(store_at(own.folder)) as store:
        kept = store.keys()
        assert store.revoke_key(kept[0].key_id, clock())
    time.sleep(2.2)
    assert own.send([viewed("k", 2)]).status == 401


def test_a_key_that_comes_too_often_is_told_when_to_come_again(shop: Path) -> None:
    written = key(shop, "server")
    with serving(shop, "--rate", "2") as server:
        replies = [server.send([viewed("often", n)], written) for n in range(8)]
        assert [reply.status for reply in replies].count(429) >= 1
        late = next(reply for reply in replies if reply.status == 429)
        assert int(late.headers["retry-after"]) >= 1
        assert server.send([viewed("often", 9)], written).status == 429


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program holds the store."""
    with closing(sqlite3.connect(folder / "tactful.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_store_is_503_and_then_it_goes_on(own: Server) -> None:
    with locked(own.folder):
        reply = own.send([viewed("locked", 1)])
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) >= 1
        assert own.ask("GET", "/health/live").status == 200
        assert own.ask("GET", "/health/ready").said["store_writable"] is False
    assert own.send([viewed("locked", 1)]).said["accepted"] == 1
    assert own.ask("GET", "/health/ready").status == 200


def test_a_full_disk_is_503_nothing_is_half_written_and_then_it_goes_on(shop: Path) -> None:
    """The store may not grow: as when the disk is full."""
    written = key(shop, "server")
    server = start(shop)
    try:
        small = server.send([viewed("full", 0)], written)
        assert small.status == 200
        limit_files(server, 0)
        reply = server.send([viewed("full", n) for n in range(1, 3000)], written)
        assert (reply.status, "retry-after" in reply.headers) == (503, True)
        limit_files(server, resource.RLIM_INFINITY)
        again = server.send([viewed("full", n) for n in range(1, 3000)], written)
        assert (again.status, again.said["accepted"]) == (200, 2999)
        with closing(sqlite3.connect(f"file:{shop}/tactful.db?mode=ro", uri=True)) as db:
            assert db.execute("SELECT count(*) FROM event").fetchone()[0] == 3000
    finally:
        server.kill()


def limit_files(server: Server, most: int) -> None:
    """How large the files of a process may get. Python ignores the signal, so that writing fails as on a full disk."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_killed_at_any_instant_every_acknowledged_event_is_there_exactly_once(shop: Path) -> None:
    clients = killed_again_and_again(shop, key(shop, "server"))
    check_exactly_once(shop, clients)
    with closing(sqlite3.connect(f"file:{shop}/tactful.db?mode=ro", uri=True)) as db:
        events = db.execute("SELECT count(*), count(DISTINCT key) FROM event").fetchone()
        assert events == db.execute("SELECT count(*), count(*) FROM seen WHERE pos > 0").fetchone()


def test_without_its_packages_it_says_what_to_install(shop: Path) -> None:
    hidden = (
        "import importlib.util as u; real = u.find_spec; "
        "u.find_spec = lambda name, *more: None if name == 'litestar' else real(name, *more); "
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden + ENTRY, "serve", "--folder", str(shop)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install '.[serve]'" in done.stderr


def test_whoever_looks_into_the_store_and_leaves_takes_nothing_with_him(own: Server) -> None:
    """Another process that closes the store must not take itself for the last one: the server still writes to it."""
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM event'); c.close()"
    for number in range(3):
        assert own.send([viewed("looked", number)]).said["accepted"] == 1
        subprocess.run([sys.executable, "-c", look, str(own.folder / "tactful.db")], check=True, timeout=30)
        assert (own.folder / "tactful.db-wal").exists()
    own.kill()
    with closing(store_for_reading(own.folder)) as store:
        person = store.find("customer", "looked")
        assert person is not None
        assert len(store.tail(person)) == 3
