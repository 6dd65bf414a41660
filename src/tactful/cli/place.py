"""Where the store of this command is: the shop's folder, unless another place was named."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

from tactful.model.problems import Problem, Problems

STORE_PLACE = ContextVar("STORE_PLACE", default="")
STORE_FLAG = "--store"


def place_of(folder: Path) -> str | Path:
    """The place that was named with --store or TACTFUL_STORE, else the folder. Raises Problems."""
    from tactful.bootstrap import is_address

    named = STORE_PLACE.get()
    if named and not is_address(named):
        why = "is no address: write postgresql://USER@HOST/NAME. A folder is named with --shop."
        raise Problems([Problem(f"{STORE_FLAG} {named}", 0, why)])
    return named or folder


def brought_forward(words: list[str]) -> list[str]:
    """The words of a command line with --store before the command, wherever it was said; what is said last counts."""
    end = words.index("--") if "--" in words else len(words)
    first: list[str] = []
    others: list[str] = []
    at = 0
    while at < end:
        taken = 2 if words[at] == STORE_FLAG and at + 1 < end else 1
        place = first if taken == 2 or words[at].startswith(f"{STORE_FLAG}=") else others
        place += words[at : at + taken]
        at += taken
    return [*first, *others, *words[end:]]
