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


class Ground(NamedTuple):
    """What all scenes of one decision stand on. The factors of the scorecard are parted: fact, act, and the rest."""

    judge: Judge
    card: Scorecard
    fit: FitTable
    now: int
    own: tuple[Factor, ...]
    act: tuple[Factor, ...]
    rest: tuple[Factor, ...]


def ground(judge: Judge, card: Scorecard, fit: FitTable, now: int) -> Ground:
    """The ground of a decision at an instant."""
    own = tuple(each for each in card.factors if each.key.startswith(_WITH_THE_FACT))
    act = tuple(each for each in card.factors if each.key == "act")
    rest = tuple(each for each in card.factors if each not in own and each not in act)
    return Ground(judge, card, fit, now, own, act, rest)


class _Merged(NamedTuple):
    """A fact laid over the scene: its flow without act and excess, and its points without those of the act."""

    flow: Flow
    points: int


class Scene:
    """One person in one scenario at one instant. Remembers what it has judged: facts that give the same keys, whatever
    they are called, give the same answer.

    `base` holds every key that does not depend on the fact; `scenario.fit` does, and is not among them. `standing_of`
    gives the permission for a category. A fact that is not on file (None) leaves a flow without a fact, which nothing
    opens.
    """

    def __init__(self, on: Ground, base: Flow, standing_of: Callable[[str], Standing]) -> None:
        self.base = base
        self._on = on
        self._judge, self._card, self._now = on.judge, on.card, on.now
        self._standing_of = standing_of
        self._points = most_points(on.rest, base)
        self._leeway = leeway(on.card, base.get(TRUST))
        self._act_points: dict[str, int] = {}
        self._categories: dict[str, Flow] = {}
        self._permissions: dict[Standing, Flow] = {}
        self._merged: dict[object, _Merged] = {}
        self._stood: dict[object, Stood] = {}

    def stands(self, fact: Fact | None, form: Form) -> Stood:
        """How a use of this fact in this form stands."""
        return self._stands(fact, form, "select" if form == "silent" else "mention")

    def reach(self, fact: Fact | None) -> Stood:
        """How speaking to her by this contact point stands: nothing is mentioned, so it stands as its verdict."""
        return self._stands(fact, "silent", REACH)

    def because(self, fact: Fact | None, form: Form | None) -> tuple[str, ...]:
        """The rules that decide how it stands, without the rest of the verdict; without a form, `reach`."""
        act = REACH if form is None else act_of(form)
        return self._judge.explain_standing(self._complete(fact, self._signature(fact), act), form or "silent")

    def flow(self, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        flow = {**self._with_fact(fact, self._signature(fact)).flow, "act": act}
        flow.pop("norm.excess", None)
        return flow

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

    def _stands(self, fact: Fact | None, form: Form, act: str) -> Stood:
        signature = self._signature(fact)
        key = (signature, form, act)
        stood = self._stood.get(key)
        if stood is None:
            stood = stood_as(*self._judge.standing(self._complete(fact, signature, act), form))
            self._stood[key] = stood
        return stood

    def _complete(self, fact: Fact | None, signature: object, act: str) -> Flow:
        """The flow as it is judged, good until the next call: a copy per act would cost as much as judging it."""
        merged = self._with_fact(fact, signature)
        points = self._act_points.get(act)
        if points is None:
            points = self._act_points[act] = most_points(self._on.act, {"act": act})
        flow = merged.flow
        flow["act"] = act
        flow["norm.excess"] = share(self._card, merged.points + points) - self._leeway
        return flow

    def _with_fact(self, fact: Fact | None, signature: object) -> _Merged:
        known = self._merged.get(signature)
        if known is None:
            flow = self.base.copy()
            if fact is not None:
                flow.update(fact.flow(self._now))
                flow.update(self._with_category(fact.category))
            known = self._merged[signature] = _Merged(flow, self._points + most_points(self._on.own, flow))
        return known

    def _with_category(self, category: str) -> Flow:
        """What depends on the category alone: the permission, and how ordinary it is here."""
        known = self._categories.get(category)
        if known is None:
            standing = self._standing_of(category)
            permission = self._permissions.get(standing)
            if permission is None:
                permission = self._permissions[standing] = standing.flow()
            fit = self._fit_of(category)
            known = self._categories[category] = permission if fit is None else {**permission, "scenario.fit": fit}
        return known

    def _fit_of(self, category: str) -> str | None:
        sector, purpose = self.base.get("scenario.sector"), self.base.get("scenario.purpose")
        if not isinstance(sector, str) or not isinstance(purpose, str):
            return None
        return fit_for(self._on.fit, category, sector, purpose)
