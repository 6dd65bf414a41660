"""Prices as people write them, in the language of the message."""

from __future__ import annotations

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "CHF": "CHF", "PLN": "zł", "SEK": "kr"}
WITHOUT_PARTS = frozenset({"JPY", "KRW", "ISK"})
# language: (thousands, decimal, symbol stands first)
MANNERS = {
    "en": (",", ".", True),
    "de": (".", ",", False),
    "es": (".", ",", False),
    "it": (".", ",", False),
    "nl": (".", ",", True),
    "fr": ("\u202f", ",", False),
    "pl": ("\u202f", ",", False),
    "sv": ("\u202f", ",", False),
}


def money_in_words(thousandths: int, currency: str, language: str) -> str:
    """An amount in thousandths of a currency unit as text: `£4.50`, `4,50 €`.

    Rounded to the smallest coin, halves away from zero. A currency without a known sign is written by its code, and a
    language without known manners as in English.
    """
    thousands, decimal, first = MANNERS.get(language[:2], MANNERS["en"])
    digits = 0 if currency in WITHOUT_PARTS else 2
    step = 10 ** (3 - digits)
    coins = (abs(thousandths) + step // 2) // step
    whole, part = divmod(coins, 10**digits)
    number = f"{whole:,}".replace(",", thousands) + (f"{decimal}{part:0{digits}d}" if digits else "")
    sign = "-" if thousandths < 0 and coins else ""
    symbol = SYMBOLS.get(currency, currency)
    if not first:
        return f"{sign}{number}\u00a0{symbol}"
    return f"{sign}{symbol}{number}" if len(symbol) == 1 else f"{sign}{symbol}\u00a0{number}"
