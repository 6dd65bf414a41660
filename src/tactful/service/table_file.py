"""Reading a CSV or Parquet file as a table of a retailer's export: whole, or one clear sentence why not."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from tactful.model.problems import Problem, Problems

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_GZIP = b"\x1f\x8b"


def read_table(path: Path, encoding: str = "utf-8") -> pl.DataFrame:
    """The table in a file, known by its first bytes. CSV columns are texts; Parquet columns keep their types.

    Raises Problems where the file is missing, cut off, empty, in another encoding, or not a table.
    """
    import polars as pl

    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be opened: {_reason(error)}.")]) from None
    if not head:
        raise Problems([Problem(str(path), 0, "is empty.")])
    try:
        frame = pl.read_parquet(path) if head == _PARQUET else _read_csv(path, head, encoding)
    except (pl.exceptions.PolarsError, OSError, EOFError, UnicodeError) as error:
        raise Problems([Problem(str(path), 0, _sentence(path, head, encoding, error))]) from None
    if not frame.width or not frame.height:
        raise Problems([Problem(str(path), 0, "has a header but no lines.")])
    return frame


def _read_csv(path: Path, head: bytes, encoding: str) -> pl.DataFrame:
    import polars as pl

    if head[:2] == _GZIP or encoding.lower().replace("-", "") == "utf8":
        return pl.read_csv(path, infer_schema=False, separator=_separator(path, encoding))
    text = path.read_bytes().decode(encoding)
    return pl.read_csv(text.encode(), infer_schema=False, separator=_separator(path, encoding))


def _separator(path: Path, encoding: str) -> str:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    with gzip.open(path) if packed else path.open("rb") as lines:
        first = lines.readline(65_536).decode(encoding, errors="replace")
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _sentence(path: Path, head: bytes, encoding: str, error: Exception) -> str:
    if head == _PARQUET:
        return "is a Parquet file that was cut off or damaged: its end cannot be read. Export it again."
    if isinstance(error, UnicodeError | LookupError) or "utf-8" in str(error):
        line = _first_bad_line(path, encoding)
        place = f" (first at line {line})" if line else ""
        return f"is not in {encoding}{place}. If it comes from Windows, add --encoding cp1252."
    return f"cannot be read as a table: {str(error).splitlines()[0][:160]}."


def _first_bad_line(path: Path, encoding: str) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except (UnicodeError, LookupError):
                return number
    return 0


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
