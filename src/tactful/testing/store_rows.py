"""What the checks of a store are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Barrier, Thread
from typing import Any

from tactful.model.kept import DecisionRow
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, Cap, Contact, NewEvent, Permission

MakeStore = Callable[[str], Any]
LIVE = Cap(2, 7 * DAY)


def line(number: int, person: str | None = "17850", body: bytes = b"one") -> NewEvent:
    """An order line as an import would give it; its number is its message id and its time."""
    said = None if person is None else ("customer", person)
    return NewEvent("orders", str(number).encode(), "order.line", said, number, body)


def granted(channel: str = "email", at: int = 10, heard: int = 20, state: str = "given") -> Permission:
    """A permission for marketing."""
    return Permission("market", channel, "*", state, "consent", "plainly", at, heard, "form", "p. 1")


def message(at: int, decision: str = "", channel: str = "email", purpose: str = "market") -> Contact:
    """A contact at an instant."""
    return Contact(channel, purpose, at, decision)


def decided(number: int, person_id: int, inputs: bytes = b"digest") -> DecisionRow:
    """A recorded decision with its number in it."""
    return DecisionRow(f"d{number}", person_id, number, inputs, b"\0record", b"out\xff", "tea", "say", "chosen")


def refused(what: Callable[[], object]) -> bool:
    """Whether the store says `StoreProblem`."""
    try:
        what()
    except StoreProblem:
        return True
    return False


def together(make_store: MakeStore, name: str, tasks: Sequence[Callable[[Any], None]]) -> None:
    """Run each task with a store of its own, all at once; the first failure is raised."""
    barrier = Barrier(len(tasks))
    failures: list[BaseException] = []

    def work(task: Callable[[Any], None]) -> None:
        try:
            with closing(make_store(name)) as store:
                barrier.wait(30)
                task(store)
        except BaseException as failure:
            barrier.abort()
            failures.append(failure)

    threads = [Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
