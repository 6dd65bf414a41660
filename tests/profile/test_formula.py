"""The language of labels and audiences."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from tactful.model.problems import Problems
from tactful.profile.formula import Type, evaluator, parse

NAMES: dict[str, Type] = {"a": "number", "b": "number", "usual_gap": "number", "yes": "bool", "label.x": "bool"}


def value(text: str, want: Type = "bool", **scope: Any) -> Any:
    formula = parse(text, NAMES, want, "f.yaml", 3)
    readings = {name: operator.methodcaller("get", name) for name in NAMES}
    return evaluator(formula.node, readings)({name.replace("__", "."): each for name, each in scope.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + 2 * b == 8", True),
        ("(a + 2) * b == 12", True),
        ("a - 1 - 1 == 0", True),
        ("-a < 0 && !(a > b)", True),
        ("a == 1 || a == 2 && false", False),
        ("!yes == false", True),
        ("yes == label.x", True),
        ("b / a >= 1.5", True),
    ],
)
def test_values(text: str, expected: bool) -> None:
    assert value(text, a=2, b=3, yes=True, label__x=True) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("usual_gap > 1", None),
        ("!(usual_gap > 1)", None),
        ("usual_gap > 1 && a == 9", False),
        ("a == 9 && usual_gap > 1", False),
        ("usual_gap > 1 || a == 2", True),
        ("a == 2 || usual_gap > 1", True),
        ("usual_gap > 1 || a == 9", None),
        ("usual_gap == usual_gap", None),
        ("a / (b - 3) > 0", None),
        ("1000000000000000000000000000000 * 1.5 * a > 0", True),
        ("yes && usual_gap > 1", None),
    ],
)
def test_what_is_not_known_stays_so(text: str, expected: bool | None) -> None:
    assert value(text, a=2, b=3, yes=True) is expected


def test_out_of_range_is_not_known() -> None:
    huge = " * ".join(["9" * 300] * 5)
    assert value(f"{huge} * 1.5 > 0") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("usal_gap > 1", "column 1: unknown name `usal_gap`. Did you mean usual_gap?"),
        ("a >", "column 4: something is missing at the end."),
        ("a = 1", "column 3: `=` is not expected here."),
        ("a > 1 b", "column 7: `b` is not expected here."),
        ("(a > 1", "column 7: `)` is missing."),
        ("a && yes", "column 1: beside `&&` stands something that is true or false."),
        ("yes + 1 > 0", "column 1: beside `+` stands a number."),
        ("yes > 1", "column 1: `>` compares a number with something that is true or false."),
        ("yes < yes", "column 1: `<` compares numbers; what is true or false takes == or !=."),
        ("a + 1", "column 1: `a + 1` must come to true or false."),
        ("a > 'x'", "column 5: `'` is not expected here."),
        ("", "column 1: something is missing at the end."),
        ("(" * 60 + "yes", "brackets are nested more than 50 deep."),
        ("yes" + " && yes" * 400, "a formula may have 2000 characters"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        parse(text, NAMES, "bool", "labels.yaml", 7)
    assert message in str(caught.value)
    assert str(caught.value).startswith("labels.yaml:7: column ")


def test_all_unknown_names_are_named_at_once() -> None:
    with pytest.raises(Problems) as caught:
        parse("c > 1 && d > 1", NAMES, "bool", "f", 1)
    assert len(caught.value.problems) == 2


def test_the_names_read_are_told() -> None:
    assert parse("a > 1 && (b < a || label.x)", NAMES, "bool", "f", 1).names == ("a", "b", "label.x")
