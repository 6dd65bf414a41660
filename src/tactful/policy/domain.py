"""The finite domain of some conditions: for each key that they read, the values that they tell apart.

Every condition is made of comparisons, and a comparison cuts the values of its key into few classes. So whatever a
policy can say, it says of finitely many combinations of classes:

1. Words and slugs: two values that no comparison tells apart are one class. For a slug, what is coarser than a rule's
   word is a class of its own. Jurisdictions are not listed: beside each word of a rule stand the coarser words above
   it, a neighbour below each of these, and one word that no rule names.
2. Numbers: each threshold, and one number in each interval between thresholds.
3. Two keys compared with each other: words with an order keep all their values; two numbers have their thresholds in
   common, and in each interval as many numbers as keys are compared; a list is empty or holds every word.
4. Absent is a class, except for `norm.excess`: it is always worked out before judging (SEMANTICS 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tactful.model.flow import Flow, Value
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import leaves
from tactful.policy.evaluate import truth_of_atom
from tactful.policy.rules import Atom, Condition, Pair

WORKED_OUT = "norm.excess"
"""The key that is worked out before judging, so that it is never absent."""


class Domain:
    """Classes by key, each with one value that stands for it; None stands for absence and comes first."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        found = {leaf: None for condition in conditions for leaf in leaves(condition)}
        self._atoms: dict[str, list[Atom]] = {}
        self._pairs: dict[str, list[Pair]] = {}
        for leaf in found:
            if isinstance(leaf, Atom):
                self._atoms.setdefault(leaf.key, []).append(leaf)
            elif isinstance(leaf, Pair):
                self._pairs.setdefault(leaf.left, []).append(leaf)
                self._pairs.setdefault(leaf.right, []).append(leaf)
        self.keys = tuple(sorted(self._atoms.keys() | self._pairs.keys()))
        self.index = {key: number for number, key in enumerate(self.keys)}
        self.values: tuple[tuple[Value | None, ...], ...] = tuple(self._classes(key) for key in self.keys)
        self._placed: dict[tuple[str, Value | None], int] = {}
        self.full = tuple((1 << len(values)) - 1 for values in self.values)

    def place(self, flow: Mapping[str, Value]) -> list[int] | None:
        """The class of each key of a flow, as one bit each; all its classes for what is worked out and lacks.

        None where a value has no class: a number among those compared with each other that stands for none of them.
        """
        masks = []
        for key, values, full in zip(self.keys, self.values, self.full, strict=True):
            if key == WORKED_OUT and key not in flow:
                masks.append(full)
                continue
            value = self._listed(key, flow)
            mask = self._placed.get((key, value))
            if mask is None:
                seen = self._seen(key, value)
                same = [number for number, each in enumerate(values) if self._seen(key, each) == seen]
                mask = self._placed[key, value] = 1 << same[0] if same else 0
            if not mask:
                return None
            masks.append(mask)
        return masks

    def flow(self, masks: Sequence[int]) -> Flow:
        """A flow in which every key has a class out of its mask; what may be absent is absent."""
        found: Flow = {}
        for key, values, mask in zip(self.keys, self.values, masks, strict=True):
            value = next(value for number, value in enumerate(values) if mask >> number & 1)
            if value is not None:
                found[key] = value
        return found

    def _listed(self, key: str, flow: Mapping[str, Value]) -> Value | None:
        """The value of a key; a list as far as it matters: with every word or none, as it holds the word looked for."""
        value = flow.get(key)
        if KEYS[key].kind != "list" or value is None:
            return value
        wanted = flow.get(self._pairs[key][0].left)
        return tuple(sorted(KEYS[key].names)) if isinstance(value, tuple | list) and wanted in value else ()

    def _classes(self, key: str) -> tuple[Value | None, ...]:
        classes: dict[object, Value | None] = {}
        for value in (None, *self._candidates(key)):
            if value is not None or key != WORKED_OUT:
                classes.setdefault(self._seen(key, value), value)
        return tuple(classes.values())

    def _seen(self, key: str, value: Value | None) -> object:
        """What the comparisons see of a value: two values that they see alike are one class."""
        answers = tuple(truth_of_atom(atom, value) for atom in self._atoms.get(key, ()))
        return answers, tuple(_in_pair(pair, key, value) for pair in self._pairs.get(key, ()))

    def _candidates(self, key: str) -> tuple[Value, ...]:
        kind = KEYS[key].kind
        if kind == "bool":
            return (False, True)
        if kind == "number":
            return self._numbers(key)
        if kind == "list":
            return ((), tuple(sorted(KEYS[key].names)))
        return _places(self._atoms.get(key, ())) if KEYS[key].separator == "-" else KEYS[key].names

    def _numbers(self, key: str) -> tuple[Value, ...]:
        together = self._compared_with(key)
        cuts = {float(value) for each in together for atom in self._atoms.get(each, ()) for value in atom.values}  # type: ignore[arg-type]
        if len(together) > 1:
            cuts |= {end for each in together for end in (KEYS[each].low, KEYS[each].high) if end is not None}
        return numbers_between(sorted(cuts), KEYS[key].low, KEYS[key].high, len(together))

    def _compared_with(self, key: str) -> set[str]:
        """The numbers that are compared with this one, directly or through others, and itself."""
        found, waiting = {key}, [key]
        while waiting:
            for pair in self._pairs.get(waiting.pop(), ()):
                new = {pair.left, pair.right} - found
                found |= new
                waiting += new
        return found


