"""What a conclusion inherits from the facts it rests on: never nearer, freer or more innocent."""

from __future__ import annotations

from collections.abc import Sequence

from tactful.model.records import Fact

_WORST = ("third_party", "public", "inferred")


def distance_of(inputs: Sequence[Fact]) -> int | None:
    """1 + the distance of the furthest input; not known as soon as that of one is not."""
    distances = [fact.distance for fact in inputs]
    known = [each for each in distances if each is not None]
    return max(known, default=0) + 1 if len(known) == len(distances) else None


def provenance_of(inputs: Sequence[Fact]) -> str | None:
    """`derived` is arithmetic on what she told or did with us or we noted; what rests on a stranger's word, or on a
    conclusion, stays that. Not known as soon as that of one input is not."""
    found = {fact.provenance for fact in inputs}
    if None in found:
        return None
    return next((each for each in _WORST if each in found), "derived")


def purposes_of_all(inputs: Sequence[Fact]) -> tuple[str, ...]:
    """The purposes that she was told for every one of them."""
    told = [set(fact.purposes or ()) for fact in inputs]
    return tuple(sorted(set.intersection(*told))) if told else ()
