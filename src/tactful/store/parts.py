"""Long lists in parts, so that no statement and no transaction is too large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from tactful.store.connection import Connection

LOOKUP = 500
Row = TypeVar("Row")


def in_parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """The rows in order, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def among(connection: Connection, query: str, ids: Iterable[int]) -> list[Any]:
    """The rows of a query with `{}` in place of a list of ids, for however many there are."""
    found: list[Any] = []
    for part in in_parts(sorted(set(ids)), LOOKUP):
        found += connection.execute(query.format(",".join("?" * len(part))), part).fetchall()
    return found
