"""What only PostgreSQL can do to a store: many writers, slow transactions, steps forward, and going away."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from random import Random

import psycopg
import pytest
from tests.postgres import NOBODY, Server, name_of, serving

from tactful.model.arrivals import Arrival
from tactful.model.kept import Document
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, NewEvent, Permission
from tactful.store import partitions, postgres, postgres_schema
from tactful.store.postgres import (
    PostgresDatabase,
    PostgresStore,
    make_partitions,
    migrate_postgres,
    open_postgres,
    place_of,
)  # fmt: skip
from tactful.store.postgres_connection import listed, said
from tactful.store.schema import NEWEST
from tactful.testing.check_store_many import fold_all
from tactful.testing.store_rows import granted, line, together

NOW = time.time_ns() // 1_000


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may kill."""
    yield from serving(fsync="on", full_page_writes="on")


def call(number: int, person: str = "penny") -> Arrival:
    return Arrival("web", b"%d" % number, (NewEvent("web", b"%d" % number, "seen", ("customer", person), number, b""),))


def keys(store: PostgresStore) -> set[bytes]:
    return {event.key for row in store.read_documents(9) for event in row.tail}


@pytest.mark.parametrize(
    ("sql", "text", "lists"),
    [
        ("a = ? AND b IN (?,?, ?) AND c = ?", b"a = %s AND b = ANY(%b) AND c = %s", (0, 3, 0)),
        ("a IN (?)", b"a = ANY(%b)", (1,)),
        ("? IN ('', source)", b"%s IN ('', source)", (0,)),
        ("a = '?' AND b LIKE '%' AND c = ?", b"a = '?' AND b LIKE '%%' AND c = %s", (0,)),
        ("FROM a CROSS JOIN b ON x", b"FROM a JOIN b ON x", ()),
    ],
)
def test_one_text_for_both(sql: str, text: bytes, lists: tuple[int, ...]) -> None:
    assert said(sql)[:2] == (text, lists)


def test_values_of_lists_are_put_together() -> None:
    assert listed([1, 2, 3, 4, 5], (0, 3, 0)) == [1, [2, 3, 4], 5]


def slow(url: str, may_end: threading.Event, began: threading.Event, number: int) -> threading.Thread:
    """A writer whose transaction began first and ends last."""

    def work() -> None:
        with closing(open_postgres(url)) as store, store._db.writing() as connection:
            positions, _ = connection.claim([b"slow%d" % number], 1)
            began.set()
            may_end.wait(30)
            connection.insert_many(
                "event",
                ("pos", "day", "person_id", "source", "kind", "occurred_at", "received_at", "key", "body"),
                [(positions[b"slow%d" % number], 1, None, "web", "k", 1, 1, b"slow%d" % number, b"")],
            )

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def followed_rows(store: PostgresStore, mark: int, horizon: int | None) -> tuple[set[bytes], int]:
    """What a follower finds behind its mark: by the horizon, or (None) by the last position that it saw."""
    with store._db.reading() as connection:
        rows = connection.execute(
            "SELECT pos, key FROM event WHERE pos > ? AND pos <= ?", (mark, 2**62 if horizon is None else horizon)
        ).fetchall()
    last = max((pos for pos, _ in rows), default=mark)
    return {key for _, key in rows}, last if horizon is None else horizon


def test_a_slow_transaction_is_not_passed_over_by_horizon_and_is_by_position(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url)) as store:
        began, may_end = threading.Event(), threading.Event()
        thread = slow(postgres_url, may_end, began, 1)
        assert began.wait(30)
        store.append([line(1), line(2)], 5)
        with store._db.reading() as connection:
            horizon = connection.horizon()
        careful, mark = followed_rows(store, -1, horizon)
        naive, naive_mark = followed_rows(store, -1, None)
        assert (len(careful), len(naive)) == (0, 2)
        assert len(store.document(store.find("customer", "17850") or 0, 1).tail) == 2, "a reader does not wait"
        may_end.set()
        thread.join()
        with store._db.reading() as connection:
            horizon = connection.horizon()
        careful |= followed_rows(store, mark, horizon)[0]
        naive |= followed_rows(store, naive_mark, None)[0]
        assert len(careful) == 3
        assert b"slow1" not in naive, "the negative control must miss it"


