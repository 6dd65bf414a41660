"""`tactful demo`: eleven moments in a shop, each decided by the packaged rules when it is shown."""

from __future__ import annotations

from tactful.service.demo.breaking import Broken, break_all
from tactful.service.demo.judged import Played, Shown, cast, play
from tactful.service.demo.reasons import why
from tactful.service.demo.seen import Seen, seen_by, who_is

__all__ = ["Broken", "Played", "Seen", "Shown", "break_all", "cast", "play", "seen_by", "who_is", "why"]
