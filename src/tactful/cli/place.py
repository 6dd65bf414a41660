"""Where the store of this command is: the shop's folder, unless another place was named."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

from tactful.model.problems import StoreProblem

STORE_PLACE = ContextVar("STORE_PLACE", default="")


def place_of(folder: Path) -> str | Path:
    """The place that was named with --store or TACTFUL_STORE, else the folder. Raises StoreProblem."""
    from tactful.bootstrap import is_address

    named = STORE_PLACE.get()
    if named and not is_address(named):
        raise StoreProblem("--store takes an address, postgresql://USER@HOST/NAME; a folder is named with --shop.")
    return named or folder
