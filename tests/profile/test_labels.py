"""Declared labels: what is loaded, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.profile.given import DUE, declared, table

from tactful.model.problems import Problems
from tactful.profile.dignity import load_undignified
from tactful.profile.labels import definitions, load_labels
from tactful.profile.measures import NAMES

UNDIGNIFIED = load_undignified(*table("undignified.yaml"))


def complaints(**changes: str | None) -> str:
    """The problems of a good label with some of its lines changed or, with None, left out."""
    lines: dict[str, str | None] = {
        "label": "a_while",
        "kind": "label.segment",
        "means": "x",
        "she_reads": '"It is a while."',
        "from": "[purchase.recency]",
        "formula": "days_since_last > 60",
    }
    lines.update({("from" if name == "inputs" else name): value for name, value in changes.items()})
    text = "labels:\n  -\n" + "".join(f"    {name}: {value}\n" for name, value in lines.items() if value is not None)
    try:
        load_labels(text, "labels.yaml", UNDIGNIFIED)
    except Problems as problems:
        return str(problems)
    return ""


def test_the_labels_of_the_shop() -> None:
    loaded = declared(DUE)
    due = loaded.labels["due_again"]
    assert (due.per, due.reveals, due.never_about) == ("item", "same_as_product", frozenset({"OLD1"}))
    assert due.formula.names == ("days_since_last", "times_bought", "usual_gap")
    assert loaded.labels["a_while"].per == "person"
    assert loaded.labels["a_while"].used_only_to == ("ask",)
    assert [each.name for each in loaded.refused] == ["expecting"]


def test_a_good_label_has_no_complaints() -> None:
    assert complaints() == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"she_reads": None}, "a label without words cannot be used"),
        ({"she_reads": '" "'}, "a label without words cannot be used"),
        ({"label": "lapsed"}, "`label` calls her “lapsed”"),
        ({"label": "high_value"}, "`label` calls her “high value”: it measures her by her money"),
        ({"she_reads": '"You are a whale."'}, "`she_reads` calls her “whale”"),
        ({"replaces": "sleepy", "she_reads": '"You look sleepy."'}, "“sleepy”: the file says that this label replaces"),
        ({"kind": "health.condition"}, "`kind: health.condition` is not allowed"),
        ({"reveals": "life_event.pregnancy"}, "would reveal life_event.pregnancy, which the law protects"),
        ({"reveals": "healt"}, "`reveals: healt` is no category. Did you mean health?"),
        ({"reveals": "same_as_product"}, "is for labels about a product"),
        ({"formula": "day_since_last > 60"}, "Did you mean days_since_last?"),
        ({"inputs": "[purchase.value]"}, "`days_since_last` rests on purchase.recency: add it to `from`."),
        ({"inputs": "[purchase.recent]"}, "Did you mean purchase.recency?"),
        ({"forget_after": "soon"}, "Write it like `90 days`."),
        ({"she_reads": '"You buy {{ item.name }}."'}, "`{{ item.name }}` is not known here."),
        ({"she_reads": '"{% if x %}You buy.{% endif %}"'}, "takes only {{ names }} besides plain words"),
        ({"mean": "x"}, "unknown key `mean`. Did you mean means?"),
        ({"formula": None}, "`formula` is missing."),
    ],
)
def test_a_bad_label_is_refused(changes: dict[str, str | None], message: str) -> None:
    assert message in complaints(**changes)


def test_all_problems_come_at_once_with_their_lines() -> None:
    found = complaints(she_reads=None, formula="x > 1", kind="label.segmnt").splitlines()
    assert len(found) == 3
    assert any(line.startswith("labels.yaml:7: column 1: unknown name `x`.") for line in found)


def test_every_name_has_a_sentence() -> None:
    assert len(definitions()) == len(NAMES)
    assert all(sentence.endswith(".") and "\n" not in sentence for _, _, sentence in definitions())


def test_the_example_of_the_product(shared_data: Path) -> None:
    file = shared_data.parent / "examples" / "labels.yaml"
    loaded = load_labels(file.read_text(encoding="utf-8"), "labels.yaml", UNDIGNIFIED)
    assert list(loaded.labels) == ["due_again", "a_while", "reseller"]
