"""The flows of one person in one scenario, each judged from its pieces.

Who she is, the scenario, the act, what is permitted, the fact and the points of the scorecard are pieces of a flow
that many flows share: each is judged once (`tactful.policy.source.Split`), and a flow costs little more than putting
its pieces together. A flow with a value out of the vocabulary is judged whole.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from tactful.appropriateness.assess import assess
from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import REACH, STANDINGS, Stood, act_of, asking_flow, stood_as, without_duty
from tactful.appropriateness.scorecard import TRUST, Factor, Scorecard, leeway, points_of, share, with_excess
from tactful.model.flow import Flow, Value
from tactful.model.records import DAY, Fact, Judged, Standing
from tactful.model.verdict import FORMS, Form
from tactful.model.vocabulary import KEYS
from tactful.policy.judge import FAILED, Judge
from tactful.policy.source import Split

Values = tuple[Value | None, ...]

_FIELDS = (
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
_fields = attrgetter(*_FIELDS)
_AGE = "fact.age_days"
_FACT = (*(f"fact.{name}" for name in _FIELDS), "fact.same_exchange", _AGE)
_STATES = ("state", "basis", "asked", "elsewhere")
_states = attrgetter(*_STATES)
_ALLOWED = (*(f"permission.{name}" for name in _STATES), "scenario.fit")
_SCENARIO = tuple(name for name in KEYS if name.startswith("scenario.") and name not in _ALLOWED)
_ACT = ("act",)
_NORM = tuple(name for name in KEYS if name.startswith("norm."))
_PERSON = tuple(name for name in KEYS if name not in {*_SCENARIO, *_ACT, *_ALLOWED, *_FACT, *_NORM})
SPLIT = Split(
    (_PERSON, _SCENARIO, _ACT, _ALLOWED, _FACT, _NORM),
    ((0, 1), (0, 1, 2), (0, 1, 2, 3, 4, 5)),
)
_NO_FACT: Values = (None,) * len(_FACT)
_NOT_ALLOWED: Values = (None,) * len(_ALLOWED)
_ONLY_PERSON, _ONLY_SCENARIO = frozenset(_PERSON), frozenset(_SCENARIO)
_OF_PERSON, _OF_SCENARIO, _OF_ACT, _OF_ALLOWED, _OF_FACT, _OF_NORM = range(6)
_PLACE = {key: (number, at) for number, keys in enumerate(SPLIT.pieces) for at, key in enumerate(keys)}
_AT_EXCESS = _NORM.index("norm.excess")


class Piece(NamedTuple):
    """A piece of a flow: the rules that it leaves standing, its values by place, and its points."""

    held: int
    values: Values
    points: int


class Ground:
    """What all scenes of one decision stand on: one person at one instant.

    `person` holds the keys about her and us, without `scenario.*`, `fact.*` and `permission.*`. Pieces with the same
    values are judged once, whatever they belong to. `meets` are the duties that are met, None if all are.
    """

    def __init__(
        self,
        judge: Judge,
        card: Scorecard,
        fit: FitTable,
        now: int,
        person: Flow,
        meets: Container[str] | None = None,
    ) -> None:
        self.judge, self.card, self.now, self.person, self.meets = judge, card, now, person, meets
        self._pieces, (self.with_scenario, self.with_act, self.whole) = judge.pieces(SPLIT)
        self._factors: list[list[tuple[int, Factor]]] = [[] for _ in SPLIT.pieces]
        for factor in card.factors:
            number, at = _PLACE[factor.key]
            self._factors[number].append((at, factor))
        self.aged = judge.reads(_AGE) or any(factor.key == _AGE for factor in card.factors)
        self.stood: dict[Form, dict[int, Stood]] = {form: {} for form in FORMS}
        self._fit = fit
        self._fits: dict[tuple[str, str, str], str | None] = {}
        self._known: list[dict[Values, Piece]] = [{} for _ in SPLIT.pieces]
        self._leeway = leeway(card, person.get(TRUST))
        self.norms: dict[int, Piece] = {}
        self.facts = self._known[_OF_FACT]
        self.her = self._her()

    def _her(self) -> Piece | None:
        """Her own piece; None where something in it is out of the vocabulary."""
        if not self.person.keys() <= _ONLY_PERSON:
            return None
        try:
            return self.piece(_OF_PERSON, tuple(map(self.person.get, _PERSON)))
        except FAILED:
            return None

    def piece(self, number: int, values: Values) -> Piece:
        """A piece by its number in the split. Raises one of FAILED where a value is out of the vocabulary."""
        known = self._known[number]
        found = known.get(values)
        if found is None:
            points = 0
            for at, factor in self._factors[number]:
                known_points = points_of(factor, values[at])
                points += factor.worst if known_points is None else known_points
            found = known[values] = Piece(self._pieces[number](values), values, points)
        return found

    def norm(self, points: int) -> Piece:
        """What follows from the points of a whole flow and her leeway; `norms` keeps it."""
        excess = share(self.card, points) - self._leeway
        values = tuple(excess if at == _AT_EXCESS else None for at in range(len(_NORM)))
        found = self.norms[points] = Piece(self._pieces[_OF_NORM](values), values, points)
        return found

    def stands(self, held: int, form: Form) -> Stood:
        """How a flow stands in this form where these rules hold."""
        found = stood_as(*self.judge.standing_where(held, form))
        if self.meets is not None:
            found = without_duty(found, self.judge.duties_where(held), self.meets)
        self.stood[form][held] = found
        return found

    def fit(self, category: str, sector: str, purpose: str) -> str | None:
        """How ordinary a category is for a sector and a purpose."""
        place = (category, sector, purpose)
        if place not in self._fits:
            self._fits[place] = fit_for(self._fit, category, sector, purpose)
        return self._fits[place]


class Scene:
    """One person in one scenario at one instant.

    `scenario` holds the `scenario.*` keys; `scenario.fit` depends on the fact and is not read from it. `standing_of`
    gives the permission for a category. A fact that is not on file (None) leaves a flow without a fact, which nothing
    opens.
    """

    def __init__(self, on: Ground, scenario: Flow, standing_of: Callable[[str], Standing]) -> None:
        self.scenario = scenario
        self._on = on
        self._judge, self._card, self._now = on.judge, on.card, on.now
        self._standing_of = standing_of
        self._categories: dict[str | None, Piece] = {}
        self._acts: dict[str, Piece] = {}
        self._here = self._in_scenario()
        sector, purpose = scenario.get("scenario.sector"), scenario.get("scenario.purpose")
        self._place = (sector, purpose) if isinstance(sector, str) and isinstance(purpose, str) else None

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
            flow.update(fact.flow(self._now))
            flow.update(self._standing_of(fact.category).flow())
            fit = self._fit_of(fact.category)
            if fit is not None:
                flow["scenario.fit"] = fit
        flow.pop("norm.excess", None)
        return flow

    def judged(self, name: str, fact: Fact | None, form: Form | None, stood: Stood) -> Judged:
        """One use (or, without a form, `reach`) with its whole verdict, as recorded."""
        act = REACH if form is None else act_of(form)
        flow = self.flow(fact, act)
        verdict = assess(self._judge, self._card, flow)
        return Judged(act, name, form or "", STANDINGS[stood.standing], verdict, flow)

    def asked(self, name: str, fact: Fact | None, form: Form) -> Judged | None:
        """Asking her plainly for what a use rests on, if that may be said; else None."""
        flow = asking_flow(self.flow(fact, act_of(form)))
        verdict = assess(self._judge, self._card, flow)
        return Judged("collect", name, "", "now", verdict, flow) if verdict.name == "say" else None

    def assumption(self, fact: Fact | None) -> str:
        """The sentence taken on trust that a use of this fact rests on, or the empty string."""
        return self._standing_of(fact.category).assumption if fact is not None else ""

    def _stands(self, fact: Fact | None, form: Form, act: str) -> Stood:
        try:
            held = self._held(fact, act)
        except FAILED:
            held = self._judge.held(with_excess(self._card, self.flow(fact, act)))
        return self._on.stood[form].get(held) or self._on.stands(held, form)

    def _held(self, fact: Fact | None, act: str) -> int:
        """Which rules hold, from the pieces. Raises one of FAILED where the flow must be judged whole."""
        on = self._on
        if on.her is None or self._here is None:
            raise KeyError("judged whole")
        if fact is None:
            category, values = None, _NO_FACT
        else:
            days = max(0, self._now - fact.at) // DAY if on.aged else None
            category, values = fact.category, (*_fields(fact), False, days)
        fact_held, fact_values, fact_points = on.facts.get(values) or on.piece(_OF_FACT, values)
        allowed_held, allowed_values, allowed_points = self._categories.get(category) or self._with_category(category)
        act_held, act_values, act_points = self._acts.get(act) or self._with_act(act)
        points = fact_points + allowed_points + act_points
        norm_held, norm_values, _ = on.norms.get(points) or on.norm(points)
        held = fact_held & allowed_held & act_held & norm_held
        return on.whole(held, on.her.values, self._here.values, act_values, allowed_values, fact_values, norm_values)

    def _in_scenario(self) -> Piece | None:
        """Her in this scenario; None where something in it is out of the vocabulary."""
        on, scenario = self._on, self.scenario
        if on.her is None or not scenario.keys() <= _ONLY_SCENARIO:
            return None
        try:
            here = on.piece(_OF_SCENARIO, tuple(map(scenario.get, _SCENARIO)))
            held = on.with_scenario(on.her.held & here.held, on.her.values, here.values)
        except FAILED:
            return None
        return Piece(held, here.values, on.her.points + here.points)

    def _with_act(self, act: str) -> Piece:
        """Her in this scenario, and what is done there."""
        on, here = self._on, self._here
        assert on.her is not None
        assert here is not None
        done = on.piece(_OF_ACT, (act,))
        held = on.with_act(here.held & done.held, on.her.values, here.values, done.values)
        found = self._acts[act] = Piece(held, done.values, here.points + done.points)
        return found

    def _with_category(self, category: str | None) -> Piece:
        """What depends on the category alone: the permission, and how ordinary it is here."""
        values = _NOT_ALLOWED if category is None else (*_states(self._standing_of(category)), self._fit_of(category))
        found = self._categories[category] = self._on.piece(_OF_ALLOWED, values)
        return found

    def _fit_of(self, category: str) -> str | None:
        return self._on.fit(category, *self._place) if self._place else None
