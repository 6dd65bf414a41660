"""The same server on PostgreSQL: one process or several, killed at any instant."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.service import a_shop
from tests.web.killing import check_exactly_once, killed_again_and_again
from tests.web.running import ENTRY, clock, key, serving, shop_with_a_point, viewed

from tactful.bootstrap import migrate_store, reading_store, store_from
from tactful.service.publishing import publish
from tactful.store import postgres


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    return folder


@pytest.fixture
def place(postgres_url: str) -> str:
    migrate_store(postgres_url)
    with closing(store_from(postgres_url)) as store:
        publish(store, a_shop.shipped(), "init", "", clock())
    return postgres_url


def test_a_database_that_was_not_brought_forward_is_refused_with_the_command(
    shop: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = postgres.steps()[:-1]
    with monkeypatch.context() as then:
        then.setattr(postgres, "steps", lambda: older)
        then.setattr(postgres, "rebase", lambda connection: None)
        migrate_store(postgres_url)
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "serve", "--folder", str(shop), "--store", postgres_url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "tactful store migrate" in done.stderr


def test_two_processes_serve_one_database(shop: Path, place: str) -> None:
    written = key(shop, "server", place=place)
    with serving(shop, "--store", place, "--workers", "2") as server:
        for number in range(20):
            assert server.send([viewed("two", number)], written).said["accepted"] == 1
        assert server.send([viewed("two", number) for number in range(20)], written).said["repeated"] == 20
        assert server.stop() == 0
    with closing(reading_store(place)) as store:
        person = store.find("customer", "two")
        assert person is not None
        assert len(store.tail(person)) == 20


def test_killed_at_any_instant_every_acknowledged_event_is_there_exactly_once(shop: Path, place: str) -> None:
    clients = killed_again_and_again(shop, key(shop, "server", place=place), "--store", place)
    check_exactly_once(place, clients)
