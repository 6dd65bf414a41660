"""What one person sees of it all: the messages and questions that reach her, and what she reads if she asks why.

Of what was left alone for a reason that could tell somebody, nothing is here: not even that it was thought of.
"""

from __future__ import annotations

from functools import cache

import msgspec

from tactful.explain.phrases import NEUTRAL
from tactful.explain.why import why_decision
from tactful.model.problems import Problem, Problems, nearest
from tactful.service.demo.judged import Shown, cast, play
from tactful.service.demo.moments import demo, treatment
from tactful.service.packs import packaged
from tactful.treatment.render import Footer, load_footer, render


class Seen(msgspec.Struct, frozen=True):
    """One thing in her words. `text` is the message or question that reached her; empty where nothing did."""

    channel: str
    text: str
    why: str
    subject: str = ""


def who_is(name: str) -> str:
    """The member of the cast who is meant. Raises Problems with the nearest names where there is none."""
    names = {each.lower(): each for each in cast()}
    wanted = name.strip().lower()
    if wanted in names:
        return names[wanted]
    found = nearest(wanted, names)
    hint = f"Did you mean {names[found]}?" if found else f"There are {', '.join(cast())}."
    raise Problems([Problem("--as", 0, f"nobody here is called {name.strip()[:40] or 'nothing'}. {hint}", "as")])


def seen_by(who: str) -> tuple[Seen, ...]:
    """Everything that this person sees, in the order of the moments."""
    return tuple(seen for shown in play().of(who) if (seen := _seen(shown)) is not None)


def _seen(shown: Shown) -> Seen | None:
    channel, verdict = shown.moment.channel, shown.decision.verdict
    if verdict in ("say", "soften", "silent") and shown.moment.treatment:
        return _message(shown)
    if verdict == "ask":
        return Seen(channel, shown.she_reads, " ".join(why_decision(play().policy, shown.decision, "customer")[:1]))
    if not shown.she_reads or shown.she_reads in NEUTRAL.values():
        return None
    return Seen(channel, "", shown.she_reads)


@cache
def _footer() -> Footer:
    return load_footer(packaged("treatment", "tables/footer.yaml"), "footer.yaml")


def _message(shown: Shown) -> Seen:
    known, moment = demo(), shown.moment
    message = render(
        treatment(moment.treatment),
        shown.decision.variant,
        known.people[moment.who].facts,
        moment.offer,
        known.shop,
        shown.decision,
        links=known.links,
        footer=_footer(),
    )
    return Seen(moment.channel, message.text, shown.she_reads, message.subject)
