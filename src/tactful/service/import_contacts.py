"""Import who was really sent to: contacts that another tool made, into the one ledger that limits are counted in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from tactful.model.document import read_document
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import Contact
from tactful.profile.identifiers import spelled
from tactful.profile.times import TimeRefused, parse_time
from tactful.service.packs import read_text
from tactful.service.permissions_file import as_texts, whole_number
from tactful.service.ports import Store
from tactful.service.run import place_of

if TYPE_CHECKING:
    import polars as pl

FIELDS = ("person", "time", "decision")
_KNOWN = {
    "person": ("customer", "customer_id", "customerid", "person", "person_id", "external_id", "user_id", "id"),
    "time": ("sent_at", "send_time", "sent", "time", "timestamp", "at"),
    "decision": ("tactful_decision",),
}
_CHUNK = 1000


class NotTaken(msgspec.Struct, frozen=True):
    """A row that was not taken, with its line (the header is line 1) and a sentence."""

    line: int
    reason: str


class SentRow(msgspec.Struct, frozen=True):
    """One row as understood: who was written to, when, and by which decision (empty where the file does not say)."""

    person: tuple[str, str]
    at: int
    decision: str


class SentFile(msgspec.Struct, frozen=True):
    """A list of who was written to. `rows` and `refused` together are all its lines."""

    columns: dict[str, str]
    lines: int
    rows: tuple[SentRow, ...]
    refused: tuple[NotTaken, ...]


class ContactImport(msgspec.Struct, frozen=True):
    """What became of an import. `repeated` counts rows that the ledger holds already, also as a place that was taken
    when it was decided."""

    lines: int
    added: int
    repeated: int
    refused: tuple[NotTaken, ...]
    people: int
    people_created: int


def campaign_file(folder: Path, given: str) -> Path:
    """The file of a campaign that is named, or whose file is given. Raises Problems where there is none."""
    if Path(given).is_file():
        return Path(given)
    names: dict[str, Path] = {}
    for path in sorted((folder / "campaigns").glob("*.yaml")):
        names[read_document(read_text(path), str(path)).text("campaign", path.stem)] = path
    if given not in names:
        there = f" There are: {', '.join(names)}." if names else ""
        place = str(folder / "campaigns")
        raise Problems([Problem(place, 0, f"no campaign is called {given}.{suggestion(given, names) or there}")])
    return names[given]


def recognise_contacts(names: Sequence[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Which column is what; `given` wins. Raises Problems where who is meant stays in doubt."""
    problems = [
        Problem(file, 1, f"--map {name}={column}: no such column.{suggestion(column, names)}")
        for name, column in given.items()
        if column not in names
    ]
    problems += [
        Problem(file, 1, f"--map {name}=…: unknown name.{suggestion(name, FIELDS)}")
        for name in given
        if name not in FIELDS
    ]
    columns = dict(given)
    for field, known in _KNOWN.items():
        found = [name for name in names if name.strip().lower().replace(" ", "_") in known]
        if field in given or not found:
            continue
        if len(found) > 1:
            problems.append(Problem(file, 1, f"{field} may be {' or '.join(found)}: add --map {field}=COLUMN."))
        columns[field] = found[0]
    if "person" not in columns:
        problems.append(Problem(file, 1, "no column says who was written to: add --map person=COLUMN."))
    if problems:
        raise Problems(problems)
    return columns


def read_contacts(
    frame: pl.DataFrame, given: Mapping[str, str], kind: str, at: int | None, zone: str, now: int, file: str
) -> SentFile:
    """The list as understood. `at` is when it was sent, for rows without a time of their own. Raises Problems."""
    columns = recognise_contacts(frame.columns, given, file)
    if at is None and "time" not in columns:
        raise Problems([Problem(file, 1, "no column says when it was sent: add --at TIME, or --map time=COLUMN.")])
    taken: list[SentRow] = []
    refused: list[NotTaken] = []
    for line, row in enumerate(as_texts(frame).iter_rows(named=True), start=2):
        found = _row({name: (row.get(column) or "").strip() for name, column in columns.items()}, kind, at, zone, now)
        if isinstance(found, str):
            refused.append(NotTaken(line, found))
        else:
            taken.append(found)
    if not taken:
        raise Problems(Problem(file, each.line, each.reason) for each in refused)
    return SentFile(columns, frame.height, tuple(taken), tuple(refused))


def _row(row: Mapping[str, str], kind: str, at: int | None, zone: str, now: int) -> SentRow | str:
    value = unicodedata.normalize("NFKC", row["person"]).strip()
    if not value:
        return "the row names nobody."
    if row.get("time"):
        try:
            at = parse_time(row["time"], ZoneInfo(zone))
        except TimeRefused as refused:
            return str(refused)
    if at is None:
        return "the row does not say when it was sent, and --at was not said."
    if at > now:
        return "its time is in the future."
    if at < 0:
        return "its time lies before 1970."
    person = value.lower() if kind == "email" else whole_number(value)
    return SentRow((kind, person), at, row.get("decision", ""))


def import_contacts(
    store: Store,
    read: SentFile,
    channel: str,
    purpose: str,
    file: str,
    moved: Callable[[int], None] = lambda steps: None,
    region: str | None = None,
) -> ContactImport:
    """Put each contact into the ledger once. Raises Problems where not one of the people is known here.

    `region` is where telephone numbers without a country are (`GB`).
    """
    rows = [msgspec.structs.replace(row, person=(row.person[0], spelled(*row.person, region))) for row in read.rows]
    read = msgspec.structs.replace(read, rows=tuple(rows))
    people = list(dict.fromkeys(row.person for row in read.rows))
    known = {person for person in people if store.find(*person) is not None}
    if not known and store.persons():
        column = read.columns["person"]
        raise Problems(
            [Problem(file, 1, f"nobody in column `{column}` is known here: is it the right one? See --map.")]
        )
    added = repeated = 0
    for start in range(0, len(read.rows), _CHUNK):
        part = read.rows[start : start + _CHUNK]
        ids = store.resolve([row.person for row in part])
        new = [
            (person_id, Contact(channel, purpose, row.at, row.decision))
            for person_id, row in zip(ids, part, strict=True)
            if not _in_ledger(store, person_id, row)
        ]
        done = store.record_contacts(new)
        added += done
        repeated += len(part) - done
        moved(len(part))
    return ContactImport(read.lines, added, repeated, read.refused, len(people), len(people) - len(known))


def _in_ledger(store: Store, person_id: int, row: SentRow) -> bool:
    """Whether the place of this decision was taken already, when it was decided or by an earlier file."""
    place = place_of(store, row.decision)
    return bool(place) and any(each.decision in (place, row.decision) for each in store.contacts(person_id, -1))
