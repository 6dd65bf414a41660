"""Folding what came in: the side that only reads. Documents come out of it, and somebody else keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from tactful.model.kept import Document, PersonRow
from tactful.model.records import Event
from tactful.profile import document as profile
from tactful.profile.document import FOLD, encode_document
from tactful.profile.fold import fold
from tactful.service.ports import Store

FOLLOWER = f"documents/{FOLD}"
"""Under what name the store remembers how far it has come: another way of folding begins anew."""
AT_ONCE, TOGETHER, SAVED = 30_000, 1_000_000, 250
"""Events that are read one by one (more than come in between two looks); events of which, where there are more, the
people are read instead; and documents that are saved together."""
REMEMBERED = 16_000_000
"""Bytes of documents that are remembered to be folded on. As objects they take about eight times as much."""


class Folded(msgspec.Struct, frozen=True, array_like=True):
    """Documents to be kept. The `last` of a step says how far the follower has come with them, unless it is where it
    was, and whether nothing was left out of it (`all`)."""

    documents: list[Document] = []
    upto: int | None = None
    all: bool = False
    last: bool = False


class Folding(Protocol):
    """Whoever folds."""

    def fold(self, again: Sequence[int]) -> Iterator[Folded]:
        """What came in since the last step that was kept, and these people anew. Raises StoreProblem."""

    def close(self) -> None:
        """No more of it."""


class _Known(msgspec.Struct, frozen=True, gc=False):
    stamp: int
    document: profile.Document
    size: int


class Folder:
    """Folds in this very thread. Remembers the documents of those who came last, so that only what is new is read.

    What is remembered holds everything up to where the last step came to. If the follower stands elsewhere now, that
    step was not kept, or another follows as well; and if somebody's stamp is another one, she is made up of others or
    something of hers was deleted: in both cases it is read from the store.
    """

    def __init__(self, store: Store, remembered: int = REMEMBERED) -> None:
        self._store = store
        self._most = remembered
        self._known: dict[int, _Known] = {}
        self._size = 0
        self._upto: int | None = None

    def fold(self, again: Sequence[int]) -> Iterator[Folded]:
        """What came in since the last step that was kept, and these people anew. Raises StoreProblem."""
        reached, self._upto = self._upto, None
        news = self._store.news(FOLLOWER, AT_ONCE)
        if reached != news.since or not news.whole:
            self.forget()
        upto, people = news.upto, dict.fromkeys(again)
        if news.whole:
            hot: list[Document] = []
            for person, (stamp, events) in news.tails.items():
                known = self._known.get(person)
                if known is None or known.stamp != stamp or person in people:
                    people[person] = None
                    continue
                hot.append(self._folded(person, stamp, known.document, events, upto))
                if len(hot) == SAVED:
                    yield Folded(hot)
                    hot = []
            yield Folded(hot)
        else:
            behind = self._store.behind(FOLLOWER, TOGETHER)
            upto, people = behind.upto, people | dict.fromkeys(behind.people)
        for part in _parts(list(people)):
            yield Folded(self._read(self._store.documents(part, FOLD)))
        self._upto = upto
        yield Folded(upto=upto if upto > news.since else None, all=news.whole, last=True)

    def close(self) -> None:
        """No more of it."""
        self.forget()

    def forget(self) -> None:
        """Remember nobody."""
        self._known.clear()
        self._size = 0

    def _read(self, rows: Iterable[PersonRow]) -> list[Document]:
        """Documents that have to be kept, of all that was read."""
        found = []
        for row in rows:
            if row.tail or row.doc is None:
                before = profile.decode_document(row.doc) if row.doc is not None else None
                found.append(self._folded(row.person_id, row.stamp, before, row.tail, row.last_pos))
            else:
                self._drop(row.person_id)
        return found

    def _folded(
        self, person: int, stamp: int, before: profile.Document | None, events: Iterable[Event], upto: int
    ) -> Document:
        document = fold(before, events)
        body = encode_document(document)
        self._drop(person)
        self._known[person] = _Known(stamp, document, len(body))
        self._size += len(body)
        while self._size > self._most:
            self._drop(next(iter(self._known)))
        return Document(person, FOLD, upto, body, stamp)

    def _drop(self, person: int) -> None:
        if known := self._known.pop(person, None):
            self._size -= known.size


def _parts(people: Sequence[int]) -> Iterator[Sequence[int]]:
    return (people[start : start + SAVED] for start in range(0, len(people), SAVED))
