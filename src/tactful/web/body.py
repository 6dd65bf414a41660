"""Bodies: read within bounds, unpacked by what they are, and understood as JSON whatever they are called."""

from __future__ import annotations

import asyncio
import json
import math
import zlib
from collections.abc import AsyncIterator

import msgspec

BATCH = 1_000_000
"""Bytes of a body with many calls, sent and unpacked. SDKs send at most half of that."""
SINGLE = 32_768
"""Bytes of a body with one call."""
MOST_CALLS = 5_000
DEEPEST = 24
"""How deep a call may be nested; one that is deeper is refused, the rest of its batch is kept."""
PATIENCE = 15.0
"""Seconds within which a body must be here."""
_GZIP = b"\x1f\x8b"
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_read = msgspec.json.Decoder().decode


class TooLarge(Exception):
    """The body is larger than is read."""


class TooSlow(Exception):
    """The body did not come in time."""


class NotWhole(Exception):
    """Less of the body came than was announced: what is missing may be what matters."""


class Unreadable(Exception):
    """The body says nothing that can be understood; the message is the reason, and repeats nothing of it."""


async def read_body(stream: AsyncIterator[bytes], announced: str | None, most: int) -> bytes:
    """The body as it was sent. Raises TooLarge as soon as that is known, TooSlow, and NotWhole."""
    if announced is not None and announced.isdigit() and int(announced[:12]) > most:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in stream:
                size += len(part)
                if size > most:
                    raise TooLarge
                parts.append(part)
    except TimeoutError:
        raise TooSlow from None
    if announced is not None and (announced.lstrip("0") or "0") != str(size):
        raise NotWhole
    return b"".join(parts)


def unpacked(body: bytes, most: int) -> bytes:
    """The body without gzip, which is known by its first bytes. Never makes more than `most` bytes of it.

    Raises TooLarge and Unreadable.
    """
    if not body.startswith(_GZIP):
        return body
    parts: list[bytes] = []
    room = most
    while body.startswith(_GZIP):
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(body, room + 1))
        except zlib.error:
            raise Unreadable("it begins like gzip and is not.") from None
        room -= len(parts[-1])
        if room < 0:
            raise TooLarge
        if not member.eof:
            raise Unreadable("it is cut off: the end is missing.")
        body = member.unused_data
    return b"".join(parts)


def understood(body: bytes) -> object:
    """What a body says. What other writers of JSON leave in it (NaN, half characters) is mended. Raises Unreadable."""
    try:
        return _read(body)
    except RecursionError:
        raise Unreadable("it is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeError):
        if not body.strip():
            raise Unreadable("it is empty.") from None
        return _mended(body)


def _mended(body: bytes) -> object:
    try:
        text = body.decode("utf-8-sig", "replace")
        read = json.loads(text, parse_constant=lambda word: None, parse_float=_finite)
        clean = json.dumps(read, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        return _read(clean)
    except RecursionError:
        raise Unreadable("it is nested too deeply.") from None
    except (ValueError, OverflowError) as error:
        cut = getattr(error, "pos", -1) >= len(body.rstrip()) - 1
        raise Unreadable("it is cut off: the end is missing." if cut else "it is not JSON.") from None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def may_be_deep(body: bytes) -> bool:
    """Whether a body may be nested deeper than is read: quick, and sure only where it says no."""
    brackets = body.translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return bool(brackets)


def too_deep(value: object) -> bool:
    """Whether a value is nested deeper than is read."""
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
