"""What a condition says of one flow: true, false or not known."""

from __future__ import annotations

import pytest

from tactful.policy.evaluate import truth
from tactful.policy.rules import Atom, Condition, Pair

FLOW = {
    "fact.purposes": ("market",),
    "scenario.purpose": "market",
    "scenario.audience": "staff",
    "fact.known_among": "self",
    "fact.distance": 2,
    "fact.age_days": 2,
}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Atom("fact.purposes", "in", ("market",)), True),
        (Atom("fact.purposes", "not in", ("market",)), False),
        (Atom("fact.purposes", "in", ("order",)), False),
        (Pair("scenario.purpose", "in", "fact.purposes"), True),
        (Pair("scenario.purpose", "not in", "fact.purposes"), False),
        (Pair("scenario.audience", ">", "fact.known_among"), True),
        (Pair("scenario.audience", "==", "fact.known_among"), False),
        (Pair("scenario.audience", "!=", "fact.known_among"), True),
        (Pair("fact.distance", "==", "fact.age_days"), True),
        (Pair("fact.distance", "<", "fact.age_days"), False),
        (Pair("fact.distance", "<=", "fact.age_days"), True),
        (Pair("fact.distance", ">=", "fact.age_days"), True),
        (Pair("fact.distance", "<", "contact.last_7d"), None),
    ],
)
def test_truth(condition: Condition, said: bool | None) -> None:
    assert truth(condition, FLOW) is said
    assert truth(condition, {}) is None


def test_only_numbers_have_an_order() -> None:
    with pytest.raises(TypeError):
        truth(Atom("fact.distance", "<", (3,)), {"fact.distance": "far"})
