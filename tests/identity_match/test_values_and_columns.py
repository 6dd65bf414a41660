"""Columns recognised by name and content, and values brought into one form."""

from __future__ import annotations

import pytest

from tactful.model.problems import Problems
from tactful.profile import people_values as values
from tactful.profile.match_settings import MatchSettings, load_match_settings, weight_of
from tactful.profile.people_columns import load_people_columns, recognise_people
from tactful.service.packs import packaged

TABLE = load_people_columns(packaged("profile", "tables/people_columns.yaml"), "people_columns.yaml")


def recognised(samples: dict[str, list[str | None]], **given: str) -> tuple[dict[str, str], list[str]]:
    found, problems = recognise_people(samples, TABLE, given, "l.csv")
    return found.columns, [str(each) for each in problems]


def test_by_name_by_content_and_by_flag() -> None:
    codes: list[str | None] = ["LS1 4AB", "YO31 7EX", None, "bs16ub", "EX4 4QJ", "N1 9GU"]
    columns, problems = recognised({"No": ["1"], "Sur-Name": ["x"], "where": codes, "gender": ["f"]}, id="No")
    assert columns == {"id": "No", "last": "Sur-Name", "postcode": "where"}
    assert problems == []


def test_doubt_is_said() -> None:
    assert recognised({"id": [], "Town": [], "City": []})[1] == [
        "l.csv:1: town may be Town or City: add --map town=COLUMN."
    ]
    assert recognised({"id": [], "Surname": []}, first="Surnam")[1] == [
        "l.csv:1: --map first=Surnam: no such column. Did you mean Surname?"
    ]
    assert recognised({"id": [], "Surname": []}, lost="Surname")[1] == [
        "l.csv:1: --map lost=…: unknown name. Did you mean last?"
    ]


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("1971-06-24", "ymd", "1971-06-24"),
        ("24/06/1971", "dmy", "1971-06-24"),
        ("6/24/1971", "mdy", "1971-06-24"),
        ("24.6.1971", "dmy", "1971-06-24"),
        ("1971-06-24T00:00:00", "ymd", "1971-06-24"),
        ("1971-02-30", "ymd", None),
        ("soon", "ymd", None),
    ],
)
def test_dates(written: str, order: values.DateOrder, read: str | None) -> None:
    assert values.born(written, order) == read


def test_the_order_of_a_date_is_read_from_the_column() -> None:
    assert values.date_order(["01/02/1990", "25/02/1990"]) == "dmy"
    assert values.date_order(["01/02/1990", "02/25/1990"]) == "mdy"
    assert values.date_order([None, "1990-02-25"]) == "ymd"


def test_one_form() -> None:
    assert values.name(" Jean-Luc O’Brien ") == "jean luc obrien"
    assert values.plain("N/A") is None
    assert values.postcode("ls14ab") == "ls1 4ab"
    assert values.district("ls1 4ab") == "ls1"
    assert values.postcode("10 115") == "10115"
    assert values.phone("+44 (0)20 7946 0000") == values.phone("020 7946 0000")
    assert values.email("Ana@Mail.example ") == "ana@mail.example"
    assert values.split_name("Lopez, Ana Maria") == values.split_name("Dr. Ana Maria López") == ("ana", "lopez")
    assert [values.sound(each) for each in ("Robert".lower(), "rupert", "tymczak", "pfister")] == [
        "r163",
        "r163",
        "t522",
        "p236",
    ]


def test_names_in_each_other_s_column_are_turned_round() -> None:
    names: list[values.Name] = [("ana", "lopez")] * 6 + [("lopez", "ana"), ("lee", "lee"), (None, "lopez")]
    assert values.turned_round(names) == [("ana", "lopez")] * 7 + [("lee", "lee"), (None, "lopez")]


def test_settings() -> None:
    text = "columns: {born: Geburt}\nnot_compared: [occupation]\nsame_from: 0.95\nlargest: 20\nfamilies: false\n"
    assert load_match_settings(text, "m.yaml") == MatchSettings(
        {"born": "Geburt"}, ("occupation",), 0.95, 0.1, 20, False
    )
    assert weight_of(0.5) == 0
    assert weight_of(0.9) == 3_170
    with pytest.raises(Problems, match="Did you mean occupation"):
        load_match_settings("not_compared: [ocupation]", "m.yaml")
    with pytest.raises(Problems, match="nothing would be asked"):
        load_match_settings("same_from: 0.9\nreview_from: 0.95\n", "m.yaml")
