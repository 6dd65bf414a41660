"""Recognising the columns of a list of people, by their names and by what is in them. What is ambiguous stays open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from tactful.model.document import read_document, refuse
from tactful.model.problems import Problem, suggestion
from tactful.profile.columns import normal

ID = "id"
NAMES = ("first", "last", "full")
FIELDS = (*NAMES, "born", "birth_place", "town", "postcode", "street", "email", "phone", "occupation")
"""What is compared, in the order in which it is shown."""
ROLES = (ID, *FIELDS)
SHARE = 0.8
"""The share of a column's values that must look alike before its content says what it is."""
_CONTENT = {
    "email": re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*"),
    "postcode": re.compile(r"\s*[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\s*", re.IGNORECASE),
}


class PeopleColumns(msgspec.Struct, frozen=True):
    """`columns`: role to column, as written in the file. `by_content`: the roles recognised by what is in the column.
    `unused`: columns that nothing is read from."""

    columns: dict[str, str]
    by_content: tuple[str, ...]
    unused: tuple[str, ...]


def load_people_columns(text: str, file: str) -> dict[str, frozenset[str]]:
    """The table of column names: for each role its names in their normal form. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    section = top.section("roles")
    roles = {role: frozenset(normal(name) for name in section.texts(role)) for role in ROLES} if section else {}
    if section is not None:
        section.finish()
    top.finish()
    refuse(top.problems)
    return roles


def recognise_people(
    samples: Mapping[str, Iterable[str | None]],
    table: Mapping[str, frozenset[str]],
    given: Mapping[str, str],
    file: str,
) -> tuple[PeopleColumns, list[Problem]]:
    """Which column is what, and what is in doubt. `samples` holds some values of each column; `given` maps roles to
    columns and wins."""
    problems = _unknown(samples, given, file)
    found = {role: column for role, column in given.items() if role in ROLES and column in samples}
    for role in ROLES:
        names = [each for each in samples if normal(each) in table[role] and each not in given.values()]
        if role in given or not names:
            continue
        found[role] = names[0]
        if len(names) > 1:
            choices = " or ".join(names)
            problems.append(Problem(file, 1, f"{role} may be {choices}: add --map {role}=COLUMN."))
    by_content = []
    for column, values in samples.items():
        shape = _by_content(values) if column not in found.values() else None
        if shape and shape not in found:
            found[shape] = column
            by_content.append(shape)
    ordered = {role: found[role] for role in ROLES if role in found}
    unused = tuple(column for column in samples if column not in found.values())
    return PeopleColumns(ordered, tuple(by_content), unused), problems


def _unknown(columns: Mapping[str, object], given: Mapping[str, str], file: str) -> list[Problem]:
    found = []
    taken: dict[str, str] = {}
    for role, column in given.items():
        if role not in ROLES:
            found.append(Problem(file, 1, f"--map {role}=…: unknown name.{suggestion(role, ROLES)}"))
        elif column not in columns:
            found.append(Problem(file, 1, f"--map {role}={column}: no such column.{suggestion(column, columns)}"))
        elif column in taken:
            found.append(Problem(file, 1, f"--map {role}={column}: this column is {taken[column]} already."))
        taken.setdefault(column, role)
    return found


def _by_content(values: Iterable[str | None]) -> str | None:
    present = [value for value in values if value and value.strip()]
    for role, shape in _CONTENT.items():
        if len(present) >= 5 and sum(bool(shape.fullmatch(value)) for value in present) >= SHARE * len(present):
            return role
    return None
