"""How fast events are appended and histories are read: `python benchmarks/import_store.py [events]`.

Order lines of 4,372 people, as an import of a shop's export gives them: about 150 bytes of content each, in chunks of
20,000. A plain insert of the same rows into one bare table, in the same run, is the limit to compare with.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tactful.model.kept import DecisionRow, Document, Snapshot
from tactful.model.records import NewEvent
from tactful.store import SqliteStore, open_store

PEOPLE = 4_372
CHUNK = 20_000
DAY = 86_400_000_000


def order_lines(count: int) -> list[NewEvent]:
    chance = random.Random(17)
    encode = msgspec.msgpack.Encoder(order="deterministic").encode
    lines = []
    for number in range(count):
        body = encode(
            {
                "country": "United Kingdom",
                "order": str(536_365 + number // 20),
                "price": chance.randrange(100, 20_000),
                "product": f"{chance.randrange(10_000, 99_999)}",
                "quantity": chance.randrange(1, 48),
                "title": "WHITE HANGING HEART T-LIGHT HOLDER"[: chance.randrange(8, 34)],
            }
        )
        person = ("customer", str(12_346 + number // 20 * 7919 % PEOPLE))
        lines.append(
            NewEvent("orders", f"{536_365 + number // 20}-{number}".encode(), "order.line", person, number * 60, body)
        )
    return lines


def timed(what: str, count: int, work: Callable[[], object]) -> float:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<34} {wall:6.2f} s  {count / wall:>10,.0f} /s  {count / cpu:>10,.0f} /CPU s")
    return count / wall


def bare(lines: list[NewEvent], path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)")
    for start in range(0, len(lines), CHUNK):
        rows = ((e.message_id, e.kind, e.occurred_at, e.body) for e in lines[start : start + CHUNK])
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t (a, b, c, d) VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    connection.close()


def record(store: SqliteStore, people: list[int]) -> None:
    """A decision for everybody, in chunks of 500, each with a facts document of 6.5 KB that was not kept before."""
    chance = random.Random(18)
    facts = [msgspec.msgpack.encode([chance.randrange(10**6) for _ in range(1_300)]) for _ in range(50)]
    for chunk, start in enumerate(range(0, len(people), 500)):
        part = people[start : start + 500]
        decisions = [
            DecisionRow(f"{person:x}", person, 0, b"d" * 32, b"r" * 1_000, b"o" * 300, "tea", "say", "chosen")
            for person in part
        ]
        snapshots = [Snapshot(person, b"d" * 32, facts[person % len(facts)]) for person in part]
        store.record_decisions("run", chunk, decisions, snapshots)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    lines = order_lines(count)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.db") as store:

        def append() -> None:
            for start in range(0, count, CHUNK):
                store.append(lines[start : start + CHUNK], 400 * DAY)

        limit = timed("one bare table", count, lambda: bare(lines, Path(folder) / "bare.db"))
        rate = timed("append", count, append)
        timed("append again (all repeated)", count, append)
        timed("read everybody, no document", count, lambda: sum(len(row.tail) for row in store.read_documents(1)))
        rows = [Document(row.person_id, 1, row.last_pos, b"x" * 6_500) for row in store.read_documents(1)]
        timed("save documents", len(rows), lambda: store.save_documents(rows))
        timed("read everybody, all documents", len(rows), lambda: sum(1 for _ in store.read_documents(1)))
        timed("count", count, store.counts)
        store.begin_run("run", "watch", "tea", b"", 0)
        timed("record decisions (1.3 KB each)", len(rows), lambda: record(store, [row.person_id for row in rows]))
        timed("read decisions", len(rows), lambda: sum(1 for _ in store.decisions("run")))
        size = sum(each.stat().st_size for each in Path(folder).glob("store.db*"))
        print(f"append is {rate / limit:.2f} of the bare table; {size / count:,.0f} bytes an event on disk")


if __name__ == "__main__":
    main()
