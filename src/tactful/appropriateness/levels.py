"""What a factor of a scorecard declares of its levels: their order, their average, and what their points rest on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tactful.model.document import Section
from tactful.model.problems import suggestion


def chains_of(item: Section, levels: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """`monotone`: lists of levels along which points never fall. A fall is a problem."""
    value = item.raw("monotone", [])
    if not isinstance(value, list) or not all(isinstance(chain, list) for chain in value):
        item.complain("`monotone` must be a list of lists of levels, least minded first.", "monotone")
        return ()
    chains = tuple(tuple(_word(level) for level in chain) for chain in value)
    for chain in chains:
        if _all_known(item, chain, levels, "monotone"):
            for less, more in pairwise(chain):
                if levels[less] > levels[more]:
                    item.complain(
                        f"`{more}` has {levels[more]} points, fewer than `{less}` with {levels[less]}: "
                        "`monotone` says that they never fall.",
                        "monotone",
                    )
    return chains


def average_of(item: Section, levels: Mapping[str, int]) -> dict[str, float]:
    """`average`: the mixture of levels that a missing input stands for, as shares; {} where none is declared."""
    table = item.section("average") if "average" in item else None
    if table is None:
        return {}
    weights = {level: table.number(level, low=0) for level in tuple(table.values)}
    total = sum(weights.values())
    if not _all_known(item, tuple(weights), levels, "average"):
        return {}
    if total <= 0:
        item.complain("`average` needs at least one weight above 0.", "average")
        return {}
    return {level: weight / total for level, weight in weights.items()}


def evidence_of(item: Section, levels: Mapping[str, int]) -> tuple[str, ...]:
    """`evidence` and `opinion`: where either is given, every level stands in exactly one of them."""
    if "evidence" not in item and "opinion" not in item:
        return ()
    found, guessed = _listed(item, "evidence"), _listed(item, "opinion")
    _all_known(item, found, levels, "evidence")
    _all_known(item, guessed, levels, "opinion")
    for level in levels:
        if (level in found) + (level in guessed) != 1:
            item.complain(f"`{level}` must stand in one of `evidence` and `opinion`, and in one only.", "evidence")
    return found


def _listed(item: Section, name: str) -> tuple[str, ...]:
    value = item.raw(name, [])
    if not isinstance(value, list):
        item.complain(f"`{name}` must be a list of levels.", name)
        return ()
    return tuple(_word(level) for level in value)


def _all_known(item: Section, named: tuple[str, ...], levels: Mapping[str, int], where: str) -> bool:
    strangers = [level for level in named if level not in levels]
    for level in strangers:
        item.complain(f"`{level}` has no points here.{suggestion(level, levels)}", where)
    return not strangers


def _word(value: object) -> str:
    """A level as written: true and numbers are words here."""
    return str(value).lower() if isinstance(value, bool) else str(value)
