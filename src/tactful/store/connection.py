"""What the verbs need of a database, whichever engine it is. One SQL text serves both: `?` marks the values.

`pos` says how far a reader of events has come, and is the one thing that engines mean differently. On SQLite each
event has a number of its own, in the order of commits. On PostgreSQL it is the number of the transaction, which many
events share and which is taken long before the commit; so a reader goes by `horizon`, and may meet events again. What
is folded from events is the same when one of them is folded twice. Who lists events sorts by (pos, key), never by pos.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tactful.model.problems import StoreProblem


class ForReading(StoreProblem):
    """A verb that writes was said to a store that was opened for reading."""


class Rows(Protocol):
    """What a statement gives."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""

    @property
    def description(self) -> Any:
        """The columns: the name of each comes first."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows, one by one."""

    def close(self) -> object:
        """No more of them."""


class Connection(Protocol):
    """A way to say statements, within one of the three things that a `Database` gives."""

    @property
    def shares_positions(self) -> bool:
        """Whether several events may have one position."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Rows:
        """Say one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Rows:
        """Say one statement for each row."""

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], /) -> None:
        """Insert rows that are all new, as fast as the engine can."""

    def insert_new(self, sql: str, rows: Sequence[Sequence[Any]], /) -> list[bool]:
        """Say an `INSERT … ON CONFLICT DO NOTHING` for each row: which rows were new."""

    def claim(self, keys: Sequence[bytes], day: int, /) -> tuple[dict[bytes, int], dict[bytes, int]]:
        """Take the keys of messages, each once: the positions of those that are new, and of those that were seen."""

    def lock_people(self, people: Iterable[int], /) -> None:
        """Wait for the gates of these people, in one order for everybody. Whatever is decided upon is read after it."""

    def lock_refusals(self, *, to_keep: bool) -> None:
        """See that nothing more is refused by somebody unknown until the commit; or wait for all who do, to keep more.
        So a no and the one whom it is to find never miss each other."""

    def lock_policy(self, *, to_publish: bool) -> None:
        """See that the policy in force stays the same until the commit; or wait for all who do, to publish another."""

    def stream(self, sql: str, /) -> Rows:
        """Say a query whose rows are fetched as they are read."""

    def prepare_copy(self) -> None:
        """Begin to fill an empty store: it may take long, and what refers to something may come before it."""

    def make_room(self, days: Iterable[int], /) -> None:
        """Make what events need that were received on these days."""

    def finish_copy(self) -> None:
        """Count numbers and positions from behind those that came from elsewhere."""

    def horizon(self) -> int | None:
        """A position up to which no event is still to come; None where the last position read is such a one.

        To be asked in the same snapshot as the events, or before them.
        """

    def document(self, doc: str, tail_of: str, values: Sequence[Any], /) -> tuple[Any, list[Any], int | None]:
        """The row (her, body, upto, stamp) of the query `doc`, or None; the rows of `tail_of`; and the horizon.

        `tail_of` has `{her}` and `{upto}` in the places of what `doc` found.
        """

    def version(self) -> int:
        """A number that is another one after somebody else may have written."""


class Database(Protocol):
    """The only way to a connection. Not to be shared between threads."""

    @property
    def place(self) -> str:
        """What to call it in a sentence; without a password."""

    def writing(self) -> AbstractContextManager[Connection]:
        """One write transaction: all of it is on the disk when this ends, or nothing is."""

    def reading(self) -> AbstractContextManager[Connection]:
        """For short statements, each of which sees what is committed."""

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection of its own that sees the store as it is now, whatever is written meanwhile."""

    def size(self) -> int:
        """How many bytes it takes on the disk."""

    def damage(self) -> str:
        """What is broken, in one sentence; empty where nothing is."""

    def tidy(self) -> None:
        """Let nothing that was deleted linger, as far as no reader is in the way."""

    def close(self) -> None:
        """Let go of it."""