def test_followers_see_all_whatever_the_order_of_commits(postgres_url: str) -> None:
    """Random: writers hold their transactions open for random times; the naive follower misses rows, ours none."""
    done: list[int] = []
    found: set[bytes] = set()
    naive: set[bytes] = set()

    def write(seed: int) -> Callable[[PostgresStore], None]:
        def task(store: PostgresStore) -> None:
            chance = Random(seed)
            for turn in range(12):
                with store._db.writing() as connection:
                    key = b"%d-%d" % (seed, turn)
                    positions, _ = connection.claim([key], 1)
                    time.sleep(chance.random() * 0.03)
                    connection.execute(
                        "INSERT INTO event (pos, day, source, kind, occurred_at, received_at, key, body)"
                        " VALUES (?, 1, 'web', 'k', 1, 1, ?, ?)",
                        (positions[key], key, b""),
                    )
            done.append(seed)

        return task

    def follow(store: PostgresStore) -> None:
        mark = naive_mark = -1
        last = False
        while not last:
            last = len(done) == 5
            with store._db.reading() as connection:
                horizon = connection.horizon()
            rows, mark = followed_rows(store, mark, horizon)
            found.update(rows)
            rows, naive_mark = followed_rows(store, naive_mark, None)
            naive.update(rows)

    together(lambda name: open_postgres(postgres_url), "", [follow, *(write(seed) for seed in range(5))])
    assert len(found) == 60
    assert len(naive) < 60, "the negative control must miss some"


def test_a_document_is_what_folding_all_gives_though_a_writer_was_slow(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url)) as store:
        store.append([line(1)], 5)
        began, may_end = threading.Event(), threading.Event()
        thread = slow(postgres_url, may_end, began, 2)
        assert began.wait(30)
        store.append([line(2)], 5)
        fold_all(store, "folder")
        penny = store.find("customer", "17850") or 0
        row = store.document(penny, 3)
        assert len(row.tail) >= 1, "what came behind the horizon is met again"
        may_end.set()
        thread.join()
        while fold_all(store, "folder"):
            pass
        row = store.document(penny, 3)
        assert row.doc == b"".join(sorted(event.key for event in store.tail(penny)))
        assert row.tail == ()


def test_batches_that_overlap_do_not_lock_each_other_out(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[int] = []
    monkeypatch.setattr(postgres.time, "sleep", lambda seconds: again.append(1))
    calls = [call(number, str(number % 50)) for number in range(300)]

    def send(seed: int) -> Callable[[PostgresStore], None]:
        def task(store: PostgresStore) -> None:
            chance = Random(seed)
            for _ in range(15):
                store.take_in(chance.sample(calls, 100), NOW)

        return task

    together(lambda name: open_postgres(postgres_url), "", [send(seed) for seed in range(4)])
    with closing(open_postgres(postgres_url)) as store:
        assert len(keys(store)) == store.counts().events == 300
    assert again == [], "sorted keys do not deadlock"


def test_a_deadlock_is_said_again(postgres_url: str) -> None:
    """Two who take the same gates in contrary order: one is told by the server, and its verb is said once more."""
    with closing(open_postgres(postgres_url)) as store:
        penny, grace = store.resolve([("customer", "penny"), ("customer", "grace")])
        theirs = sorted((penny, grace))
        ready = threading.Barrier(2)

        def other() -> None:
            with closing(open_postgres(postgres_url)) as mine, mine._db.writing() as connection:
                connection.execute("UPDATE gate SET version = version + 1 WHERE gate_id = ?", (theirs[1],))
                ready.wait(10)
                time.sleep(0.05)
                connection.execute("SET LOCAL deadlock_timeout = '10s'")
                connection.execute("UPDATE gate SET version = version + 1 WHERE gate_id = ?", (theirs[0],))

        thread = threading.Thread(target=other)
        thread.start()
        ready.wait(10)
        assert store.record_permissions([(penny, granted()), (grace, granted())]) == 2
        thread.join()
        assert store.counts().permissions == 2


def test_another_writer_is_waited_for_two_seconds(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url)) as store, closing(open_postgres(postgres_url)) as other:
        (penny,) = store.resolve([("customer", "penny")])
        with other._db.writing() as connection:
            connection.lock_people([penny])
            began = time.monotonic()
            with pytest.raises(StoreProblem, match=r"Another process is writing to .* not done after 2 seconds"):
                store.record_permissions([(penny, granted())])
            assert 1.5 < time.monotonic() - began < 10
        assert store.permissions(penny) == ()
        assert store.record_permissions([(penny, granted())]) == 1


