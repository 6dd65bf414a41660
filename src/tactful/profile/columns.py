"""Recognising the columns of an order export. What is ambiguous is left to the user, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tactful.model.document import Section, read_document, refuse

ROLES = ("order", "product", "name", "units", "at", "price", "person", "country")
NEEDED = ("order", "product", "units", "at", "price", "person")


class Columns(msgspec.Struct, frozen=True):
    """The table of column names: per role the normal forms, and known export forms by their signature."""

    roles: dict[str, frozenset[str]]
    forms: tuple[Form, ...]


class Form(msgspec.Struct, frozen=True):
    """A known export: if all columns of `signature` are there, `columns` says which one plays which role."""

    form: str
    signature: tuple[str, ...]
    columns: dict[str, str]


class Mapping(msgspec.Struct, frozen=True):
    """`found`: role to column, as written in the file. `unresolved`: role to the columns that might be meant.
    `missing`: needed roles with no column. `unused`: columns without a role. `form`: the known export, or ""."""

    found: dict[str, str]
    unresolved: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    form: str = ""


def load_columns(text: str, file: str) -> Columns:
    """The table of column names. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    roles: dict[str, frozenset[str]] = {}
    section = top.section("roles")
    for role in ROLES:
        if section is not None:
            roles[role] = frozenset(normal(name) for name in section.texts(role))
    if section is not None:
        section.finish()
    forms = tuple(_form(each) for each in top.sections("forms", ()))
    top.finish()
    refuse(top.problems)
    return Columns(roles, forms)


def _form(section: Section) -> Form:
    name = section.text("form")
    signature = tuple(normal(each) for each in section.texts("signature"))
    columns = section.section("columns")
    plays = {role: normal(columns.text(role)) for role in ROLES if columns and role in columns}
    if columns is not None:
        columns.finish()
    section.finish()
    return Form(name, signature, plays)


def normal(column: str) -> str:
    """A column's name without case, blanks and punctuation: `Invoice No.` is `invoiceno`."""
    return re.sub(r"[^a-z0-9]+", "", column.casefold())


def recognise(columns: Iterable[str], table: Columns) -> Mapping:
    """Which column plays which role. Two candidates for a role, or one column for two roles, stay unresolved."""
    written = list(columns)
    by_normal: dict[str, list[str]] = {}
    for column in written:
        by_normal.setdefault(normal(column), []).append(column)
    for form in table.forms:
        if all(len(by_normal.get(each, ())) == 1 for each in form.signature):
            chosen = {role: by_normal[each] for role, each in form.columns.items() if each in by_normal}
            return _mapping(written, chosen, form.form)
    candidates = {
        role: [column for column in written if normal(column) in table.roles.get(role, frozenset())] for role in ROLES
    }
    return _mapping(written, {role: each for role, each in candidates.items() if each}, "")


def _mapping(written: list[str], candidates: dict[str, list[str]], form: str) -> Mapping:
    claims: dict[str, int] = {}
    for each in candidates.values():
        for column in each:
            claims[column] = claims.get(column, 0) + 1
    found = {role: each[0] for role, each in candidates.items() if len(each) == 1 and claims[each[0]] == 1}
    unresolved = {role: tuple(each) for role, each in candidates.items() if role not in found}
    missing = tuple(role for role in NEEDED if role not in candidates)
    unused = tuple(column for column in written if column not in claims)
    return Mapping(found, unresolved, missing, unused, form)
