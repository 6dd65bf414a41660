"""Events from a table, CSV or Parquet: each row as the call that an SDK would send.

A column is used where its name says plainly what it is, or where it is mapped; what is ambiguous is a problem, and
what is left out is said. `properties`, `traits` and `context` may hold a JSON object each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tactful.model.problems import Problem, Problems, suggestion
from tactful.profile.columns import normal
from tactful.service.events_file import Call, Unread, decoded
from tactful.service.permissions_file import as_texts, whole_number
from tactful.service.table_file import read_table

if TYPE_CHECKING:
    import polars as pl

ROLES: dict[str, tuple[str, ...]] = {
    "type": ("type", "calltype"),
    "event": ("event", "eventname", "eventtype"),
    "person": ("userid", "customerid", "customer", "customernumber", "customerno", "person", "personid"),
    "anonymous": ("anonymousid", "visitorid", "cookieid"),
    "email": ("email", "emailaddress"),
    "phone": ("phone", "phonenumber", "mobile"),
    "time": ("timestamp", "time", "occurredat", "eventtime", "at"),
    "message_id": ("messageid", "eventid"),
    "order_id": ("orderid", "ordernumber", "orderno"),
    "sku": ("sku", "stockcode", "productcode"),
    "product_id": ("productid",),
    "name": ("name", "productname", "pagename"),
    "price": ("price", "unitprice"),
    "quantity": ("quantity", "units", "qty"),
    "total": ("total", "revenue"),
    "query": ("query", "searchterm", "searchquery"),
    "complaint_id": ("complaintid", "ticketid"),
    "parcel_id": ("parcelid",),
    "country": ("country",),
    "collection_point": ("collectionpoint",),
    "properties": ("properties",),
    "traits": ("traits",),
    "context": ("context",),
}
"""What a column may be, and names of columns (without case and marks) that say so plainly."""
_WHO = ("person", "anonymous", "email", "phone")
_NESTED = ("properties", "traits", "context")
_PROPERTIES = ("order_id", "sku", "product_id", "name", "total", "query", "complaint_id", "parcel_id", "country")
_ORDER_LINE = "a line of an order needs a message_id of its own; orders come in with `tactful import orders`."


class Table(msgspec.Struct, frozen=True):
    """A table of events as understood: which column is what, and which ones are left out."""

    columns: dict[str, str]
    unused: tuple[str, ...]
    frame: Any
    lines: int


def is_table(path: Path, given: Mapping[str, str] | None = None) -> bool:
    """Whether a file is a table: Parquet by its first bytes, CSV by its name or because columns are mapped."""
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
    except OSError:
        return False
    name = path.name.lower().removesuffix(".gz")
    return parquet or bool(given) or name.endswith((".csv", ".tsv"))


def read_events(path: Path, given: Mapping[str, str], encoding: str = "utf-8") -> Table:
    """The table of a file. Raises Problems where it cannot be read or what its columns are stays in doubt."""
    frame = _with_json(read_table(path, encoding))
    columns = recognise_events(frame.columns, given, str(path))
    unused = tuple(name for name in frame.columns if name not in columns.values())
    return Table(columns, unused, frame.select(list(dict.fromkeys(columns.values()))), frame.height)


def _with_json(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column as text; a column of sets of values as JSON."""
    import polars as pl

    nested = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]
    return as_texts(frame.with_columns(pl.col(name).struct.json_encode() for name in nested))


def recognise_events(names: Sequence[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Which column is what; `given` wins. Raises Problems."""
    problems = [
        Problem(file, 1, f"--map {role}={column}: no such column.{suggestion(column, names)}")
        for role, column in given.items()
        if column not in names
    ]
    problems += [
        Problem(file, 1, f"--map {role}=…: unknown name.{suggestion(role, ROLES)}")
        for role in given
        if role not in ROLES
    ]
    columns = dict(given)
    for role, known in ROLES.items():
        found = [name for name in names if normal(name) in known and name not in given.values()]
        if role in given or not found:
            continue
        if len(found) > 1:
            problems.append(Problem(file, 1, f"{role} may be {' or '.join(found)}: add --map {role}=COLUMN."))
        columns[role] = found[0]
    if "event" not in columns and "type" not in columns:
        problems.append(Problem(file, 1, "no column says what happened: add --map event=COLUMN."))
    if not any(role in columns for role in (*_WHO, "context")):
        problems.append(Problem(file, 1, "no column says who it was: add --map person=COLUMN."))
    if problems:
        raise Problems(problems)
    return columns


def calls_of_table(table: Table, moved: Callable[[int], None] = lambda steps: None) -> Iterator[Call | Unread]:
    """Each row as a call. `moved` is told of rows."""
    for line, row in enumerate(table.frame.iter_rows(named=True), start=2):
        values = {
            role: text.strip()
            for role, column in table.columns.items()
            if (text := row[column]) is not None and text.strip()
        }
        found = _payload(values) if values else None
        if found is not None:
            yield Unread(line, 0, found) if isinstance(found, str) else Call(line, 0, found)
        if line % 1000 == 0:
            moved(1000)


def _payload(row: dict[str, str]) -> dict[str, Any] | str:
    """The call that a row is, or the sentence why it is none."""
    parts: dict[str, dict[str, Any]] = {}
    for role in _NESTED:
        inside = decoded(row[role].encode()) if role in row else ({},)
        if isinstance(inside, str) or not isinstance(inside[0], dict):
            return f"`{role}` is not a JSON object."
        parts[role] = inside[0]
    kind = row.get("type", "track" if "event" in row else "")
    if not kind:
        return "the row does not say what happened."
    payload: dict[str, Any] = {"type": kind, **parts}
    for role, name in (
        ("event", "event"), ("anonymous", "anonymousId"), ("time", "timestamp"), ("message_id", "messageId"),
        ("name", "name"),
    ):  # fmt: skip
        if role in row:
            payload[name] = row[role]
    if "person" in row:
        payload["userId"] = whole_number(row["person"])
    traits = {role: row[role] for role in ("email", "phone") if role in row}
    if traits:
        payload["context"] = payload["context"] | {"traits": traits}
    if "collection_point" in row:
        payload["context"] = payload["context"] | {"collection_point": row["collection_point"]}
    payload["properties"] = parts["properties"] | {role: row[role] for role in _PROPERTIES if role in row}
    return _with_product(payload, row)


def _with_product(payload: dict[str, Any], row: dict[str, str]) -> dict[str, Any] | str:
    """The call, with the product of an order's row among its products."""
    plain = str(payload.get("event", "")).replace("_", " ").strip().casefold()
    if plain.startswith("order ") and ("sku" in row or "product_id" in row):
        if "message_id" not in row:
            return _ORDER_LINE
        product: dict[str, Any] = {role: row[role] for role in ("sku", "product_id", "name", "price") if role in row}
        if "quantity" in row:
            product["quantity"] = _number(row["quantity"])
        payload["properties"]["products"] = [product]
    return payload


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