def test_who_stands_still_in_a_transaction_is_thrown_out(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "idle_in_transaction_session_timeout", "200ms")
    with closing(open_postgres(postgres_url)) as store:
        with pytest.raises(StoreProblem, match=r"was lost|stood still"), store._db.writing() as connection:  # noqa: PT012
            connection.execute("SELECT 1")
            time.sleep(0.6)
            connection.execute("SELECT 1")
        assert store.counts().events == 0, "and the next verb has a connection again"


def test_grants_said_at_once_are_all_kept(postgres_url: str) -> None:
    """`hers` is read and written under the gate: nobody's statement is written over."""
    with closing(open_postgres(postgres_url)) as store:
        (penny,) = store.resolve([("customer", "penny")])

    def say(mark: str) -> Callable[[PostgresStore], None]:
        def task(mine: PostgresStore) -> None:
            for turn in range(10):
                said_now = Permission("market", "email", "*", "given", "consent", "plainly", turn, 1, mark)
                assert mine.record_permissions([(penny, said_now)]) == 1

        return task

    together(lambda name: open_postgres(postgres_url), "", [say(mark) for mark in "abcd"])
    with closing(open_postgres(postgres_url)) as store:
        assert len(store.permissions(penny)) == 40
        assert store.permissions(penny) == store.logged_permissions(penny)


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_version_is_brought_forward_with_what_is_in_it(
    version: int, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = postgres_schema.steps()
    with monkeypatch.context() as then:
        then.setattr(postgres, "steps", lambda: steps[:version])
        then.setattr(postgres, "rebase", lambda connection: None)
        assert migrate_postgres(postgres_url) == (0, version)
    database = PostgresDatabase(postgres_url, reads_only=False)
    with database.writing() as connection:
        connection.execute("INSERT INTO gate (gate_id) VALUES (7)")
        connection.execute("INSERT INTO person (person_id, gate_id) VALUES (7, 7)")
        connection.execute(
            "INSERT INTO event (pos, day, person_id, source, kind, occurred_at, received_at, key, body)"
            " VALUES (1, 1, 7, 'web', 'seen', 5, 6, ?, ?)",
            (b"k" * 16, b"b"),
        )
    database.close()
    with pytest.raises(StoreProblem, match="older version: run `tactful store migrate`"):
        open_postgres(postgres_url)
    assert migrate_postgres(postgres_url) == (version, NEWEST)
    assert migrate_postgres(postgres_url) == (NEWEST, NEWEST)
    with closing(open_postgres(postgres_url)) as store:
        assert [each.body for each in store.tail(7)] == [b"b"]
        with store._db.reading() as connection:
            assert connection.execute("SELECT root FROM person").fetchall() == [(7,)]
        assert store.append([line(1)], 5).added == 1


def test_a_step_that_fails_leaves_the_store_as_it_was(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_postgres(postgres_url)) as store:
        store.append([line(1)], 5)
    steps = postgres_schema.steps()
    monkeypatch.setattr(postgres, "steps", lambda: (*steps, ("CREATE TABLE later (a BIGINT)", "nonsense")))
    with pytest.raises(StoreProblem, match="nothing of this step was kept"):
        migrate_postgres(postgres_url)
    monkeypatch.setattr(postgres, "steps", lambda: (*steps, ("CREATE TABLE later (a BIGINT)",)))
    assert migrate_postgres(postgres_url) == (NEWEST, NEWEST + 1)
    monkeypatch.setattr(postgres, "steps", lambda: steps)
    with pytest.raises(StoreProblem, match=rf"version {NEWEST + 1}, made by a newer Tactful; this one knows up to"):
        open_postgres(postgres_url)


def test_many_make_it_at_once(postgres_url: str) -> None:
    together(lambda name: open_postgres(postgres_url), "", [lambda store: store.append([line(1), line(2)], 5)] * 5)
    with closing(open_postgres(postgres_url)) as store:
        assert (store.counts().events, store.counts().persons) == (2, 1)


def test_months_and_what_lies_in_none(postgres_url: str, postgres_server: Server) -> None:
    with closing(open_postgres(postgres_url)) as store:
        assert store.damage() == ""
        far = NOW + 400 * DAY
        store.append([line(1)], far)
        store.append([line(2)], NOW)
        assert store.damage() == "1 events lie in no month's partition: run `tactful store partitions`"
        assert make_partitions(postgres_url) == [f"{partitions.month_of(far):%Y-%m}"]
        assert store.damage() == ""
        assert store.take_in([Arrival("orders", b"1", (line(1),))], far + 40 * DAY).fresh == (False,)
        assert len(store.tail(store.find("customer", "17850") or 0)) == 2
        this = partitions.name_of(partitions.month_of(NOW))
        assert postgres_server.say(f"SELECT count(*) FROM tactful.{this}", name=name_of(postgres_url)) == [(1,)]
        ahead = partitions.name_of(partitions.following(partitions.month_of(NOW)))
        postgres_server.say(f"DROP TABLE tactful.{ahead}", name=name_of(postgres_url))
        assert "there is no partition for" in store.damage()


def test_months() -> None:
    assert partitions.wanted(0, 1) == [date(1969, 12, 1), date(1970, 1, 1), date(1970, 2, 1)]
    assert partitions.months_of([-5, 0, 30, 31, 10**9]) == {date(1970, 1, 1), date(1970, 2, 1)}
    assert partitions.following(date(2026, 12, 1)) == date(2027, 1, 1)


def test_put_back_from_another_server(postgres_url: str, postgres_server: Server) -> None:
    """There the transactions are counted anew: positions would run backwards, and followers would miss everything."""
    with closing(open_postgres(postgres_url)) as store:
        store.append([line(1)], 5)
        fold_all(store, "folder")
    postgres_server.say(
        "UPDATE tactful.event SET pos = pos + 10000000", "UPDATE tactful.seen SET pos = pos + 10000000",
        "UPDATE tactful.follower SET pos = pos + 10000000", "UPDATE tactful.doc SET upto_pos = upto_pos + 10000000",
        name=name_of(postgres_url),
    )  # fmt: skip
    with pytest.raises(StoreProblem, match="put back from another server: run `tactful store migrate`"):
        open_postgres(postgres_url)
    migrate_postgres(postgres_url)
    with closing(open_postgres(postgres_url)) as store:
        assert store.append([line(1), line(2)], 5).added == 1
        assert fold_all(store, "folder") == 1
        penny = store.find("customer", "17850") or 0
        assert store.document(penny, 3).doc == b"".join(sorted(event.key for event in store.tail(penny)))


def test_reading_only_does_not_write(postgres_url: str) -> None:
    with pytest.raises(StoreProblem, match=r"no store at .* yet"):
        open_postgres(postgres_url, reads_only=True)
    with closing(open_postgres(postgres_url)) as store, closing(open_postgres(postgres_url, reads_only=True)) as report:
        store.append([line(1)], 5)
        assert report.counts().events == 1
        with pytest.raises(StoreProblem, match="opened for reading"):
            report.append([line(2)], 5)


def test_texts_that_it_cannot_keep_are_refused_and_nothing_stays(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url)) as store:
        with pytest.raises(StoreProblem, match=r"of a kind that .* cannot keep; nothing of this step was kept"):
            store.append([NewEvent("web", b"1", "a\0b", ("customer", "penny"), 1, b"")], 5)
        assert (store.counts().events, store.counts().persons) == (0, 0)
        assert store.append([line(1)], 5).added == 1


