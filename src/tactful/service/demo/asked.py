"""A moment of the demo, to be asked why not, how to and what if."""

from __future__ import annotations

from tactful.decide import Case
from tactful.model.problems import Problem, Problems
from tactful.service import ways
from tactful.service.demo.judged import play
from tactful.service.demo.moments import demo
from tactful.service.demo.reasons import why
from tactful.service.packs import load_rules
from tactful.service.questions import OfCase, ours


def of_moment(number: int) -> OfCase:
    """The moment of this number. Raises Problems where there is none."""
    moments = play().moments
    if not 1 <= number <= len(moments):
        raise Problems([Problem("demo", 0, f"there is no moment {number}; they go from 1 to {len(moments)}.")])
    shown = moments[number - 1]

    def in_channel(channel: str) -> Case:
        return ways.through(ours(), shown.case, channel, demo().audiences.get(channel))

    her_lines = (shown.she_reads,) if shown.she_reads else ()
    return OfCase(load_rules(), shown.case, shown.moment.short, in_channel, her_lines, why(number))
