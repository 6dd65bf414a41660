"""How delicate a category is by itself, and the order of delicacy."""

from __future__ import annotations

from collections.abc import Iterable

from tactful.model.vocabulary import KEYS

ORDER = KEYS["fact.sensitivity"].names
CATEGORIES = frozenset(KEYS["fact.category"].names)

_OF: dict[str, str] = {
    "health": "special",
    "belief": "special",
    "politics": "special",
    "sexuality": "special",
    "ethnicity": "special",
    "biometric": "special",
    "life_event.pregnancy": "special",
    "identity": "intimate",
    "financial": "intimate",
    "body": "intimate",
    "mood": "intimate",
    "audio": "intimate",
    "image": "intimate",
    "life_event.bereavement": "intimate",
    "location.trace": "intimate",
    "communication": "personal",
    "life_event": "personal",
    "family": "personal",
    "social": "personal",
    "demographic": "personal",
    "location": "personal",
    "visit": "personal",
    "browsing.elsewhere": "personal",
}


def sensitivity_of(category: str) -> str:
    """The least sensitivity of a fact of this category: its own, else that of the nearest branch above, else
    ordinary. What a fact reveals can only raise it."""
    path = category
    while path:
        if path in _OF:
            return _OF[path]
        path = path.rpartition(".")[0]
    return "ordinary"


def most(sensitivities: Iterable[str | None]) -> str | None:
    """The most delicate of these; None as soon as one is not known."""
    found = "ordinary"
    for each in sensitivities:
        if each is None:
            return None
        if ORDER.index(each) > ORDER.index(found):
            found = each
    return found
