"""The real orders of a gift shop, from lines to the people a campaign could be for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
from tests.profile.given import shop_with, table

from tactful.model.records import DAY, Event
from tactful.profile.audience import match, parse_audience
from tactful.profile.dignity import load_undignified
from tactful.profile.document import Document
from tactful.profile.events import ORDER_LINE, OrderLine, encode_body
from tactful.profile.facts import read
from tactful.profile.fold import fold
from tactful.profile.labels import load_labels
from tactful.profile.orders import is_goods, line_id, load_not_goods, nature_of, thousandths
from tactful.profile.times import parse_time

NOW = parse_time("2011-12-10T10:00:00Z", None)


def documents(file: Path) -> dict[str, Document]:
    """The document of everybody who ordered in the last 180 days, the only ones the campaign looks at."""
    data = pl.read_parquet(file).filter(pl.col("CustomerID").is_not_null())
    data = data.with_columns(
        n=pl.int_range(pl.len()).over("InvoiceNo"),
        at=pl.col("InvoiceDate").dt.replace_time_zone("Europe/London").dt.epoch("us"),
    )
    data = data.filter((pl.col("at").max().over("CustomerID")) >= NOW - 181 * DAY)
    often = pl.col("InvoiceNo").n_unique().over("CustomerID", "StockCode") >= 4
    data = data.filter(often.any().over("CustomerID"))
    words = load_not_goods(*table("not_goods.yaml"))
    goods = {code: is_goods(code, r"\d{5}", words) for code in data["StockCode"].unique()}
    columns = ["CustomerID", "InvoiceNo", "n", "StockCode", "Description", "Quantity", "UnitPrice", "Country", "at"]
    events: dict[str, list[Event]] = {}
    for person, order, n, code, name, units, money, country, at in data.select(columns).iter_rows():
        price = thousandths(money) or 0
        nature = nature_of(int(units), price, order)
        line = OrderLine(order, n, code, name or "", int(units), price, country, nature, goods[code])
        key = hashlib.blake2b(line_id(order, n), digest_size=16).digest()
        events.setdefault(str(person), []).append(Event(key, "orders", ORDER_LINE, at, at, encode_body(line)))
    return {person: fold(None, each) for person, each in events.items()}


def test_people_for_whom_something_is_due_again(shared_data: Path) -> None:
    text = (shared_data.parent / "examples" / "labels.yaml").read_text(encoding="utf-8")
    labels = load_labels(text, "labels.yaml", load_undignified(*table("undignified.yaml")))
    shop = shop_with(declared=labels)
    wanted = "label.due_again == true && purchase.recency <= 180"
    audience = parse_audience(wanted, "label.reseller == true", labels, "campaign.yaml", 1)
    found = [
        match(audience, read(each, NOW, shop)) for each in documents(shared_data / "online_retail.parquet").values()
    ]
    assert sum(each.holds is True for each in found) == 430
    assert sum(each.skipped for each in found) == 46
    assert not any(each.holds is None for each in found)
