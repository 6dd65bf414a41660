"""What a judge, a scorecard and a table of fits make of everything but her, kept from one decision to the next.

A scenario, an act, a permission and a fact are an *offer*. The same offer is made to many people, so it is judged once
(`tactful.policy.source.Split`); what is left for each of them is her own piece and the points of the whole flow. All is
kept by its values, never by whose it is, so that what was decided before changes no answer. It is bounded: what is full
is thrown away and made again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import NamedTuple, TypeVar

from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import REACH, Stood, act_of, stood_as, without_duty
from tactful.appropriateness.scorecard import TRUST, Estimate, Factor, Scorecard, estimate, points_of, share
from tactful.model.flow import Flow, Value
from tactful.model.records import Fact, Standing
from tactful.model.verdict import FORMS, Form
from tactful.model.vocabulary import KEYS
from tactful.policy.judge import FAILED, Judge, unchanged
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
AGE = "fact.age_days"
_FACT = (*(f"fact.{name}" for name in _FIELDS), "fact.same_exchange", AGE)
_STATES = ("state", "basis", "asked", "elsewhere")
states_of: Callable[[Standing], Values] = attrgetter(*_STATES)
"""The four `permission.*` values of a standing."""
_ALLOWED = (*(f"permission.{name}" for name in _STATES), "scenario.fit")
SCENARIO = tuple(name for name in KEYS if name.startswith("scenario.") and name not in _ALLOWED)
_ACT = ("act",)
_NORM = tuple(name for name in KEYS if name.startswith("norm."))
PERSON = tuple(name for name in KEYS if name not in {*SCENARIO, *_ACT, *_ALLOWED, *_FACT, *_NORM})
SPLIT = Split((PERSON, SCENARIO, _ACT, _ALLOWED, _FACT, _NORM), ((1, 2, 3, 4), (0, 1, 2, 3, 4, 5)))
"""Her, the scenario, the act, what is permitted, the fact and the norm; the joint of an offer, and that of a flow."""
_NO_FACT: Values = (None,) * len(_FACT)
_NOT_ALLOWED: Values = (None,) * len(_ALLOWED)
_OF_PERSON, _OF_SCENARIO, _OF_ACT, _OF_ALLOWED, _OF_FACT, _OF_NORM = range(6)
_PLACE = {key: (number, at) for number, keys in enumerate(SPLIT.pieces) for at, key in enumerate(keys)}
_ONLY_PERSON = frozenset(PERSON)
_AT_EXCESS = _NORM.index("norm.excess")
_BEFORE, _AFTER = (None,) * _AT_EXCESS, (None,) * (len(_NORM) - _AT_EXCESS - 1)
_PURPOSE, _SECTOR = SCENARIO.index("scenario.purpose"), SCENARIO.index("scenario.sector")
_JUDGED = (REACH, *dict.fromkeys(map(act_of, FORMS)))
_MOST_KEPT = 10_000

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Kept(dict[Key, Made]):
    """What was made, by what it was made of. What is full is emptied."""

    def keep(self, key: Key, made: Made) -> Made:
        """The same, kept."""
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[key] = made
        return made


class Piece(NamedTuple):
    """A piece of a flow: the rules that it leaves standing, its values by place, and its points."""

    held: int
    values: Values
    points: int


class Offer(NamedTuple):
    """What is the same for everybody: the rules that it leaves standing, its points, and the values of its pieces."""

    held: int
    points: int
    values: tuple[Values, Values, Values, Values]


class Table:
    """The offers of one scenario, act and permission, by what is read of the fact (`Offers.read`, and its age)."""

    def __init__(self, on: Offers, scenario: Values, act: str, states: Values) -> None:
        self.offers: Kept[Values | None, Offer] = Kept()
        self._on, self._scenario, self._act, self._states = on, scenario, act, states

    def add(self, key: Values | None, fact: Fact | None, days: int) -> Offer:
        """The offer of a fact of this age (None: of no fact). Raises one of FAILED where it is to be judged whole."""
        on, scenario = self._on, self._scenario
        if fact is None:
            allowed, known = on.piece(_OF_ALLOWED, _NOT_ALLOWED), on.piece(_OF_FACT, _NO_FACT)
        else:
            fit = on.fit(fact.category, scenario[_SECTOR], scenario[_PURPOSE])
            allowed = on.piece(_OF_ALLOWED, (*self._states, fit))
            known = on.piece(_OF_FACT, (*_fields(fact), False, days))
        pieces = (on.piece(_OF_SCENARIO, scenario), on.piece(_OF_ACT, (self._act,)), allowed, known)
        values = (pieces[0].values, pieces[1].values, pieces[2].values, pieces[3].values)
        held = pieces[0].held & pieces[1].held & pieces[2].held & pieces[3].held
        return self.offers.keep(key, Offer(on.joined(held, *values), sum(each.points for each in pieces), values))


Place = dict[str, Table]
"""The offers of one scenario and permission, by act."""


class Offers:
    """What one judge, scorecard and table of fits make of offers.

    `read` gives what any rule or factor reads of a fact, its category first; `aged` says whether its age is read, too.
    `whole` is the joint over her piece and all others, None where no rule needs it.
    """

    def __init__(self, judge: Judge, card: Scorecard, fit: FitTable) -> None:
        self.judge, self.card, self._fit = judge, card, fit
        self._pieces, (self.joined, whole) = judge.pieces(SPLIT)
        self.whole = None if whole is unchanged else whole
        self._factors: list[list[tuple[int, Factor]]] = [[] for _ in SPLIT.pieces]
        for factor in card.factors:
            number, at = _PLACE[factor.key]
            self._factors[number].append((at, factor))
        scored = {factor.key for factor in card.factors}
        self.aged = judge.reads(AGE) or AGE in scored
        read = [name for name in _FIELDS[1:] if judge.reads(f"fact.{name}") or f"fact.{name}" in scored]
        self.read: Callable[[Fact], Values] = attrgetter("category", *(read or _FIELDS[1:2]))
        self._inputs = (*scored, TRUST)
        self._places: Kept[tuple[Values, Values], Place] = Kept()
        self._known: list[Kept[Values, Piece]] = [Kept() for _ in SPLIT.pieces]
        self._fits: Kept[tuple[str, str, str], str | None] = Kept()
        self._norms: Kept[float, Kept[int, Piece]] = Kept()
        self._stood: Kept[frozenset[str] | None, dict[Form, Kept[int, Stood]]] = Kept()
        self._estimates: Kept[Values, Estimate] = Kept()

    def place(self, scenario: Values, states: Values) -> Place:
        """The offers of one scenario and permission."""
        key = (scenario, states)
        return self._places.get(key) or self._places.keep(
            key, {act: Table(self, scenario, act, states) for act in _JUDGED}
        )

    def piece(self, number: int, values: Values) -> Piece:
        """A piece by its number in the split. Raises one of FAILED where a value is out of the vocabulary."""
        found = self._known[number].get(values)
        return found or self._known[number].keep(values, self._piece(number, values))

    def her(self, person: Flow) -> Piece | None:
        """Her own piece; None where something in it is out of the vocabulary."""
        if not person.keys() <= _ONLY_PERSON:
            return None
        try:
            return self._piece(_OF_PERSON, tuple(map(person.get, PERSON)))
        except FAILED:
            return None

    def _piece(self, number: int, values: Values) -> Piece:
        points = 0
        for at, factor in self._factors[number]:
            value = values[at]
            points += factor.worst if value is None else points_of(factor, value)
        return Piece(self._pieces[number](values), values, points)

    def norms(self, tolerated: float) -> Kept[int, Piece]:
        """What follows from the points of a whole flow for those of whom so much is tolerated; see `norm`."""
        found = self._norms.get(tolerated)
        return self._norms.keep(tolerated, Kept()) if found is None else found

    def norm(self, tolerated: float, points: int) -> Piece:
        """What follows from the points of a whole flow."""
        values = (*_BEFORE, share(self.card, points) - tolerated, *_AFTER)
        return self.norms(tolerated).keep(points, Piece(self._pieces[_OF_NORM](values), values, points))

    def stood(self, meets: frozenset[str] | None) -> dict[Form, Kept[int, Stood]]:
        """How flows stand in each form by the rules that hold, where these duties are met; see `stands`."""
        return self._stood.get(meets) or self._stood.keep(meets, {form: Kept() for form in FORMS})

    def stands(self, held: int, form: Form, meets: frozenset[str] | None) -> Stood:
        """How a flow stands in this form where these rules hold."""
        found = stood_as(*self.judge.standing_where(held, form))
        if meets is not None:
            found = without_duty(found, self.judge.duties_where(held), meets)
        return self.stood(meets)[form].keep(held, found)

    def fit(self, category: str, sector: Value | None, purpose: Value | None) -> str | None:
        """How ordinary a category is for a sector and a purpose; None where one of them is not known."""
        if not isinstance(sector, str) or not isinstance(purpose, str):
            return None
        place = (category, sector, purpose)
        if place not in self._fits:
            return self._fits.keep(place, fit_for(self._fit, category, sector, purpose))
        return self._fits[place]

    def estimate(self, flow: Flow) -> Estimate:
        """What the scorecard says of a flow."""
        says = tuple(map(flow.get, self._inputs))
        try:
            return self._estimates.get(says) or self._estimates.keep(says, estimate(self.card, flow))
        except TypeError:  # a value that nothing can be kept by
            return estimate(self.card, flow)
