"""The flows of one person in one scenario: each fact merged with what is the same for all, judged once per form."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tactful.appropriateness.assess import assess
from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import REACH, STANDINGS, Stood, act_of, asking_flow, stood_as
from tactful.appropriateness.scorecard import TRUST, Scorecard, leeway, most_points, share
from tactful.model.flow import Flow
from tactful.model.records import Fact, Judged, Standing
from tactful.model.verdict import Form
from tactful.policy.judge import Judge

_WITH_THE_FACT = ("fact.", "permission.", "scenario.fit")


class _Merged(NamedTuple):
    """A fact laid over the scene: its flow without act and excess, and its points without those of the act."""

    fact: Fact | None
    flow: Flow
    points: int


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
        self.base = {key: value for key, value in base.items() if key != "scenario.fit"}
        self._judge, self._card, self._fit, self._now = judge, card, fit, now
        self._standing_of = standing_of
        self._own = tuple(each for each in card.factors if each.key.startswith(_WITH_THE_FACT))
        self._act = tuple(each for each in card.factors if each.key == "act")
        rest = tuple(each for each in card.factors if each not in self._own and each not in self._act)
        self._points = most_points(rest, base)
        self._leeway = leeway(card, base.get(TRUST))
        self._act_points: dict[str, int] = {}
        self._categories: dict[str, Flow] = {}
        self._merged: dict[tuple[str, str], _Merged] = {}
        self._stood: dict[tuple[str, str, Form, str], tuple[Fact | None, Stood]] = {}

    def stands(self, name: str, fact: Fact | None, form: Form) -> Stood:
        """How a use of this fact in this form stands."""
        return self._stands(name, fact, form, "select" if form == "silent" else "mention")

    def reach(self, name: str, fact: Fact | None) -> Stood:
        """How speaking to her by this contact point stands: nothing is mentioned, so it stands as its verdict."""
        return self._stands(name, fact, "silent", REACH)

    def because(self, name: str, fact: Fact | None, form: Form | None) -> tuple[str, ...]:
        """The rules that decide how it stands, without the rest of the verdict; without a form, `reach`."""
        act = REACH if form is None else act_of(form)
        return self._judge.explain_standing(self._complete(name, fact, act), form or "silent")

    def flow(self, name: str, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        return {**self._with_fact(name, fact).flow, "act": act}

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
        return Judged("collect", name, "", "now", verdict, flow) if verdict.name == "say" else None

    def assumption(self, fact: Fact | None) -> str:
        """The sentence taken on trust that a use of this fact rests on, or the empty string."""
        return self._standing_of(fact.category).assumption if fact is not None else ""

    def _stands(self, name: str, fact: Fact | None, form: Form, act: str) -> Stood:
        key = (name, fact.key if fact is not None else "", form, act)
        known = self._stood.get(key)
        if known is not None and (known[0] is fact or known[0] == fact):
            return known[1]
        stood = stood_as(*self._judge.standing(self._complete(name, fact, act), form))
        self._stood[key] = (fact, stood)
        return stood

    def _complete(self, name: str, fact: Fact | None, act: str) -> Flow:
        merged = self._with_fact(name, fact)
        points = self._act_points.get(act)
        if points is None:
            points = self._act_points[act] = most_points(self._act, {"act": act})
        flow = merged.flow.copy()
        flow["act"] = act
        flow["norm.excess"] = share(self._card, merged.points + points) - self._leeway
        return flow

    def _with_fact(self, name: str, fact: Fact | None) -> _Merged:
        key = (name, fact.key if fact is not None else "")
        known = self._merged.get(key)
        if known is not None and (known.fact is fact or known.fact == fact):
            return known
        flow = self.base
        if fact is not None:
            flow = {**flow, **fact.flow(self._now), **self._with_category(fact.category)}
        merged = _Merged(fact, flow, self._points + most_points(self._own, flow))
        self._merged[key] = merged
        return merged

    def _with_category(self, category: str) -> Flow:
        """What depends on the category alone: the permission, and how ordinary it is here."""
        known = self._categories.get(category)
        if known is None:
            known = self._standing_of(category).flow()
            sector, purpose = self.base.get("scenario.sector"), self.base.get("scenario.purpose")
            if isinstance(sector, str) and isinstance(purpose, str):
                fit = fit_for(self._fit, category, sector, purpose)
                if fit is not None:
                    known["scenario.fit"] = fit
            self._categories[category] = known
        return known
