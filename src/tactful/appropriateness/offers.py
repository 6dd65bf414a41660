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

from tactful.appropriateness.bounds import Bounds, compared_with, is_bounded, turn
from tactful.appropriateness.context import FitTable, fit_for
from tactful.appropriateness.message import REACH, How, Stood, act_of, stood_as, without_duty
from tactful.appropriateness.scorecard import TRUST, Estimate, Factor, Scorecard, estimate, points_of, share
from tactful.appropriateness.weigh import Weighed
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
SCENARIO = dict.fromkeys(name for name in KEYS if name.startswith("scenario.") and name not in _ALLOWED)
_ACT = ("act",)
_NORM = tuple(name for name in KEYS if name.startswith("norm."))
PERSON = dict.fromkeys(name for name in KEYS if name not in {*SCENARIO, *_ACT, *_ALLOWED, *_FACT, *_NORM})
SPLIT = Split((tuple(PERSON), tuple(SCENARIO), _ACT, _ALLOWED, _FACT, _NORM), ((1, 2, 3, 4), (0, 1, 2, 3, 4, 5)))
"""Her, the scenario, the act, what is permitted, the fact and the norm; the joint of an offer, and that of a flow."""
_NO_FACT: Values = (None,) * len(_FACT)
_NOT_ALLOWED: Values = (None,) * len(_ALLOWED)
_OF_PERSON, _OF_SCENARIO, _OF_ACT, _OF_ALLOWED, _OF_FACT, _OF_NORM = range(6)
_PLACE = {key: (number, at) for number, keys in enumerate(SPLIT.pieces) for at, key in enumerate(keys)}
EXCESS = "norm.excess"
_AT_EXCESS = _NORM.index(EXCESS)
_BEFORE, _AFTER = (None,) * _AT_EXCESS, (None,) * (len(_NORM) - _AT_EXCESS - 1)
_PURPOSE, _SECTOR = (list(SCENARIO).index(f"scenario.{name}") for name in ("purpose", "sector"))
HOWS: dict[How, tuple[str, Form]] = {"reach": (REACH, "softened"), **{form: (act_of(form), form) for form in FORMS}}
"""How a fact is used, or spoken by: the act as which it is judged, and the form. Who is spoken to notices it."""
_JUDGED = frozenset(act for act, _ in HOWS.values())
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


class Like:
    """All for whom an offer stands alike: who they are leaves the same rules standing, and what is tolerated of them
    differs by less than any comparison of the excess sees. Where rules read more of her beside what is offered, only
    those with the same values are alike. Leeway and values are those of the first.
    """

    def __init__(self, her: Piece, leeway: float) -> None:
        self.held, self.values, self.points = her
        self.leeway = leeway


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


class Place:
    """The offers of one scenario and permission, by act."""

    def __init__(self, on: Offers, scenario: Values, states: Values) -> None:
        self.tables = {act: Table(on, scenario, act, states) for act in _JUDGED}


class Stands:
    """How offers in one place stand for all who are alike: by how a fact is used, and what is read of it."""

    def __init__(self) -> None:
        self.by_how: dict[How, Kept[Values, Stood]] = {how: Kept() for how in HOWS}


