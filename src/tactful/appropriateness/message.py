"""A whole message: how each use in each form stands, which variant is taken, and whether one may ask instead.

1. A use that is silent is judged as `select`, a softened or explicit one as `mention`. It stands never, hold, ask or
   now; the interaction's own flow (`reach`) stands by the name of its verdict.
2. A variant stands as the least of its uses and of `reach`: never < hold < ask < now.
3. The candidate takes the variant that stands best, ties to the author's order, fullest first. If the best is never,
   it falls; so a use that may not be made takes with it only the variants that contain it.
4. Where the best is ask, she may be asked only if the asking itself (act `collect`, told by her, asked plainly) and
   its `reach` may be said, and only where she is already talking to us.
5. Where it is known which duties can be met, a flow with a duty that nobody meets stands never: one who cannot meet an
   obligation must not speak.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from tactful.appropriateness.assess import assess
from tactful.appropriateness.scorecard import Scorecard, with_excess
from tactful.model.flow import Flow, Value
from tactful.model.records import Candidate, Fact, Variant
from tactful.model.verdict import Form, Verdict
from tactful.model.vocabulary import KEYS
from tactful.model.words_verdict import OBLIGATIONS
from tactful.policy.judge import Duty, Judge

StandingName = Literal["never", "hold", "ask", "now"]
STANDINGS: tuple[StandingName, ...] = ("never", "hold", "ask", "now")
NEVER, HOLD, ASK, NOW = range(4)
REACH = "reach"
How = Form | Literal["reach"]
"""How a fact is used, or `reach`: how she is spoken to by it."""
_DUTIES = {word.name: word.sentence for word in OBLIGATIONS}
MET_BY_MESSAGES = frozenset({"identify_sender", "offer_choice", "explain_why"})
"""Duties that the required parts of every message meet."""
_RANK = {name: rank for rank, name in enumerate(STANDINGS)}

ASKING_CHANNELS = frozenset({"web", "app", "kiosk", "associate", "call", "chat"})
"""Channels in which she may be before us without having started the exchange."""
UNMET = "Nobody meets the duty to"
WHERE_TO_ASK = "at the till, in the app, in a service contact, or on her own page"
_ACQUIRED = frozenset(KEYS["fact.acquired_via"].names)
_ACQUIRED_IN = {"kiosk": "store", "associate": "store"}
_KEPT_WHEN_ASKED = ("fact.category", "fact.sensitivity", "fact.about", "fact.known_among", "fact.has_words")


class Stood(NamedTuple):
    """How one flow stands (0 never, 1 hold, 2 ask, 3 now), until what, and the rules that decide it.

    `unmet` are the duties that nobody meets; where there are any, it stands never because of the rules that oblige.
    """

    standing: int
    until: tuple[str, ...]
    because: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


Used = tuple[str, Form, Stood]
"""A use by the name of its fact, its form, and how it stands."""


class Picked(NamedTuple):
    """What a candidate takes: its standing, the variant (None if it falls), until what, and what to ask about."""

    standing: int
    variant: int | None
    until: tuple[str, ...]
    asks: tuple[str, ...]


class JudgedUse(msgspec.Struct, frozen=True):
    """One use of one variant as it was judged."""

    use: str
    form: Form
    standing: StandingName
    flow: Flow
    verdict: Verdict


class MessageVerdict(msgspec.Struct, frozen=True):
    """A message as judged. `judged` are the uses of the variant that it takes, or of the last one if it falls."""

    standing: StandingName
    index: int | None
    untils: tuple[str, ...]
    asks: tuple[str, ...]
    reach: Verdict
    judged: tuple[JudgedUse, ...]


def act_of(form: Form) -> str:
    """The act as which a use in this form is judged."""
    return "select" if form == "silent" else "mention"


def stood_as(standing: StandingName, until: tuple[str, ...], because: tuple[str, ...] = ()) -> Stood:
    """A standing as the judge words it, as one that can be compared."""
    return Stood(_RANK[standing], until, because)


def without_duty(stood: Stood, duties: Iterable[Duty], meets: Container[str]) -> Stood:
    """The same, unless it would carry a duty that nobody meets."""
    unmet = [duty for duty in duties if duty.name not in meets]
    if stood.standing == NEVER or not unmet:
        return stood
    rules = dict.fromkeys(rule for duty in unmet for rule in duty.rules)
    return Stood(NEVER, (), tuple(rules), tuple(duty.name for duty in unmet))


def nobody_meets(duties: Iterable[str]) -> str:
    """The sentence for duties that nobody meets, for staff."""
    parts = [_DUTIES[name].rstrip(".") for name in sorted(set(duties))]
    return f"{UNMET} {' and to '.join(part[0].lower() + part[1:] for part in parts)}."


def use_stands(judge: Judge, card: Scorecard, flow: Flow, form: Form) -> Stood:
    """How a use stands in a form; the act is set to suit it."""
    return stood_as(*judge.standing(with_excess(card, {**flow, "act": act_of(form)}), form))


def reach_stands(judge: Judge, card: Scorecard, flow: Flow) -> Stood:
    """How speaking to her stands. She notices it: what may only be silent is not done."""
    return stood_as(*judge.standing(with_excess(card, {**flow, "act": REACH}), "softened"))


def pick(reach: Stood, variants: Iterable[Sequence[Used]]) -> Picked:
    """The variant that stands best; each variant is given as its uses and how they stand.

    Variants are read only until one stands as well as `reach`, since none can stand better.
    """
    best, taken, most = NEVER, None, reach.standing
    of_taken: Sequence[Used] = ()
    for index, uses in enumerate(variants):
        standing = most
        for _, _, stood in uses:
            if stood.standing < standing:
                standing = stood.standing
        if standing > best:
            best, taken, of_taken = standing, index, uses
            if standing == most:
                break
    until = _held_until([reach, *(stood for _, _, stood in of_taken)]) if best == HOLD else ()
    asks = tuple(sorted({use for use, _, stood in of_taken if stood.standing == ASK})) if best == ASK else ()
    return Picked(best, taken, until, asks)


def reasons(several: Sequence[Stood]) -> tuple[int, tuple[str, ...]]:
    """The least standing of several, and the rules that decide where one stands so; of none: never, for no rule."""
    least = min([stood.standing for stood in several], default=NEVER)
    found = [stood.because for stood in several if stood.standing == least]
    return least, found[0] if len(found) == 1 else tuple(dict.fromkeys(chain.from_iterable(found)))


def _held_until(all_stood: Iterable[Stood]) -> tuple[str, ...]:
    return tuple(sorted({event for stood in all_stood if stood.standing == HOLD for event in stood.until}))


def choose(
    judge: Judge, card: Scorecard, reach_flow: Flow, variants: Sequence[Mapping[str, tuple[Flow, Form]]]
) -> MessageVerdict:
    """Judge a whole message. Each variant gives each of its uses a flow and a form, fullest variant first."""
    reach = assess(judge, card, {**reach_flow, "act": REACH})
    stood = [
        [(use, form, use_stands(judge, card, flow, form)) for use, (flow, form) in variant.items()]
        for variant in variants
    ]
    picked = pick(reach_stands(judge, card, reach_flow), stood)
    judged: tuple[JudgedUse, ...] = ()
    if variants:
        shown = len(variants) - 1 if picked.variant is None else picked.variant
        judged = tuple(
            JudgedUse(
                use,
                form,
                STANDINGS[each.standing],
                flow,
                assess(judge, card, {**flow, "act": act_of(form)}),
            )
            for (use, (flow, form)), (_, _, each) in zip(variants[shown].items(), stood[shown], strict=True)
        )
    return MessageVerdict(STANDINGS[picked.standing], picked.variant, picked.until, picked.asks, reach, judged)


def may_ask_here(scenario: Mapping[str, Value], contact: str) -> bool:
    """Whether she is already talking to us: she started it, or she is before us in a channel where one can ask."""
    if scenario.get("scenario.initiator") == "customer":
        return True
    return contact == "contact.presence" and scenario.get("scenario.channel") in ASKING_CHANNELS


def asking_flow(flow: Flow) -> Flow:
    """The flow of asking her plainly for what a use rests on: what she will then tell us, for this purpose only."""
    kept = {key: value for key, value in flow.items() if not key.startswith("fact.") or key in _KEPT_WHEN_ASKED}
    kept.pop("norm.excess", None)
    asked: Flow = {
        **kept,
        "act": "collect",
        "fact.provenance": "provided",
        "fact.distance": 0,
        "fact.age_days": 0,
        "fact.confidence": 1,
        "fact.known_to_her": True,
        "fact.same_exchange": True,
        "permission.asked": "plainly",
    }
    channel, purpose = flow.get("scenario.channel"), flow.get("scenario.purpose")
    via = _ACQUIRED_IN.get(str(channel), channel)
    if via in _ACQUIRED and via is not None:
        asked["fact.acquired_via"] = via
    if isinstance(purpose, str):
        asked["fact.purposes"] = (purpose,)
    return asked


def said(variant: Variant) -> str:
    """The verdict of what may be said now: the strongest form that the variant really uses."""
    forms = [use.form for use in variant.mentions]
    strongest = 2 if "explicit" in forms else 1 if "softened" in forms else 0
    return ("silent", "soften", "say")[strongest]


def contact_point(candidate: Candidate) -> Fact | None:
    """The fact of the contact point used: of that name, or else the first by name and key of that category."""
    named = candidate.facts.get(candidate.contact)
    if named is not None:
        return named
    found = [fact for fact in candidate.facts.values() if fact.category == candidate.contact]
    return min(found, key=lambda fact: (fact.name, fact.key)) if found else None
