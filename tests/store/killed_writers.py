"""Two writers of one store, killed again and again: `python killed_writers.py PLACE kills seed`,
where a place is a file or the address of a database.

Prints JSON: how many lives were ended, the steps that were acknowledged, and what a reader saw that it must not see.
With 0 kills one writer does all steps undisturbed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

from tactful.bootstrap import is_address
from tactful.model.kept import DecisionRow, Document, Snapshot
from tactful.model.records import DAY, Cap, Contact, NewEvent, Permission
from tactful.store import open_for_reading, open_store
from tactful.store.postgres import open_postgres
from tactful.store.verbs import Verbs

STEPS = 200
EVENTS = 40
RUN = "run"


def open_here(place: str) -> Verbs:
    """With fixed keys, so that two stores of the same events can be compared."""
    if is_address(place):
        return open_postgres(place, new_key=lambda: b"k" * 32)
    return open_store(Path(place), new_key=lambda: b"k" * 32, waits=30)


def is_there(place: str) -> bool:
    return is_address(place) or Path(place).exists()


def step(store: Verbs, number: int) -> bool:
    """One batch of events, then documents, a permission, a reservation and a chunk of a run; False if all was done."""
    first = number * EVENTS
    events = [
        NewEvent("orders", b"%d" % n, "line", ("customer", str(n % 11)), n, b"b%d" % n)
        for n in range(first, first + EVENTS)
    ]
    added = store.append(events, 1).added
    person = store.resolve([("customer", str(number % 11))])[0]
    row = store.document(person, 1)
    bodies = {*(row.doc or b"").split(b"|")[:-1], *(event.body for event in row.tail)}
    store.save_documents([Document(person, 1, row.last_pos, b"".join(each + b"|" for each in sorted(bodies)))])
    said = Permission("market", "email", "*", "given", "consent", "plainly", number, number, "form")
    new = store.record_permissions([(person, said)])
    place = store.reserve(person, Contact("email", "market", number * DAY, f"d{number}"), [Cap(1, 30 * DAY)])
    chosen = Contact("email", "market", number * DAY, f"d{number}") if place else None
    decision = DecisionRow(f"d{number}", person, number, b"%d" % number, b"r" * 500, b"said" if chosen else b"silent")
    done = store.record_decisions(RUN, number, [decision], [Snapshot(person, b"%d" % number, b"f" * 900)])
    return bool(added or new or done)


def work(place: str, acknowledge: int) -> None:
    with closing(open_here(place)) as store:
        store.begin_run(RUN, "live", "tea", b"header", 0)
        done = store.chunks_done(RUN)
        for number in range(STEPS):
            if number in done:
                continue
            step(store, number)
            os.write(acknowledge, b"%d\n" % number)
        store.finish_run(RUN, b"summary", 1)


def born(place: str, acknowledge: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            work(place, acknowledge)
            os._exit(0)
        except BaseException as failure:
            sys.stderr.write(f"a writer failed: {failure!r}\n")
            os._exit(1)
    return child


def reading(place: str) -> Verbs:
    return open_postgres(place, reads_only=True) if is_address(place) else open_for_reading(Path(place), waits=30)


def wrongly_seen(place: str, acknowledged: set[int]) -> list[str]:
    """What a reader must never see: half a batch, or an acknowledged step that is not there."""
    with closing(reading(place)) as store:
        wrong = []
        if store.counts().events % EVENTS:
            wrong.append(f"{store.counts().events} events")
        if lost := acknowledged - store.chunks_done(RUN):
            wrong.append(f"chunks {sorted(lost)} are lost")
        return wrong


def main() -> None:
    place, kills, chance = sys.argv[1], int(sys.argv[2]), random.Random(sys.argv[3])
    acknowledged: set[int] = set()
    wrong: list[str] = []
    lives, ended = 0, 0
    while True:
        lives += 1
        reading, writing = os.pipe()
        writers = [born(place, writing) for _ in range(2 if kills else 1)]
        os.close(writing)
        said = os.fdopen(reading)
        if ended < kills:
            acknowledged |= {int(said.readline()) for _ in range(chance.randrange(3))}
            time.sleep(chance.random() * 0.004)
            wrong += wrongly_seen(place, acknowledged) if is_there(place) and acknowledged else []
            for writer in writers:
                os.kill(writer, signal.SIGKILL)
                time.sleep(chance.random() * 0.003)
        statuses = [os.waitpid(writer, 0)[1] for writer in writers]
        ended += sum(os.WIFSIGNALED(status) for status in statuses)
        wrong += [f"status {status}" for status in statuses if os.WIFEXITED(status) and status]
        with said:
            acknowledged |= {int(line) for line in said}
        wrong += wrongly_seen(place, acknowledged) if acknowledged else []
        if all(status == 0 for status in statuses):
            break
    print(json.dumps({"ended": ended, "lives": lives, "acknowledged": sorted(acknowledged), "wrong": wrong}))


if __name__ == "__main__":
    main()
