"""Order files: every line in exactly one heap, identity by order and place, nothing guessed."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tactful.model.problems import Problems
from tactful.service.orders_file import FIELDS, OrderFile, events, prepare
from tactful.service.table_file import read_table

NOW = 1_800_000_000_000_000
COLUMNS = {name: name for name in FIELDS}
HEADER = "order,product,name,units,at,price,person,country"


def table(tmp_path: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> pl.DataFrame:
    path = tmp_path / "orders.csv"
    path.write_bytes("\n".join((header, *lines)).encode(encoding))
    return read_table(path)


def prepared(frame: pl.DataFrame, goods: str = r"^\d{5}", time_format: str = "") -> OrderFile:
    return prepare(frame, COLUMNS, "Europe/London", goods, frozenset({"POST"}), NOW, "orders.csv", time_format)


def test_each_line_falls_into_its_heap(tmp_path: Path) -> None:
    frame = table(
        tmp_path,
        "1,12345,LUNCH BAG,6,2011-01-05 10:00,1.65,17850.0,United Kingdom",
        "1,12345,LUNCH BAG,6,2011-01-05 10:00,1.65,17850.0,United Kingdom",
        "1,POST,POSTAGE,1,2011-01-05 10:00,18.00,17850,France",
        "C2,12345,LUNCH BAG,-6,2011-01-09 10:00,1.65,17850,United Kingdom",
        "3,12345,LUNCH BAG,1,2011-01-09 10:00,0,17850,United Kingdom",
        "4,12345,LUNCH BAG,1,2011-01-09 10:00,1.65,,United Kingdom",
        "5,12345,LUNCH BAG,1.5,2011-01-09 10:00,1.65,17850,United Kingdom",
        "6,12345,LUNCH BAG,1,2999-01-09 10:00,1.65,17850,United Kingdom",
        "7,12345,LUNCH BAG,1,09/01/2011,1.65,17850,United Kingdom",
        "8,,LUNCH BAG,1,2011-01-09,1.65,17850,United Kingdom",
    )
    result = prepared(frame)
    accounts = result.accounts
    assert (accounts.bought, accounts.returned, accounts.free, accounts.no_person, accounts.refused) == (3, 1, 1, 1, 4)
    assert accounts.adds_up
    assert accounts.not_goods == 1
    assert accounts.repeats == 1
    assert (accounts.people, accounts.buyers) == (1, 1)
    assert {line.line: line.reason for line in result.refused} == {
        8: "its number of units is not a whole number",
        9: "its time is in the future",
        10: "its time 09/01/2011 cannot be read: say how it is written, --time-format %d/%m/%Y",
        11: "it has no product code",
    }


def test_two_equal_lines_are_two_events_and_the_same_ids_come_again(tmp_path: Path) -> None:
    line = "1,12345,LUNCH BAG,6,2011-01-05 10:00,1.65,17850,United Kingdom"
    first = [event for chunk in events(prepared(table(tmp_path, line, line)), "orders") for event in chunk]
    again = [event for chunk in events(prepared(table(tmp_path, line, line)), "orders") for event in chunk]
    assert len({event.message_id for event in first}) == 2
    assert first == again


def test_day_and_month_are_never_guessed(tmp_path: Path) -> None:
    frame = table(tmp_path, "1,12345,LUNCH BAG,6,03/04/2011 10:00,1.65,17850,United Kingdom")
    assert prepared(frame).accounts.refused == 1
    told = prepared(frame, time_format="%d/%m/%Y %H:%M")
    assert told.accounts.bought == 1
    assert told.accounts.first_at == 1_301_821_200_000_000  # 2011-04-03 10:00 in London, summer time


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2011-03-27 01:30", "2011-03-27T01:30:00"),  # skipped hour
        ("2011-10-30 01:30", "2011-10-30T00:30:00"),  # repeated hour: the earlier
        ("2011-07-01 12:00", "2011-07-01T11:00:00"),
        ("2011-07-01T12:00:00Z", "2011-07-01T12:00:00"),
        ("2011-07-01T12:00:00+02:00", "2011-07-01T10:00:00"),
    ],
)
def test_local_times_become_utc(tmp_path: Path, local: str, utc: str) -> None:
    frame = table(tmp_path, f"1,12345,LUNCH BAG,6,{local},1.65,17850,United Kingdom")
    at = prepared(frame).accounts.first_at
    assert pl.Series([at]).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S")[0] == utc


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    frame = table(tmp_path, "1,2", header="order,product")
    with pytest.raises(Problems, match="no column for units, at, person"):
        prepare(frame, {"order": "order", "product": "product"}, "UTC", "", frozenset(), NOW, "orders.csv")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"PAR1" + b"x" * 100, "cut off or damaged"),
        ("order,name\n1,CAFÉ".encode("cp1252"), "csv:2: is not in utf-8"),
        (b"order,name\n", "no lines"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(Problems) as caught:
        read_table(path)
    assert sentence in str(caught.value)


def test_another_encoding_is_read_when_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("order;name\n1;CAFÉ".encode("cp1252"))
    assert read_table(path, "cp1252")["name"].to_list() == ["CAFÉ"]


def test_a_compressed_file_is_read_with_its_own_separator_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    whole = gzip.compress(b"order;name\n1;a, b\n")
    path.write_bytes(whole)
    assert read_table(path)["name"].to_list() == ["a, b"]
    path.write_bytes(whole[:-9])
    with pytest.raises(Problems, match="cannot be read as a table"):
        read_table(path)


_cell = st.text(st.characters(blacklist_characters=',"\n\r\x00', blacklist_categories=("Cs",)), max_size=8)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(_cell, _cell, _cell, st.integers(-9, 9), _cell, st.floats(0, 99), _cell), min_size=1, max_size=12
    )
)
def test_whatever_the_lines_say_the_heaps_add_up(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    lines = [",".join([str(cell) for cell in row] + ["France"]) for row in rows]
    result = prepared(table(tmp_path_factory.mktemp("t"), *lines), goods="")
    assert result.accounts.adds_up
    kept = sum(len(chunk) for chunk in events(result, "orders"))
    assert kept + result.accounts.refused == result.accounts.lines


def test_the_real_file_is_accounted_for_to_the_line(shared_data: Path) -> None:
    frame = read_table(shared_data / "online_retail.parquet")
    columns = {
        "order": "InvoiceNo",
        "product": "StockCode",
        "name": "Description",
        "units": "Quantity",
        "at": "InvoiceDate",
        "price": "UnitPrice",
        "person": "CustomerID",
        "country": "Country",
    }
    accounts = prepare(frame, columns, "Europe/London", r"^\d{5}", frozenset(), NOW, "online_retail.parquet").accounts
    assert accounts.adds_up
    assert (
        accounts.lines,
        accounts.bought,
        accounts.returned,
        accounts.free,
        accounts.no_person,
        accounts.refused,
    ) == (
        541_909,
        397_884,
        8_905,
        40,
        135_080,
        0,
    )
    assert (accounts.not_goods, accounts.repeats, accounts.people, accounts.buyers) == (1_547, 5_192, 4_372, 4_338)
