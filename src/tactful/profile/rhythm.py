"""How often, in words that a customer would use."""

from __future__ import annotations

import msgspec

_WORDS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


class Rhythm(msgspec.Struct, frozen=True):
    """`in_words` follows the word "every" (`11 days`, `month or so`); `how_often` stands alone (`every 11 days`)."""

    days: float
    in_words: str
    how_often: str


def rhythm(days: float | None) -> Rhythm | None:
    """The words for a usual gap in days, or None where it is not known.

    Up to 20 days the number, rounded; to 25 three weeks or so; to 45 a month or so; then whole months to a year.
    """
    if days is None or days <= 0:
        return None
    if days < 1.5:
        return Rhythm(days, "day", "nearly every day")
    if 6.5 <= days < 7.5:
        return Rhythm(days, "week", "every week")
    if days < 20.5:
        words = f"{int(days + 0.5)} days"
    elif days < 25:
        words = "three weeks or so"
    elif days < 45:
        return Rhythm(days, "month or so", "about once a month")
    elif days < 330:
        words = f"{_WORDS[max(2, min(11, int(days / 30.44 + 0.5)))]} months or so"
    elif days < 550:
        return Rhythm(days, "year or so", "about once a year")
    else:
        return Rhythm(days, "year or two", "less than once a year")
    return Rhythm(days, words, f"every {words}")
