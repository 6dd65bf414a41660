"""Faults of ours: where they are, and nothing of what was being worked on."""

from __future__ import annotations

import traceback
from pathlib import Path


def place_of(fault: BaseException) -> str:
    """Where in our code something broke: the file and line, and what kind of thing; never what it said."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    return f"{type(fault).__name__} at {where}"
