"""The whole vocabulary, version 1: every key by name, and the lists that rules and records draw on."""

from __future__ import annotations

import msgspec

from tactful.model.words import Key, Word
from tactful.model.words_fact import FACT_KEYS
from tactful.model.words_person import (
    CONTACT_KEYS,
    CUSTOMER_KEYS,
    NORM_KEYS,
    PERMISSION_KEYS,
    RELATIONSHIP_KEYS,
)
from tactful.model.words_scenario import SCENARIO_KEYS
from tactful.model.words_verdict import MENTION, OBLIGATIONS, RECORDS, TIERS, UNTIL, USE, VERDICTS, WHEN

VERSION = 1

KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        *FACT_KEYS,
        *SCENARIO_KEYS,
        *RELATIONSHIP_KEYS,
        *PERMISSION_KEYS,
        *CUSTOMER_KEYS,
        *CONTACT_KEYS,
        *NORM_KEYS,
    )
}

TRUSTED_KEYS = frozenset({"relationship.trust", "norm.excess"})
"""Keys that only `norm` limits may look at, and only one way (SEMANTICS 9)."""

LISTS: dict[str, tuple[Word, ...]] = {
    "verdict": VERDICTS,
    "use": USE,
    "mention": MENTION,
    "when": WHEN,
    "until": UNTIL,
    "obligation": OBLIGATIONS,
    "tier": TIERS,
    "record": RECORDS,
}


class Vocabulary(msgspec.Struct, frozen=True):
    """What `tactful words` exports."""

    version: int
    keys: tuple[Key, ...]
    lists: dict[str, tuple[Word, ...]]


def vocabulary() -> Vocabulary:
    """The vocabulary as one value."""
    return Vocabulary(VERSION, tuple(KEYS.values()), LISTS)


def encoded() -> bytes:
    """The vocabulary as deterministic JSON: what its digest is taken of."""
    return msgspec.json.encode(vocabulary(), order="deterministic")
