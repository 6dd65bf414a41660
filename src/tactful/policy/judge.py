"""The verdict on one flow, with all its reasons (SEMANTICS 5 to 7, 11, 16 to 20).

Which rules hold is one number, worked out by the generated function. All that follows from that number is worked out
once and kept, so that a flow costs little more than its look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_
from typing import Literal, NamedTuple, TypeVar, cast

import msgspec

from tactful.model.flow import Flow, Value, read_flow
from tactful.model.verdict import CEILINGS, DUTY_NEEDS, FORMS, SHUT, Form, Point, Verdict, lower, name_of
from tactful.model.words_verdict import TIERS
from tactful.policy.comparisons import keys_of
from tactful.policy.evaluate import not_known
from tactful.policy.rules import Policy, Rule
from tactful.policy.source import Split

Stand = Literal["never", "hold", "ask", "now"]
Fired = tuple[int, int, int, int, int, int]
Held = Callable[[Mapping[str, Value]], int]

NO_LICENCE = "no-licence"
FREE = CEILINGS["say"]

FAILED = (KeyError, TypeError, ValueError, AttributeError)
_MOST_KEPT = 10_000
_MOST_BESIDE = 4

Made = TypeVar("Made")
_TIER_RANK = {word.name: rank for rank, word in enumerate(TIERS)} | {"": len(TIERS)}


class Standing(NamedTuple):
    """How one use stands in one form, what must happen first where it is `hold`, and the rules that decide it."""

    stand: Stand
    until: tuple[str, ...]
    because: tuple[str, ...]


class Duty(NamedTuple):
    """An obligation that is due, and the limits that oblige."""

    name: str
    rules: tuple[str, ...]


class Pieces(NamedTuple):
    """Functions over the pieces of a flow (`Split`), each piece given as its values by place, None where absent.

    The results of all pieces and-ed, then passed through all joints, are what `Judge.held` gives for the whole. A piece
    with a value out of the vocabulary raises one of `FAILED`; the whole flow is then to be judged.
    """

    pieces: tuple[Callable[[tuple[Value | None, ...]], int], ...]
    joints: tuple[Callable[..., int], ...]


def unchanged(held: int, *values: tuple[Value | None, ...]) -> int:
    """The joint of pieces that no test reads together."""
    return held


class Finding(NamedTuple):
    """What follows from which rules hold. `hopeful` is the point when every unknown is read favourably.

    `doubted` are the rules that are not known, and `asked` the keys that they read. `standings` fills up as forms are
    asked for.
    """

    held: int
    fired: Fired
    point: Point
    hopeful: Point
    verdict: Verdict
    standings: dict[str, Standing]
    duties: tuple[Duty, ...]
    doubted: tuple[Rule, ...]
    asked: tuple[str, ...]


class Judge:
    """Judges flows under one policy, quickest if they are as `read_flow` gives them.

    A value that its key may not have counts as absent, whatever it is. `source` is the text of the generated function.
    """

    def __init__(self, policy: Policy, held: Held, source: str, cut: Callable[[Split], Pieces]) -> None:
        self.policy = policy
        self.source = source
        self._held = held
        self._cut = cut
        self._pieces: dict[Split, Pieces] = {}
        self._beside: list[tuple[tuple[object, ...], object]] = []
        self._rules = policy.rules
        self._read = frozenset(key for rule in policy.rules for key in keys_of(rule.when))
        self._findings: dict[int, Finding] = {}
        self._gapped: dict[tuple[object, ...], Verdict] = {}

    def pieces(self, split: Split) -> Pieces:
        """The functions for flows that are cut like this, made when first asked for.

        Raises ValueError if a key that a rule reads is in no piece, or the pieces that a test reads are in no joint.
        """
        found = self._pieces.get(split)
        if found is None:
            found = self._pieces[split] = self._cut(split)
        return found

    def beside(self, others: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What is made of this judge and these others, once for the same objects; that of the last few is kept."""
        for known, made in self._beside:
            if len(known) == len(others) and all(map(is_, known, others)):
                return cast(Made, made)
        found = make()
        self._beside = [(others, found), *self._beside[: _MOST_BESIDE - 1]]
        return found

    def reads(self, key: str) -> bool:
        """Whether any rule reads this key."""
        return key in self._read

    def held(self, flow: Mapping[str, Value]) -> int:
        """Which rules hold, as one number: two bits per rule (see `tactful.policy.source`)."""
        try:
            return self._held(flow)
        except FAILED:
            return self._held_strictly(read_flow(flow)[0])

    def standing_where(self, held: int, form: Form) -> Standing:
        """How a use stands in this form where these rules hold, with the rules that decide it."""
        finding = self._findings.get(held) or self._find(held)
        return finding.standings.get(form) or self._stand(finding, form)

    def duties_where(self, held: int) -> tuple[Duty, ...]:
        """The obligations of the verdict where these rules hold, each with the limits that oblige."""
        return (self._findings.get(held) or self._find(held)).duties

    def certain(self, held: int) -> Verdict | None:
        """The verdict where these rules hold, if nothing that is not known could change it; else None."""
        finding = self._findings.get(held) or self._find(held)
        return finding.verdict if finding.hopeful == finding.point else None

    def point(self, flow: Mapping[str, Value]) -> Point:
        """Use, mention and when."""
        return self._finding(flow).point

    def fired(self, flow: Mapping[str, Value]) -> Fired:
        """Use, mention, when, and bit masks in the policy's order: licences, limits not waived, limits waived."""
        return self._finding(flow).fired

    def verdict(
        self,
        flow: Mapping[str, Value],
        hopeful: Mapping[str, Value] | None = None,
        assumed: tuple[str, ...] = (),
    ) -> Verdict:
        """The verdict with its reasons.

        `hopeful` is the same flow with the attributes that were worked out upstream at their most favourable, and
        `assumed` the keys that they lacked; both only serve to name what is missing. Where nothing was assumed,
        `hopeful` is not read.
        """
        try:
            held = self._held(flow)
        except FAILED:
            flow = read_flow(flow)[0]
            held = self._held_strictly(flow)
        return self.verdict_where(held, flow, hopeful, assumed)

    def verdict_where(
        self,
        held: int,
        flow: Mapping[str, Value],
        hopeful: Mapping[str, Value] | None = None,
        assumed: tuple[str, ...] = (),
    ) -> Verdict:
        """`verdict` of a flow of which it is known which rules hold."""
        finding = self._findings.get(held) or self._find(held)
        best = self._finding(hopeful).hopeful if hopeful is not None and assumed else finding.hopeful
        if best == finding.point:
            return finding.verdict
        return self._with_missing(finding, flow, assumed)

    def standing(self, flow: Mapping[str, Value], form: Form) -> tuple[Stand, tuple[str, ...]]:
        """How a use stands in this form, and what must happen before where it is `hold` (SEMANTICS 16).

        The flow's act must be the form's: `select` for silent, `mention` otherwise.
        """
        return self._standing(flow, form)[:2]

    def explain_standing(self, flow: Mapping[str, Value], form: Form) -> tuple[str, ...]:
        """The rules that decide how a use stands in this form, ordered by tier, then name."""
        return self._standing(flow, form).because

    def licence_names(self, mask: int) -> tuple[str, ...]:
        """The licences of a mask, in the policy's order."""
        return tuple(rule.id for bit, rule in enumerate(self.policy.licences) if mask >> bit & 1)

    def limit_names(self, mask: int) -> tuple[str, ...]:
        """The limits of a mask, in the policy's order."""
        return tuple(rule.id for bit, rule in enumerate(self.policy.limits) if mask >> bit & 1)

    def _standing(self, flow: Mapping[str, Value], form: Form) -> Standing:
        return self.standing_where(self.held(flow), form)

    def _stand(self, finding: Finding, form: Form) -> Standing:
        standing = finding.standings[form] = self._outcome(finding.held).standing(FORMS.index(form))
        return standing

    def _outcome(self, held: int) -> _Outcome:
        return _Outcome(self.policy, [rule for bit, rule in enumerate(self._rules) if held >> bit & 1])

    def _finding(self, flow: Mapping[str, Value]) -> Finding:
        held = self.held(flow)
        return self._findings.get(held) or self._find(held)

    def _held_strictly(self, read: Flow) -> int:
        """Of a flow without what is out of vocabulary; if that fails too, every limit and no licence (SEMANTICS 19)."""
        try:
            return self._held(read)
        except FAILED:
            limits = ((1 << len(self.policy.limits)) - 1) << len(self.policy.licences)
            return limits | limits << len(self._rules)

    def _find(self, held: int) -> Finding:
        size = len(self._rules)
        unknown = held ^ held >> size
        doubted = tuple(rule for bit, rule in enumerate(self._rules) if unknown >> bit & 1)
        outcome = self._outcome(held)
        finding = Finding(
            held=held,
            fired=outcome.fired(),
            point=outcome.point,
            hopeful=self._outcome(held >> size).point if doubted else outcome.point,
            verdict=outcome.verdict(),
            standings={},
            duties=outcome.duties(),
            doubted=doubted,
            asked=tuple(sorted({key for rule in doubted for key in keys_of(rule.when)})),
        )
        if len(self._findings) >= _MOST_KEPT:
            self._findings.clear()
        self._findings[held] = finding
        return finding

    def _with_missing(self, finding: Finding, flow: Mapping[str, Value], assumed: tuple[str, ...]) -> Verdict:
        """The verdict with what is missing, which depends on the rules in doubt and on what the flow says to them.

        That is the absent or coarse keys of what is not known in these rules, and what was assumed.
        """
        says = (finding.held, assumed, *map(flow.get, finding.asked))
        verdict = self._gapped.get(says)
        if verdict is None:
            keys = set(assumed).union(*(not_known(rule.when, flow) for rule in finding.doubted))
            verdict = msgspec.structs.replace(finding.verdict, missing=tuple(sorted(keys)))
            if len(self._gapped) >= _MOST_KEPT:
                self._gapped.clear()
            self._gapped[says] = verdict
        return verdict


