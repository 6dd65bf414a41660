"""What is wrong in a file that a person wrote: every problem at once, each in one sentence with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong. `line` is 1-based; 0 when the whole file is meant."""

    file: str
    line: int
    message: str
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class Problems(Exception):
    """Raised once, with all problems of a file or a set of files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word most like `word`, or None when none is like it at all."""
    found = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """` Did you mean X?` or the empty string: to be put behind a message."""
    found = nearest(word, allowed)
    return f" Did you mean {found}?" if found else ""


class StoreProblem(Exception):
    """The store cannot be used as asked: one sentence for a person, with the place."""


class NotThere(StoreProblem):
    """The store is sound, and what was named is not in it, or not any more as it would have to be."""
