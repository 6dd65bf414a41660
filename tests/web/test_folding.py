"""The process that folds: it keeps up, comes back when it died, and is gone when the server is."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from tests.service import a_shop
from tests.web.running import Server, clock, key, serving, shop_with_a_point, viewed

from tactful.bootstrap import Place, migrate_store, reading_store, store_from
from tactful.profile.document import FOLD, decode_document
from tactful.profile.fold import fold
from tactful.service.publishing import publish


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    return folder


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, shop: Path) -> Place:
    """The same on both engines."""
    if request.param == "sqlite":
        return shop
    url: str = request.getfixturevalue("postgres_url")
    migrate_store(url)
    with closing(store_from(url)) as store:
        publish(store, a_shop.shipped(), "init", "", clock())
    return url


def flags(place: Place) -> tuple[str, ...]:
    return ("--store", place) if isinstance(place, str) else ()


def folders(pid: int) -> list[int]:
    """The processes that a server has started."""
    found = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(child) for each in found for child in each.read_text("ascii").split()]


def gone(pid: int) -> bool:
    """Whether a process is no more, or only waits for somebody to ask how it ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] in "ZX"
    return True


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def folded(place: Place, person: str, events: int) -> bool:
    """Whether the kept document of somebody holds all of so many events."""
    with closing(reading_store(place)) as store:
        found = store.find("customer", person)
        row = store.document(found or 0, FOLD)
        kept = decode_document(row.doc) if row.doc is not None else None
        history = store.tail(found or 0)
        return len(history) == events and kept == fold(None, history)


def figure(server: Server, name: str) -> float:
    found = re.search(rf"^{name} (\S+)", server.ask("GET", "/metrics").body.decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_what_comes_in_bit_by_bit_is_folded_as_if_it_came_at_once(shop: Path, place: Place) -> None:
    written = key(shop, "server", place=place)
    with serving(shop, *flags(place)) as server:
        for number in range(0, 60, 3):
            server.send([viewed("bits", number + n) for n in range(3)], written)
            if number % 15 == 0:
                until(partial(folded, place, "bits", number + 3))
        until(lambda: folded(place, "bits", 60))
        assert figure(server, "tactful_fold_troubles_total") == 0
        assert figure(server, "tactful_folded_total") >= 3
        assert server.stop() == 0


def test_when_it_dies_another_one_goes_on(shop: Path, place: Place) -> None:
    written = key(shop, "server", place=place)
    with serving(shop, *flags(place)) as server:
        server.send([viewed("died", 0)], written)
        until(lambda: folded(place, "died", 1))
        (first,) = folders(server.process.pid)
        os.kill(first, signal.SIGKILL)
        server.send([viewed("died", 1)], written)
        until(lambda: folded(place, "died", 2))
        assert folders(server.process.pid) != [first]
        assert figure(server, "tactful_fold_troubles_total") == 1
        assert "another one" in (shop / "server.err").read_text("utf-8")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_never_outlives_the_server(shop: Path, how: signal.Signals) -> None:
    written = key(shop, "server")
    with serving(shop) as server:
        server.send([viewed("orphan", 0)], written)
        until(lambda: folded(shop, "orphan", 1))
        (child,) = folders(server.process.pid)
        server.process.send_signal(how)
        server.process.wait(15)
        until(lambda: gone(child), 3)


def test_one_that_hangs_does_not_keep_the_server_from_stopping(shop: Path) -> None:
    written = key(shop, "server")
    with serving(shop) as server:
        server.send([viewed("hangs", 0)], written)
        until(lambda: folded(shop, "hangs", 1))
        (child,) = folders(server.process.pid)
        os.kill(child, signal.SIGSTOP)
        assert server.send([viewed("hangs", 1)], written).said["accepted"] == 1
        assert server.stop(15) == 0
        assert gone(child)


def test_signals_for_the_whole_group_end_the_server_in_order(shop: Path) -> None:
    """What a service manager and Ctrl-C do: it is the server that ends the process, when it has finished."""
    written = key(shop, "server")
    with serving(shop) as server:
        server.send([viewed("group", 0)], written)
        until(lambda: folded(shop, "group", 1))
        (child,) = folders(server.process.pid)
        os.kill(child, signal.SIGTERM)
        os.kill(child, signal.SIGINT)
        time.sleep(0.5)
        assert not gone(child)
        assert server.stop() == 0
        assert gone(child)


def test_the_address_of_the_store_is_not_among_the_arguments(shop: Path, postgres_url: str) -> None:
    migrate_store(postgres_url)
    with closing(store_from(postgres_url)) as store:
        publish(store, a_shop.shipped(), "init", "", clock())
    with serving(shop, "--store", postgres_url) as server:
        until(lambda: len(folders(server.process.pid)) == 1)
        (child,) = folders(server.process.pid)
        assert b"postgresql" not in Path(f"/proc/{child}/cmdline").read_bytes()