def test_what_is_said_where_there_is_no_store(postgres_server: Server, own_server: Server) -> None:
    socket = postgres_server.folder
    own_server.say("CREATE ROLE closed LOGIN PASSWORD 'right'", "CREATE DATABASE shop", "CREATE DATABASE old TEMPLATE"
                   " template0 ENCODING 'SQL_ASCII'")  # fmt: skip
    (own_server.folder / "data" / "pg_hba.conf").write_text("local all closed scram-sha-256\nlocal all tactful trust\n")
    own_server.say("SELECT pg_reload_conf()")
    time.sleep(0.3)
    for url, words in {
        f"postgresql://tactful@/nowhere?host={socket}": "There is no database nowhere at",
        f"postgresql://nobody-here@/postgres?host={socket}": "There is no such user at",
        "postgresql://tactful@/shop?host=/nowhere": "cannot be reached: see that the server runs",
        "postgresql://tactful@localhost:1/shop": "cannot be reached: see that the server runs",
        f"postgresql://closed:wrong@/shop?host={own_server.folder}": "The password for .* is wrong or missing",
        f"postgresql://closed:right@/shop?host={own_server.folder}": "may not be written to by this user",
        f"postgresql://stranger@/shop?host={own_server.folder}": "does not let this user in from here",
        f"postgresql://tactful@/old?host={own_server.folder}": "another encoding than UTF8",
        "postgresql://a b@[": "no address of a database",
    }.items():
        with pytest.raises(StoreProblem, match=words) as raised:
            open_postgres(url)
        assert "wrong@" not in str(raised.value)
        assert "right" not in str(raised.value).replace("right to", "").replace("is right", "")


