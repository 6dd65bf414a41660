"""Reading YAML that a person wrote: strictly, with lines, all problems at once."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.model.document import read_document, refuse
from tactful.model.problems import Problems


def test_words_that_yaml_1_1_would_turn_into_something_else_stay_words() -> None:
    top = read_document("on: yes\nday: 2011-12-10\nclock: 20:00\nsex: 060\nprice: 4.00\nflag: true", "f.yaml")
    plain = top.plain()
    assert plain["on"] == "yes"
    assert plain["day"] == "2011-12-10"
    assert plain["clock"] == "20:00"
    assert plain["price"] == 4.0
    assert plain["flag"] is True


def test_every_problem_is_reported_with_its_line() -> None:
    top = read_document("a: 1\nb: [x, {}]\nc: maybe\na: 2\ntpye: x\nn: 3.5\n", "f.yaml")
    top.text("type")
    top.integer("a", low=5)
    top.texts("b")
    top.flag("c")
    top.integer("n")
    top.finish()
    with pytest.raises(Problems) as caught:
        refuse(top.problems)
    lines = sorted(problem.line for problem in caught.value.problems)
    assert lines == [1, 1, 2, 3, 4, 5, 6]
    assert "Did you mean type?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1,\nb: {", "f.yaml:3: this is not YAML"),
        ("- 1", "must be a set of `key: value` lines"),
        ("", "must be a set of `key: value` lines"),
        ("a: \x00", "this is not YAML"),
        ("[" * 20_000, "f.yaml"),
        ("a: &x [1]\n? [2]\n: 3\nb: *y", "this is not YAML"),
    ],
)
def test_what_is_not_yaml_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Problems) as caught:
        read_document(text, "f.yaml")
    assert sentence in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_file_that_explodes_through_its_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(Problems, match="more than a million"):
        read_document("\n".join(lines), "f.yaml")


@given(st.text(max_size=200))
def test_any_text_is_a_section_or_problems(text: str) -> None:
    with contextlib.suppress(Problems):
        assert isinstance(read_document(text, "f.yaml").plain(), dict)
