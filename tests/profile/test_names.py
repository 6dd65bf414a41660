"""Plain names, words for groups, and rhythms."""

from __future__ import annotations

import pytest
from tests.profile.given import table

from tactful.profile.names import catalogue, kind_of, load_qualifiers, plain_name, plural
from tactful.profile.rhythm import rhythm

QUALIFIERS = load_qualifiers(*table("not_a_kind.yaml"))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("LUNCH BAG RED RETROSPOT", "lunch bag red retrospot"),
        ("  WHITE HANGING HEART  T-LIGHT HOLDER ,", "white hanging heart t-light holder"),
        ("3D SHEET OF CAT STICKERS", "3D sheet of cat stickers"),
        ("Card Suki Birthday", "Card Suki Birthday"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("?", ""),
        ("22719", ""),
    ],
)
def test_plain_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain
    assert plain_name(plain) == plain


def test_the_word_for_a_group_comes_from_the_catalogue() -> None:
    names = {str(n): f"LUNCH BAG {word}" for n, word in enumerate(["RED", "BLUE", "PINK", "WOODLAND", "SUKI DESIGN"])}
    names |= {f"w{n}": f"WALL ART {word}" for n, word in enumerate(["CAFE", "BICYCLE", "MOUSTACHE", "ROBOT", "TRAIN"])}
    shop = catalogue(names, QUALIFIERS, shared_by=4)
    assert kind_of("LUNCH BAG SPACEBOY DESIGN", shop) == "lunch bags"
    assert kind_of("WALL ART GARAGE", shop) is None
    assert kind_of("SOMBRERO", shop) is None
    assert kind_of("LUNCH BAG RED", catalogue(names, QUALIFIERS, shared_by=6)) is None


def test_a_word_often_in_the_plural_names_a_thing() -> None:
    names = {str(n): f"{n + 2} PENCILS {word} TUBE" for n, word in enumerate(["OWL", "CAT", "DOG", "FOX"])}
    assert kind_of("6 PENCILS SKULL TUBE", catalogue(names, QUALIFIERS, shared_by=5)) is None
    names["5"] = "PENCIL CASE"
    names["6"] = "TUBE MAP"
    assert kind_of("6 PENCILS SKULL", catalogue(names, QUALIFIERS, shared_by=5)) == "pencils"


def test_plural() -> None:
    assert [plural(word) for word in ("gift box", "cherry", "tray", "dish")] == [
        "gift boxes",
        "cherries",
        "trays",
        "dishes",
    ]


@pytest.mark.parametrize(
    ("days", "in_words", "how_often"),
    [
        (11, "11 days", "every 11 days"),
        (7, "week", "every week"),
        (1, "day", "nearly every day"),
        (22.5, "three weeks or so", "every three weeks or so"),
        (31, "month or so", "about once a month"),
        (60, "two months or so", "every two months or so"),
        (365, "year or so", "about once a year"),
        (900, "year or two", "less than once a year"),
    ],
)
def test_rhythm(days: float, in_words: str, how_often: str) -> None:
    found = rhythm(days)
    assert found is not None
    assert (found.in_words, found.how_often) == (in_words, how_often)


def test_no_rhythm_without_a_gap() -> None:
    assert rhythm(None) is rhythm(0) is None