def test_an_old_server_is_told(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OLDEST_SERVER", 990_000)
    with pytest.raises(StoreProblem, match="older than 15"):
        open_postgres(postgres_url)


def test_the_place_has_no_password() -> None:
    assert place_of("postgresql://grace:secret@db.example:5433/shop") == "shop at db.example"


def test_a_server_that_is_killed_is_told_and_used_again(own_server: Server) -> None:
    url = own_server.database()
    acknowledged: list[int] = []
    told: list[str] = []
    stop = threading.Event()

    def work(start: int) -> None:
        store = open_postgres(url)
        number = start
        while not stop.is_set():
            try:
                store.take_in([call(number), call(number + 1)], NOW)
                acknowledged.extend((number, number + 1))
                number += 2
            except StoreProblem as problem:
                told.append(str(problem))
                time.sleep(0.05)
        store.close()

    open_postgres(url).close()
    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 1_000_000)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.4)
        own_server.kill()
        time.sleep(0.2)
        own_server.start()
    time.sleep(0.4)
    stop.set()
    for thread in threads:
        thread.join()
    assert told
    assert all("the server runs" in each or "was lost" in each or "starting" in each for each in told), set(told)
    with closing(open_postgres(url)) as store:
        there = {event.occurred_at for row in store.read_documents(9) for event in row.tail}
        assert there >= set(acknowledged), "what was acknowledged is there"
        assert store.counts().events == len(there), "and nothing twice"
        assert all(number ^ 1 in there for number in there), "and nothing by halves"


