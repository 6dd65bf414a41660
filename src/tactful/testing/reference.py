"""The plain reference judge: `SEMANTICS.md` written down as directly as possible, to hold every engine against.

It is slow and obvious on purpose. Each method of `Reading` is one decision of the text and names its paragraph, so
that a test can override one of them and see which law notices. Nothing here is shared with the compiled judge.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from tactful.model.flow import Flow, Value, read_value
from tactful.model.verdict import CEILINGS, DUTY_NEEDS, FORMS, SHUT, Form, Point, Verdict, lower, name_of
from tactful.model.vocabulary import KEYS, LISTS
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Pair, Policy, Rule

Truth = bool | None
"""True, false, or None: not known."""

STANDINGS = ("never", "hold", "ask", "now")
"""How a use in a form can stand, least free first (SEMANTICS 16)."""

USING_IS_NOT_SAYING = Rule(
    kind="limit",
    id="using-is-not-saying",
    when=Atom("act", "in", ("select", "infer")),
    when_text='act in ["select", "infer"]',
    tier="promise",
    point=CEILINGS["silent"],
)
"""The limit that every policy has, written or not (SEMANTICS 12)."""

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TIER_ORDER = [*(word.name for word in LISTS["tier"]), ""]


class Held(msgspec.Struct, frozen=True):
    """The rules that hold for one flow: licences, limits that are not waived, waived limits, and waivers."""

    licences: tuple[Rule, ...]
    limits: tuple[Rule, ...]
    waived: tuple[Rule, ...]
    waivers: tuple[Rule, ...]


class Reading:
    """One reading of the rules of judgement, for one policy. This one is the right one; tests make wrong ones."""

    def __init__(self, policy: Policy) -> None:
        self.licences = policy.licences
        self.limits = policy.limits
        self.waivers = policy.waivers
        if USING_IS_NOT_SAYING.id not in {limit.id for limit in policy.limits}:
            self.limits = (*policy.limits, USING_IS_NOT_SAYING)

    # -- 3, 4: conditions ------------------------------------------------------------------------------------

    def value(self, flow: Flow, key: str) -> Value | None:
        """1, 9, 19: what is absent, `unknown` or out of range is not known; but trust that is not known is 0."""
        raw = flow.get(key)
        value = None if raw is None or raw == "unknown" else read_value(KEYS[key], raw)[0]
        return 0 if value is None and key == "relationship.trust" else value

    def truth(self, condition: Condition, flow: Flow) -> Truth:
        """3, 4: three-valued. `!` is at the leaves already."""
        if isinstance(condition, Const):
            return condition.value
        if isinstance(condition, Atom):
            return self.atom(condition, flow)
        if isinstance(condition, Pair):
            return self.pair(condition, flow)
        truths = [self.truth(part, flow) for part in condition.parts]
        decisive = isinstance(condition, AnyOf)
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    def atom(self, atom: Atom, flow: Flow) -> Truth:
        """4: not known when the key is absent; slugs have their own rule."""
        value = self.value(flow, atom.key)
        if value is None:
            return self.absent(atom, flow)
        if KEYS[atom.key].kind == "slug":
            return self.slug(atom, str(value))
        if atom.op == "in":
            return value in atom.values
        if atom.op == "not in":
            return value not in atom.values
        return _COMPARE[atom.op](_rank(atom.key, value), _rank(atom.key, atom.values[0]))

    def absent(self, atom: Atom, flow: Flow) -> Truth:
        """4: an atom whose key is absent is not known."""
        return None

    def slug(self, atom: Atom, value: str) -> Truth:
        """4: a list is true if any member is, else not known if any is; the negated operators negate only that."""
        separator = KEYS[atom.key].separator
        truths = [self.under(value, str(member), separator) for member in atom.values]
        found: Truth = True if True in truths else None if None in truths else False
        if atom.op in ("!=", "not in") and found is not None:
            return not found
        return found

    def under(self, value: str, member: str, separator: str) -> Truth:
        """4: equal to or under the rule's is true; the rule's strictly under the flow's is not known; else false."""
        if value == member or value.startswith(member + separator):
            return True
        return None if member.startswith(value + separator) else False

    def pair(self, pair: Pair, flow: Flow) -> Truth:
        """3: an enum in a list, or two numbers, or two values of the same ordered enum. An empty list is known."""
        left, right = self.value(flow, pair.left), self.value(flow, pair.right)
        if left is None or right is None:
            return None
        if pair.op in ("in", "not in"):
            told = left in right if isinstance(right, tuple) else None
            return None if told is None else told is (pair.op == "in")
        return _COMPARE[pair.op](_rank(pair.left, left), _rank(pair.right, right))

    # -- 4, 7, 19: which rules hold --------------------------------------------------------------------------

    def fails(self, rule: Rule, flow: Flow) -> bool:
        """19: evaluation failed, because a rule compares a key with a value of another type."""
        try:
            self.truth(rule.when, flow)
        except (TypeError, ValueError):
            return True
        return False

    def possibly(self, rule: Rule, flow: Flow) -> bool:
        """4, 19: not known counts as true; so does what fails."""
        return self.fails(rule, flow) or self.truth(rule.when, flow) is not False

    def definitely(self, rule: Rule, flow: Flow) -> bool:
        """4, 19: not known counts as false; so does what fails."""
        return not self.fails(rule, flow) and self.truth(rule.when, flow) is True

    def licence_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        """4: a licence holds if it definitely does; read favourably, if it may."""
        return not self.fails(rule, flow) and (self.possibly if favourably else self.definitely)(rule, flow)

    def waiver_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        """4, 7: likewise for a waiver."""
        return not self.fails(rule, flow) and (self.possibly if favourably else self.definitely)(rule, flow)

    def limit_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        """4, 19: a limit holds if it possibly does; read favourably, if it must. One that fails holds."""
        return self.fails(rule, flow) or (self.definitely if favourably else self.possibly)(rule, flow)

    def waivable(self, limit: Rule) -> bool:
        """7: only norm limits can be waived."""
        return limit.tier == "norm"

    def is_waived(self, limit: Rule, waivers: Sequence[Rule]) -> bool:
        """7: some waiver that holds names it, or names all norm limits."""
        return self.waivable(limit) and any("*" in each.waives or limit.id in each.waives for each in waivers)

    def held(self, flow: Flow, favourably: bool = False) -> Held:
        """4, 7: all the rules that hold."""
        waivers = tuple(rule for rule in self.waivers if self.waiver_holds(rule, flow, favourably))
        limits = [rule for rule in self.limits if self.limit_holds(rule, flow, favourably)]
        return Held(
            licences=tuple(rule for rule in self.licences if self.licence_holds(rule, flow, favourably)),
            limits=tuple(rule for rule in limits if not self.is_waived(rule, waivers)),
            waived=tuple(rule for rule in limits if self.is_waived(rule, waivers)),
            waivers=waivers,
        )

    # -- 5, 6: the point -------------------------------------------------------------------------------------

    def opens(self, licence: Rule) -> Point:
        """5: what a licence opens. `ask` opens (ask, none, now)."""
        return licence.point

    def opening(self, held: Held) -> Point:
        """6a: the highest opening, `never` if no licence holds."""
        return max((self.opens(licence) for licence in held.licences), default=SHUT)

    def ceiling(self, limit: Rule, flow: Flow) -> Point:
        """5, 19: what a limit leaves; one whose evaluation failed holds too."""
        return lower(limit.point, CEILINGS["hold"]) if self.fails(limit, flow) else limit.point

    def narrowed(self, opening: Point, held: Held, flow: Flow) -> Point:
        """6: one minimum over the limits of all tiers."""
        for limit in held.limits:
            opening = lower(opening, self.ceiling(limit, flow))
        return opening

    def point(self, flow: Flow, favourably: bool = False) -> Point:
        """6: the verdict's point."""
        held = self.held(flow, favourably)
        return self.narrowed(self.opening(held), held, flow)

    # -- 17, 18, 20: what comes with it ----------------------------------------------------------------------

    def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
        """The whole verdict (SEMANTICS 6, 17, 18, 20)."""
        held = self.held(flow)
        point = self.point(flow)
        because = self.because(point, held, flow)
        rest = (*held.licences, *held.limits, *held.waived, *held.waivers)
        return Verdict(
            point=point,
            because=because,
            also=_in_order(rule for rule in rest if rule.id not in because),
            waived=_in_order(held.waived),
            missing=self.missing(flow, flow if hopeful is None else hopeful, assumed),
            until=self.untils(held, flow) if name_of(point) == "hold" else (),
            obligations=self.duties(point, held),
        )

    def because(self, point: Point, held: Held, flow: Flow) -> tuple[str, ...]:
        """20: what attains the axis that decides the name; `no-licence` stands for the opening that nobody made."""

        def attains(other: Point) -> bool:
            match name_of(point):
                case "never":
                    return (point.use == 0 and other.use == 0) or (point.when == 0 and other.when == 0)
                case "hold":
                    return other.when == 1
                case "ask":
                    return other.use == 1
                case _:
                    return other.mention == point.mention

        narrows = [(limit, self.ceiling(limit, flow)) for limit in held.limits]
        deciding = [limit for limit, left in narrows if left != CEILINGS["say"] and attains(left)]
        highest = self.opening(held)
        opening = [rule for rule in held.licences if self.opens(rule) == highest and attains(highest)]
        nobody = () if held.licences else ("no-licence",)
        return (*_in_order([*opening, *deciding]), *nobody)

    def untils(self, held: Held, flow: Flow) -> tuple[str, ...]:
        """17: of every unwaived limit with when=later, decisive or not."""
        return tuple(sorted({limit.until for limit in held.limits if limit.point.when == 1 and limit.until}))

    def duties(self, point: Point, held: Held) -> tuple[str, ...]:
        """18: the union over unwaived limits, less what needs a higher mention; none when the verdict is never."""
        if name_of(point) == "never":
            return ()
        owed = {duty for limit in held.limits for duty in limit.oblige}
        return tuple(sorted(duty for duty in owed if DUTY_NEEDS[duty] <= point.mention))

    def missing(self, flow: Flow, hopeful: Flow, assumed: Sequence[str]) -> tuple[str, ...]:
        """20: nothing, if the most favourable reading comes to the same point; else every key not known."""
        if self.point(hopeful, favourably=True) == self.point(flow):
            return ()
        rules = [rule for rule in (*self.licences, *self.limits, *self.waivers) if not self.fails(rule, flow)]
        unknown = {
            key
            for rule in rules
            if self.truth(rule.when, flow) is None
            for leaf in leaves(rule.when)
            if self.truth(leaf, flow) is None
            for key in self.not_known(leaf, flow)
        }
        return tuple(sorted(unknown | set(assumed)))

    def not_known(self, leaf: Condition, flow: Flow) -> Iterator[str]:
        """20: the absent or coarse keys of an atom that is not known."""
        if isinstance(leaf, Atom):
            yield leaf.key
        elif isinstance(leaf, Pair):
            yield from (key for key in (leaf.left, leaf.right) if self.value(flow, key) is None)

    # -- 16: a use in a form ---------------------------------------------------------------------------------

    def standing(self, flow: Flow, form: Form) -> tuple[str, tuple[str, ...]]:
        """16: never, hold, ask or now, and until what when it is hold. The flow has its act already."""
        held = self.held(flow)
        wanted = FORMS.index(form)
        left = self.narrowed(CEILINGS["say"], held, flow)
        opened = [self.opens(licence) for licence in held.licences]
        opens_form = any(each.use == 2 and each.mention >= wanted for each in opened)
        opens_ask = any(each.use == 1 for each in opened)
        if left.mention < wanted or left.use == 0 or left.when == 0 or not (opens_form or opens_ask):
            return "never", ()
        if left.when == 1:
            return "hold", self.untils(held, flow)
        return ("ask" if left.use == 1 or not opens_form else "now"), ()


