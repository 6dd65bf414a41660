"""Values of a list of people brought into one form, so that only what really differs is compared as different."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

DateOrder = Literal["ymd", "dmy", "mdy"]
Name = tuple[str | None, str | None]
"""First and last name."""
_NOTHING = frozenset({"", "-", "--", "?", ".", "n/a", "none", "unknown", "not known", "not given"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "lord", "lady", "rev"})
_BRITISH = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)([0-9][a-z]{2})")
_SOUNDS = {
    letter: code for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for letter in letters
}
TURNED = 5
"""How many times as often a name must stand in the other column before it counts as one of that kind."""


def plain(value: str | None) -> str | None:
    """Small letters without accents, blanks collapsed; None for nothing and for words that say nothing (`n/a`)."""
    if value is None:
        return None
    letters = unicodedata.normalize("NFKD", value.casefold())
    text = " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())
    return None if text in _NOTHING else text


def name(value: str | None) -> str | None:
    """A name: as `plain`, letters only; hyphens and points are blanks, apostrophes nothing."""
    text = plain(value)
    if text is None:
        return None
    kept = re.sub(r"['’`]", "", text)
    return " ".join(re.sub(r"[^\w\s]|[\d_]", " ", kept).split()) or None


def email(value: str | None) -> str | None:
    """An e-mail address in small letters; None for what is none."""
    text = plain(value)
    return text.replace(" ", "") if text and "@" in text.strip("@") else None


def phone(value: str | None) -> str | None:
    """The last nine digits of a number, so that +44 20… and 020… are one; None for fewer than six."""
    digits = "".join(each for each in value or "" if each.isdigit())
    return digits[-9:] if len(digits) >= 6 else None


def postcode(value: str | None) -> str | None:
    """A postcode without blanks; a British one with its one blank, so that its halves can be told apart."""
    text = plain(value)
    kept = re.sub(r"[^a-z0-9]", "", text or "")
    british = _BRITISH.fullmatch(kept)
    return f"{british[1]} {british[2]}" if british else kept or None


def is_british(code: str) -> bool:
    """Whether a postcode, as `postcode` gives it, is a British one."""
    return " " in code


def district(code: str | None) -> str | None:
    """The wider area of a postcode: a British one's first half, else its first three characters."""
    return None if code is None else code.partition(" ")[0] if " " in code else code[:3]


def date_order(values: Iterable[str | None]) -> DateOrder:
    """How a column writes dates. Where day and month could be either throughout, day first: what is compared is then
    still the same on both sides."""
    firsts = seconds = 0
    for value in values:
        parts = _numbers(value)
        if parts is None:
            continue
        if parts[0] > 31:
            return "ymd"
        firsts, seconds = max(firsts, parts[0]), max(seconds, parts[1])
    return "mdy" if seconds > 12 >= firsts else "dmy"


def born(value: str | None, order: DateOrder) -> str | None:
    """A date as YYYY-MM-DD; None for what is no date."""
    parts = _numbers(value)
    if parts is None:
        return None
    a, b, c = parts
    year, month, day = (a, b, c) if a > 31 else (c, b, a) if order == "dmy" else (c, a, b)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _numbers(value: str | None) -> tuple[int, int, int] | None:
    found = re.match(r"\s*(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?!\d)", value or "")
    if found is None or max(len(found[1]), len(found[3])) < 4:
        return None
    return int(found[1]), int(found[2]), int(found[3])


def split_name(full: str | None) -> Name:
    """First and last name of a full one: `Ana Maria Lopez` and `Lopez, Ana Maria` are both ana and lopez."""
    last, comma, first = (full or "").partition(",")
    words = [each for each in (name(f"{first} {last}" if comma else full) or "").split() if each not in _TITLES]
    if comma and name(last):
        given = [each for each in (name(first) or "").split() if each not in _TITLES]
        return (given[0] if given else None), name(last)
    if not words:
        return None, None
    return words[0], (words[-1] if len(words) > 1 else None)


def turned_round(names: Sequence[Name]) -> list[Name]:
    """The names with first and last exchanged where the list itself says so: both words stand in the other column at
    least `TURNED` times as often."""
    firsts, lasts = Counter(first for first, _ in names), Counter(last for _, last in names)

    def turn(first: str | None, last: str | None) -> bool:
        if first is None or last is None or first == last:
            return False
        return lasts[first] >= TURNED * firsts[first] and firsts[last] >= TURNED * lasts[last]

    return [(last, first) if turn(first, last) else (first, last) for first, last in names]


def sound(text: str | None) -> str | None:
    """How a name begins to sound: American Soundex (Russell 1918), a letter and three digits."""
    letters = re.sub(r"[^a-z]", "", text or "")
    if not letters:
        return None
    digits, before = "", _SOUNDS.get(letters[0], 0)
    for letter in letters[1:]:
        code = _SOUNDS.get(letter, 0)
        if code and code != before:
            digits += str(code)
        if letter not in "hw":
            before = code
    return (letters[0] + digits + "000")[:4]
