"""What somebody with a page's key, a careless program, or bad luck must not be able to do at the door.

Each of these was once possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, OPEN_PAGE, PAGE

from tactful.model.records import HOUR
from tactful.permission.standing import permission_for
from tactful.profile.identity import load_identity
from tactful.service.door import Sender
from tactful.service.ingest import Ingested, ingest
from tactful.service.packs import packaged
from tactful.store import SqliteStore, open_store

RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
WEB = Sender("web", "site")
"""A server that speaks for the same source as the shop's pages."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(tmp_path / "s.db")) as opened:
        yield opened


def send(store: SqliteStore, call: dict[str, Any], after: int = 0, sender: Sender = WEB, gpc: bool = False) -> Ingested:
    return ingest(store, sender, DOORMAN, [call], NOW + after, gpc, RULES)


def said(**choices: Any) -> dict[str, Any]:
    return {"consent": {"categoryPreferences": choices}}


def state(store: SqliteStore, kind: str = "customer", value: str = "u1", purpose: str = "market") -> str | None:
    person = store.find(kind, value)
    assert person is not None
    return permission_for(store.permissions(person), [], purpose, "email", "*", NOW + 1000 * HOUR, None).state


def kinds(store: SqliteStore, value: str = "u1") -> list[str]:
    return [event.kind for event in store.tail(store.find("customer", value) or 0)]


COMPLAINT = {"type": "track", "event": "Complaint Opened", "userId": "u1", "properties": {"complaint_id": "c-77"}}


@pytest.mark.parametrize("taken", ["complaint-77", None])
def test_a_page_cannot_take_the_place_of_what_a_server_will_send(store: SqliteStore, taken: str | None) -> None:
    real = COMPLAINT | {"messageId": taken, "timestamp": "2026-11-21T18:30:00Z"}
    forged = real if taken is None else {"type": "page", "anonymousId": "evil", "messageId": taken}
    send(store, forged, 0, PAGE)
    assert send(store, real, HOUR).accepted == 1
    assert "complaint_opened" in kinds(store)
    assert send(store, real, 2 * HOUR).repeated == 1
    assert send(store, forged, 2 * HOUR, PAGE).repeated == 1


def test_a_page_that_sends_twice_is_kept_once(store: SqliteStore) -> None:
    call = {"type": "page", "anonymousId": "a1", "messageId": "p1"}
    assert [send(store, call, after, OPEN_PAGE).accepted for after in (0, HOUR)] == [1, 0]
