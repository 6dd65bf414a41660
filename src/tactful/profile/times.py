"""Times as people and systems write them, to µs UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")


class TimeRefused(ValueError):
    """A time that cannot be read; its text is one sentence."""


def parse_time(text: object, zone: tzinfo | None) -> int:
    """µs UTC of an ISO 8601 time. A time without a zone is read in `zone`, and refused where that is None.

    Raises TimeRefused.
    """
    if not isinstance(text, str) or not _ISO.fullmatch(text.strip()):
        raise TimeRefused("the time is not written like 2011-12-10T10:00:00Z.")
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            if zone is None:
                raise TimeRefused("the time has no zone: write it with Z or +01:00, or say which zone is meant.")
            moment = moment.replace(tzinfo=zone)
        return (moment - EPOCH) // timedelta(microseconds=1)
    except TimeRefused:
        raise
    except (ValueError, OverflowError):
        raise TimeRefused("there is no such time.") from None
