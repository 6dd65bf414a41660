"""Order exports: kinds of lines, what is not goods, shapes of codes, columns."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.profile.given import table

from tactful.model.problems import Problems
from tactful.profile.columns import Columns, load_columns, recognise
from tactful.profile.orders import (
    classify,
    codes_shape,
    count_codes,
    is_goods,
    line_id,
    load_not_goods,
    nature_of,
    thousandths,
)

NOT_GOODS = load_not_goods(*table("not_goods.yaml"))
COLUMNS = load_columns(*table("columns.yaml"))


@pytest.mark.parametrize(
    ("units", "price", "order", "nature"),
    [
        (6, 2550, "536365", "bought"),
        (-6, 2550, "536365", "returned"),
        (6, 2550, "C536365", "returned"),
        (6, 0, "C536365", "returned"),
        (-1, 0, "536365", "returned"),
        (6, 0, "536365", "free"),
        (6, 2550, "CUSTOM-1", "bought"),
    ],
)
def test_nature(units: int, price: int, order: str, nature: str) -> None:
    assert nature_of(units, price, order) == nature
    assert classify(units, price, order, True) == nature
    assert classify(units, price, order, False) == "no_person"


def test_a_shop_whose_orders_begin_with_c() -> None:
    assert nature_of(1, 100, "C1001", cancelled="") == "bought"
    assert nature_of(1, 100, "CR7", cancelled="CR") == "returned"


def test_money() -> None:
    assert thousandths(2.55) == 2550
    assert thousandths("0.0005") == 0
    assert thousandths(1e300) is thousandths("free") is thousandths("nan") is None


@pytest.mark.parametrize("code", ["POST", "post", "DOT", "M", "m", "BANK CHARGES", "gift_0001_20", "PADS", "AMAZONFEE"])
def test_fees_are_not_goods(code: str) -> None:
    assert not is_goods(code, None, NOT_GOODS)


def test_a_name_tells_a_fee_and_the_agreed_shape_the_rest() -> None:
    assert not is_goods("17", None, NOT_GOODS, "Postage & Packing")
    assert is_goods("17", None, NOT_GOODS, "POSTAGESTAMP TIN")
    assert is_goods("DCGS0003", None, NOT_GOODS)
    assert not is_goods("DCGS0003", r"\d{5}", NOT_GOODS)
    assert is_goods("85123A", r"\d{5}", NOT_GOODS)


def test_a_shape_is_proposed_only_where_nearly_all_agree() -> None:
    codes = {f"{n}": 10 for n in range(20000, 20100)}
    shape = codes_shape(codes | {"POST": 40, "M": 2})
    assert shape is not None
    assert shape.sentence == "begins with five digits"
    assert shape.against == ("POST", "M")
    assert codes_shape(codes | {"POST": 400}) is None
    assert codes_shape({}) is None
    lettered = codes_shape({f"SKU-{n}": 1 for n in range(50)})
    assert lettered is not None
    assert lettered.sentence == "begins with SKU- and a digit"


def test_columns_of_the_gift_shop() -> None:
    found = recognise(
        ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
        COLUMNS,
    )
    assert found.found["product"] == "StockCode"
    assert len(found.found) == 8
    assert (found.unresolved, found.missing, found.unused) == ({}, (), ())


def test_ambiguous_columns_are_not_guessed() -> None:
    found = recognise(["Order ID", "E-mail", "Customer ID", "Date", "SKU", "Qty", "Colour"], COLUMNS)
    assert found.unresolved == {"person": ("E-mail", "Customer ID")}
    assert found.missing == ("price",)
    assert found.unused == ("Colour",)


def test_one_column_for_two_roles_is_not_guessed() -> None:
    both = Columns({"product": frozenset({"item"}), "name": frozenset({"item"})}, ())
    assert recognise(["Item"], both).found == {}
    assert recognise(["Item"], both).unresolved == {"product": ("Item",), "name": ("Item",)}


def test_a_known_export_is_told_by_its_signature() -> None:
    columns = ["Name", "Email", "Created at", "Lineitem name", "Lineitem quantity", "Lineitem price", "Lineitem sku",
               "Shipping Country", "Billing Country"]  # fmt: skip
    found = recognise(columns, COLUMNS)
    assert found.form == "Shopify orders"
    assert found.found["order"] == "Name"
    assert found.found["country"] == "Shipping Country"


def test_a_broken_table_names_the_place() -> None:
    with pytest.raises(Problems) as caught:
        load_not_goods("version: 1\ncodez: [A]\n", "own.yaml")
    assert "Did you mean codes?" in str(caught.value)


def test_line_ids_tell_lines_of_an_order_apart() -> None:
    assert line_id("536365", 1) != line_id("536365", 2)


def test_the_real_file_adds_up(shared_data: Path) -> None:
    data = pl.read_parquet(shared_data / "online_retail.parquet")
    shape = codes_shape(count_codes(data["StockCode"]))
    assert shape is not None
    assert shape.sentence == "begins with five digits"
    counts: dict[str, int] = {}
    fees = 0
    columns = data.select("Quantity", "UnitPrice", "InvoiceNo", "CustomerID", "StockCode").iter_rows()
    for units, price, order, person, code in columns:
        kind = classify(units, price, order, person is not None)
        counts[kind] = counts.get(kind, 0) + 1
        fees += kind == "bought" and not is_goods(code, shape.pattern, NOT_GOODS)
    assert counts == {"bought": 397_884, "returned": 8_905, "free": 40, "no_person": 135_080}
    assert fees == 1_547
