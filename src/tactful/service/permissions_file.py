"""An export of permissions as understood: each row accounted for, the careful reading of every doubt.

An end counts for everything that promotes, a yes only for the purposes that were named. Rows of one person that
contradict each other leave the strictest. One state that nobody knows, and nothing of the file is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import DAY, Cap, Permission
from tactful.model.vocabulary import KEYS
from tactful.permission.imports import CSV_COLUMNS, VENDORS, Imported, Vendor, instant, read_rows
from tactful.permission.standing import ENDS, GRANTS, STRICTNESS

if TYPE_CHECKING:
    import polars as pl

CSV = "csv"
TOOLS: tuple[str, ...] = (CSV, *VENDORS)
GRANTED: tuple[str, ...] = ("market", "recommend")
"""What a yes in another tool counts for where nobody says otherwise."""
PROMOTING: tuple[str, ...] = Cap(1, 1).purposes
"""What an end in another tool counts for, beside the purposes of a yes."""
MAPPED: tuple[str, ...] = ("person", "state", "time")
_CSV_MEANS = {"person": "customer", "time": "occurred_at"}
_CSV_PERSONS = (("customer", "customer"), ("email", "email"), ("phone", "phone"))
_ASKED = ("not_asked", "as_condition", "in_terms", "plainly")
_DUPLICATED = re.compile(r"_duplicated_\d+$")
_EMPTY = ("", "[]", "false", "none")


class Columns(msgspec.Struct, frozen=True):
    """Which column is what. `person` are (column, kind of identifier): the first that is filled says who is meant."""

    person: tuple[tuple[str, str], ...]
    state: tuple[str, ...]
    time: tuple[str, ...]
    unused: tuple[str, ...]


class StateCount(msgspec.Struct, frozen=True):
    """How many rows said this, what it means here, and why."""

    said: str
    state: str
    asked: str
    rows: int
    reason: str


class Statement(msgspec.Struct, frozen=True):
    """One record to keep. `timed` is false where the export does not show when it happened. `also` is by what else the
    row names her: nothing is kept of it, but somebody unknown may have refused something by it."""

    person: tuple[str, str]
    permission: Permission
    timed: bool
    also: tuple[tuple[str, str], ...] = ()


class PermissionFile(msgspec.Struct, frozen=True):
    """An export as understood. `states`, `unnamed` and `silent` together are all its rows.

    `unnamed` are the lines that name nobody, `silent` counts those that do not say whether she agreed. `contradictory`
    counts people whose rows say different things, `times_unknown` the rows whose time is unreadable or in the future.
    """

    file: str
    tool: str
    columns: Columns
    purposes: tuple[str, ...]
    heard_at: int
    lines: int
    states: tuple[StateCount, ...]
    unnamed: tuple[int, ...]
    silent: int
    contradictory: int
    times_unknown: int
    statements: tuple[Statement, ...]


def check_words(tool: str, purposes: Sequence[str], file: str) -> None:
    """Raises Problems where the tool or a purpose is not known."""
    problems = []
    if tool not in TOOLS:
        problems.append(Problem(file, 0, f"--from {tool}: no such tool is known.{suggestion(tool, TOOLS)}"))
    allowed = KEYS["scenario.purpose"].names
    problems += [
        Problem(file, 0, f"--purpose {each}: no such purpose.{suggestion(each, allowed)}")
        for each in purposes
        if each not in allowed
    ]
    if tool == CSV and purposes:
        problems.append(Problem(file, 0, "--purpose is for exports of tools: our own file says it in each row."))
    if problems:
        raise Problems(problems)


def recognise_permissions(names: Sequence[str], tool: str, given: Mapping[str, str], file: str) -> Columns:
    """Which column is what. `given` maps person, state and time to columns and wins. Raises Problems."""
    allowed = (*MAPPED, *CSV_COLUMNS) if tool == CSV else MAPPED
    problems = [
        Problem(file, 1, f"--map {name}={column}: no such column.{suggestion(column, names)}")
        for name, column in given.items()
        if column not in names
    ]
    problems += [
        Problem(file, 1, f"--map {name}=…: unknown name.{suggestion(name, allowed)}")
        for name in given
        if name not in allowed
    ]
    lowered = Counter(_DUPLICATED.sub("", name).strip().lower() for name in names)
    problems += [Problem(file, 1, f"has two columns `{name}`.") for name, count in lowered.items() if count > 1]
    if problems:
        raise Problems(problems)
    by_name = {name.strip().lower(): name for name in names}
    columns = _own_columns(by_name, given) if tool == CSV else _their_columns(by_name, VENDORS[tool], given)
    if not columns.person:
        problems.append(Problem(file, 1, "no column says who is meant: add --map person=COLUMN."))
    if not columns.state and (tool == CSV or not VENDORS[tool].default):
        problems.append(Problem(file, 1, "no column says whether she agreed: add --map state=COLUMN."))
    if problems:
        raise Problems(problems)
    return columns


def _their_columns(by_name: Mapping[str, str], vendor: Vendor, given: Mapping[str, str]) -> Columns:
    person: tuple[tuple[str, str], ...]
    if "person" in given:
        kinds = dict(vendor.persons)
        person = ((given["person"], kinds.get(given["person"].strip().lower(), "customer")),)
    else:
        person = tuple((by_name[column], kind) for column, kind in vendor.persons if column in by_name)
    state = (given["state"],) if "state" in given else tuple(by_name[c] for c in vendor.states if c in by_name)
    ends = tuple(by_name[column] for column in vendor.ended_by if column in by_name)
    known = dict.fromkeys(column for columns in vendor.times.values() for column in columns)
    time = (given["time"],) if "time" in given else tuple(by_name[column] for column in known if column in by_name)
    proof = {by_name[column] for column in vendor.proof if column in by_name}
    used = {*(column for column, _ in person), *state, *ends, *time, *proof}
    return Columns(person, state + ends, time, tuple(name for name in by_name.values() if name not in used))


def _own_columns(by_name: dict[str, str], given: Mapping[str, str]) -> Columns:
    taken = by_name | {_CSV_MEANS.get(name, name): column for name, column in given.items()}
    person = tuple((taken[column], kind) for column, kind in _CSV_PERSONS if column in taken)
    if "person" in given:
        person = ((given["person"], "customer"),)
    used = {taken[name] for name in CSV_COLUMNS if name in taken}
    unused = tuple(name for name in by_name.values() if name not in used)
    state, time = taken.get("state"), taken.get("occurred_at")
    return Columns(person, (state,) if state else (), (time,) if time else (), unused)


def read_permissions(
    frame: pl.DataFrame,
    tool: str,
    given: Mapping[str, str],
    purposes: Sequence[str],
    heard_at: int,
    file: str,
) -> PermissionFile:
    """The whole export as understood. Raises Problems, all at once, and then nothing of it may be written."""
    columns = recognise_permissions(frame.columns, tool, given, file)
    granted = tuple(dict.fromkeys(purposes)) or GRANTED
    rows = [_row(raw, tool, columns, given) for raw in as_texts(frame).iter_rows(named=True)]
    unnamed = tuple(line for line, row in enumerate(rows, 2) if not _named(row, columns))
    silent = {line for line, row in enumerate(rows, 2) if _says_nothing(row, tool)} - set(unnamed)
    taken = _taken(tool, rows, file, heard_at, granted, silent.union(unnamed))
    if not taken:
        raise Problems([Problem(file, 0, _nothing(columns, len(silent), len(unnamed)))])
    statements: list[Statement] = []
    unknown = 0
    for item in taken:
        made, doubtful = _statements(item, rows[item.line - 2], tool, columns, given, granted, heard_at)
        statements += made
        unknown += doubtful
    kept, contradictory = _strictest(statements)
    return PermissionFile(
        file=file,
        tool=tool,
        columns=columns,
        purposes=() if tool == CSV else granted,
        heard_at=heard_at,
        lines=len(rows),
        states=_counted(taken),
        unnamed=unnamed,
        silent=len(silent),
        contradictory=contradictory,
        times_unknown=unknown,
        statements=tuple(kept),
    )


def _taken(
    tool: str,
    rows: Sequence[Mapping[str, str]],
    file: str,
    heard_at: int,
    granted: tuple[str, ...],
    skipped: set[int],
) -> list[Imported]:
    """The rows as the tool means them, without the lines in `skipped`. Raises Problems."""
    found, problems = read_rows(tool, [_filled(tool, row) for row in rows], file, heard_at, granted)
    problems = [problem for problem in problems if problem.line not in skipped]
    if problems:
        raise Problems(problems)
    return [item for item in found if item.line not in skipped]


def _filled(tool: str, row: Mapping[str, str]) -> Mapping[str, str]:
    """A row of our own file; an end may leave out purpose and channel, and is then an end of all (`_statements`)."""
    if tool != CSV or row.get("state") not in ENDS:
        return row
    return {"purpose": PROMOTING[0], "channel": "email", **row}


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column as text, instants in UTC; lists and the like are left out."""
    import polars as pl

    texts = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            texts.append(column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00"))
        elif isinstance(dtype, pl.Datetime):
            texts.append(column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f"))
        elif not dtype.is_nested() and dtype != pl.Binary:
            texts.append(column.cast(pl.String))
    return frame.select(texts)


def _row(raw: Mapping[str, str | None], tool: str, columns: Columns, given: Mapping[str, str]) -> dict[str, str]:
    """A row with the columns that were mapped under the names that the tool itself uses."""
    row = {name.strip().lower(): value.strip() for name, value in raw.items() if value and value.strip()}
    row |= {
        name: whole_number(row[name])
        for name in (column.strip().lower() for column, _ in columns.person)
        if name in row
    }
    mapped = {name: row.get(column.strip().lower(), "") for name, column in given.items()}
    if tool == CSV:
        row |= {_CSV_MEANS.get(name, name): value for name, value in mapped.items()}
        if "person" in given:
            row = {name: value for name, value in row.items() if name not in ("email", "phone")}
        return {name: value for name, value in row.items() if value}
    vendor = VENDORS[tool]
    for name, own in (("person", tuple(column for column, _ in vendor.persons)), ("state", vendor.states)):
        if name in given:
            row = {key: value for key, value in row.items() if key not in own} | {own[0]: mapped[name]}
    if "person" in given:
        row[given["person"].strip().lower()] = mapped["person"]
    return {name: value for name, value in row.items() if value}


def whole_number(text: str) -> str:
    """A person's number as text: 17850.0 is 17850."""
    return re.sub(r"^(\d+)\.0$", r"\1", text)


def _named(row: Mapping[str, str], columns: Columns) -> list[tuple[str, str]]:
    """By what a row names her; the first says who is meant."""
    texts = (
        (kind, unicodedata.normalize("NFKC", row.get(column.strip().lower(), "")).strip())
        for column, kind in columns.person
    )
    return [(kind, value.lower() if kind == "email" else value) for kind, value in texts if value]


def _says_nothing(row: Mapping[str, str], tool: str) -> bool:
    if tool == CSV:
        return "state" not in row
    vendor = VENDORS[tool]
    said = any(column in row for column in vendor.states)
    ended = any(row.get(column, "").lower() not in _EMPTY for column in vendor.ended_by)
    return not (vendor.default or said or ended)


def _nothing(columns: Columns, silent: int, unnamed: int) -> str:
    if unnamed > silent:
        return f"no row says who is meant: {' and '.join(column for column, _ in columns.person)} are empty."
    return f"no row says whether she agreed: {' and '.join(columns.state)} are empty."


def _statements(
    item: Imported,
    row: Mapping[str, str],
    tool: str,
    columns: Columns,
    given: Mapping[str, str],
    granted: tuple[str, ...],
    heard_at: int,
) -> tuple[list[Statement], bool]:
    """The records of a row, and whether a time stands in it that cannot be believed.

    Without a believable time a yes counts from the beginning, so that it lifts nothing, and all else from now.
    """
    person, *also = _named(row, columns)
    first = item.permissions[0]
    written = [row[name] for name in _times(first.state, tool, columns, given) if name in row]
    at = next((moment for text in written if (moment := instant(text)) is not None), None)
    timed = at is not None and 0 <= at <= heard_at + DAY
    occurred_at = 0 if first.state in GRANTS else heard_at
    if at is not None and timed:
        occurred_at = min(at, heard_at)
    purposes: Sequence[str] = [each.purpose for each in item.permissions]
    channel = first.channel
    if tool != CSV and first.state in ENDS:
        purposes = tuple(dict.fromkeys((*PROMOTING, *granted)))
    elif tool == CSV and "purpose" not in row:
        purposes = PROMOTING
    if tool == CSV and "channel" not in row:
        channel = "*"
    made = [
        Statement(
            person,
            msgspec.structs.replace(first, purpose=purpose, channel=channel, occurred_at=occurred_at),
            timed,
            tuple(also),
        )
        for purpose in purposes
    ]
    return made, bool(written) and not timed


def _times(state: str, tool: str, columns: Columns, given: Mapping[str, str]) -> tuple[str, ...]:
    if tool == CSV:
        return ("occurred_at",)
    if "time" in given:
        return (given["time"].strip().lower(),)
    return VENDORS[tool].times["given" if state in GRANTS else "withdrawn"]


def _strictest(statements: Sequence[Statement]) -> tuple[list[Statement], int]:
    """What is left of people whose rows contradict each other, and how many people those are.

    Rows of our own file that all have a time of their own are her history and stay; a no in it stands all the same,
    since a yes that is heard together with it lifts nothing.
    """
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for each in statements:
        p = each.permission
        groups.setdefault((each.person, p.purpose, p.channel, p.category), []).append(each)
    kept: list[Statement] = []
    torn: set[tuple[str, str]] = set()
    for group in groups.values():
        strictest = min(group, key=_strictness)
        latest = max(group, key=lambda each: each.permission.occurred_at)
        times = {each.permission.occurred_at for each in group if each.timed}
        history = group[0].permission.source == CSV and len(times) == len(group)
        one_voice = len({each.permission.state for each in group}) == 1
        if not one_voice and not (history and strictest is latest):
            torn.add(strictest.person)
        kept += group if history else [strictest]
    return kept, len(torn)


def _strictness(each: Statement) -> tuple[int, int, int]:
    p = each.permission
    return STRICTNESS.index(p.state), _ASKED.index(p.asked), p.occurred_at if p.state in GRANTS else -p.occurred_at


def _counted(taken: Sequence[Imported]) -> tuple[StateCount, ...]:
    counts = Counter((i.said, i.permissions[0].state, i.permissions[0].asked, i.reason) for i in taken)
    ordered = sorted(counts.items(), key=lambda item: (-STRICTNESS.index(item[0][1]), item[0]))
    return tuple(StateCount(said, state, asked, rows, reason) for (said, state, asked, reason), rows in ordered)
