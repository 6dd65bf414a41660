"""What people answered in a review queue: which records are one person, which are not, and what contradicts itself."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable

import msgspec

from tactful.model.problems import Problem, Problems, suggestion

SAME, FIRST, SECOND = "same?", "id_1", "id_2"
_YES = ("yes", "y", "same", "true", "1", "x")
_NO = ("no", "n", "different", "false", "0")


class Answer(msgspec.Struct, frozen=True, order=True):
    """One answered question, with its line in the file (the header is line 1)."""

    line: int
    a: str
    b: str
    same: bool


class Answers(msgspec.Struct, frozen=True):
    """The answers of a file, and how many of its questions are still open."""

    answers: tuple[Answer, ...]
    open: int = 0


class Settled(msgspec.Struct, frozen=True):
    """What the answers settle. `same`: groups of ids that are one person. `different`: pairs that are not.
    `conflicts`: a sentence for each `no` that several `yes` contradict; none of those `yes` is used."""

    same: tuple[tuple[str, ...], ...]
    different: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...] = ()


def read_answers(text: str, file: str, ids: Collection[str] | None = None) -> Answers:
    """The answers in a review queue that somebody filled in. Raises Problems, all at once: a word that is no answer, a
    missing column, or, where `ids` is given, a record that is not in the list."""
    rows = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True))
    header = [name.strip() for name in next(rows, [])]
    missing = [name for name in (FIRST, SECOND, SAME) if name not in header]
    if missing:
        raise Problems([Problem(file, 1, f"no column {', '.join(missing)}: is this the review queue?")])
    places = [header.index(name) for name in (FIRST, SECOND, SAME)]
    found: list[Answer] = []
    problems: list[Problem] = []
    still_open = 0
    for row in rows:
        line = rows.line_num
        if not any(row):
            continue
        if len(row) <= max(places):
            problems.append(Problem(file, line, "has fewer cells than the header."))
            continue
        a, b, said = (row[place].strip() for place in places)
        problems += [Problem(file, line, f"{each} is not in the list.") for each in (a, b) if ids and each not in ids]
        if not said:
            still_open += 1
        elif said.casefold() in (*_YES, *_NO):
            found.append(Answer(line, a, b, said.casefold() in _YES))
        else:
            problems.append(
                Problem(file, line, f"`{said}` is no answer: write yes or no.{suggestion(said, ('yes', 'no'))}")
            )
    if problems:
        raise Problems(problems)
    return Answers(tuple(found), still_open)


def settle(answers: Iterable[Answer], file: str) -> Settled:
    """What holds: every `no`; and every `yes`, but for the groups of them that some `no` contradicts. Ambiguous never
    merges."""
    said = sorted(answers)
    group = _groups(each for each in said if each.same)
    apart = [each for each in said if not each.same]
    torn: dict[str, list[int]] = {}
    conflicts: list[str] = []
    for each in apart:
        shared = group.get(each.a)
        if each.a == each.b or (shared is not None and shared == group.get(each.b)):
            lines = [other.line for other in said if other.same and group[other.a] == shared]
            torn.setdefault(shared or each.a, []).append(each.line)
            conflicts.append(_conflict(each, lines, file))
    members: dict[str, list[str]] = {}
    for record, first in group.items():
        if first not in torn:
            members.setdefault(first, []).append(record)
    same = tuple(sorted(tuple(sorted(each)) for each in members.values() if len(each) > 1))
    different = sorted({(min(each.a, each.b), max(each.a, each.b)) for each in apart if each.a != each.b})
    return Settled(same, tuple(different), tuple(conflicts))


def _conflict(no: Answer, lines: list[int], file: str) -> str:
    if no.a == no.b:
        return f"{file}:{no.line}: {no.a} cannot be different from itself."
    named = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:6]))}{' …' if len(lines) > 6 else ''}"
    what = f"{no.a} and {no.b} are said to be different people here, and one person by {named}"
    return f"{file}:{no.line}: {what}; none of these yes is used."


def _groups(yes: Iterable[Answer]) -> dict[str, str]:
    """Every record of a `yes` with the first record of its group."""
    parent: dict[str, str] = {}

    def first(record: str) -> str:
        parent.setdefault(record, record)
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for each in yes:
        a, b = sorted((first(each.a), first(each.b)))
        parent[b] = a
    return {record: first(record) for record in parent}
