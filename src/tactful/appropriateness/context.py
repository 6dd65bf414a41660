"""How ordinary a category of knowledge is for a sector and a purpose: `scenario.fit`, from a table.

The longest category that the fact is or is under decides; of entries for it, a named sector goes before `*`, then a
named purpose before `*`. Where the table says nothing, nothing is known, and the least favourable level counts.
"""

from __future__ import annotations

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.vocabulary import KEYS

_EVERY = "*"


class FitTable(msgspec.Struct, frozen=True):
    """A table of fits by (category, sector, purpose)."""

    version: int
    fits: dict[tuple[str, str, str], str]


def load_fit(text: str, file: str) -> FitTable:
    """A table from its file. Raises Problems with all of them."""
    top = read_document(text, file)
    fits: dict[tuple[str, str, str], str] = {}
    version = top.integer("fit", low=1)
    for item in top.sections("entries"):
        _add(item, fits)
    top.finish()
    refuse(top.problems)
    return FitTable(version, fits)


def _add(item: Section, fits: dict[tuple[str, str, str], str]) -> None:
    fit = item.text("fit", one_of=KEYS["scenario.fit"].names)
    item.text("why", "")
    categories = item.texts("categories", one_of=KEYS["fact.category"].names)
    sectors = item.texts("sectors", (_EVERY,), (_EVERY, *KEYS["scenario.sector"].names))
    purposes = item.texts("purposes", (_EVERY,), (_EVERY, *KEYS["scenario.purpose"].names))
    for place in ((c, s, p) for c in categories for s in sectors for p in purposes):
        if fits.setdefault(place, fit) != fit:
            item.complain(f"{' · '.join(place)} is said to be both `{fits[place]}` and `{fit}`.", "fit")
    item.finish()


def fit_for(table: FitTable, category: str | None, sector: str | None, purpose: str | None) -> str | None:
    """expected, related or foreign; None where the table says nothing or an input is not known."""
    if category is None or sector is None or purpose is None:
        return None
    fits, general = table.fits, category
    while general:
        for place in (
            (general, sector, purpose),
            (general, sector, _EVERY),
            (general, _EVERY, purpose),
            (general, _EVERY, _EVERY),
        ):
            if place in fits:
                return fits[place]
        general = general.rpartition(".")[0]
    return None
