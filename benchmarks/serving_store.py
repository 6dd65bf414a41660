"""How fast many threads take events in: `python benchmarks/serving_store.py [threads] [calls] [postgresql://…]`.

Each call brings 100 events, as a client of the server sends them. One thread that writes for all is compared with
threads that each write for themselves to the same kind of file; with the address of an empty database, PostgreSQL too.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tactful.bootstrap import serving_store
from tactful.model.arrivals import Arrival
from tactful.model.records import NewEvent
from tactful.store import open_store

AT_ONCE = 100
NOW = 1_790_000_000_000_000


def batch(number: int) -> list[Arrival]:
    """A hundred calls of one event each, of 5,000 people."""
    calls = []
    for n in range(number * AT_ONCE, (number + 1) * AT_ONCE):
        name = b"%d" % n
        event = NewEvent("web", name, "product.viewed", ("customer", str(n * 37 % 5_000)), n, b"x" * 150)
        calls.append(Arrival("web", name, (event,)))
    return calls


def rushed(what: str, stores: Sequence[Any], calls: int) -> float:
    """Every thread sends its calls one after the other, all at once; events a second."""
    work = [[batch(thread * calls + call) for call in range(calls)] for thread in range(len(stores))]
    took: list[float] = []
    failed: list[BaseException] = []

    def send(store: Any, batches: list[list[Arrival]]) -> None:
        try:
            for each in batches:
                began = time.perf_counter()
                assert store.take_in(each, NOW).appended.added == AT_ONCE
                took.append(time.perf_counter() - began)
        except BaseException as failure:
            failed.append(failure)

    threads = [threading.Thread(target=send, args=each) for each in zip(stores, work, strict=True)]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    if failed:
        raise failed[0]
    took.sort()
    count = len(took) * AT_ONCE
    middle, late = took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3
    print(
        f"{what:<32} {count / spent:>8,.0f} events/s  {count / cpu:>8,.0f} /CPU s  "
        f"p50 {middle:6.1f} ms  p99 {late:7.1f} ms  max {took[-1] * 1e3:7.1f} ms"
    )
    return count / spent


def served(what: str, place: str | Path, threads: int, calls: int) -> float:
    with closing(serving_store(place)) as store:
        return rushed(what, [store] * threads, calls)


def alone(folder: Path, threads: int, calls: int) -> float:
    """Every thread with a writing store of its own."""
    stores = [open_store(folder / "own.db", waits=60, any_thread=True) for _ in range(threads)]
    try:
        return rushed("each thread for itself, SQLite", stores, calls)
    finally:
        for store in stores:
            store.close()


def main() -> None:
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    threads, calls = [*numbers, *(16, 60)[len(numbers) :]]
    address = next((each for each in sys.argv[1:] if each.startswith("postgres")), "")
    print(f"{threads} threads, {calls} calls each, {AT_ONCE} events a call")
    tasks: list[Callable[[Path], float]] = [
        lambda folder: alone(folder, threads, calls),
        lambda folder: served("one thread writes for all, SQLite", folder, threads, calls),
    ]
    with tempfile.TemporaryDirectory() as name:
        one, many = (task(Path(name)) for task in tasks)
    print(f"one writer is {many / one:.2f} of each for itself")
    if address:
        there = served("PostgreSQL", address, threads, calls)
        print(f"PostgreSQL is {there / many:.2f} of SQLite")
    else:
        print("PostgreSQL is not measured: give the address of an empty database.")


if __name__ == "__main__":
    main()
