"""Prices as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.treatment.made import SHOP, one, written

from tactful.treatment.money import money_in_words


@pytest.mark.parametrize(
    ("thousandths", "currency", "language", "words"),
    [
        (4000, "GBP", "en", "£4.00"),
        (1234567, "GBP", "en-GB", "£1,234.57"),
        (1234565, "EUR", "de", "1.234,57\u00a0€"),
        (550, "EUR", "fr", "0,55\u00a0€"),
        (1500, "JPY", "en", "¥2"),
        (4, "GBP", "en", "£0.00"),
        (-4, "GBP", "en", "£0.00"),
        (-4500, "USD", "en", "-$4.50"),
        (4500, "XXX", "en", "XXX\u00a04.50"),
        (4500, "GBP", "tlh", "£4.50"),
    ],
)
def test_money(thousandths: int, currency: str, language: str, words: str) -> None:
    assert money_in_words(thousandths, currency, language) == words


@given(st.integers(0, 10**12))
def test_the_amount_can_be_read_back(thousandths: int) -> None:
    words = money_in_words(thousandths, "GBP", "en")
    pence = int(words.replace("£", "").replace(",", "").replace(".", ""))
    assert abs(pence * 10 - thousandths) <= 5


def test_the_filter_takes_currency_and_language_from_the_shop_and_the_treatment() -> None:
    assert "1,65\u00a0£" in written(one("{{ offer.price | money }}", language="de")).text
    assert "£1.65" in written(one("{{ offer.price | money }}"), shop=SHOP).text
