"""Text that came from somebody's file, made safe to show: no control characters, none that turn the reading direction.

A product may be called anything in an export. What it is called must not be able to move a cursor, colour a terminal
or turn a line round, wherever it is shown.
"""

from __future__ import annotations

import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LINES = "\u2028\u2029"
CONTROLS = f"[\x01-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_LINES}]"
"""Characters that are never shown: a pattern that both Python and Polars read. Line feed and tab are not in it."""
_UNSEEN = re.compile(f"[\x00{CONTROLS[1:]}")


def printable(text: str) -> str:
    """The text with every such character replaced by one that shows that something stood there."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)
