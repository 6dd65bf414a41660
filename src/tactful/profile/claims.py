"""What sources say of one fact of hers, and which of them is believed where they differ.

What she says herself outranks what was observed, that what our staff noted, that what was concluded or came from
somebody else; of equals the newest. The others are kept, and she can see them.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.model.records import Contradiction
from tactful.profile.document import Claim
from tactful.profile.origin import source_of

RANK = {"provided": 4, "observed": 3, "noted": 2, "inferred": 1, "third_party": 1, "public": 1}
_SHOWN = 12
_NOT_OURS = frozenset({"partner", "other_site"})


class Chosen(msgspec.Struct, frozen=True):
    """What is believed: the claims of one provenance by part, newest of each; and what others say instead."""

    parts: dict[str, Claim]
    provenance: str
    contradicts: tuple[Contradiction, ...]


def provenance_of(claim: Claim, via: str | None) -> str:
    """How its source could know. What came through a partner is never more than that."""
    if via in _NOT_OURS and RANK.get(claim.provenance, 0) > RANK["third_party"]:
        return "third_party"
    return claim.provenance if claim.provenance in RANK else "third_party"


def choose(claims: Iterable[tuple[str, str, Claim]], denied: int) -> Chosen | None:
    """Choose among claims (part, provenance, claim) of one fact. What is not later than `denied` is shown and not
    believed. None where nothing is believed."""
    every = sorted(claims, key=_order, reverse=True)
    live = [each for each in every if each[2].at > denied]
    if not live:
        return None
    provenance = live[0][1]
    parts: dict[str, Claim] = {}
    for part, how, claim in live:
        if how == provenance:
            parts.setdefault(part, claim)
    others = [each for each in every if _plain(each[2].value) != _plain(_believed(parts, each[0]))]
    return Chosen(parts, provenance, tuple(_shown(*each) for each in others[:_SHOWN]))


def _order(each: tuple[str, str, Claim]) -> tuple[int, int, bytes, str]:
    part, provenance, claim = each
    return RANK[provenance], claim.at, claim.key, part


def _believed(parts: dict[str, Claim], part: str) -> str:
    return parts[part].value if part in parts else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _shown(part: str, provenance: str, claim: Claim) -> Contradiction:
    return Contradiction(provenance, source_of(claim.source), claim.at, {part: claim.value})
