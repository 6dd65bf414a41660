"""What is said when a file cannot be a store, and what stays as it was."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tactful.model.problems import StoreProblem
from tactful.model.records import NewEvent
from tactful.store import database, open_for_reading, open_store, place, schema
from tactful.testing.check_store import decided, together

NOBODY = 65_534


def events(first: int, last: int) -> list[NewEvent]:
    return [NewEvent("orders", b"%d" % n, "order.line", ("customer", str(n % 9)), n, b"x") for n in range(first, last)]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of the administrator, for whom no folder is closed."""
    administrator = os.geteuid() == 0
    if administrator:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if administrator:
            os.seteuid(0)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that everybody may read and nobody may write, with a store in it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder / "s.db") as store:
            store.append(events(0, 9), 0)
        (folder / "s.db").chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_it_is_made_on_first_use_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "s.db"
    with open_store(path) as store:
        store.append(events(0, 3), 0)
        made = [path, Path(f"{path}-wal")]
        assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o600, 0o600]
    assert [each.name for each in path.parent.iterdir()] == ["s.db"], "closing leaves one file"


def test_many_make_it_at_once(tmp_path: Path) -> None:
    for turn in range(5):
        together(lambda name: open_store(tmp_path / name), str(turn), [lambda store: store.append(events(0, 9), 0)] * 4)
        with open_store(tmp_path / str(turn)) as store:
            assert (store.counts().events, store.counts().persons) == (9, 9)


def test_the_file_is_as_durable_and_as_forgetful_as_promised(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store, store._db.reading() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2}
        assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
        assert {name for name, strict in tables if not strict} == {"sqlite_schema"}


@pytest.mark.parametrize("content", [b"date,order\n1,2\n" * 400, b"\0" * 5_000, b"x"])
def test_another_kind_of_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    for opening in (open_store, open_for_reading):
        with pytest.raises(StoreProblem, match=r"orders\.csv is not a store of Tactful"):
            opening(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program(tmp_path: Path) -> None:
    change(tmp_path / "s.db", "CREATE TABLE meta (name, value)")
    before = (tmp_path / "s.db").read_bytes()
    with pytest.raises(StoreProblem, match="database of another program"):
        open_store(tmp_path / "s.db")
    assert (tmp_path / "s.db").read_bytes() == before


def test_a_newer_version(tmp_path: Path) -> None:
    open_store(tmp_path / "s.db").close()
    change(tmp_path / "s.db", "UPDATE meta SET value = 99 WHERE name = 'schema'")
    for opening in (open_store, open_for_reading):
        with pytest.raises(
            StoreProblem, match=rf"version 99, made by a newer Tactful; this one knows up to {schema.NEWEST}\."
        ):
            opening(tmp_path / "s.db")


def test_an_older_version_is_brought_forward_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    with open_store(path) as store:
        store.append(events(0, 9), 0)
    good, bad = ("CREATE TABLE later (a INTEGER) STRICT",), ("INSERT INTO later VALUES (7)", "nonsense")
    monkeypatch.setattr(database, "NEWEST", len(schema.STEPS) + 2)
    monkeypatch.setattr(database, "STEPS", (*schema.STEPS, good, bad))
    with pytest.raises(StoreProblem, match="older version: open it once for writing"):
        open_for_reading(path)
    with pytest.raises(StoreProblem, match="nothing of this step was kept"):
        open_store(path)
    monkeypatch.setattr(database, "STEPS", (*schema.STEPS, good, bad[:1]))
    with open_store(path) as store, store._db.reading() as connection:
        assert connection.execute("SELECT a FROM later").fetchall() == [(7,)], "a failed step leaves nothing behind"
        assert store.append(events(0, 9), 0).repeated == 9
    open_for_reading(path).close()


def test_no_store_a_folder_a_folder_under_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match=r"no store at .*s\.db yet"):
        open_for_reading(tmp_path / "s.db")
    with pytest.raises(StoreProblem, match="is a folder"):
        open_store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblem, match=r"cannot be opened or made: (file exists|not a directory)"):
        open_store(tmp_path / "file" / "s.db")


def test_an_empty_file_becomes_a_store_but_is_none_to_read(tmp_path: Path) -> None:
    (tmp_path / "s.db").touch()
    with pytest.raises(StoreProblem, match="older version"):
        open_for_reading(tmp_path / "s.db")
    with open_store(tmp_path / "s.db") as store:
        assert store.counts().events == 0


