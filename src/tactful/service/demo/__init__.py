"""`tactful demo`: eleven moments in a shop, each decided by the packaged rules when it is shown."""

from __future__ import annotations

from tactful.service.demo.judged import Played, Shown, cast, play

__all__ = ["Played", "Shown", "cast", "play"]
