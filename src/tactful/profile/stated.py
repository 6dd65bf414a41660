"""What she says of something that we hold: that it is so, or that it is not. Never from a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tactful.model.problems import suggestion
from tactful.model.records import NewEvent
from tactful.profile import events as kinds
from tactful.profile.call import Call, Refused, word
from tactful.profile.events import Stated
from tactful.profile.make_notes import REQUEST
from tactful.profile.sensitivity import CATEGORIES
from tactful.profile.traits import NOTE

STATEMENTS = {"fact confirmed": True, "fact denied": False}
"""Events that say whether something we hold is so."""
_NAMES = CATEGORIES | {NOTE, REQUEST}
_DECLARED = re.compile(r"(?:label|derived)\.[a-z0-9_]{1,100}")


def stated(name: str, properties: Mapping[str, Any], call: Call) -> tuple[NewEvent, ...]:
    """The event of a call of this (plain) name, one of `STATEMENTS`: `fact` is the name of a fact, `key` which one of
    that name ("": all of them), both as they stand on her page. Raises Refused.

    A denial is kept wherever she says it, for it can only take away.
    """
    if call.door.public:
        raise Refused(f"“{name}” cannot be taken from a key that anybody can read.")
    fact, holds = word(properties, "fact"), STATEMENTS[name]
    if not fact:
        raise Refused("`fact` is missing: what of all that we hold is meant?")
    if fact not in _NAMES and not _DECLARED.fullmatch(fact):
        raise Refused(f"`fact` is not the name of a fact.{suggestion(fact, _NAMES)}")
    if holds and (reason := call.why_not("label" if _DECLARED.fullmatch(fact) else fact)):
        call.left_out.append(f"event {kinds.STATED}: {reason}")
        return ()
    return call.event(kinds.STATED, Stated(fact, word(properties, "key"), holds))