def numbers_between(cuts: Sequence[float], low: float | None, high: float | None, each: int) -> tuple[Value, ...]:
    """The cuts within [low, high], and `each` numbers in every interval that they leave open; round ones if there are.

    With no cuts, any number will do.
    """
    inside = [cut for cut in cuts if (low is None or cut >= low) and (high is None or cut <= high)]
    ends = [low if low is not None else (inside[0] if inside else 0.0) - each - 1, *inside]
    ends.append(high if high is not None else ends[-1] + each + 1)
    found: list[float] = [*inside]
    for left, right in pairwise(ends):
        if left < right:
            found += _within(left, right, each)
    if low is not None:
        found.append(low)
    if high is not None:
        found.append(high)
    return tuple(_plain(number) for number in sorted(set(found)))


def _within(left: float, right: float, count: int) -> list[float]:
    whole = int(left // 1) + 1
    if whole + count - 1 < right:
        return [float(whole + step) for step in range(count)]
    return [left + (right - left) * (step + 1) / (count + 1) for step in range(count)]


def _plain(number: float) -> Value:
    return int(number) if number == int(number) else number


def _in_pair(pair: Pair, key: str, value: Value | None) -> Value | None:
    """What a comparison with another key sees: a word looked for in a list is there or not, whichever it is."""
    if pair.op in ("in", "not in") and key == pair.left:
        return value is not None
    return value


def _places(atoms: Iterable[Atom]) -> tuple[Value, ...]:
    """Jurisdictions that rules may tell apart (1)."""
    named = {str(value) for atom in atoms for value in atom.values}
    above = {"-".join(slug.split("-")[:parts]) for slug in named for parts in range(1, slug.count("-") + 1)}
    free = (first + second for first in "zyxwv" for second in "zyxwvutsrqponmlkjihgfedcba")
    known = named | above
    other = next(word for word in free if not any(slug.split("-")[0] == word for slug in known))
    beside = [next(f"{slug}-{part}" for part in _parts() if f"{slug}-{part}" not in known) for slug in sorted(above)]
    return tuple(sorted(known)) + tuple(beside) + (other,)


def _parts() -> Iterable[str]:
    return (first + second for first in "zyxwv" for second in "zyxwvutsrqponmlkjihgfedcba")
