"""The latest times of one kind of event, in one piece of bytes: for counts over windows and for sequences.

A record has 20 bytes: µs (8), the event's key (8), a checksum of what it was about (4). Records are ordered, each
stands once, and only the latest are kept, so that adding is commutative, associative and idempotent.
"""

from __future__ import annotations

import zlib

from tactful.profile.document import KEY_BYTES

Moment = tuple[int, bytes, str]
"""A time (µs), the event's key and what it was about."""
MOST = 128
"""How many times of one kind are kept."""
_SIZE = 8 + KEY_BYTES + 4


def subject(ref: str) -> int:
    """The checksum by which a moment knows what it was about: a product's code, a search text."""
    return zlib.crc32(ref.encode("utf-8", "surrogatepass"))


def with_moments(packed: bytes, new: list[Moment]) -> bytes:
    """The moments with more of them, none of which is before 1970."""
    records = [_record(*each) for each in (new if len(new) <= MOST else sorted(set(new))[-MOST:])]
    if len(records) == 1 and records[0] > packed[-_SIZE:]:
        return (packed + records[0])[-MOST * _SIZE :]
    known = {packed[start : start + _SIZE] for start in range(0, len(packed), _SIZE)}
    return b"".join(sorted(known.union(records))[-MOST:])


def _record(at: int, key: bytes, ref: str) -> bytes:
    return at.to_bytes(8, "big") + key.ljust(KEY_BYTES, b"\0") + subject(ref).to_bytes(4, "big")


def moments(packed: bytes) -> list[tuple[int, bytes, int]]:
    """What is kept, in order of time: µs, the event's key, the checksum of what it was about."""
    records = (packed[start : start + _SIZE] for start in range(0, len(packed), _SIZE))
    return [(int.from_bytes(each[:8], "big"), each[8:16], int.from_bytes(each[16:], "big")) for each in records]