class Offers:
    """What one judge, scorecard and table of fits make of offers.

    `read` gives what any rule or factor reads of a fact, its category first; `aged` says whether its age is read, too.
    `whole` is the joint over her piece and all others, None where no rule needs it. `weighed` are what was
    weighed for all who are alike (`tactful.appropriateness.weigh`).
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
        read = ["category", *(read or _FIELDS[1:2])]
        self.read: Callable[[Fact], Values] = attrgetter(*read)
        self._bounds = [
            (at, Bounds(key, judge.policy, card))
            for at, key in enumerate([*(f"fact.{name}" for name in read), *((AGE,) if self.aged else ())])
            if is_bounded(key, judge.policy)
        ]
        self._inputs = (*scored, TRUST)
        self._places: Kept[tuple[Values, Values], Place] = Kept()
        self._known: list[Kept[Values, Piece]] = [Kept() for _ in SPLIT.pieces]
        self._fits: Kept[tuple[str, str, str], str | None] = Kept()
        self._norms: Kept[tuple[float, int], Piece] = Kept()
        self._stood: Kept[tuple[int, Form, frozenset[str] | None], Stood] = Kept()
        self._limits = compared_with(EXCESS, judge.policy)
        fewest, most = (sum(ends) for ends in zip((0, 0), *map(_ends, card.factors), strict=True))
        self._shares = sorted({share(card, points) for points in range(fewest, most + 1)})
        self._turned: Kept[float, tuple[int, ...]] = Kept()
        self._like: Kept[tuple[int, int, frozenset[str] | None, Values], Like] = Kept()
        self._stands: Kept[tuple[Like, Values, Values], Stands] = Kept()
        self.weighed: Kept[Hashable, Weighed] = Kept()
        self._estimates: Kept[Values, Estimate] = Kept()

    def rough(self, read: Values) -> tuple[Hashable, ...]:
        """What is read of a fact, each number as its place among those that it is compared with."""
        found: list[Hashable] = list(read)
        for at, bounds in self._bounds:
            found[at] = bounds.place(read[at])
        return tuple(found)

    def place(self, scenario: Values, states: Values) -> Place:
        """The offers of one scenario and permission."""
        key = (scenario, states)
        return self._places.get(key) or self._places.keep(key, Place(self, scenario, states))

    def like(self, her: Piece, leeway: float, meets: frozenset[str] | None) -> Like:
        """All who are like her, where these duties are met."""
        apart = self._turns(leeway) if self.whole is None else (leeway, *her.values)
        key = (her.held, her.points, meets, apart)
        found = self._like.get(key)
        return found or self._like.keep(key, Like(her, leeway))

    def _turns(self, leeway: float) -> tuple[int, ...]:
        """From which share on each comparison of the excess turns out otherwise. Where two leeways have these in
        common, nothing tells them apart."""
        found = self._turned.get(leeway)
        if found is None:
            turns = tuple(at for limit in self._limits for at in turn(self._shares, leeway, limit))
            found = self._turned.keep(leeway, turns)
        return found

    def stands(self, like: Like, scenario: Values, states: Values) -> Stands:
        """How offers in this scenario, with this permission, stand for all like this."""
        key = (like, scenario, states)
        return self._stands.get(key) or self._stands.keep(key, Stands())

    def piece(self, number: int, values: Values) -> Piece:
        """A piece by its number in the split. Raises one of FAILED where a value is out of the vocabulary."""
        found = self._known[number].get(values)
        return found or self._known[number].keep(values, self._piece(number, values))

    def her(self, person: Flow) -> Piece | None:
        """Her own piece; None where something in it is out of the vocabulary."""
        values = values_of(person, PERSON)
        try:
            return None if values is None else self._piece(_OF_PERSON, values)
        except FAILED:
            return None

    def _piece(self, number: int, values: Values) -> Piece:
        points = 0
        for at, factor in self._factors[number]:
            known = points_of(factor, values[at])
            points += factor.worst if known is None else known
        return Piece(self._pieces[number](values), values, points)

    def norm(self, leeway: float, points: int) -> Piece:
        """What follows from the points of a whole flow for those of whom so much is tolerated."""
        key = (leeway, points)
        found = self._norms.get(key)
        if found is None:
            values = (*_BEFORE, share(self.card, points) - leeway, *_AFTER)
            found = self._norms.keep(key, Piece(self._pieces[_OF_NORM](values), values, points))
        return found

    def stood(self, held: int, form: Form, meets: frozenset[str] | None) -> Stood:
        """How a flow stands in this form where these rules hold and these duties are met."""
        key = (held, form, meets)
        found = self._stood.get(key)
        if found is None:
            found = stood_as(*self.judge.standing_where(held, form))
            if meets is not None:
                found = without_duty(found, self.judge.duties_where(held), meets)
            self._stood.keep(key, found)
        return found

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


def values_of(flow: Flow, keys: dict[str, None]) -> Values | None:
    """The values of a piece by place, None where absent; None altogether where the flow has other keys."""
    values = tuple({**keys, **flow}.values())
    return values if len(values) == len(keys) else None


def _ends(factor: Factor) -> tuple[int, int]:
    """The fewest and the most points that a factor can give."""
    given = (0, factor.worst, *factor.points.values(), *(points for _, points in factor.steps))
    return min(given), max(given)