class _Outcome:
    """What follows from one set of rules that hold."""

    def __init__(self, policy: Policy, rules: list[Rule]) -> None:
        self.policy = policy
        self.licences = [rule for rule in rules if rule.kind == "licence"]
        self.waivers = [rule for rule in rules if rule.kind == "waiver"]
        names = {name for rule in self.waivers for name in rule.waives}
        self.waived: list[Rule] = []
        self.limits: list[Rule] = []
        for rule in rules:
            if rule.kind == "limit":
                waived = rule.tier == "norm" and (rule.id in names or "*" in names)
                (self.waived if waived else self.limits).append(rule)
        self.opened = max((rule.point for rule in self.licences), key=tuple, default=SHUT)
        self.ceiling = FREE
        for rule in self.limits:
            self.ceiling = lower(self.ceiling, rule.point)
        self.point = lower(self.opened, self.ceiling)

    def fired(self) -> Fired:
        return (
            *self.point,
            _mask(self.policy.licences, self.licences),
            _mask(self.policy.limits, self.limits),
            _mask(self.policy.limits, self.waived),
        )

    def verdict(self) -> Verdict:
        name = name_of(self.point)
        because = self._because(name)
        held = (*self.licences, *self.limits, *self.waived, *self.waivers)
        return Verdict(
            point=self.point,
            because=because,
            also=by_tier([rule for rule in held if rule.id not in because]),
            waived=by_tier(self.waived),
            until=self._until() if name == "hold" else (),
            obligations=tuple(duty.name for duty in self.duties()),
        )

    def _because(self, name: str) -> tuple[str, ...]:
        """The rules that attain the axis which decides the name."""

        def attains(point: Point) -> bool:
            if name == "never":
                return point.use == 0 or point.when == 0
            if name == "hold":
                return point.when == 1
            if name == "ask":
                return point.use == 1
            return point.mention == self.point.mention

        found = [rule for rule in self.limits if rule.point != FREE and attains(rule.point)]
        if attains(self.opened):
            found += [rule for rule in self.licences if rule.point == self.opened]
        return by_tier(found) + (() if self.licences else (NO_LICENCE,))

    def _until(self) -> tuple[str, ...]:
        return tuple(sorted({rule.until for rule in self.limits if rule.until}))

    def duties(self) -> tuple[Duty, ...]:
        """What is due by name: none where the verdict is never, or its mention below what the duty needs."""
        if name_of(self.point) == "never":
            return ()
        due = {duty for rule in self.limits for duty in rule.oblige if DUTY_NEEDS[duty] <= self.point.mention}
        return tuple(Duty(name, by_tier([rule for rule in self.limits if name in rule.oblige])) for name in sorted(due))

    def standing(self, need: int) -> Standing:
        """SEMANTICS 16 for a form that needs this much mention (0 silent, 1 softened, 2 explicit)."""
        opening = [rule for rule in self.licences if rule.point.use == 2 and rule.point.mention >= need]
        asking = [rule for rule in self.licences if rule.point.use == 1]
        against = [rule for rule in self.limits if rule.point.mention < need or 0 in (rule.point.use, rule.point.when)]
        if against or not (opening or asking):
            return Standing("never", (), by_tier(against) + (() if opening or asking else (NO_LICENCE,)))
        waiting = [rule for rule in self.limits if rule.point.when == 1]
        if waiting:
            return Standing("hold", self._until(), by_tier(waiting))
        asked = [rule for rule in self.limits if rule.point.use == 1]
        if asked or not opening:
            return Standing("ask", (), by_tier(asked if opening else asked + asking))
        return Standing("now", (), by_tier(opening))


def by_tier(rules: list[Rule]) -> tuple[str, ...]:
    """Names by tier, licences last, then by name."""
    return tuple(rule.id for rule in sorted(rules, key=lambda rule: (_TIER_RANK[rule.tier], rule.id)))


def _mask(all_rules: tuple[Rule, ...], some: list[Rule]) -> int:
    names = {rule.id for rule in some}
    return sum(1 << bit for bit, rule in enumerate(all_rules) if rule.id in names)
