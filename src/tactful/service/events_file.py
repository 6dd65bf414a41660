"""A file of events as the common SDKs send them: one call per line, batches, or one array; gzip by its bytes.

A line that cannot be read is set aside with its number and a sentence, and the next one is read.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from tactful.model.problems import Problem, Problems
from tactful.profile.shapes import shaped
from tactful.profile.snowplow import is_payload

LONGEST = 1_000_000
"""Bytes of a line."""
WHOLE = 256_000_000
"""Bytes of a file that is one document."""
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_CUT_OFF = (EOFError, zlib.error, gzip.BadGzipFile)
_TIMES = ("timestamp", "originalTimestamp", "sentAt")


class Call(msgspec.Struct, frozen=True):
    """One call of an SDK: the line it stands on (from 1) and its place within it (from 1; 0 where it is the line)."""

    line: int
    item: int
    payload: object


class Unread(msgspec.Struct, frozen=True):
    """What was not taken: where it stands, as in `Call`, and a sentence."""

    line: int
    item: int
    reason: str

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"line {self.line}, event {self.item}" if self.item else f"line {self.line}"


def read_calls(path: Path, moved: Callable[[int], None] = lambda steps: None) -> Iterator[Call | Unread]:
    """Every call of a file. `moved` is told of bytes of the file. Raises Problems where nothing can be read at all."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            if not head.strip():
                raise Problems([Problem(str(path), 0, "is empty.")])
            if head[:2] in _UTF16:
                raise Problems([Problem(str(path), 0, "is written in UTF-16: save it as UTF-8.")])
            packed = head[:2] == _GZIP
            whole = _whole(_unpacked(file, packed))
            yield from _each_line(file, packed, path, moved) if whole is None else whole
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be read: {(error.strerror or 'error').lower()}.")]) from None


def _unpacked(file: IO[bytes], packed: bool) -> IO[bytes]:
    file.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file


def _whole(file: IO[bytes]) -> list[Call | Unread] | None:
    """The calls of a file that is one document over several lines or one long line, None where it is not one."""
    try:
        first = file.readline(LONGEST + 1).removeprefix(_UTF8_MARK)
        alone = first.endswith(b"\n") and not isinstance(decoded(first), str)
        if first.lstrip()[:1] not in (b"[", b"{") or alone:
            return None
        found = decoded(first + file.read(WHOLE - len(first)))
    except _CUT_OFF:
        return None
    return None if isinstance(found, str) else calls_of(found[0], 1)


def _each_line(file: IO[bytes], packed: bool, path: Path, moved: Callable[[int], None]) -> Iterator[Call | Unread]:
    number = told = 0
    try:
        for number, line in enumerate(_lines(_unpacked(file, packed)), start=1):
            text = line.removeprefix(_UTF8_MARK).strip() if number == 1 else line.strip()
            if text:
                yield from _document(text, number)
            if number % 1000 == 0:
                moved(file.tell() - told)
                told = file.tell()
    except _CUT_OFF:
        if not number:
            raise Problems([Problem(str(path), 0, "is a gzip file that was cut off or damaged.")]) from None
        yield Unread(number + 1, 0, "the gzip file is cut off or damaged from here on. Export it again.")
    moved(file.tell() - told)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long, its beginning."""
    while line := file.readline(LONGEST + 1):
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST + 1)
        yield line


def _document(text: bytes, line: int) -> list[Call | Unread]:
    if len(text) > LONGEST:
        return [Unread(line, 0, "it is longer than 1 MB.")]
    found = decoded(text)
    if isinstance(found, str):
        return [Unread(line, 0, found)]
    return calls_of(found[0], line)


def decoded(text: bytes) -> tuple[object] | str:
    """What a JSON text says, or the sentence why it cannot be read."""
    try:
        return (msgspec.json.decode(text),)
    except RecursionError:
        return "it is nested too deeply."
    except UnicodeDecodeError:
        return "it is not in UTF-8."
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        return "it is cut off: the end is missing." if "truncated" in str(error) else "it is not JSON."


def calls_of(document: object, line: int) -> list[Call | Unread]:
    """The calls of one document: of an array or a batch each of its own; a batch's time is that of calls without."""
    if isinstance(document, dict) and "batch" in document:
        batch = document["batch"]
        if not isinstance(batch, list):
            return [Unread(line, 0, "`batch` is not a list.")]
        sent = next(({"sentAt": document[name]} for name in ("sentAt", "sent_at") if name in document), {})
        return [Call(line, n, sent | each if isinstance(each, dict) else each) for n, each in enumerate(batch, 1)]
    if is_payload(document):
        return calls_of(document.get("data"), line)
    if isinstance(document, list):
        return [Call(line, n, each) for n, each in enumerate(document, 1)]
    return [Call(line, 0, document)]


def timed(payload: object) -> object | None:
    """A call with its time: its own, else that of its receipt; None where it says neither."""
    payload = shaped(payload)
    if not isinstance(payload, dict) or any(payload.get(name) is not None for name in _TIMES):
        return payload
    received = payload.get("receivedAt")
    return payload | {"timestamp": received} if received is not None else None
