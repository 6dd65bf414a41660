"""A document that is folded while others change whom it is about, or what is left of it, is never kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tactful.model.kept import Document
from tactful.model.records import NewEvent
from tactful.store import identity, retention
from tactful.store.postgres import PostgresStore, open_postgres

PENNY, SAM = ("customer", "penny"), ("customer", "sam")
FOLD = 9


@pytest.fixture
def stores(postgres_url: str) -> Iterator[tuple[PostgresStore, PostgresStore]]:
    with closing(open_postgres(postgres_url)) as one, closing(open_postgres(postgres_url)) as other:
        events = [NewEvent("web", who[1].encode(), "seen", who, 1, who[1].encode()) for who in (PENNY, SAM)]
        one.append(events, 1)
        yield one, other


def save_within(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, folder: PostgresStore, document: Document
) -> list[threading.Thread]:
    """Have a folder save a document just after this function was called and before its transaction ends."""
    done: Callable[..., Any] = getattr(where, name)
    saving: list[threading.Thread] = []

    def slow(*values: Any) -> Any:
        found = done(*values)
        saving.append(threading.Thread(target=folder.save_documents, args=([document],)))
        saving[0].start()
        saving[0].join(0.5)
        return found

    monkeypatch.setattr(where, name, slow)
    return saving


@pytest.mark.parametrize("kept_before", [False, True])
def test_parted_while_it_is_folded(
    stores: tuple[PostgresStore, PostgresStore], kept_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = stores
    penny, sam = (store.find(*who) or 0 for who in (PENNY, SAM))
    merge = store.merge(sam, penny, 2, "staff", "she said so")
    row = folder.document(penny, FOLD)
    both = Document(row.person_id, FOLD, row.last_pos, b"penny and sam", row.stamp)
    if kept_before:
        folder.save_documents([both])
    saving = save_within(monkeypatch, identity, "come_apart", folder, both)
    store.unmerge(merge, 3, "two people")
    saving[0].join(20)
    for person in (penny, sam):
        found = store.document(person, FOLD)
        assert found.doc is None, "what is the other's is still in it"
        assert len(found.tail) == 1


@pytest.mark.parametrize("kept_before", [False, True])
def test_deleted_while_it_is_folded(
    stores: tuple[PostgresStore, PostgresStore], kept_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = stores
    penny = store.find(*PENNY) or 0
    row = folder.document(penny, FOLD)
    whole = Document(row.person_id, FOLD, row.last_pos, b"penny", row.stamp)
    if kept_before:
        folder.save_documents([whole])
    saving = save_within(monkeypatch, retention, "drop_documents", folder, whole)
    store.forget_events(-1, 10, lambda kind, at, body: None)
    saving[0].join(20)
    found = store.document(penny, FOLD)
    assert (found.doc, found.tail) == (None, ()), "what was deleted is still in it"
