"""Every command, in the order of `tactful --help`."""

from __future__ import annotations

from tactful.cli import demo, init, judge, policy, words

__all__ = ["demo", "init", "judge", "policy", "words"]
