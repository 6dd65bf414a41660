"""From the columns of a policy's rules to points, masks, waits and duties (SEMANTICS 5 to 7, 11, 17, 18 and 20).

Every method gives the expressions of one stage, over the columns that the stages before it made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from tactful.model.verdict import DUTY_NEEDS, MENTION_WORDS, NAMES, USE_WORDS, WHEN_WORDS, Point
from tactful.model.words_verdict import OBLIGATIONS, UNTIL
from tactful.policy.columns.conditions import every, some
from tactful.policy.columns.masks import chosen, narrowest, packed, split, words_of
from tactful.policy.judge import FREE
from tactful.policy.rules import Policy, Rule

UNTILS = tuple(word.name for word in UNTIL)
DUTIES = tuple(word.name for word in OBLIGATIONS)
AXES = {"use": USE_WORDS, "mention": MENTION_WORDS, "when": WHEN_WORDS}
_QUESTIONS = tuple((axis, least) for axis in range(3) for least in (1, 2))
_BYTE, _ZERO = pl.UInt8(), pl.lit(0, dtype=pl.UInt8)


class Effects:
    """What follows from which rules hold. `rules` are the columns of the rules, by id."""

    def __init__(self, policy: Policy, rules: dict[str, str]) -> None:
        self.policy = policy
        self.rules = rules
        self.opens = sorted({rule.point for rule in policy.licences}, key=tuple)
        self.ceilings = sorted({rule.point for rule in policy.limits} - {FREE}, key=tuple)
        self.licences = words_of("licences", len(policy.licences))
        self.limits = words_of("limits", len(policy.limits))
        self.waived = words_of("waived", len(policy.limits))
        self.waivers = words_of("waivers", len(policy.waivers))
        self.because_licences = words_of("because_licences", len(policy.licences))
        self.because_limits = words_of("because_limits", len(policy.limits))

    @property
    def masks(self) -> dict[str, pl.DataType]:
        """The columns of all masks of rules, of waits and of duties, with their types."""
        licences, limits = len(self.policy.licences), len(self.policy.limits)
        sizes = {
            "licences": licences, "limits": limits, "waived": limits, "waivers": len(self.policy.waivers),
            "because_licences": licences, "because_limits": limits, "until": len(UNTILS), "obligations": len(DUTIES),
        }  # fmt: skip
        return {column: dtype for name, size in sizes.items() for column, dtype in narrowest(name, size).items()}

    def stages(self) -> list[list[pl.Expr]]:
        """The expressions that must be worked out one after the other."""
        return [self._joined(), self._questions(), self._points(), self._consequences(), self._deciding()]

    # -- the point ---------------------------------------------------------------------------------------------

    def _held(self, rules: Iterable[Rule]) -> pl.Expr:
        return some(pl.col(self.rules[rule.id]) for rule in rules)

    def _unwaived(self, limits: Iterable[Rule]) -> pl.Expr:
        """Whether one of some limits holds and is not waived."""
        by_waivers: dict[tuple[str, ...], list[Rule]] = {}
        for limit in limits:
            by_waivers.setdefault(tuple(rule.id for rule in self._waivers_of(limit)), []).append(limit)
        return some(
            every([self._held(group), *(~pl.col(self.rules[waiver]) for waiver in waivers)])
            for waivers, group in by_waivers.items()
        )

    def _waivers_of(self, limit: Rule) -> list[Rule]:
        if limit.tier != "norm":
            return []
        return [rule for rule in self.policy.waivers if "*" in rule.waives or limit.id in rule.waives]

    def _joined(self) -> list[pl.Expr]:
        """Whether something opens each point; whether something not waived leaves no more than each, waits or binds."""
        licences, limits = self.policy.licences, self.policy.limits
        return [
            *(self._held(r for r in licences if r.point == each).alias(_named("opens", each)) for each in self.opens),
            *(
                self._unwaived(r for r in limits if r.point == each).alias(_named("leaves", each))
                for each in self.ceilings
            ),
            *(self._unwaived(r for r in limits if r.until == name).alias(name) for name in UNTILS),
            *(self._unwaived(r for r in limits if duty in r.oblige).alias(duty) for duty in DUTIES),
        ]

    def _questions(self) -> list[pl.Expr]:
        """Whether use, mention and when are at least their second and their third value."""
        found = []
        for axis, least in _QUESTIONS:
            opened = some(pl.col(_named("opens", point)) for point in self.opens if point[axis] >= least)
            shut = [~pl.col(_named("leaves", point)) for point in self.ceilings if point[axis] < least]
            found.append(every([opened, *shut]).alias(_question(axis, least)))
        return found

    def _points(self) -> list[pl.Expr]:
        """The point, its name as a number, the highest opening, and whether the hopeful point is another."""
        opened = _ZERO
        for place, point in enumerate(self.opens, start=1):
            opened = pl.when(_named("opens", point)).then(_byte(place)).otherwise(opened)
        never, hold, ask, silent, soften, say = (pl.lit(name, dtype=pl.Enum(NAMES)) for name in NAMES)
        name = pl.when(_question(1, 2)).then(say).when(_question(1, 1)).then(soften).otherwise(silent)
        for axis, least, less in ((0, 2, ask), (2, 2, hold), (2, 1, never), (0, 1, never)):
            name = pl.when(_question(axis, least)).then(name).otherwise(less)
        return [
            opened.alias("opened"),
            name.alias("verdict"),
            *(_reached(axis, words).alias(word) for axis, (word, words) in enumerate(AXES.items())),
            some(pl.col(_question(*each)).is_null() for each in _QUESTIONS).alias("gap"),
        ]

    # -- the masks ---------------------------------------------------------------------------------------------

    def _consequences(self) -> list[pl.Expr]:
        """What held, with the waived limits still among the limits; the names of the point; waits and duties."""
        (waits,) = packed("until", [pl.col(name) for name in UNTILS], null=True)
        (binds,) = packed("obligations", [pl.col(duty) for duty in DUTIES], null=True)
        none, softened, explicit = (
            _mask(DUTY_NEEDS[duty] <= mention for duty in DUTIES) for mention in range(len(MENTION_WORDS))
        )
        mentions = [(pl.col(_question(1, 2)), explicit), (pl.col(_question(1, 1)), softened)]
        due = chosen([(_is("never"), 0), *mentions], none, self.masks["obligations"])
        return [
            *packed("licences", [pl.col(self.rules[rule.id]) for rule in self.policy.licences]),
            *packed("limits", [pl.col(self.rules[rule.id]) for rule in self.policy.limits], null=True),
            *packed("waivers", [pl.col(self.rules[rule.id]) for rule in self.policy.waivers]),
            *(mask.alias(name) for name, mask in self._waivable().items()),
            pl.when(_is("hold")).then(waits).otherwise(_zero(self.masks["until"])).alias("until"),
            (binds & due).alias("obligations"),
        ]

    def _waivable(self) -> dict[str, pl.Expr]:
        """Which limits the waivers that hold speak of, whether or not those limits hold; only words with any."""
        found: dict[str, pl.Expr] = {}
        for waiver in self.policy.waivers:
            spoken_of = _mask(waiver in self._waivers_of(limit) for limit in self.policy.limits)
            for name, word in zip(self.waived, split(spoken_of, len(self.waived)), strict=True):
                if word:
                    held = chosen([(pl.col(self.rules[waiver.id]), word)], 0, self.masks[name])
                    found[name] = found[name] | held if name in found else held
        return found

    def _deciding(self) -> list[pl.Expr]:
        """The limits that are not waived, the waived ones, and the rules that attain the axis of the name (20)."""
        waivable, found = self._waivable(), []
        limits = self._by_name([None if rule.point == FREE else rule.point for rule in self.policy.limits], self.limits)
        for held, away, because, of in zip(self.limits, self.waived, self.because_limits, limits, strict=True):
            kept = pl.col(held)
            if away in waivable:
                kept = kept & ~pl.col(away)
                found += [kept.alias(held), (pl.col(held) & pl.col(away)).alias(away)]
            else:
                found.append(_zero(self.masks[away]).alias(away))
            found.append((kept & of).alias(because))
        points = [rule.point for rule in self.policy.licences]
        licences = self._by_name(points, self.licences)
        for place, (held, because) in enumerate(zip(self.licences, self.because_licences, strict=True)):
            highest = [
                (pl.col("opened") == opened, split(_mask(each == point for each in points), len(self.licences))[place])
                for opened, point in enumerate(self.opens, start=1)
            ]
            found.append((pl.col(held) & chosen(highest, 0, self.masks[held]) & licences[place]).alias(because))
        return found

    def _by_name(self, points: Sequence[Point | None], columns: Sequence[str]) -> list[pl.Expr]:
        """For each word of a mask, those of its rules whose points attain the axis that decides the name."""
        masks = {
            name: split(_mask(point is not None and _attains(point, name) for point in points), len(columns))
            for name in NAMES
        }
        return [
            chosen(
                [(_is(name), masks[name][place]) for name in NAMES[:-1]], masks[NAMES[-1]][place], self.masks[column]
            )
            for place, column in enumerate(columns)
        ]


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def _is(name: str) -> pl.Expr:
    return pl.col("verdict").to_physical() == NAMES.index(name)


def _zero(dtype: pl.DataType) -> pl.Expr:
    return pl.lit(0, dtype=dtype)


def _attains(point: Point, name: str) -> bool:
    """Whether a point attains the axis that decides a name."""
    if name == "never":
        return point.use == 0 or point.when == 0
    if name == "hold":
        return point.when == 1
    return point.use == 1 if name == "ask" else point.mention == NAMES.index(name) - NAMES.index("silent")


def _reached(axis: int, words: tuple[str, ...]) -> pl.Expr:
    """The word that an axis reaches."""
    low, middle, high = (pl.lit(word, dtype=pl.Enum(words)) for word in words)
    return pl.when(_question(axis, 2)).then(high).when(_question(axis, 1)).then(middle).otherwise(low)


def _byte(value: int) -> pl.Expr:
    return pl.lit(value, dtype=_BYTE)


def _question(axis: int, least: int) -> str:
    return f"q{axis}{least}"


def _named(effect: str, point: Point) -> str:
    return f"{effect} {point.use}{point.mention}{point.when}"
