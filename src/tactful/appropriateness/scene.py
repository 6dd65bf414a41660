"""The flows of one person in one scenario, each judged from its pieces.

What is the same for everybody is an offer (`tactful.appropriateness.offers`); who she is and the points of the whole
flow are joined to it. A flow with a value out of the vocabulary is judged whole.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from tactful.appropriateness.assess import assess, estimated
from tactful.appropriateness.context import FitTable
from tactful.appropriateness.message import REACH, STANDINGS, Stood, act_of, asking_flow
from tactful.appropriateness.offers import SCENARIO, Offers, Piece, Place, Values, states_of
from tactful.appropriateness.scorecard import TRUST, Scorecard, leeway, with_excess
from tactful.model.flow import Flow
from tactful.model.records import DAY, Fact, Judged, Standing
from tactful.model.verdict import Form
from tactful.policy.judge import FAILED, Judge

_ONLY_SCENARIO = frozenset(SCENARIO)
_NOTHING_ALLOWED: Values = (None,) * 4
_NOBODY = Piece(0, (), 0)


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
        self.her = self.offers.her(person)
        held, values, points = self.her or _NOBODY
        self.held, self.values, self.points = held, values, points
        self.leeway = leeway(card, person.get(TRUST))
        self.norms = self.offers.norms(self.leeway)
        self.stood = self.offers.stood(meets)


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
        known = on.her is not None and scenario.keys() <= _ONLY_SCENARIO
        self._values = tuple(map(scenario.get, SCENARIO)) if known else None
        self._place: Place | None = None
        self._places: dict[str, Place] = {}

    @cached_property
    def base(self) -> Flow:
        """Every key that does not depend on the fact."""
        base = {**self._on.person, **self.scenario}
        base.pop("scenario.fit", None)
        return base

    def stands(self, fact: Fact | None, form: Form) -> Stood:
        """How a use of this fact in this form stands."""
        return self._stands(fact, form, "select" if form == "silent" else "mention")

    def reach(self, fact: Fact | None) -> Stood:
        """How speaking to her by this contact point stands: she notices it, so it is never silent."""
        return self._stands(fact, "softened", REACH)

    def flow(self, fact: Fact | None, act: str) -> Flow:
        """The flow of this act with this fact, without what the scorecard adds."""
        flow = {**self.base, "act": act}
        if fact is not None:
            flow.update(fact.flow(self._on.now))
            flow.update(self._standing_of(fact.category).flow())
            fit = self._on.offers.fit(
                fact.category, self.scenario.get("scenario.sector"), self.scenario.get("scenario.purpose")
            )
            if fit is not None:
                flow["scenario.fit"] = fit
        flow.pop("norm.excess", None)
        return flow

    def judged(self, name: str, fact: Fact | None, form: Form | None, stood: Stood) -> Judged:
        """One use (or, without a form, `reach`) with its whole verdict, as recorded."""
        act = REACH if form is None else act_of(form)
        flow = self.flow(fact, act)
        try:
            held = self._held(fact, act)
        except FAILED:
            held = None
        verdict = estimated(self._on.judge, flow, self._on.offers.estimate(flow), held)
        return Judged(act, name, form or "", STANDINGS[stood.standing], verdict, flow)

    def asked(self, name: str, fact: Fact | None, form: Form) -> Judged | None:
        """Asking her plainly for what a use rests on, if that may be said; else None."""
        flow = asking_flow(self.flow(fact, act_of(form)))
        verdict = assess(self._on.judge, self._on.card, flow)
        return Judged("collect", name, "", "now", verdict, flow) if verdict.name == "say" else None

    def assumption(self, fact: Fact | None) -> str:
        """The sentence taken on trust that a use of this fact rests on, or the empty string."""
        return self._standing_of(fact.category).assumption if fact is not None else ""

    def _stands(self, fact: Fact | None, form: Form, act: str) -> Stood:
        on = self._on
        try:
            held = self._held(fact, act)
        except FAILED:
            held = on.judge.held(with_excess(on.card, self.flow(fact, act)))
        return on.stood[form].get(held) or on.offers.stands(held, form, on.meets)

    def _held(self, fact: Fact | None, act: str) -> int:
        """Which rules hold, from the pieces. Raises one of FAILED where the flow must be judged whole."""
        on = self._on
        offers, days, key = on.offers, 0, None
        if fact is None:
            place = offers.place(self._known_values(), _NOTHING_ALLOWED)
        else:
            place = self._place or self._places.get(fact.category) or self._place_of(fact.category)
            key = offers.read(fact)
            if offers.aged:
                days = max(0, on.now - fact.at) // DAY
                key = (*key, days)
        table = place[act]
        held, points, values = table.offers.get(key) or table.add(key, fact, days)
        points += on.points
        norm_held, norm_values, _ = on.norms.get(points) or offers.norm(on.leeway, points)
        held &= on.held & norm_held
        return held if offers.whole is None else offers.whole(held, on.values, *values, norm_values)

    def _place_of(self, category: str) -> Place:
        """The offers made here by what is permitted for this category."""
        found = self._on.offers.place(self._known_values(), states_of(self._standing_of(category)))
        if self._alike:
            self._place = found
        self._places[category] = found
        return found

    def _known_values(self) -> Values:
        """The scenario by place. Raises one of FAILED where a flow must be judged whole."""
        if self._values is None:
            raise KeyError("judged whole")
        return self._values
