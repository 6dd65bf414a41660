"""Every command, in the order of `tactful --help`."""

from __future__ import annotations

from tactful.cli import init, judge, policy, words

__all__ = ["init", "judge", "policy", "words"]