def test_a_folder_that_may_not_be_written(closed_folder: Path) -> None:
    with as_nobody():
        with pytest.raises(StoreProblem, match="cannot be opened or made: permission denied"):
            open_store(closed_folder / "s.db")
        with pytest.raises(StoreProblem, match="cannot be opened or made: permission denied"):
            open_store(closed_folder / "new.db")
        with open_for_reading(closed_folder / "s.db") as store:
            assert store.counts().events == 9
            assert sum(len(row.tail) for row in store.read_documents(1)) == 9


def test_reading_only_does_not_write(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        store.append(events(0, 9), 0)
        with open_for_reading(tmp_path / "s.db") as report:
            assert report.counts().events == 9
            store.append(events(9, 12), 0)
            assert report.counts().events == 12, "a reader sees what is written while it is open"
            with pytest.raises(StoreProblem, match="may not be written"):
                report.append(events(20, 21), 0)
    with open_for_reading(tmp_path / "s.db") as report:
        assert report.counts().events == 12


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_store(path) as store:
        for start in range(0, 60_000, 20_000):
            store.append(events(start, start + 20_000), 0)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4 * 8_192)
        file.write(os.urandom(size - 5 * 8_192))
    with pytest.raises(StoreProblem, match="is damaged: put back a backup"), open_store(path) as store:
        list(store.read_documents(1))


def test_a_cut_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_store(path) as store:
        store.append(events(0, 20_000), 0)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StoreProblem, match="is damaged"), open_store(path) as store:
        list(store.read_documents(1))


def test_lost_keys_are_told(tmp_path: Path) -> None:
    open_store(tmp_path / "s.db").close()
    change(tmp_path / "s.db", "DELETE FROM meta WHERE name = 'site'")
    with pytest.raises(StoreProblem, match="has lost its keys"):
        open_store(tmp_path / "s.db")


def test_an_altered_decision_is_told(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        (penny,) = store.resolve([("customer", "penny")])
        store.begin_run("r", "watch", "tea", b"", 0)
        store.record_decisions("r", 0, [decided(1, penny), decided(2, penny)])
    change(tmp_path / "s.db", "UPDATE decision_ref SET verdict = 'never' WHERE decision_id = 'd2'")
    with open_store(tmp_path / "s.db") as store:
        assert store.decision("d1") == decided(1, penny)
        for reading in (lambda: store.decision("d2"), lambda: list(store.decisions("r"))):
            with pytest.raises(StoreProblem, match="d2 was altered"):
                reading()


MOUNTS = """22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /srv/shop rw shared:9 - nfs4 host.example:/shop rw
31 30 0:41 / /srv/shop/local\\040disk rw - xfs /dev/vdb rw
a line of another kind"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/shop", "nfs4"),
        ("/srv/shop/deep/er", "nfs4"),
        ("/srv/shop/local disk/x", None),
        ("/srv/shopping", None),
        ("/", None),
    ],
)
def test_network_file_systems_are_known(path: str, kind: str | None) -> None:
    assert place.network_kind(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "network_of", lambda path: "nfs4")
    with pytest.raises(StoreProblem, match=r"network file system \(nfs4\)"):
        open_store(tmp_path / "s.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", [1, 2])
def test_every_older_version_is_brought_forward_with_what_is_in_it(version: int, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    keys = [("site", b"s" * 32), ("index", b"i" * 32), ("next_pos", 2), ("schema", version)]
    with closing(sqlite3.connect(path)) as connection, connection:
        for step in schema.STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {database.APPLICATION}")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", keys)
        connection.execute("INSERT INTO gate (gate_id) VALUES (7)")
        connection.execute("INSERT INTO person (person_id, gate_id) VALUES (7, 7)")
        connection.execute(
            "INSERT INTO event (pos, day, person_id, source, kind, occurred_at, received_at, key, body)"
            " VALUES (1, 1, 7, 'web', 'seen', 5, 6, x'00', x'62')"
        )
    with pytest.raises(StoreProblem, match="older version: open it once for writing"):
        open_for_reading(path)
    with open_store(path) as store:
        assert [each.body for each in store.tail(7)] == [b"b"]
        assert store.append(events(0, 3), 0).added == 3
        assert store.counts().persons == 4
