"""Why, why not, how to, what if: the four questions about one flow. The algorithm of `how_to`:

1. A flow that is free enough already needs no change.
2. What stands in the way is looked up (`obstacles`). A limit that looks at nothing that is ours to change cannot be
   lifted by us: then nothing but asking her is left.
3. Every single change that touches what an obstacle looks at is laid over the flow, and the flow is judged again. Then
   every second change likewise, over what the first one left. Nothing is proposed that was not judged.
4. A pair of which one part alone is enough is left out. Ways are ordered by effort, the freer first, then by name.
5. Asking her is a way where her yes would be enough, and where the question itself, and speaking to her for it, may be
   said: never after a no, never to have her confirm what we guessed or were told by others, and only where she is
   already talking to us.

What it is for (`scenario.purpose`) is never changed, nor anything that is hers, nor what is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import asking_flow, may_ask_here
from tactful.appropriateness.obstacles import barring, is_free_enough, is_opened, obstacles, opens
from tactful.appropriateness.ours import CHANNEL, Change, ChannelChange, Elsewhere, Ours
from tactful.appropriateness.scorecard import Scorecard, with_excess
from tactful.model.answers import Obstacle, Step, Way, WhatIf
from tactful.model.flow import Flow, Value
from tactful.model.verdict import NAMES, Point, Verdict, VerdictName, name_of
from tactful.policy.comparisons import keys_of
from tactful.policy.judge import Fired, Judge
from tactful.policy.rules import Rule

EXCESS = "norm.excess"
REFUSALS = frozenset({"refused", "withdrawn", "revoked", "invalidated"})
"""States after which nobody asks again; only she reopens it."""
_ASKED_ABOUT = frozenset({"provided", "observed", "derived"})
_ACTS_ASKED_ABOUT = frozenset({"select", "mention", "automate", "share", "reach"})
_USES: tuple[VerdictName, ...] = ("silent", "soften", "say")
_HER_YES: Flow = {"permission.state": "given", "permission.basis": "consent", "permission.asked": "plainly"}
_MOST_KEPT = 10_000
_BY_CHANNEL = frozenset(
    f"scenario.{name}" for name in ("channel", "place", "speaker", "audience", "recognised", "moment")
)
"""Keys that may be otherwise in another channel, whatever is known of it."""
_ACT = frozenset({"act"})


class _Barred(NamedTuple):
    """What stands in the way of a flow: the keys that the obstacles look at, and whether none of us can lift one."""

    keys: frozenset[str]
    hopeless: bool


_FREE = _Barred(frozenset(), False)
_Move = Change | ChannelChange


class Questions:
    """The four questions under one policy, one scorecard and one table of what is ours.

    Flows are as `read_flow` gives them. A flow's own `norm.excess` stays as it was given, whatever is changed.
    """

    def __init__(self, judge: Judge, card: Scorecard, ours: Ours) -> None:
        self.judge = judge
        self.card = card
        self.ours = ours
        self._scored = frozenset(factor.key for factor in card.factors)
        self._settable = frozenset(key for change in ours.changes for key in change.sets) | _BY_CHANNEL
        self._known: dict[tuple[object, ...], _Barred] = {}

    def why(self, flow: Flow) -> Verdict:
        """The verdict, with the rules that decided it."""
        return assess(self.judge, self.card, flow)

    def why_not(self, flow: Flow, wanted: VerdictName = "say") -> tuple[Obstacle, ...]:
        """What stands between the verdict and the wanted one; empty where the verdict is free enough."""
        complete = with_excess(self.card, flow)
        if self._is_enough(complete, wanted):
            return ()
        return obstacles(self.judge.policy, self.judge.fired(complete), complete, wanted, self._settable)

    def how_to(self, flow: Flow, wanted: VerdictName = "say", elsewhere: Elsewhere | None = None) -> tuple[Way, ...]:
        """One and two changes of what is ours after which the wanted verdict, or a freer one, is given.

        `elsewhere` tells what is known of her in another channel; without it nothing is.
        """
        if self._is_enough(with_excess(self.card, flow), wanted):
            return ()
        ways = list(self._search(flow, wanted, elsewhere))
        if wanted in _USES:
            ways += self._asked(flow, wanted)
        return tuple(sorted(ways, key=order))

    def what_if(self, flow: Flow, changes: Mapping[str, Value | None], elsewhere: Elsewhere | None = None) -> WhatIf:
        """The flow judged as it is, and with these keys changed; None takes a key away.

        With the channel changes what hangs on it: see `Ours.through`.
        """
        changed = dict(flow)
        channel = changes.get(CHANNEL)
        if isinstance(channel, str) and channel != flow.get(CHANNEL):
            changed = self.ours.through(flow, channel, elsewhere)
        changed.update({key: value for key, value in changes.items() if value is not None})
        changed = {key: value for key, value in changed.items() if changes.get(key, value) is not None}
        forgotten = tuple(sorted(key for key in flow if key not in changed and key not in changes))
        return WhatIf(self.why(flow), self.why(changed), changed, forgotten)

    def may_be_asked(self, flow: Flow) -> Way | None:
        """Asking her plainly for what a flow rests on, here or on her own page, if that may be said."""
        state = flow.get("permission.state")
        refused = state is None or REFUSALS.intersection((str(state), str(flow.get("permission.elsewhere"))))
        if refused or flow.get("customer.objected") is True or flow.get("hers.at_most") == "never":
            return None
        guessed = flow.get("fact.provenance") not in _ASKED_ABOUT or str(flow.get("fact.category")).startswith("label")
        if guessed or flow.get("act") not in _ACTS_ASKED_ABOUT:
            return None
        asking = next((each for each in (self.ours.ask_here, self.ours.ask_on_her_page) if each.fits(flow)), None)
        if asking is None:
            return None
        question = asking_flow({**flow, **asking.sets})
        said = all(self.why(each).name == "say" for each in (question, _speaking(question)))
        return Way((asking.step,), "ask", question, asks=True) if said and may_ask_here(question, "") else None

    def her_yes_is_enough(self, flow: Flow, wanted: VerdictName) -> bool:
        """Whether it would be as wanted if she were asked plainly and said yes to this purpose."""
        purpose, told = flow.get("scenario.purpose"), flow.get("fact.purposes")
        granted: Flow = {**flow, **_HER_YES}
        if isinstance(purpose, str):
            granted["fact.purposes"] = (*(told if isinstance(told, tuple) else ()), purpose)
        return self._is_enough(with_excess(self.card, granted), wanted)

    def _asked(self, flow: Flow, wanted: VerdictName) -> Iterator[Way]:
        way = self.may_be_asked(flow) if self.her_yes_is_enough(flow, wanted) else None
        if way is not None:
            yield way

    def _search(self, flow: Flow, wanted: VerdictName, elsewhere: Elsewhere | None) -> Iterator[Way]:
        here = self._barred(flow, wanted, elsewhere)
        moves = [] if here.hopeless else self._moves(flow, here, wanted)
        tried = [(move, changed, self._barred(changed, wanted, elsewhere)) for move in moves
                 if (changed := self._moved(move, flow, elsewhere))]  # fmt: skip
        enough = [move for move, _, left in tried if left is _FREE]
        for move, changed, left in tried:
            if left is _FREE:
                yield self._way((move.step,), changed)
            elif not left.hopeless:
                yield from self._second(move, changed, left, enough, wanted, elsewhere)

    def _second(
        self, first: _Move, flow: Flow, left: _Barred, enough: list[_Move], wanted: VerdictName,
        elsewhere: Elsewhere | None,
    ) -> Iterator[Way]:  # fmt: skip
        changes = self.ours.changes
        start = changes.index(first) + 1 if isinstance(first, Change) else 0
        group = first.group if isinstance(first, Change) else "channel"
        for change in changes[start:]:
            if change.group == group or change in enough or not _helps(change, left, wanted) or not change.fits(flow):
                continue
            changed = {**flow, **change.sets}
            if self._barred(changed, wanted, elsewhere) is _FREE:
                yield self._way((first.step, change.step), changed)

    def _moves(self, flow: Flow, here: _Barred, wanted: VerdictName) -> list[_Move]:
        """The channels and changes that touch what an obstacle looks at."""
        fitting: list[_Move] = [each for each in self.ours.changes if _helps(each, here, wanted) and each.fits(flow)]
        hangs = any(key in _BY_CHANNEL or self.ours.forgotten(key) for key in here.keys)
        return [*(self.ours.other_channels(flow) if hangs else ()), *fitting]

    def _moved(self, move: _Move, flow: Flow, elsewhere: Elsewhere | None) -> Flow:
        if isinstance(move, Change):
            return {**flow, **move.sets}
        return self.ours.through(flow, move.channel, elsewhere)

    def _way(self, steps: tuple[Step, ...], flow: Flow) -> Way:
        return Way(steps, name_of(self.judge.point(with_excess(self.card, flow))), flow)

    def _is_enough(self, complete: Flow, wanted: VerdictName) -> bool:
        return is_free_enough(name_of(self.judge.point(complete)), wanted)

    def _barred(self, flow: Flow, wanted: VerdictName, elsewhere: Elsewhere | None) -> _Barred:
        """What stands in the way of this flow; `_FREE` where the wanted verdict is given."""
        fired = self.judge.fired(with_excess(self.card, flow))
        key = (fired, wanted, elsewhere is None, EXCESS in flow)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[key] = self._look(fired, wanted, elsewhere is not None, EXCESS in flow)
        return found

    def _look(
        self, fired: tuple[int, int, int, int, int, int], wanted: VerdictName, told: bool, fixed: bool
    ) -> _Barred:
        if is_free_enough(name_of(_point(fired)), wanted):
            return _FREE
        policy = self.judge.policy
        limits = barring(policy, fired, wanted)
        licences: tuple[Rule, ...] = ()
        if not is_opened(policy, fired, wanted):
            licences = tuple(rule for rule in policy.licences if opens(rule.point, wanted))
        read = [self._looked_at(rule, fixed) for rule in limits]
        could = [self._looked_at(rule, fixed) for rule in licences]
        ours = self._settable if wanted in ("ask", "silent") else self._settable - _ACT

        def in_reach(keys: frozenset[str]) -> bool:
            return bool(keys & ours) or (told and any(self.ours.forgotten(key) for key in keys))

        shut = any(not in_reach(keys) and not (told and rule.tier == "norm")
                   for rule, keys in zip(limits, read, strict=True))  # fmt: skip
        closed = bool(licences) and not any(map(in_reach, could))
        return _Barred(frozenset().union(*read, *could), shut or closed)

    def _looked_at(self, rule: Rule, fixed: bool) -> frozenset[str]:
        """The keys behind a rule; behind the excess stand the factors of the scorecard, unless it was given."""
        keys = frozenset(keys_of(rule.when))
        return keys | self._scored if EXCESS in keys and not fixed else keys


def _point(fired: Fired) -> Point:
    return Point(fired[0], fired[1], fired[2])


def _helps(change: Change, barred: _Barred, wanted: VerdictName) -> bool:
    """Whether a change touches what stands in the way. What is used without a word is never said."""
    if "act" in change.sets and wanted not in ("ask", "silent"):
        return False
    return not barred.keys.isdisjoint(change.sets)


def order(way: Way) -> tuple[int, int, tuple[str, ...]]:
    """By effort, the freer first, then by name."""
    return way.effort, -NAMES.index(way.verdict), tuple(step.change for step in way.steps)


def _speaking(question: Flow) -> Flow:
    """Speaking to her for the sake of a question: she is before us, and is told what it is for."""
    kept = {key: value for key, value in question.items() if not key.startswith("fact.") or key == "fact.acquired_via"}
    kept.pop("scenario.fit", None)
    purpose = question.get("scenario.purpose")
    return {
        **kept,
        "act": "reach",
        "fact.category": "contact.presence",
        "fact.provenance": "observed",
        "fact.distance": 0,
        "fact.sensitivity": "ordinary",
        "fact.about": "self",
        "fact.purposes": (purpose,) if isinstance(purpose, str) else (),
        "fact.age_days": 0,
        "fact.known_to_her": True,
        "fact.same_exchange": True,
    }
