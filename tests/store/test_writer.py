"""One thread writes for many: answers come after the commit, failures stay alone, nothing that was taken is dropped."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tactful.bootstrap import STORE_FILE, serving_store, store_from
from tactful.model.arrivals import Arrival
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, Cap, Contact, NewEvent
from tactful.service.ports import Store
from tactful.store import open_for_reading, open_store, writer
from tactful.store.writer import ServingStore, Writer, serve_sqlite
from tactful.testing.check_store import CHECKS, MakeStore
from tactful.testing.store_rows import decided, granted


def call(number: int, person: str = "penny") -> Arrival:
    return Arrival("web", b"%d" % number, (NewEvent("web", b"%d" % number, "seen", ("customer", person), number, b""),))


def at_once(tasks: list[Callable[[], Any]]) -> list[BaseException]:
    """Run every task in a thread of its own; what went wrong."""
    failures: list[BaseException] = []

    def work(task: Callable[[], Any]) -> None:
        try:
            task()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return failures


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """A new place for a store on either engine."""
    return tmp_path if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(place: str | Path) -> Iterator[Store]:
    with closing(serving_store(place)) as opened:
        yield opened


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_kit(check: Callable[[MakeStore], None], tmp_path: Path) -> None:
    check(lambda name: serve_sqlite(tmp_path / name / STORE_FILE))


def test_it_has_the_verbs_of_the_port(tmp_path: Path) -> None:
    with closing(serve_sqlite(tmp_path / "s.db")) as store:
        for name, verb in vars(Store).items():
            if not name.startswith("_") and callable(verb):
                assert callable(getattr(store, name)), name
        with pytest.raises(AttributeError):
            store.nonsense  # noqa: B018
        with pytest.raises(AttributeError):
            store._db  # noqa: B018


def test_many_threads_say_everything(store: Store) -> None:
    def work(mark: int) -> None:
        for turn in range(10):
            number = mark * 100 + turn
            assert store.take_in([call(number, str(turn))], DAY).fresh == (True,)
            person = store.find("customer", str(turn))
            assert person is not None
            assert number in {each.occurred_at for each in store.document(person, 1).tail}, "she sees what she wrote"
            store.record_permissions([(person, granted(at=number))])

    assert at_once([lambda mark=mark: work(mark) for mark in range(8)]) == []
    assert (store.counts().events, store.counts().persons, store.counts().permissions) == (80, 10, 80)
    assert sum(len(row.tail) for row in store.read_documents(1)) == 80


def test_caps_hold(store: Store) -> None:
    (penny,) = store.resolve([("customer", "penny")])
    got: list[bool] = []

    def work(mark: int) -> None:
        for turn in range(5):
            got.append(store.reserve(penny, Contact("email", "market", DAY, f"{mark}-{turn}"), [Cap(3, DAY)]))

    assert at_once([lambda mark=mark: work(mark) for mark in range(6)]) == []
    assert sum(got) == 3


def test_a_verb_that_fails_fails_alone(store: Store) -> None:
    (penny,) = store.resolve([("customer", "penny")])
    store.begin_run("r", "watch", "tea", b"", 0)
    store.record_decisions("r", 0, [decided(0, penny)])
    kept: list[int] = []

    def work(number: int) -> None:
        if number % 3 == 0:
            with pytest.raises(StoreProblem):
                store.record_decisions("r", number + 1, [decided(number + 1_000, penny), decided(0, penny)])
        else:
            assert store.record_decisions("r", number + 1, [decided(number + 1_000, penny)])
            kept.append(number + 1)

    assert at_once([lambda number=number: work(number) for number in range(30)]) == []
    assert store.chunks_done("r") == {0, *kept}
    assert store.counts().decisions == 1 + len(kept)


class Slow(ServingStore):
    """A store whose writer can be held, to see what waits."""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[ServingStore, sqlite3.Connection]]:
    """A serving store of few places, and somebody else who can keep its file locked."""
    path = tmp_path / "s.db"
    with closing(ServingStore(
        lambda: open_for_reading(path, any_thread=True), Writer(open_store(path, any_thread=True), 3), waits=0.3
    )) as store, closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:  # fmt: skip
        store.hear("mail", 0, 0)
        yield store, other


def test_nobody_is_answered_before_the_commit(held: tuple[ServingStore, sqlite3.Connection]) -> None:
    store, other = held
    other.execute("BEGIN IMMEDIATE")
    answered: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answered.append(store.append([call(n).events[0]], 5).added))
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    assert (answered, store.counts().events) == ([], 0), "readers do not wait, and nobody was answered"
    other.execute("ROLLBACK")
    for thread in threads:
        thread.join(30)
    assert (answered, store.counts().events) == ([1, 1], 2)


def test_more_than_can_wait_is_told(held: tuple[ServingStore, sqlite3.Connection]) -> None:
    store, other = held
    other.execute("BEGIN IMMEDIATE")
    failures: list[BaseException] = []
    waiting = threading.Thread(
        target=lambda: failures.extend(at_once([lambda n=n: store.hear("mail", n, n) for n in range(12)]))
    )
    waiting.start()
    time.sleep(1)
    other.execute("ROLLBACK")
    waiting.join(30)
    assert failures
    assert {str(each) for each in failures} == {writer.BUSY}
    assert store.heard()["mail"].as_of > 0, "those who could wait were answered"


def test_closing_answers_who_waits_and_takes_nothing_more(held: tuple[ServingStore, sqlite3.Connection]) -> None:
    store, other = held
    other.execute("BEGIN IMMEDIATE")
    answered: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answered.append(store.append([call(n).events[0]], 5).added))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    closing_it = threading.Thread(target=store.close)
    closing_it.start()
    time.sleep(0.1)
    with pytest.raises(StoreProblem, match="closed"):
        store.counts()
    other.execute("ROLLBACK")
    closing_it.join(30)
    for thread in threads:
        thread.join(30)
    assert answered == [1, 1, 1]
    assert other.execute("SELECT count(*) FROM event").fetchone() == (3,)


def test_who_came_too_late_is_answered(tmp_path: Path) -> None:
    one = Writer(open_store(tmp_path / "s.db", any_thread=True), 3)
    one.close()
    with pytest.raises(StoreProblem, match="closed"):
        one.say("hear", ("mail", 1, 1), {}, 1)


def test_no_room_fails_the_whole_group_and_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    own = open_store(path, any_thread=True)
    with closing(ServingStore(lambda: open_for_reading(path, any_thread=True), Writer(own, 100))) as store:
        store.append([call(0).events[0]], 5)
        connection = own._db._connection  # type: ignore[attr-defined]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 8}")
        kept: list[int] = []

        def work(number: int) -> None:
            people = [NewEvent("web", b"%d-%d" % (number, n), "seen", ("customer", f"{number}-{n}"), n, b"x" * 300)
                      for n in range(40)]  # fmt: skip
            assert store.append(people, 5).added == 40
            kept.append(number)

        failures = at_once([lambda number=number: work(number) for number in range(12)])
        assert failures
        assert all("no room left on the disk" in str(each) for each in failures), failures
        assert store.counts().events == 1 + 40 * len(kept)
        connection.execute("PRAGMA max_page_count = 1000000")
        assert at_once([lambda number=number: work(number) for number in range(100, 112)]) == []
        assert store.counts().events == 1 + 40 * len(kept)
        assert store.counts().persons == 1 + 40 * len(kept), "whom identifiers meant in what was lost is forgotten"


def test_on_postgresql_an_older_store_is_not_served(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tactful.store import postgres, postgres_schema

    store_from(postgres_url).close()
    steps = postgres_schema.steps()
    monkeypatch.setattr(postgres, "steps", lambda: (*steps, ("SELECT 1",)))
    with pytest.raises(StoreProblem, match="run `tactful store migrate`"):
        serving_store(postgres_url)
