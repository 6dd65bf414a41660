"""Is there a flow for which this holds? A complete search over a finite domain, without a library.

A formula is built of statements "the class of this key is one of these" with `every` and `some`; `opposite` turns it
around. `solve` narrows the classes of each key by what must hold, takes up the alternatives that are left (the
shortest first) one after the other, and gives classes for which the formula holds, or None when there are none. It
never gives up early, so None is a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tactful.policy.domain import Domain
from tactful.policy.evaluate import truth, truth_of_atom
from tactful.policy.rules import AllOf, Atom, Condition, Const, Pair


class OneOf(NamedTuple):
    """The class of a key (by number) is one of a mask."""

    key: int
    mask: int


class Every(NamedTuple):
    """All parts hold."""

    parts: tuple[Formula, ...]


class Some(NamedTuple):
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula = OneOf | Every | Some
YES = Every(())
NO = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """All of these, made flat; statements about one key become one."""
    return _joined(parts, Every, Some)


def some(parts: Iterable[Formula]) -> Formula:
    """At least one of these, made flat; statements about one key become one."""
    return _joined(parts, Some, Every)


def _joined(parts: Iterable[Formula], kind: type[Every] | type[Some], other: type[Every] | type[Some]) -> Formula:
    masks: dict[int, int] = {}
    rest: dict[Formula, None] = {}
    for part in parts:
        for each in part.parts if isinstance(part, kind) else (part,):
            if isinstance(each, OneOf):
                known = masks.get(each.key)
                both = each.mask if known is None else (known & each.mask if kind is Every else known | each.mask)
                masks[each.key] = both
            elif each == other(()):
                return each
            else:
                rest[each] = None
    if kind is Every and 0 in masks.values():
        return NO
    flat: list[Formula] = [OneOf(key, mask) for key, mask in masks.items() if mask or kind is Every]
    flat += rest
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


class Terms:
    """Conditions as formulas over a domain, read strictly (`possibly`) or favourably for a limit (`definitely`)."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._kept: dict[tuple[Condition, bool], Formula] = {}

    def possibly(self, condition: Condition) -> Formula:
        """Not known counts as true."""
        return self._formula(condition, True)

    def definitely(self, condition: Condition) -> Formula:
        """Not known counts as false."""
        return self._formula(condition, False)

    def opposite(self, formula: Formula) -> Formula:
        """What holds where the formula does not."""
        if isinstance(formula, OneOf):
            rest = self.domain.full[formula.key] & ~formula.mask
            return OneOf(formula.key, rest) if rest else NO
        if isinstance(formula, Every):
            return some(map(self.opposite, formula.parts))
        return every(map(self.opposite, formula.parts))

    def _formula(self, condition: Condition, wide: bool) -> Formula:
        found = self._kept.get((condition, wide))
        if found is None:
            found = self._kept[condition, wide] = self._made(condition, wide)
        return found

    def _made(self, condition: Condition, wide: bool) -> Formula:
        if isinstance(condition, Const):
            return YES if condition.value else NO
        if isinstance(condition, Atom):
            number = self.domain.index[condition.key]
            answers = (truth_of_atom(condition, value) for value in self.domain.values[number])
            return self._one_of(number, answers, wide)
        if isinstance(condition, Pair):
            return self._pair(condition, wide)
        joined = every if isinstance(condition, AllOf) else some
        return joined(self._formula(part, wide) for part in condition.parts)

    def _one_of(self, key: int, answers: Iterable[bool | None], wide: bool) -> Formula:
        mask = sum(1 << bit for bit, answer in enumerate(answers) if answer is True or (wide and answer is None))
        return YES if mask == self.domain.full[key] else OneOf(key, mask) if mask else NO

    def _pair(self, pair: Pair, wide: bool) -> Formula:
        """For each class of the left key, the classes of the right one that go with it."""
        left, right = self.domain.index[pair.left], self.domain.index[pair.right]
        alternatives: dict[Formula, int] = {}
        for bit, here in enumerate(self.domain.values[left]):
            answers = [self._compared(pair, here, there) for there in self.domain.values[right]]
            fitting = self._one_of(right, answers, wide)
            alternatives[fitting] = alternatives.get(fitting, 0) | 1 << bit
        return some(every((OneOf(left, mask), fitting)) for fitting, mask in alternatives.items())

    def _compared(self, pair: Pair, here: object, there: object) -> bool | None:
        known = {pair.left: here, pair.right: there}
        if pair.left == pair.right and here != there:
            return False
        return truth(pair, {key: value for key, value in known.items() if value is not None})  # type: ignore[misc]


def value(formula: Formula, masks: Sequence[int]) -> bool | None:
    """Whether the formula holds for all classes of the masks, for none (False), or for some (None)."""
    if isinstance(formula, OneOf):
        left = masks[formula.key] & formula.mask
        return False if not left else True if left == masks[formula.key] else None
    decisive = isinstance(formula, Some)
    open_part = False
    for part in formula.parts:
        found = value(part, masks)
        if found is decisive:
            return decisive
        open_part |= found is None
    return None if open_part else not decisive


def solve(formula: Formula, terms: Terms) -> list[int] | None:
    """Masks for which the formula holds, whichever classes one takes from them; None when it never holds."""
    return _search(list(terms.domain.full), [formula], [], terms)


def _search(masks: list[int], todo: list[Formula], waiting: list[Some], terms: Terms) -> list[int] | None:
    while True:
        left = _narrow(masks, todo, waiting)
        if left is None:
            return None
        if not left:
            return masks
        clause = min(left, key=lambda each: len(each.parts))
        waiting = [each for each in left if each is not clause]
        first, *others = clause.parts
        found = _search(list(masks), [first], waiting, terms)
        if found is not None:
            return found
        todo = [terms.opposite(first), some(others)]


def _narrow(masks: list[int], todo: list[Formula], waiting: list[Some]) -> list[Some] | None:
    """Take in what must hold, until nothing follows any more; what is left open, or None where it cannot hold."""
    while todo:
        fresh: list[Some] = []
        touched = False
        while todo:
            formula = todo.pop()
            if isinstance(formula, OneOf):
                left = masks[formula.key] & formula.mask
                if not left:
                    return None
                touched |= left != masks[formula.key]
                masks[formula.key] = left
            elif isinstance(formula, Every):
                todo.extend(formula.parts)
            else:
                fresh.append(formula)
        open_clauses: list[Some] = []
        for clause in (*waiting, *fresh) if touched else fresh:
            parts = [(part, value(part, masks)) for part in clause.parts]
            if any(found is True for _, found in parts):
                continue
            possible = [part for part, found in parts if found is None]
            if not possible:
                return None
            if len(possible) == 1:
                todo.append(possible[0])
            else:
                open_clauses.append(clause if len(possible) == len(parts) else Some(tuple(possible)))
        waiting = open_clauses if touched else [*waiting, *open_clauses]
    return waiting
