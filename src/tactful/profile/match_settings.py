"""The settings of matching a list: what its columns are, and from which evidence on records are put together."""

from __future__ import annotations

from math import log2

import msgspec

from tactful.model.document import read_document, refuse
from tactful.profile.people_columns import FIELDS, ROLES

SAME_FROM, REVIEW_FROM, LARGEST = 0.9, 0.1, 100


class MatchSettings(msgspec.Struct, frozen=True):
    """`columns`: role to column; `not_compared`: roles that are left alone. `same_from`: the probability, 0..1, from
    which clusters are joined; `review_from`: from which a pair is asked about. `largest`: the most records one person
    may have; `families`: whether records on which neither first name nor birth nor e-mail agrees are
    asked about, not joined."""

    columns: dict[str, str] = {}
    not_compared: tuple[str, ...] = ()
    same_from: float = SAME_FROM
    review_from: float = REVIEW_FROM
    largest: int = LARGEST
    families: bool = True


def load_match_settings(text: str, file: str) -> MatchSettings:
    """The settings in a file. Raises Problems, all at once."""
    top = read_document(text, file)
    section = top.section("columns", None)
    columns = {role: section.text(role) for role in ROLES if section is not None and role in section}
    if section is not None:
        section.finish()
    not_compared = top.texts("not_compared", (), one_of=FIELDS)
    same_from = top.number("same_from", SAME_FROM, low=0.5, high=0.999999)
    review_from = top.number("review_from", min(REVIEW_FROM, same_from), low=0.000001, high=0.999999)
    largest = top.integer("largest", LARGEST, low=2)
    families = top.flag("families", True)
    top.finish()
    if review_from > same_from:
        top.complain(
            f"review_from {review_from} is above same_from {same_from}: nothing would be asked.", "review_from"
        )
    refuse(top.problems)
    return MatchSettings(columns, not_compared, same_from, review_from, largest, families)


def weight_of(probability: float) -> int:
    """The weight, in thousandths of a bit, that a probability strictly between 0 and 1 stands for."""
    return round(1_000 * log2(probability / (1 - probability)))
