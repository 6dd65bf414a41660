"""Reading a CSV or Parquet file as a table of a retailer's export: whole, or one clear sentence why not."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from tactful.model.problems import Problem, Problems
from tactful.service.printable import printable

if TYPE_CHECKING:
    import polars as pl

_PARQUET = b"PAR1"
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


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
    encoding = _known(encoding, head, path)
    try:
        frame = pl.read_parquet(path) if head == _PARQUET else _read_csv(path, head, encoding)
    except (pl.exceptions.PolarsError, OSError, EOFError, UnicodeError) as error:
        raise Problems([_problem(path, head, encoding, error)]) from None
    if not frame.width or not frame.height:
        raise Problems([Problem(str(path), 0, "has a header but no lines.")])
    if any(printable(name) != name for name in frame.columns):
        raise Problems([Problem(str(path), 1, "this is not a header: it holds characters that nobody can read.")])
    return frame


def _known(encoding: str, head: bytes, path: Path) -> str:
    """The encoding as Python calls it; one sentence where there is no such, or where the file says it is another."""
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        raise Problems([Problem("--encoding", 0, f"there is no encoding `{encoding}`; try cp1252 or utf-8.")]) from None
    if head[:2] in _UTF16 and not known.startswith("utf-16"):
        raise Problems([Problem(str(path), 1, f"is not in {known}: it is in utf-16; add --encoding utf-16.")])
    return known


def _read_csv(path: Path, head: bytes, encoding: str) -> pl.DataFrame:
    import polars as pl

    separator = _refuse_twins(path, _header(path, head, encoding))
    if encoding == "utf-8":
        return pl.read_csv(path, infer_schema=False, separator=separator)
    with _opened(path, head) as file:
        text = file.read().decode(encoding)
    return pl.read_csv(text.encode(), infer_schema=False, separator=separator)


def _opened(path: Path, head: bytes) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if head[:2] == _GZIP else path.open("rb")


def _header(path: Path, head: bytes, encoding: str) -> str:
    with _opened(path, head) as file:
        return file.read(65_536).decode(encoding, errors="replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")


def _separator(header: str) -> str:
    counts = {mark: header.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _refuse_twins(path: Path, header: str) -> str:
    """The separator of a header whose columns have names of their own: which of two is meant would be a guess."""
    separator = _separator(header)
    names = next(csv.reader([header], delimiter=separator), [])
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        named = ", ".join(printable(name) for name in twice)
        raise Problems([Problem(str(path), 1, f"has more than one column `{named}`: rename one of them.")])
    return separator


def _problem(path: Path, head: bytes, encoding: str, error: Exception) -> Problem:
    if head == _PARQUET:
        why = "is a Parquet file that was cut off or damaged: its end cannot be read. Export it again."
        return Problem(str(path), 0, why)
    if head[:2] == _GZIP and (isinstance(error, EOFError | OSError) or "unexpected end of file" in str(error)):
        return Problem(str(path), 0, "cannot be read as a table: it was cut off or damaged. Export it again.")
    if isinstance(error, UnicodeError) or "utf-8" in str(error):
        line = _first_bad_line(path, head, encoding)
        return Problem(str(path), line, f"is not in {encoding}. If it comes from Windows, add --encoding cp1252.")
    general = "cannot be read as a table. Are its cells quoted as they should be, and is it whole?"
    return _uneven(path, head, encoding) or Problem(str(path), 0, general)


def _first_bad_line(path: Path, head: bytes, encoding: str) -> int:
    with _opened(path, head) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
    return 0


def _uneven(path: Path, head: bytes, encoding: str) -> Problem | None:
    """The first line with more cells than the header, or the quotation mark that is never closed."""
    separator = _separator(_header(path, head, encoding))
    with _opened(path, head) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        rows = csv.reader(text, delimiter=separator, strict=True)
        width, start = 0, 1
        try:
            for row in rows:
                width = width or len(row)
                if len(row) > width:
                    return Problem(str(path), start, f"has {len(row)} cells where the header has {width}.")
                start = rows.line_num + 1
        except csv.Error:
            return Problem(str(path), start, "a quotation mark is opened here and not closed as it should be.")
    return None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