@contextmanager
def little_room(server: Server, url: str) -> Iterator[None]:
    """A disk of 12 MB for the database's tables; where none may be mounted, the server says so from a trigger."""
    place, name = server.folder / "small", name_of(url)
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size=12m,uid={NOBODY},mode=700", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        server.say(
            "CREATE SEQUENCE room MAXVALUE 5000",
            "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('public.room') > 4999 THEN"
            " RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER full_ BEFORE INSERT ON tactful.event FOR EACH ROW EXECUTE FUNCTION full_()",
            name=name,
        )
        yield
        return
    try:
        server.say(f"CREATE TABLESPACE small LOCATION '{place}'", f"ALTER DATABASE {name} SET TABLESPACE small")
        yield
    finally:
        server.stop()
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_no_room_left_on_the_server(own_server: Server) -> None:
    url = own_server.database()
    migrate_postgres(url)
    with little_room(own_server, url), closing(open_postgres(url)) as store:
        kept = 0
        with pytest.raises(StoreProblem, match=r"no room left on the disk for .* nothing of this step was kept"):  # noqa: PT012
            for start in range(0, 200_000, 500):
                batch = [NewEvent("web", b"%d" % n, "k", ("customer", str(n)), n, b"x" * 300)
                         for n in range(start, start + 500)]  # fmt: skip
                kept += store.append(batch, NOW).added
        assert kept > 0
        counts = store.counts()
        assert (counts.events, counts.persons) == (kept, kept), "what was acknowledged stays, of the rest is nothing"
        assert len(keys(store)) == kept


def test_a_connection_that_is_cut_between_verbs_is_made_again(postgres_url: str, postgres_server: Server) -> None:
    with closing(open_postgres(postgres_url)) as store:
        store.append([line(1)], 5)
        postgres_server.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                            f"'{name_of(postgres_url)}'")  # fmt: skip
        assert store.append([line(2)], 5).added == 1
        assert store.counts().events == 2


def test_a_connection_that_is_lost_at_the_commit_is_told_as_unknown(postgres_url: str, postgres_server: Server) -> None:
    with closing(open_postgres(postgres_url)) as store:
        with pytest.raises(StoreProblem, match="nobody knows whether it was"), store._db.writing() as connection:  # noqa: PT012
            connection.execute("INSERT INTO refold SELECT 1 WHERE 1 = 0")
            postgres_server.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                                f"'{name_of(postgres_url)}'")  # fmt: skip
            time.sleep(0.2)
        assert store.append([line(1)], 5).added == 1


def test_values_do_not_reach_the_server_s_log(own_server: Server) -> None:
    with closing(open_postgres(own_server.database())) as store:
        (penny,) = store.resolve([("customer", "very-secret-penny")])
        nobody = penny ^ 1
        with pytest.raises(StoreProblem, match="speaks of a person"):
            store.record_permissions([(nobody, granted())])
        with pytest.raises(StoreProblem) as raised:
            store.record_permissions([(nobody, Permission("very-secret", "e", "*", "given", "c", "p", 1, 2, "f"))])
    assert str(nobody) not in str(raised.value)
    log = (own_server.folder / "log").read_text()
    assert "very-secret" not in log


def test_the_document_behind_the_kept_one_is_left_out(postgres_url: str) -> None:
    with closing(open_postgres(postgres_url)) as store:
        store.append([line(1)], 5)
        penny = store.find("customer", "17850") or 0
        row = store.document(penny, 1)
        store.save_documents([Document(penny, 1, row.last_pos, b"new"), Document(penny, 1, row.last_pos - 5, b"old")])
        assert store.document(penny, 1).doc == b"new"


def test_psycopg_has_what_it_is_fast_with() -> None:
    assert psycopg.pq.__impl__ in ("binary", "c")
