"""Times as people and systems write them, to µs UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 200
_NOT_SO = "the time is not written like 2011-12-10T10:00:00Z."
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")


class TimeRefused(ValueError):
    """A time that cannot be read; its text is one sentence."""


def parse_time(text: object, zone: tzinfo | None) -> int:
    """µs UTC of an ISO 8601 time. A time without a zone is read in `zone`, and refused where that is None.

    Raises TimeRefused.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise TimeRefused(_NOT_SO)
    return _read(text, zone)


@lru_cache(1_024)
def _read(text: str, zone: tzinfo | None) -> int:
    """The same few times come again and again: that of sending with each call of a batch, each call's own twice."""
    written = text.strip()
    if not _ISO.fullmatch(written):
        raise TimeRefused(_NOT_SO)
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            if zone is None:
                raise TimeRefused("the time has no zone: write it with Z or +01:00, or say which zone is meant.")
            moment = moment.replace(tzinfo=zone)
        since = moment - EPOCH
        return since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds
    except TimeRefused:
        raise
    except (ValueError, OverflowError):
        raise TimeRefused("there is no such time.") from None
