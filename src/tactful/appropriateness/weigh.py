"""How a whole candidate stands: what it rests on, speaking to her, and the variant that stands best (SEMANTICS 15, 16).

1. What it rests on, each a silent use. Where one may not be used, nothing else is looked at; one with a duty that
   nobody meets leaves it to the variants.
2. Speaking to her (`reach`). Where that stands never, no variant is looked at.
3. The variants, each with what it mentions beside what it rests on, fullest first, until one stands as well as `reach`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tactful.appropriateness.message import (
    NEVER,
    How,
    Picked,
    Stood,
    Used,
    contact_point,
    nobody_meets,
    pick,
    reasons,
    said,
)
from tactful.model.records import Candidate, Fact, Variant
from tactful.model.verdict import Form

FALLS = Picked(NEVER, None, (), ())
MAY_NOT_BE_USED = "Something it rests on may not be used."


class Weighed(NamedTuple):
    """How a candidate stands, without its name, its instant and its worth.

    `reach` is how speaking to her stands, None where what it rests on may not be used. `uses` are those of `shown`: the
    variant that it takes, or else the last that was looked at; None: only what it rests on. `least` is how the least of
    them all stands, `because` the rules that decide that, and `note` a sentence for one that falls. `variant` is the
    name of the one that it takes and `says` the verdict of saying it; empty and `never` where it falls.
    """

    reach: Stood | None
    picked: Picked
    shown: Variant | None
    uses: tuple[Used, ...]
    least: int
    because: tuple[str, ...]
    note: str
    variant: str
    says: str


def weigh(
    candidate: Candidate,
    stands: Callable[[Fact | None, How], Stood],
    facts_in: Callable[[Variant | None], Mapping[str, Fact]],
) -> Weighed:
    """How a candidate stands, where `facts_in` gives her facts as they count in a variant (None: in what chose it)."""

    def uses_in(variant: Variant | None) -> list[Used]:
        facts = facts_in(variant)
        forms: list[tuple[str, Form]] = [(name, "silent") for name in candidate.selects]
        forms += [(use.fact, use.form) for use in variant.mentions] if variant else []
        return [(name, form, stands(facts.get(name), form)) for name, form in forms]

    rests = uses_in(None)
    barred = [used for used in rests if used[2].standing == NEVER and not used[2].unmet]
    if barred:
        return _weighed(None, FALLS, None, barred, MAY_NOT_BE_USED)
    reach = stands(contact_point(candidate), "reach")
    if reach.standing == NEVER:
        return _fallen(reach, None, [])
    shown: list[list[Used]] = []
    for variant in candidate.variants:
        shown.append(uses_in(variant))
        if all(stood.standing >= reach.standing for _, _, stood in shown[-1]):
            break
    picked = pick(reach, shown)
    if picked.variant is None:
        return _fallen(reach, candidate.variants[-1] if shown else None, shown[-1] if shown else rests)
    return _weighed(reach, picked, candidate.variants[picked.variant], shown[picked.variant])


def _fallen(reach: Stood, shown: Variant | None, uses: list[Used]) -> Weighed:
    unmet = set(reach.unmet).union(*[stood.unmet for _, _, stood in uses])
    return _weighed(reach, FALLS, shown, uses, nobody_meets(unmet) if unmet else "")


def _weighed(
    reach: Stood | None, picked: Picked, shown: Variant | None, uses: Sequence[Used], note: str = ""
) -> Weighed:
    several = [stood for _, _, stood in uses]
    least, because = reasons(several if reach is None else [reach, *several])
    taken = None if picked.variant is None else shown
    name, says = (taken.name, said(taken)) if taken else ("", "never")
    return Weighed(reach, picked, shown, tuple(uses), least, because, note, name, says)
