"""How ordinary a category is for a sector and a purpose."""

from __future__ import annotations

import pytest
from tests.decide.shop import fit

from tactful.appropriateness.context import fit_for, load_fit
from tactful.model.problems import Problems

TABLE = """
fit: 1
entries:
  - {categories: [location], fit: related}
  - {categories: [location.home], fit: foreign}
  - {categories: [location.home], purposes: [order], fit: expected}
  - {categories: [location.home], sectors: [travel], fit: related}
"""


@pytest.mark.parametrize(
    ("category", "sector", "purpose", "found"),
    [
        ("location.store", "retail", "market", "related"),
        ("location.home", "retail", "market", "foreign"),
        ("location.home", "retail", "order", "expected"),
        ("location.home", "travel", "order", "related"),
        ("purchase", "retail", "market", None),
        ("location", None, "market", None),
        ("location", "retail", None, None),
        (None, "retail", "market", None),
    ],
)
def test_the_longest_category_and_then_the_named_place_decide(
    category: str | None, sector: str | None, purpose: str | None, found: str | None
) -> None:
    assert fit_for(load_fit(TABLE, "t.yaml"), category, sector, purpose) == found


def test_two_answers_for_one_place_are_refused() -> None:
    with pytest.raises(Problems, match="both `related` and `foreign`"):
        load_fit(TABLE + "  - {categories: [location], fit: foreign}\n", "t.yaml")


def test_the_packaged_table_keeps_health_out_of_a_shop() -> None:
    assert fit_for(fit(), "health.condition", "retail", "recommend") == "foreign"
    assert fit_for(fit(), "health.condition", "pharmacy", "service") == "expected"
    assert fit_for(fit(), "purchase.item", "retail", "recommend") == "expected"
