"""The flows of one person in one scenario: each fact merged with what is the same for all, judged once per form."""

from __future__ import annotations

from collections.abc import Callable

from tactful.appropriateness.assess import assess
from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import (
    ASK,
    HOLD,
    NEVER,
    NOW,
    STANDINGS,
    Stood,
    act_of,
    asking_flow,
    of_verdict,
)
from tactful.appropriateness.scorecard import TRUST, Factor, Scorecard, leeway, most_points, share
from tactful.model.flow import Flow
from tactful.model.records import Fact, Judged, Standing
from tactful.model.verdict import Form, name_of
from tactful.policy.judge import Judge

REACH = "reach"
_RANK = {name: rank for rank, name in enumerate(STANDINGS)}
_WITH_THE_FACT = ("fact.", "permission.", "scenario.fit", "act")


class Scene:
    """One person in one scenario at one instant. Remembers what it has judged; the same question, the same answer.

    `base` holds every key that does not depend on the fact. `standing_of` gives the permission for a category.
    A fact that is not on file (None) leaves a flow without a fact, which nothing opens.
    """

    def __init__(
        self,
        judge: Judge,
        card: Scorecard,
        fit: FitTable,
        now: int,
        base: Flow,
        standing_of: Callable[[str], Standing],
    ) -> None:
        self.base = base
        self._judge, self._card, self._fit, self._now = judge, card, fit, now
        self._standing_of = standing_of
        own, rest = _parted(card.factors)
        self._own_factors = own
        self._base_points = most_points(rest, base)
        self._leeway = leeway(card, base.get(TRUST))
        self._facts: dict[tuple[str, str], tuple[Fact | None, Flow]] = {}
        self._stood: dict[tuple[str, str, str], tuple[Fact | None, Stood]] = {}

    def stands(self, name: str, fact: Fact | None, form: Form) -> Stood:
        """How a use of this fact in this form stands."""
        key = (name, fact.key if fact is not None else "", form)
        known = self._stood.get(key)
        if known is not None and (known[0] is fact or known[0] == fact):
            return known[1]
        standing, until = self._judge.standing(self._complete(name, fact, act_of(form)), form)
        stood = Stood(_RANK[standing], until)
        self._stood[key] = (fact, stood)
        return stood

    def reach(self, name: str, fact: Fact | None) -> Stood:
        """How speaking to her by this contact point stands."""
        key = (name, fact.key if fact is not None else "", REACH)
        known = self._stood.get(key)
        if known is not None and (known[0] is fact or known[0] == fact):
            return known[1]
        flow = self._complete(name, fact, REACH)
        word = name_of(self._judge.point(flow))
        if word == "hold":
            stood = Stood(HOLD, self._judge.verdict(flow).until)
        else:
            stood = Stood(NEVER if word == "never" else ASK if word == "ask" else NOW, ())
        self._stood[key] = (fact, stood)
        return stood

    def flow(self, name: str, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        return {**self._with_fact(name, fact), "act": act}

    def judged(self, name: str, fact: Fact | None, form: Form | None, standing: int) -> Judged:
        """One use (or, without a form, `reach`) with its whole verdict, as recorded."""
        act = REACH if form is None else act_of(form)
        flow = self.flow(name, fact, act)
        verdict = assess(self._judge, self._card, flow)
        return Judged(act, name, form or "", STANDINGS[standing], verdict, flow)

    def asked(self, name: str, fact: Fact | None, form: Form) -> Judged | None:
        """Asking her plainly for what a use rests on, if that may be said; else None."""
        flow = asking_flow(self.flow(name, fact, act_of(form)))
        verdict = assess(self._judge, self._card, flow)
        if verdict.name != "say":
            return None
        return Judged("collect", name, "", STANDINGS[of_verdict(verdict).standing], verdict, flow)

    def standing_of(self, fact: Fact | None) -> Standing | None:
        """The permission that a use of this fact rests on."""
        return self._standing_of(fact.category) if fact is not None else None

    def _complete(self, name: str, fact: Fact | None, act: str) -> Flow:
        flow = self.flow(name, fact, act)
        points = self._base_points + most_points(self._own_factors, flow)
        flow["norm.excess"] = share(self._card, points) - self._leeway
        return flow

    def _with_fact(self, name: str, fact: Fact | None) -> Flow:
        key = (name, fact.key if fact is not None else "")
        known = self._facts.get(key)
        if known is not None and (known[0] is fact or known[0] == fact):
            return known[1]
        flow = self.base if fact is None else self._merged(fact)
        self._facts[key] = (fact, flow)
        return flow

    def _merged(self, fact: Fact) -> Flow:
        flow = {**self.base, **fact.flow(self._now), **self._standing_of(fact.category).flow()}
        sector, purpose = self.base.get("scenario.sector"), self.base.get("scenario.purpose")
        fit = fit_for(
            self._fit,
            fact.category,
            sector if isinstance(sector, str) else None,
            purpose if isinstance(purpose, str) else None,
        )
        flow.pop("scenario.fit", None)
        if fit is not None:
            flow["scenario.fit"] = fit
        return flow


def _parted(factors: tuple[Factor, ...]) -> tuple[tuple[Factor, ...], tuple[Factor, ...]]:
    """Factors that depend on the fact or the act, and the rest."""
    own = tuple(factor for factor in factors if factor.key.startswith(_WITH_THE_FACT))
    return own, tuple(factor for factor in factors if factor not in own)
