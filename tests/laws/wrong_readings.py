"""Wrong readings of the rules of judgement: the reference with one decision changed, to try the laws on."""

from __future__ import annotations

from collections.abc import Sequence

from tactful.model.flow import Flow, Value
from tactful.model.verdict import SHUT, Form, Point, lower
from tactful.policy.rules import Atom, Condition, Rule
from tactful.testing import Reading
from tactful.testing.reference import Held, Truth


class AskOpensAQuestionAboutTheFact(Reading):
    """An ask licence opens (ask, explicit), so that the question itself tells what is held."""

    def opens(self, licence: Rule) -> Point:
        return Point(1, 2, 2) if licence.point.use == 1 else licence.point


class NoComplaintUnlessKnown(Reading):
    """The judge fills in that there is no open complaint."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, False) if key == "customer.complaint_open" else super().value(flow, key)


class AbsentMeansNeverAsked(Reading):
    """The judge reads an absent consent as one that was never asked for."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, "never_asked") if key == "permission.state" else super().value(flow, key)


class CoarseDoesNotMatch(Reading):
    """A coarse slug simply is not the finer one that a rule names."""

    def under(self, value: str, member: str, separator: str) -> Truth:
        return super().under(value, member, separator) is True


class PossibleWaiverWaives(Reading):
    """A waiver applies already when it may hold."""

    def waiver_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.possibly(rule, flow)


class WaiverDropsHersToo(Reading):
    """A waiver of all also takes away the limits that she herself set."""

    def waivable(self, limit: Rule) -> bool:
        return limit.tier in ("norm", "hers")


class FirstLimitWins(Reading):
    """Only the first limit that holds counts, as in a firewall."""

    def narrowed(self, opening: Point, held: Held, flow: Flow) -> Point:
        return lower(opening, self.ceiling(held.limits[0], flow)) if held.limits else opening


class NoLicenceMeansAsk(Reading):
    """Where nothing is open, one may at least ask."""

    def opening(self, held: Held) -> Point:
        opening = super().opening(held)
        return Point(1, 0, 2) if opening == SHUT else opening


class NotTurnsTheCompiledAtom(Reading):
    """`!` turns what an atom was compiled to: `missing or x`, and then not, so that not known counts the wrong way."""

    counts_unknown_as = True

    def truth(self, condition: Condition, flow: Flow) -> Truth:
        found = super().truth(condition, flow)
        negated = isinstance(condition, Atom) and condition.op in ("!=", "not in", ">=", "<=")
        return (not self.counts_unknown_as) if found is None and negated else found

    def possibly(self, rule: Rule, flow: Flow) -> bool:
        self.counts_unknown_as = True
        return super().possibly(rule, flow)

    def definitely(self, rule: Rule, flow: Flow) -> bool:
        self.counts_unknown_as = False
        return super().definitely(rule, flow)


class ReachNeedsNoFact(Reading):
    """A reach flow without a fact is let through: what rules ask about its fact does not bind it."""

    def absent(self, atom: Atom, flow: Flow) -> Truth:
        return False if flow.get("act") == "reach" and atom.key.startswith("fact.") else None


class DutiesOnLicences(Reading):
    """A licence carries a duty, as in soft opt-in, and it is due when the licence holds."""

    def duties(self, point: Point, held: Held) -> tuple[str, ...]:
        own = {"offer_choice"} if held.licences and point != SHUT else set()
        return tuple(sorted({*super().duties(point, held), *own}))


class TrustUnknownIsAverage(Reading):
    """Absent trust counts as a middling one."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, 0.5) if key == "relationship.trust" else super().value(flow, key)


class AnyValueIsAValue(Reading):
    """A value out of range is compared as it stands, so that it is under nothing and other than everything."""

    def value(self, flow: Flow, key: str) -> Value | None:
        return flow.get(key, 0) if key == "relationship.trust" else flow.get(key)


class LimitsBindOnlyIfKnown(Reading):
    """A limit counts only when it definitely holds: what databases do with NULL."""

    def limit_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.definitely(rule, flow)


class LicencesHoldIfPossible(Reading):
    """A licence opens already when it may hold."""

    def licence_holds(self, rule: Rule, flow: Flow, favourably: bool) -> bool:
        return self.possibly(rule, flow)


class DecisiveWaitsOnly(Reading):
    """Only the first wait is named; the others would come up as surprises."""

    def untils(self, held: Held, flow: Flow) -> tuple[str, ...]:
        return super().untils(held, flow)[:1]


class NothingIsMissing(Reading):
    """Never says what it did not know."""

    def missing(self, flow: Flow, hopeful: Flow, assumed: Sequence[str]) -> tuple[str, ...]:
        return ()


class HoldAsksMeanwhile(Reading):
    """A message that must wait is asked about in the meantime."""

    def standing(self, flow: Flow, form: Form) -> tuple[str, tuple[str, ...]]:
        stands, until = super().standing(flow, form)
        return ("ask", ()) if stands == "hold" and self.point(flow).use == 1 else (stands, until)
