"""Long lists in parts, so that no statement and no transaction is too large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

LOOKUP = 500
Row = TypeVar("Row")


def in_parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """The rows in order, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
