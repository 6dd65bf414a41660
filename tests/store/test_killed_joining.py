"""A process that is killed while it joins, merges or parts people leaves all of it done or nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from shutil import copytree
from types import FrameType
from typing import Any

import pytest

from tactful.model.records import Cap, Contact, NewEvent, Permission
from tactful.store import SqliteStore, open_store
from tactful.testing.check_store_identity import GRACE, MAIL, PENNY, RULES, TABLET, WHY

ROOMS = ("joining.py", "members.py", "identity.py", "permissions.py")
EVERY = 17


def open_here(folder: Path) -> SqliteStore:
    return open_store(folder / "tactful.db", new_id=count(1000).__next__, new_key=lambda: b"k" * 32)


def filled(folder: Path) -> None:
    """Penny has been on the tablet; both have said something, and both are to hear something."""
    with open_store(folder / "tactful.db", new_id=count(1).__next__, new_key=lambda: b"k" * 32) as store:
        people = (PENNY, GRACE, TABLET)
        store.append([NewEvent("web", b"%d" % n, "k", who, n, b"") for n, who in enumerate(people)], 5)
        penny, grace, _ = store.owners(people)
        no = Permission("market", "email", "*", "withdrawn", "consent", "plainly", 10, 10, "form")
        store.record_permissions([(penny, no), (grace, no)])
        for who in (penny, grace):
            store.reserve(who, Contact("email", "market", 50 + who, f"d{who}"), [Cap(1, 100)])
        store.join((PENNY, TABLET), RULES, 20, WHY)


def everything(folder: Path) -> list[Any]:
    """All that is kept, but for how often a gate was taken."""
    with open_here(folder) as store, store._db.reading() as connection:
        tables = (
            "person",
            "identifier",
            "contact",
            "merge",
            "apart",
            "review",
            "refold",
            "hers",
            "log",
            "doc",
            "event",
        )
        return [sorted(map(str, connection.execute(f"SELECT * FROM {table}").fetchall())) for table in tables]


def join(store: SqliteStore) -> None:
    """Binds an address, parts the tablet and leaves a doubt."""
    assert store.join((GRACE, MAIL, TABLET), RULES, 30, WHY).parted


def merge(store: SqliteStore) -> None:
    """Merges, with a place that is given back."""
    assert store.merge(store.owners([PENNY])[0], store.owners([GRACE])[0], 60, "staff", "law")


def unmerge(store: SqliteStore) -> None:
    store.unmerge(1, 60, "law")


def killed_at(folder: Path, work: Callable[[SqliteStore], None], line: int) -> bool:
    """Do the work in a process that ends itself at a line of the store's own code; False where it came to the end."""
    child = os.fork()
    if child == 0:
        left = line

        def watch(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if Path(frame.f_code.co_filename).name not in ROOMS:
                return None
            left -= event == "line"
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return watch

        try:
            store = open_here(folder)
            sys.settrace(watch)
            work(store)
            os._exit(0)
        except BaseException:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("work", [join, merge, unmerge], ids=lambda work: work.__name__)
def test_it_is_done_or_not_begun(work: Callable[[SqliteStore], None], tmp_path: Path) -> None:
    filled(tmp_path / "before")
    before = everything(tmp_path / "before")
    copytree(tmp_path / "before", tmp_path / "after")
    with open_here(tmp_path / "after") as store:
        work(store)
    after = everything(tmp_path / "after")
    assert before != after
    kills, line, here = 0, 1, tmp_path / "here"
    copytree(tmp_path / "before", here)
    while killed_at(here, work, line):
        kills += 1
        line += EVERY
        now = everything(here)
        assert now in (before, after), f"half of it at line {line}"
        if now == after:
            break
    assert kills > 10
    if everything(here) == before:
        with open_here(here) as store:
            work(store)
    assert everything(here) == after
