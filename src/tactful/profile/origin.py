"""Where an event is from: its source, and the collection point that it names, if it names one, as one word."""

from __future__ import annotations

_BETWEEN = "\x1f"


def origin_of(source: str, point: str) -> str:
    """The source and the point as one word; the source itself where no point is named."""
    return f"{source}{_BETWEEN}{point}" if point else source


def source_of(origin: str) -> str:
    """The source of an origin."""
    return origin.partition(_BETWEEN)[0]


def point_named(origin: str) -> str:
    """The collection point that an origin names; "" where it names none."""
    return origin.partition(_BETWEEN)[2]
