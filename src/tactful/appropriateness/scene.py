"""The flows of one person in one scenario: each fact merged with what is the same for all, judged once per form."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

from tactful.appropriateness.assess import assess
from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import REACH, STANDINGS, Stood, act_of, asking_flow, stood_as
from tactful.appropriateness.scorecard import TRUST, Factor, Scorecard, leeway, most_points, share
from tactful.model.flow import Flow
from tactful.model.records import DAY, Fact, Judged, Standing
from tactful.model.verdict import Form
from tactful.policy.judge import Judge

_WITH_THE_FACT = ("fact.", "permission.", "scenario.fit")


_FIELDS = attrgetter(
    "category",
    "provenance",
    "distance",
    "sensitivity",
    "about",
    "acquired_via",
    "purposes",
    "confidence",
    "known_to_her",
    "known_among",
    "has_words",
)


class _Merged(NamedTuple):
    """A fact laid over the scene: its flow without act and excess, and its points without those of the act."""

    flow: Flow
    points: int


class Scene:
    """One person in one scenario at one instant. Remembers what it has judged: facts that give the same keys, whatever
    they are called, give the same answer.

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
        self._own, self._act, rest = _parted(card.factors)
        self._points = most_points(rest, self.base)
        self._leeway = leeway(card, base.get(TRUST))
        self._act_points: dict[str, int] = {}
        self._categories: dict[str, Flow] = {}
        self._merged: dict[object, _Merged] = {}
        self._stood: dict[object, tuple[Stood, Flow]] = {}

    def stands(self, fact: Fact | None, form: Form) -> Stood:
        """How a use of this fact in this form stands."""
        return self._stands(fact, form, "select" if form == "silent" else "mention")[0]

    def reach(self, fact: Fact | None) -> Stood:
        """How speaking to her by this contact point stands: nothing is mentioned, so it stands as its verdict."""
        return self._stands(fact, "silent", REACH)[0]

    def because(self, fact: Fact | None, form: Form | None) -> tuple[str, ...]:
        """The rules that decide how it stands, without the rest of the verdict; without a form, `reach`."""
        need: Form = form or "silent"
        _, flow = self._stands(fact, need, REACH if form is None else act_of(form))
        return self._judge.explain_standing(flow, need)

    def flow(self, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        return {**self._with_fact(fact, self._signature(fact)).flow, "act": act}

    def judged(self, name: str, fact: Fact | None, form: Form | None, standing: int) -> Judged:
        """One use (or, without a form, `reach`) with its whole verdict, as recorded."""
        act = REACH if form is None else act_of(form)
        flow = self.flow(fact, act)
        verdict = assess(self._judge, self._card, flow)
        return Judged(act, name, form or "", STANDINGS[standing], verdict, flow)

    def asked(self, name: str, fact: Fact | None, form: Form) -> Judged | None:
        """Asking her plainly for what a use rests on, if that may be said; else None."""
        flow = asking_flow(self.flow(fact, act_of(form)))
        verdict = assess(self._judge, self._card, flow)
        return Judged("collect", name, "", "now", verdict, flow) if verdict.name == "say" else None

    def assumption(self, fact: Fact | None) -> str:
        """The sentence taken on trust that a use of this fact rests on, or the empty string."""
        return self._standing_of(fact.category).assumption if fact is not None else ""

    def _signature(self, fact: Fact | None) -> object:
        """All that a flow takes from a fact."""
        return None if fact is None else (_FIELDS(fact), max(0, self._now - fact.at) // DAY)

    def _stands(self, fact: Fact | None, form: Form, act: str) -> tuple[Stood, Flow]:
        signature = self._signature(fact)
        key = (signature, form, act)
        known = self._stood.get(key)
        if known is None:
            flow = self._complete(fact, signature, act)
            known = self._stood[key] = (stood_as(*self._judge.standing(flow, form)), flow)
        return known

    def _complete(self, fact: Fact | None, signature: object, act: str) -> Flow:
        merged = self._with_fact(fact, signature)
        points = self._act_points.get(act)
        if points is None:
            points = self._act_points[act] = most_points(self._act, {"act": act})
        flow = merged.flow.copy()
        flow["act"] = act
        flow["norm.excess"] = share(self._card, merged.points + points) - self._leeway
        return flow

    def _with_fact(self, fact: Fact | None, signature: object) -> _Merged:
        known = self._merged.get(signature)
        if known is None:
            flow = self.base
            if fact is not None:
                flow = {**flow, **fact.flow(self._now), **self._with_category(fact.category)}
            known = self._merged[signature] = _Merged(flow, self._points + most_points(self._own, flow))
        return known

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


def _parted(factors: tuple[Factor, ...]) -> tuple[tuple[Factor, ...], tuple[Factor, ...], tuple[Factor, ...]]:
    """Factors that depend on the fact, on the act, and the rest."""
    own = tuple(each for each in factors if each.key.startswith(_WITH_THE_FACT))
    act = tuple(each for each in factors if each.key == "act")
    return own, act, tuple(each for each in factors if each not in own and each not in act)
