"""A full disk and a store in use: a clear sentence, nothing by halves, and on it goes when there is room again."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tactful.model.problems import StoreProblem
from tactful.model.records import NewEvent
from tactful.store import SqliteStore, base, open_store

LIMITED = """
import resource, sys
from pathlib import Path
from tactful.model.problems import StoreProblem
from tactful.model.records import NewEvent
from tactful.store import open_store
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
store = open_store(Path(sys.argv[1]))
for start in range(0, 20_000, 500):
    numbers = range(start, start + 500)
    batch = [NewEvent("orders", b"%d" % n, "k", ("customer", str(n % 50)), n, b"x" * 150) for n in numbers]
    try:
        store.append(batch, 0)
    except StoreProblem as problem:
        print("problem", problem)
        sys.exit(3)
    print("kept", start, flush=True)
"""


def batch(start: int, size: int = 500) -> list[NewEvent]:
    return [
        NewEvent("orders", b"%d" % n, "k", ("customer", str(n % 50)), n, b"x" * 150) for n in range(start, start + size)
    ]


def whole(store: SqliteStore) -> bool:
    with store._db.reading() as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and connection.execute("PRAGMA foreign_key_check").fetchall() == []


def filled(store: SqliteStore) -> tuple[int, str]:
    """Append until there is no room: how many events were acknowledged, the first 500 with them; and what was said."""
    for start in range(500, 100_000, 500):
        try:
            store.append(batch(start), 0)
        except StoreProblem as problem:
            return start, str(problem)
    raise AssertionError("there was always room")


def test_no_room_left(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        store.append(batch(0), 0)
        with store._db.reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        kept, said = filled(store)
        assert "There is no room left on the disk" in said
        assert "nothing of this step was kept. Make room" in said
        assert store.counts().events == kept, "what was acknowledged stays, of the rest there is nothing"
        assert sum(len(row.tail) for row in store.read_documents(1)) == kept
        assert whole(store)
        with store._db.reading() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        assert store.append(batch(0, kept + 500), 0).added == 500
        assert whole(store)


def test_the_system_refuses_to_write_more(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "s.db")], capture_output=True, text=True, check=False, timeout=60
    )
    said = done.stdout.splitlines()
    assert done.returncode == 3, done.stderr
    assert "nothing of this step was kept" in said[-1]
    assert "Make room" in said[-1]
    kept = 500 * sum(line.startswith("kept") for line in said)
    assert kept > 0
    with open_store(tmp_path / "s.db") as store:
        assert store.counts().events == kept
        assert whole(store)
        assert store.append(batch(0, kept + 500), 0).added == 500


def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        began, may_end = threading.Event(), threading.Event()

        def hold() -> None:
            with open_store(tmp_path / "s.db") as other, other._db.writing():
                began.set()
                may_end.wait(30)

        holder = threading.Thread(target=hold)
        holder.start()
        began.wait(30)
        with open_store(tmp_path / "s.db", waits=0.2) as hasty:
            with pytest.raises(StoreProblem, match=r"Another process is writing to .* not done after 0.2 seconds"):
                hasty.append(batch(0), 0)
            assert hasty.counts().events == 0, "a reader does not wait"
        threading.Timer(0.3, may_end.set).start()
        assert store.append(batch(0), 0).added == 500
        holder.join()


def test_a_failure_of_our_own_keeps_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db", new_id=lambda: 0) as store:
        with pytest.raises(ValueError, match="positive number"):
            store.append(batch(0), 0)
        assert store.counts().events == 0
    with open_store(tmp_path / "s.db") as store:
        assert store.append(batch(0), 0).added == 500


def test_a_taken_id_is_not_given_again(tmp_path: Path) -> None:
    ids = iter([7, 7, 7, 8])
    with open_store(tmp_path / "s.db", new_id=lambda: next(ids)) as store:
        assert store.resolve([("customer", "penny"), ("customer", "grace")]) == [7, 8]


def test_ids_that_are_all_taken_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TRIES", 3)
    with open_store(tmp_path / "s.db", new_id=lambda: 7) as store, pytest.raises(ValueError, match="3 ids that are"):
        store.resolve([("customer", "penny"), ("customer", "grace")])