def leaves(condition: Condition) -> Iterator[Condition]:
    """The atoms and literals of a condition."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def _rank(key: str, value: Value) -> Value:
    """A value as it is compared: the words of an ordered key by their place."""
    return KEYS[key].names.index(str(value)) if KEYS[key].kind == "ordered" else value


def _in_order(rules: Sequence[Rule] | Iterator[Rule]) -> tuple[str, ...]:
    """Ids by tier, then by id; licences, which have no tier, stand behind (SEMANTICS 20)."""
    return tuple(rule.id for rule in sorted(rules, key=lambda rule: (_TIER_ORDER.index(rule.tier), rule.id)))


def reference_verdict(policy: Policy, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
    """The verdict on one flow. `hopeful` is the flow with upstream attributes such as `norm.excess` at their most
    favourable, `assumed` the keys that they had to assume."""
    return Reading(policy).verdict(flow, hopeful, assumed)


def reference_standing(policy: Policy, flow: Flow, form: Form) -> tuple[str, tuple[str, ...]]:
    """How one use stands in one form, and until what it is held (SEMANTICS 16)."""
    return Reading(policy).standing(flow, form)


class MessageStanding(msgspec.Struct, frozen=True):
    """How a candidate stands: its standing, the variant it takes (None when it falls), what it is held until and the
    uses that must be asked about."""

    standing: str
    variant: int | None
    until: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


class Standing(Protocol):
    """Whatever can say how one use stands in one form: every engine."""

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]: ...


def reference_message(
    policy: Policy, reach: Flow, uses: Mapping[str, Flow], variants: Sequence[Mapping[str, Form]]
) -> MessageStanding:
    """Which variant a candidate takes (SEMANTICS 16)."""
    return message_standing(Reading(policy), reach, uses, variants)


def message_standing(
    engine: Standing, reach: Flow, uses: Mapping[str, Flow], variants: Sequence[Mapping[str, Form]]
) -> MessageStanding:
    """Which variant a candidate takes, as put together from an engine's standings (SEMANTICS 16).

    Speaking to her is never silent: `reach` must be open at least in general terms.
    """
    reached, waits = engine.standing({**reach, "act": "reach"}, "softened")
    best = MessageStanding("never", None)
    for number, variant in enumerate(variants):
        stands = {name: _of_use(engine, uses[name], form) for name, form in variant.items()}
        least = min((reached, *(each for each, _ in stands.values())), key=STANDINGS.index)
        if STANDINGS.index(least) <= STANDINGS.index(best.standing):
            continue
        until = {*waits, *(each for _, some in stands.values() for each in some)} if least == "hold" else set()
        asked = [name for name, (each, _) in stands.items() if each == "ask"] if least == "ask" else []
        best = MessageStanding(least, number, tuple(sorted(until)), tuple(sorted(asked)))
    return best


def _of_use(engine: Standing, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
    """Silent is judged as `select`, softened and explicit as `mention`."""
    return engine.standing({**flow, "act": "select" if form == "silent" else "mention"}, form)
