"""Output where the terminal cannot show every character: plainer signs instead of a crash."""

from __future__ import annotations

import codecs
import io
import os
import sys

_PLAINER = {
    "─": "-",
    "│": "|",
    "━": "-",
    "·": "-",
    "…": "...",
    "→": "->",
    "←": "<-",
    "×": "x",
    "✓": "ok",
    "£": "GBP ",
    "€": "EUR ",
    "“": '"',
    "”": '"',
    "’": "'",
    "\N{NO-BREAK SPACE}": " ",
}
_NAME = "tactful-plainer"


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAINER.get(char, "?") for char in error.object[error.start : error.end]), error.end


def degrade() -> None:
    """From now on stdout and stderr write what they cannot encode with plainer signs."""
    codecs.register_error(_NAME, _plainer)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def drop_output() -> None:
    """Nobody can read stdout any more: what is left of it goes nowhere, and closing it will not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
