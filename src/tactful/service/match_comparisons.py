"""How each field is compared, with pieces of Splink's comparison library, and each level of it in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAMES = ("different", "a little alike", "alike", "almost the same", "the same")
_PLACES = ("different", "almost the same", "the same")
WORDS: dict[str, tuple[str, ...]] = {
    "first": _NAMES,
    "last": _NAMES,
    "born": ("different", "two characters apart", "one character apart", "the same"),
    "birth_place": _PLACES,
    "town": _PLACES,
    "postcode": ("different", "the same area", "the same district", "the same sector", "the same"),
    "other_postcode": ("different", "one character apart", "the same"),
    "street": ("different", "alike", "almost the same", "the same"),
    "email": ("different", "one character apart", "the same before @", "the same"),
    "phone": ("different", "one digit apart", "the same"),
    "occupation": ("different", "the same"),
}
"""For each field the words of its levels, from 0 (different) upwards."""
TITLES = {
    "first": "first name",
    "last": "last name",
    "born": "born",
    "birth_place": "birth place",
    "town": "town",
    "postcode": "postcode",
    "street": "street",
    "email": "e-mail",
    "phone": "phone",
    "occupation": "occupation",
}


def comparison(field: str, british: bool) -> Any:
    """The comparison of a field; `british` says whether postcodes have the halves of British ones."""
    import splink.comparison_library as cl

    if field in ("first", "last"):
        return cl.NameComparison(field)
    if field == "born":
        return cl.DamerauLevenshteinAtThresholds(field, [1, 2]).configure(term_frequency_adjustments=True)
    if field == "postcode" and british:
        return cl.PostcodeComparison(field)
    if field == "email":
        return _email(field)
    if field == "street":
        return cl.JaroWinklerAtThresholds(field, [0.95, 0.88]).configure(term_frequency_adjustments=True)
    if field in ("birth_place", "town"):
        return cl.JaroWinklerAtThresholds(field, [0.88]).configure(term_frequency_adjustments=True)
    if field in ("phone", "postcode"):
        return cl.LevenshteinAtThresholds(field, [1]).configure(term_frequency_adjustments=True)
    return cl.ExactMatch(field).configure(term_frequency_adjustments=True)


def _email(field: str) -> Any:
    """Splink's own comparison also looks for addresses that are alike; ours does not: addresses are made of names, and
    jack.wilson63 and grace.wilson86 are alike because their names are."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import ColumnExpression

    return cl.CustomComparison(
        output_column_name=field,
        comparison_levels=[
            cll.NullLevel(field),
            cll.ExactMatchLevel(field).configure(tf_adjustment_column=field),
            cll.ExactMatchLevel(ColumnExpression(field).regex_extract("^[^@]+")),
            cll.DamerauLevenshteinLevel(field, 1),
            cll.ElseLevel(),
        ],
    )


def evidence(levels: Mapping[str, int], british: bool) -> str:
    """What was found for each field, in words: `first name almost the same; born one character apart; …`."""
    parts = []
    for field, level in levels.items():
        words = WORDS["other_postcode" if field == "postcode" and not british else field]
        parts.append(f"{TITLES[field]} {words[level] if level >= 0 else 'not known'}")
    return "; ".join(parts)
