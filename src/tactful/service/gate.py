"""A list in, the same rows out, split: who may be written to with which variant, and who is left alone and why.

We vouch for what the campaign declares, not for the text that another tool sends.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from tactful.model.kept import DecisionRow
from tactful.model.problems import Problem, Problems, suggestion
from tactful.profile.identifiers import spelled
from tactful.service.door import region_of
from tactful.service.heaps import heap_of
from tactful.service.ports import Store
from tactful.service.project import Project
from tactful.service.report import ReadRun, iso_time
from tactful.service.run import Mode, OpenRun, decoded, one_person

ADDED = ("tactful_variant", "tactful_leave_out", "tactful_decision", "tactful_why_url", "tactful_good_until")
REFUSED = ("tactful_verdict", "tactful_until", "tactful_why", "tactful_decision")
_ID_COLUMNS = ("customer", "customer_id", "customerid", "person", "person_id", "external_id", "user_id", "id")
_SPOKEN = ("say", "soften", "silent")
_WINDOW = "contact.window_open"
_CHUNK = 500
_DECIMAL = re.compile(r"[0-9]+\.0+")


class GateRow(msgspec.Struct, frozen=True):
    """One row of the list, with what was added to it."""

    values: tuple[str, ...]
    added: tuple[str, ...]


class Gated(msgspec.Struct, frozen=True):
    """A list, split. `unknown` and `twice` of the refused rows are people nobody here knows, and repeated ones.

    `full` says that at least one person was refused because a limit on how often was reached.
    """

    run: str
    header: tuple[str, ...]
    allowed: tuple[GateRow, ...]
    refused: tuple[GateRow, ...]
    unknown: int
    twice: int
    full: bool
    heaps: dict[str, int]


def read_list(text: str, file: str, column: str = "") -> tuple[list[str], list[list[str]], int]:
    """Header, rows and the place of the column that says who is meant. Raises Problems where that is in doubt."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    rows = _rows(text.lstrip("\ufeff"), file)
    if not rows or not any(rows[0][1]):
        raise Problems([Problem(file, 0, "is empty.")])
    header = rows[0][1]
    body = [(line, row) for line, row in rows[1:] if any(cell.strip() for cell in row)]
    uneven = [
        Problem(file, line, f"has {len(row)} cells where the header has {len(header)}.")
        for line, row in body
        if len(row) != len(header)
    ]
    taken = [Problem(file, 1, f"has a column `{name}` already.") for name in (*ADDED, *REFUSED) if name in header]
    if uneven or taken:
        raise Problems([*uneven[:20], *taken])
    return header, [row for _, row in body], _who(header, column, file)


