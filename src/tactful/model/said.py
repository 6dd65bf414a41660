"""What permissions say together: which no stands, which yes lifts it, and what holds of people who were taken for one.

Every no that she ever said stands until she says yes herself, later. People who were taken for one have each said
what they said: a yes of one of them never lifts the no of another, however much later it is (`together`). What is said
while they are one is said by all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tactful.model.records import Permission

GRANTS = frozenset({"given", "renewed"})
STRICTNESS: tuple[str, ...] = (
    "withdrawn", "refused", "revoked", "invalidated", "expired", "request_deferred", "requested", "never_asked",
    "given", "renewed",
)  # fmt: skip
"""States, strictest first."""
RANK = {state: rank for rank, state in enumerate(STRICTNESS)}
ENDS = frozenset(STRICTNESS[:5])
REFUSALS = frozenset(STRICTNESS[:4])
PROMOTING = frozenset({"market", "recommend", "winback", "advertise"})
"""What a no to `market` is a no to: whoever wants no promotion wants none under another name (GDPR Art. 21(2))."""
EVERY = "*"
CHOSEN, REFUSED = " chosen at ", " refused at "
"""What stands in the proof of an answer to a dialogue between the choice and the collection point."""


class Conflict(msgspec.Struct, frozen=True):
    """A yes and a no of people who are taken for one: the no holds, and she is to be asked."""

    yes: Permission
    no: Permission


def statement(permission: Permission) -> tuple[str | int, ...]:
    """What makes two permissions the same statement: everything but when we heard it."""
    each = permission
    return (
        each.purpose, each.channel, each.category, each.state, each.basis, each.asked, each.occurred_at,
        each.source, each.proof,
    )  # fmt: skip


def known_by(records: Iterable[Permission], now: int) -> list[Permission]:
    """Those that happened and were heard of by now. A refusal counts whatever its time."""
    return [each for each in records if each.state in REFUSALS or each.occurred_at <= now >= each.received_at]


def about_purpose(record: Permission, purpose: str) -> bool:
    """Whether a record speaks of this purpose."""
    if record.purpose == purpose:
        return True
    if record.state not in ENDS:
        return False
    return record.purpose == EVERY or (record.purpose == "market" and purpose in PROMOTING)


def about_channel(record: Permission, channel: str, category: str) -> bool:
    """Whether a record speaks of this channel and category."""
    in_channel = record.channel == channel or (record.channel == EVERY and record.state in ENDS)
    return in_channel and covers(record.category, category)


def covers(general: str, special: str) -> bool:
    """Whether a category is another one or above it."""
    return general in (EVERY, special) or special.startswith(general + ".")


def lifts(grant: Permission, end: Permission) -> bool:
    """Whether a yes undoes a no: it is as narrow or narrower, and later both in happening and in being heard of."""
    return (
        covers(end.category, grant.category)
        and grant.occurred_at > end.occurred_at
        and grant.received_at > end.received_at
    )


def standing_end(records: Iterable[Permission]) -> Permission | None:
    """The strictest no or end that no yes among the records lifts."""
    kept = list(records)
    grants = [each for each in kept if each.state in GRANTS]
    ends = [each for each in kept if each.state in ENDS and not any(lifts(grant, each) for grant in grants)]
    if not ends:
        return None
    return min(ends, key=lambda each: (RANK[each.state], -each.occurred_at, -each.received_at, each.source))


def only_repeats(yes: Permission, kept: Iterable[Permission], around: Iterable[Permission] = ()) -> bool:
    """Whether a yes of a dialogue is only an answer told again, as every call of a browser does.

    A dialogue is known by its source and by what its answers begin with (`proof`: `Marketing chosen at site, …` and
    `Marketing refused at site`); it is told again where `kept`, her own log, has the same yes as its last answer. What
    she ended since is not reopened by an answer that she gave before, whichever source, point or wording it comes with
    now, nor by one that she gave under another name: `around` is what those said whom the call names, and all that
    they are.
    """
    name, chosen, where = yes.proof.partition(CHOSEN)
    if yes.state not in GRANTS or not chosen:
        return False
    kept = list(kept)
    no = f"{name}{REFUSED}{where.partition(', ')[0]}"
    last = _last(each for each in kept if each.source == yes.source and each.proof in (yes.proof, no))
    if last is not None and last.proof == yes.proof:
        return True
    everything = [*kept, *around]
    last = _last(each for each in everything if each.proof.startswith((name + CHOSEN, name + REFUSED)))
    if last is None or last.state in ENDS:
        return False
    end = standing_end(_about(yes, everything))
    return end is not None and last.received_at <= end.received_at


def _last(answers: Iterable[Permission]) -> Permission | None:
    """The last of some answers, of two at one instant the no."""
    return max(answers, key=lambda each: (each.received_at, each.state in ENDS), default=None)


def conflicts(voices: Sequence[Sequence[Permission]]) -> list[Conflict]:
    """Where people who are taken for one disagree: each yes that holds for one of them, and the no of another."""
    found: list[Conflict] = []
    for number, voice in enumerate(voices):
        for yes in voice:
            if yes.state in GRANTS and standing_end(_about(yes, voice)) is None:
                others = (standing_end(_about(yes, other)) for place, other in enumerate(voices) if place != number)
                if (no := next((end for end in others if end is not None), None)) is not None:
                    found.append(Conflict(yes, no))
    return found


def together(voices: Sequence[Sequence[Permission]]) -> tuple[Permission, ...]:
    """What holds of people who are taken for one: all that each of them said, but for each yes that met another's no.

    Judged as one person's, this is a no for whatever any of them alone has a no for. A yes is left out where another's
    no stood when the yes was known; what was said since, by both, may have undone that no.
    """
    speaking = [voice for voice in voices if voice]
    kept: dict[tuple[str | int, ...], Permission] = {}
    for number, voice in enumerate(speaking):
        others = [other for place, other in enumerate(speaking) if place != number]
        for each in voice:
            if each.state not in GRANTS or not any(_stood_against(each, other) for other in others):
                kept.setdefault(statement(each), each)
    return tuple(kept.values())


def _about(yes: Permission, voice: Iterable[Permission]) -> list[Permission]:
    """What a voice says of what a yes speaks of."""
    return [
        each for each in voice if about_purpose(each, yes.purpose) and about_channel(each, yes.channel, yes.category)
    ]


def _stood_against(yes: Permission, voice: Sequence[Permission]) -> bool:
    """Whether a no of this voice stood for what a yes speaks of, when the yes was known."""
    return standing_end(known_by(_about(yes, voice), max(yes.occurred_at, yes.received_at))) is not None
