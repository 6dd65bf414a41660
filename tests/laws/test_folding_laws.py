"""Whatever the folder remembers, its documents are what folding the whole log gives."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.laws.test_journey_laws import bought, notes
from tests.laws.test_store_laws import new_store
from tests.profile.given import DAY_0

from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, Event, NewEvent
from tactful.profile.document import FOLD, decode_document
from tactful.profile.events import ORDER_LINE
from tactful.profile.fold import fold
from tactful.service.folding import FOLLOWER, Folder
from tactful.store import SqliteStore

WHO = ("penny", "grace", "dora")
numbers = st.integers(0, len(WHO) - 1)
pairs = st.tuples(numbers, numbers)
several = st.lists(st.tuples(numbers, notes | bought), min_size=3, max_size=9)
steps = st.one_of(
    st.tuples(st.just("add"), several),
    st.tuples(st.just("another"), several),
    st.tuples(st.just("between"), st.tuples(pairs, several)),
    st.tuples(st.just("merge"), pairs),
    st.tuples(st.just("unmerge"), numbers),
    st.tuples(st.just("forget"), st.integers(0, 3)),
    # A step that is kept whole, one that ends in the middle, and one of which the end is not kept.
    st.tuples(st.just("fold"), st.sampled_from(("whole", "half", "lost"))),
    st.tuples(st.just("follow"), several),
)


class Shop:
    """A store with a folder, and what may happen to them."""

    def __init__(self, store: SqliteStore, remembered: int) -> None:
        self.store = store
        self.folder = Folder(store, remembered)
        self.at = DAY_0 + 90 * DAY
        self.merges: list[int] = []

    def add(self, said: list[tuple[int, Event]]) -> None:
        self.at += 1
        rows = [
            NewEvent(each.source, each.key, each.kind, ("customer", WHO[n]), each.occurred_at, each.body)
            for n, each in said
        ]
        self.store.append(rows, self.at)

    def merge(self, pair: tuple[int, int]) -> None:
        people = [self.store.find("customer", WHO[n]) for n in pair]
        if None not in people:
            number = self.store.merge(people[0] or 0, people[1] or 0, self.at, "staff", "seen")
            self.merges += [number] if number else []

    def unmerge(self, place: int) -> None:
        if self.merges:
            with suppress(StoreProblem):
                self.store.unmerge(self.merges[place % len(self.merges)], self.at, "a mistake")

    def forget(self, day: int) -> None:
        """Retention has deleted the order lines before a day."""
        gone = DAY_0 + day * DAY

        def fate(kind: str, at: int, body: bytes) -> bytes | None:
            return None if kind == ORDER_LINE and at < gone else body

        self.store.forget_events(0, 1_000, fate)

    def another(self, said: list[tuple[int, Event]]) -> None:
        """Another folder takes a step, as when two servers are there for a moment."""
        self.add(said)
        self.take(Folder(self.store), "whole", self.store.fold_again(100))

    def between(self, what: tuple[tuple[int, int], list[tuple[int, Event]]]) -> None:
        """Two become one while a step is begun."""
        again = self.store.fold_again(100)
        self.merge(what[0])
        self.add(what[1])
        self.take(self.folder, "whole", again)

    def follow(self, said: list[tuple[int, Event]]) -> None:
        self.add(said)
        self.fold("whole")

    def fold(self, how: str) -> None:
        self.take(self.folder, how, self.store.fold_again(100))

    def take(self, folder: Folder, how: str, again: Sequence[int]) -> None:
        for place, part in enumerate(folder.fold(again)):
            self.store.save_documents(part.documents)
            if part.upto is not None and how != "lost":
                self.store.followed(FOLLOWER, part.upto)
            if how == "half" and place == 0:
                return


@given(st.lists(steps, max_size=10), st.sampled_from((0, 300, 1_000_000)))
def test_incremental_equals_the_log(said: list[tuple[str, Any]], remembered: int) -> None:
    with new_store() as store:
        shop = Shop(store, remembered)
        for name, value in [*said, ("fold", "whole")]:
            getattr(shop, name)(value)
            for row in store.read_documents(FOLD):
                kept = decode_document(row.doc) if row.doc is not None else None
                assert fold(kept, row.tail) == fold(None, store.tail(row.person_id))
        assert all(row.tail == () for row in store.read_documents(FOLD)), "the last step left nothing out"
