"""Declared derived facts as facts: one step further than what they rest on, and at least as delicate."""

from __future__ import annotations

from tactful.model.records import Fact
from tactful.profile.derived import Derived
from tactful.profile.dignity import filled
from tactful.profile.lineage import distance_of, provenance_of, purposes_of_all
from tactful.profile.make_purchases import LINEAGE
from tactful.profile.measures import Person
from tactful.profile.sensitivity import most, sensitivity_of
from tactful.profile.shop import Shop
from tactful.profile.told import point_of, purposes_of
from tactful.profile.worked import Worked, worked


def derived_fact(derived: Derived, person: Person, shop: Shop) -> Fact | None:
    """The derived fact of hers, or None where it is not known. A score is inferred, all else is arithmetic."""
    found = worked(derived, person)
    if found is None:
        return None
    she_reads = filled(derived.she_reads, found.shown)
    source = found.occasions[-1].source if found.occasions else ""
    newest = max(found.inputs, key=lambda fact: fact.at, default=None)
    return Fact(
        derived.fact,
        derived.kind,
        "",
        {"means": derived.means, **found.value},
        _provenance(derived, found),
        distance_of(found.inputs),
        _sensitivity(derived, found),
        "self",
        newest.acquired_via if newest else shop.acquired_via(source),
        _purposes(found, shop),
        found.at,
        known_to_her=True if person.spoke_of(derived.fact) else None,
        known_among="self",
        has_words=bool(she_reads),
        she_reads=she_reads,
        reveals=derived.reveals or (found.revealed.reveals if found.revealed else None),
        point=newest.point if newest else point_of(shop.told, source, found.at),
        lineage=_lineage(found),
        count=len(found.inputs) or len(found.occasions),
    )


def _provenance(derived: Derived, found: Worked) -> str | None:
    rests_on = provenance_of(found.inputs)
    return "inferred" if derived.form == "score" and rests_on == "derived" else rests_on


def _sensitivity(derived: Derived, found: Worked) -> str | None:
    own = [derived.kind, *derived.inputs, *([derived.reveals] if derived.reveals else ())]
    revealed = [found.revealed.sensitivity] if found.revealed else []
    return most([*(sensitivity_of(each) for each in own), *revealed, *(fact.sensitivity for fact in found.inputs)])


def _purposes(found: Worked, shop: Shop) -> tuple[str, ...]:
    """Of occasions what she was told on any of them, as for totals; of facts what she was told for all of them."""
    if not found.inputs:
        return purposes_of(shop.told, [(each.source, each.at) for each in found.occasions])
    return purposes_of_all(found.inputs)


def _lineage(found: Worked) -> tuple[str, ...]:
    if found.inputs:
        return tuple(dict.fromkeys(fact.name for fact in found.inputs))[:LINEAGE]
    return tuple(dict.fromkeys(each.key.hex() for each in found.occasions[: -LINEAGE - 1 : -1]))
