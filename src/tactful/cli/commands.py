"""Every command, in the order of `tactful --help`."""

from __future__ import annotations

from tactful.cli import (
    asking,
    deciding,
    demo,
    explaining,
    gating,
    importing,
    importing_people,
    init,
    judge,
    policy,
    source,
    words,
)

__all__ = [
    "asking",
    "deciding",
    "demo",
    "explaining",
    "gating",
    "importing",
    "importing_people",
    "init",
    "judge",
    "policy",
    "source",
    "words",
]