def _rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Every row with the line it begins at."""
    try:
        sniffed = csv.Sniffer().sniff(text[:4096], delimiters=",;\t|") if text.strip() else csv.excel
    except csv.Error:
        sniffed = csv.excel
    rows: list[tuple[int, list[str]]] = []
    line = 1
    reader = csv.reader(io.StringIO(text, newline=""), sniffed, strict=True)
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        why = "cannot be read as CSV: a cell is too long, or its quotation marks do not match."
        raise Problems([Problem(file, line, why)]) from None
    return rows


def _who(header: list[str], column: str, file: str) -> int:
    if column:
        if column not in header:
            raise Problems([Problem(file, 1, f"--id {column}: no such column.{suggestion(column, header)}")])
        return header.index(column)
    found = [at for at, name in enumerate(header) if name.strip().lower().replace(" ", "_") in _ID_COLUMNS]
    if len(found) != 1:
        names = ", ".join(header[at] for at in found) or "none of " + ", ".join(header)
        raise Problems([Problem(file, 1, f"which column says who is meant? ({names}) Add --id COLUMN.")])
    return found[0]


class Gate:
    """A campaign in front of a list. Nothing is sent here; a live campaign takes places in the ledger."""

    def __init__(
        self, store: Store, project: Project, now: int, at: int, mode: Mode, text: str, epoch: int | None = None
    ) -> None:
        self.store = store
        self.now = now
        self.open = OpenRun(store, project, now, at, mode, text.encode(), epoch)
        run = store.run(self.open.run_id)
        assert run is not None
        self.read = ReadRun(store, run)
        self.allowed: list[GateRow] = []
        self.refused: list[GateRow] = []
        self.heaps: Counter[str] = Counter()
        self.unknown = self.twice = 0
        self.full = False

    def split(
        self, rows: list[list[str]], who: int, kind: str, moved: Callable[[int], None] = lambda steps: None
    ) -> None:
        """Decide for everybody on the list, once each, and put each row where it belongs."""
        people = self._people(rows, who, kind)
        missing = [person for person in dict.fromkeys(people.values()) if person not in self.open.done]
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            for made in self.open.decide([(person, one_person(self.store, person, self.now)) for person in part]):
                self.open.done[made.person_id] = made
            moved(len(part))
        seen: set[int] = set()
        for row in rows:
            person = people.get(row[who].strip())
            if person is None:
                self.unknown += 1
                self._refuse(row, ("", "", "is not known here: import her orders or permissions first", ""))
            elif person in seen:
                self.twice += 1
                self._refuse(row, ("", "", "stands on this list twice; the first row counts", ""))
            else:
                self._sort(row, self.open.done[person])
                seen.add(person)
        self.open.finish()

    def _people(self, rows: list[list[str]], who: int, kind: str) -> dict[str, int]:
        """Whom each name on the list means; 17850.0 is 17850 where nobody has the longer name."""
        names = dict.fromkeys(row[who].strip() for row in rows)
        region = region_of(self.read.project.shop)
        found = {name: self.store.find(kind, spelled(kind, name, region)) for name in names if name}
        for name in [name for name, person in found.items() if person is None and _DECIMAL.fullmatch(name)]:
            found[name] = self.store.find(kind, name.partition(".")[0])
        return {name: person for name, person in found.items() if person is not None}

    def _sort(self, row: list[str], decided: DecisionRow) -> None:
        decision = decoded(decided)[1]
        outcome = decision.outcomes[0]
        zone = self.read.project.shop.zone
        if decision.chosen and decision.verdict in _SPOKEN:
            why = self.read.project.shop.links.why.replace("{decision}", decided.decision_id)
            variant, _, left_out = decision.variant.partition(" without ")
            until = iso_time(decision.good_until, zone)
            self.allowed.append(GateRow(tuple(row), (variant, left_out, decided.decision_id, why, until)))
            return
        self.full |= _WINDOW in outcome.until
        policy, points = self.read.policy, self.read.project.points
        heap = heap_of(outcome, policy, points, self.read.skipped())
        reason = heap.text if heap is not None else outcome.note
        self.heaps[reason] += 1
        self._refuse(row, (outcome.verdict, " ".join(outcome.until), reason, decided.decision_id))

    def _refuse(self, row: list[str], added: tuple[str, str, str, str]) -> None:
        self.refused.append(GateRow(tuple(row), added))

    def result(self, header: list[str]) -> Gated:
        """The list, split."""
        return Gated(
            run=self.open.run_id,
            header=tuple(header),
            allowed=tuple(self.allowed),
            refused=tuple(self.refused),
            unknown=self.unknown,
            twice=self.twice,
            full=self.full,
            heaps=dict(sorted(self.heaps.items(), key=lambda item: (-item[1], item[0]))),
        )


def all_held(header: list[str], rows: list[list[str]], reason: str) -> Gated:
    """A list of which nobody may be written to, for one reason that is ours; nothing is decided."""
    refused = tuple(GateRow(tuple(row), ("hold", "", reason, "")) for row in rows)
    return Gated("", tuple(header), (), refused, 0, 0, False, {reason: len(rows)} if rows else {})


def as_csv(header: tuple[str, ...], added: tuple[str, ...], rows: Iterable[GateRow]) -> str:
    """The rows as CSV, with what was added behind their own columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*header, *added))
    writer.writerows((*row.values, *row.added) for row in rows)
    return text.getvalue()
