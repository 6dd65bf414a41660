"""The flows of one person in one scenario, each judged from its pieces.

What is the same for everybody is an offer (`tactful.appropriateness.offers`); who she is and the points of the whole
flow are joined to it. A flow with a value out of the vocabulary is judged whole.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tactful.appropriateness.assess import assess, assess_where
from tactful.appropriateness.combinations import NO_COMBINATIONS, Combinations
from tactful.appropriateness.context import FitTable
from tactful.appropriateness.message import REACH, STANDINGS, How, Stood, act_of, asking_flow, contact_point
from tactful.appropriateness.offers import HOWS, SCENARIO, Offers, Stands, Values, states_of, values_of
from tactful.appropriateness.scorecard import TRUST, Scorecard, leeway, with_excess
from tactful.appropriateness.weigh import Weighed, weigh
from tactful.model.flow import Flow
from tactful.model.records import DAY, Candidate, Fact, Judged, Standing
from tactful.model.said import EVERY
from tactful.model.verdict import Form
from tactful.policy.judge import FAILED, Judge

_NOTHING_ALLOWED: Values = (None,) * 4


class Ground:
    """What all scenes of one decision stand on: one person at one instant.

    `person` holds the keys about her and us, without `scenario.*`, `fact.*` and `permission.*`. `meets` are the duties
    that are met, None if all are.
    """

    def __init__(
        self,
        judge: Judge,
        card: Scorecard,
        fit: FitTable,
        now: int,
        person: Flow,
        meets: frozenset[str] | None = None,
    ) -> None:
        self.judge, self.card, self.now, self.person, self.meets = judge, card, now, person, meets
        self.offers = judge.beside((card, fit), lambda: Offers(judge, card, fit))
        self.leeway = leeway(card, person.get(TRUST))
        her = self.offers.her(person)
        self.like = None if her is None else self.offers.like(her, self.leeway, meets)
        self.read: Callable[[Any], Values] = self._read_aged if self.offers.aged else self.offers.read

    def days(self, fact: Fact) -> int:
        """The age of a fact."""
        return max(0, self.now - fact.at) // DAY

    def _read_aged(self, fact: Fact) -> Values:
        return (*self.offers.read(fact), self.days(fact))


class Scene:
    """One person in one scenario at one instant.

    `scenario` holds the `scenario.*` keys; `scenario.fit` depends on the fact and is not read from it. `standing_of`
    gives the permission for a category; `alike` says that it is the same for all. A fact that is not on file (None)
    leaves a flow without a fact, which nothing opens.
    """

    def __init__(self, on: Ground, scenario: Flow, standing_of: Callable[[str], Standing], alike: bool = False) -> None:
        self.scenario = scenario
        self._on = on
        self._standing_of, self._alike = standing_of, alike
        self._values = None if on.like is None else values_of(scenario, SCENARIO)
        self._base: Flow | None = None
        self._known: Stands | None = None
        self._by_category: dict[str, Stands] = {}

    @property
    def base(self) -> Flow:
        """Every key that does not depend on the fact."""
        if self._base is None:
            self._base = {**self._on.person, **self.scenario}
            self._base.pop("scenario.fit", None)
            self._base.pop("norm.excess", None)
        return self._base

    def weighed(self, candidate: Candidate, combinations: Combinations = NO_COMBINATIONS) -> Weighed:
        """How a candidate stands here; kept for all who are alike by what is read of the facts that it uses."""
        if not self._alike or combinations.revealing(candidate.facts):
            return weigh(candidate, self.stands, partial(combinations.facts_in, candidate))
        names = [*candidate.selects, *[use.fact for variant in candidate.variants for use in variant.mentions]]
        facts = [contact_point(candidate), *map(candidate.facts.get, names)]
        try:
            known = self._known or self._known_of(EVERY)
            key = (known, candidate.selects, candidate.variants, *map(self._on.read, facts))
            return self._on.offers.weighed.get(key) or self._weighed_roughly(key, candidate)
        except FAILED:  # a fact that is not on file, or a value that nothing can be kept by
            return weigh(candidate, self.stands, lambda variant: candidate.facts)

    def _weighed_roughly(self, key: tuple[Any, ...], candidate: Candidate) -> Weighed:
        """The same where these numbers were never met: others that nothing tells apart from them may have been."""
        offers = self._on.offers
        rough = (*key[:3], *map(offers.rough, key[3:]))
        found = offers.weighed.get(rough)
        if found is None:
            found = offers.weighed.keep(rough, weigh(candidate, self.stands, lambda variant: candidate.facts))
        return offers.weighed.keep(key, found)

    def stands(self, fact: Fact | None, how: How) -> Stood:
        """How a use of this fact in this form stands; `reach`: how speaking to her by this contact point stands."""
        try:
            if fact is None:
                return self._stood(self._held(None, HOWS[how][0]), how)
            known = (self._known or self._by_category.get(fact.category) or self._known_of(fact.category)).by_how[how]
            key = self._on.read(fact)
            return known.get(key) or known.keep(key, self._stood(self._held(fact, HOWS[how][0]), how))
        except FAILED:
            on = self._on
            return self._stood(on.judge.held(with_excess(on.card, self.flow(fact, HOWS[how][0]))), how)

    def flow(self, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        if fact is None:
            return {**self.base, "act": act}
        on, where = self._on, self.scenario
        flow: Flow = {**self.base, "act": act, **fact.flow(on.now), **self._standing_of(fact.category).flow()}
        fit = on.offers.fit(fact.category, where.get("scenario.sector"), where.get("scenario.purpose"))
        if fit is not None:
            flow["scenario.fit"] = fit
        return flow

    def judged(self, name: str, fact: Fact | None, form: Form | None, stood: Stood) -> Judged:
        """One use (or, without a form, `reach`) with its whole verdict, as recorded."""
        act = REACH if form is None else act_of(form)
        flow = self.flow(fact, act)
        try:
            held = self._held(fact, act)
        except FAILED:
            verdict = assess(self._on.judge, self._on.card, flow)
        else:
            verdict = assess_where(self._on.judge, held, flow, self._on.offers.estimate(flow))
        return Judged(act, name, form or "", STANDINGS[stood.standing], verdict, flow)

    def asked(self, name: str, fact: Fact | None, form: Form) -> Judged | None:
        """Asking her plainly for what a use rests on, if that may be said; else None."""
        flow = asking_flow(self.flow(fact, act_of(form)))
        verdict = assess(self._on.judge, self._on.card, flow)
        return Judged("collect", name, "", "now", verdict, flow) if verdict.name == "say" else None

    def assumption(self, fact: Fact | None) -> str:
        """The sentence taken on trust that a use of this fact rests on, or the empty string."""
        return self._standing_of(fact.category).assumption if fact is not None else ""

    def _stood(self, held: int, how: How) -> Stood:
        return self._on.offers.stood(held, HOWS[how][1], self._on.meets)

    def _held(self, fact: Fact | None, act: str) -> int:
        """Which rules hold, from the pieces. Raises one of FAILED where the flow must be judged whole."""
        on = self._on
        like, offers, key = on.like, on.offers, None
        if like is None or self._values is None:
            raise KeyError("judged whole")
        if fact is None:
            place, days = offers.place(self._values, _NOTHING_ALLOWED), 0
        else:
            place, days = offers.place(self._values, states_of(self._standing_of(fact.category))), on.days(fact)
            key = on.read(fact)
        table = place.tables[act]
        offer = table.offers.get(key) or table.add(key, fact, days)
        norm = offers.norm(like.leeway, like.points + offer.points)
        held = like.held & offer.held & norm.held
        return held if offers.whole is None else offers.whole(held, like.values, *offer.values, norm.values)

    def _known_of(self, category: str) -> Stands:
        """How offers made here stand by what is permitted for this category. Raises KeyError as `_held` does."""
        on = self._on
        if on.like is None or self._values is None:
            raise KeyError("judged whole")
        found = on.offers.stands(on.like, self._values, states_of(self._standing_of(category)))
        if self._alike:
            self._known = found
        self._by_category[category] = found
        return found
