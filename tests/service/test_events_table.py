"""Tables of events, CSV and Parquet: each row comes in as the call that an SDK would send, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest
from tests.service.doors import OPEN, SITE, point
from tests.service.test_import_events import NOW, SHOP, call, lines

from tactful.bootstrap import store_at
from tactful.model.problems import Problems
from tactful.permission.points import CollectionPoint
from tactful.service.events_table import recognise_events
from tactful.service.import_events import EventImport, import_events
from tactful.service.ports import Store
from tactful.service.shop import load_shop

SEEN = """Event,User ID,Email,Timestamp,SKU,Product Name,Price,Quantity,Order ID,Message ID,Mood
Product Viewed,17850,penny@shop.example,2011-12-01T10:00:00Z,20725,LUNCH BAG,,,,m1,fine
Order Completed,17850,,2011-12-01T10:05:00Z,20725,LUNCH BAG,1.65,2,o-1,m2,
Complaint Opened,17850,,2011-12-01 10:07,,,,,o-1,m3,
Something Else,17850,,2011-12-01T10:07:00Z,,,,,,m4,
Product Viewed,,,2011-12-01T10:07:00Z,20725,,,,,m5,
Product Viewed,17850,,soon,20725,,,,,m6,
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = store_at(tmp_path)
    yield opened
    opened.close()


def brought(
    store: Store, path: Path, points: tuple[CollectionPoint, ...] = (), source: str = "helpdesk", **given: str
) -> EventImport:
    return import_events(store, load_shop(SHOP, "shop.yaml"), path, source, NOW, points=points, given=given)


def written(tmp_path: Path, text: str, name: str = "events.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_every_row_falls_into_one_heap(store: Store, tmp_path: Path) -> None:
    done = brought(store, written(tmp_path, SEEN))
    a = done.accounts
    assert (a.taken, a.unused, a.refused, a.adds_up) == (3, 1, 2, True)
    assert done.kinds == {"complaint_opened": 1, "order_line": 1, "product_viewed": 1}
    assert [each.place for each in done.refused] == ["line 6", "line 7"]
    assert done.unused_columns == ("Mood",)
    assert (done.columns["person"], done.columns["sku"]) == ("User ID", "SKU")
    assert brought(store, written(tmp_path, SEEN)).added == 0


def test_the_same_events_in_every_form_are_the_same(store: Store, tmp_path: Path) -> None:
    frame = pl.read_csv(SEEN.encode(), infer_schema=False).head(2)
    typed = frame.with_columns(
        pl.col("User ID").cast(pl.Float64),
        pl.Series("Timestamp", [datetime(2011, 12, 1, 10, m, tzinfo=UTC) for m in (0, 5)]),
    )
    typed.write_parquet(tmp_path / "events.parquet")
    assert brought(store, written(tmp_path, SEEN)).added == 3
    again = brought(store, tmp_path / "events.parquet")
    assert (again.added, again.repeated, again.differing) == (0, 2, 0)


def test_a_column_of_json_is_read(store: Store, tmp_path: Path) -> None:
    table = "type,user_id,message_id,timestamp,traits\n"
    table += 'identify,1,m1,2011-12-01T10:00:00Z,"{""email"": ""p@shop.example""}"\n'
    assert brought(store, written(tmp_path, table)).kinds == {"traits": 1}
    wrong = table.replace('"{""email"": ""p@shop.example""}"', "oops") + 'identify,1,m2,2011-12-01T10:00:00Z,"{}"\n'
    assert [each.reason for each in brought(store, written(tmp_path, wrong, "b.csv")).refused] == [
        "`traits` is not a JSON object."
    ]
    nested = pl.DataFrame(
        {"type": ["track"], "event": ["Product Viewed"], "user_id": ["1"], "message_id": ["m9"],
         "time": ["2011-12-01T10:00:00Z"], "properties": [{"sku": "1", "name": None}]}
    )  # fmt: skip
    nested.write_parquet(tmp_path / "nested.parquet")
    assert brought(store, tmp_path / "nested.parquet").kinds == {"product_viewed": 1}


def test_a_line_of_an_order_needs_an_id_of_its_own(store: Store, tmp_path: Path) -> None:
    table = "event,user_id,time,sku,price,order_id\n" + "Order Completed,1,2011-12-01T10:00:00Z,1,2,o1\n" * 2
    table += "Product Viewed,1,2011-12-01T10:00:00Z,1,,\n"
    done = brought(store, written(tmp_path, table))
    assert (done.accounts.refused, done.added) == (2, 1)
    assert "tactful import orders" in done.refused[0].reason


@pytest.mark.parametrize(
    ("names", "given", "words"),
    [
        (("event", "user_id", "Customer"), {}, "person may be user_id or Customer: add --map person=COLUMN."),
        (("what", "user_id"), {}, "no column says what happened: add --map event=COLUMN."),
        (("event", "sku"), {}, "no column says who it was"),
        (("event", "user_id"), {"person": "user_ids"}, "Did you mean user_id?"),
        (("event", "user_id"), {"persom": "user_id"}, "Did you mean person?"),
    ],
)
def test_nothing_is_guessed(names: tuple[str, ...], given: dict[str, str], words: str) -> None:
    with pytest.raises(Problems) as caught:
        recognise_events(names, given, "events.csv")
    assert any(words in str(each) for each in caught.value.problems)


def test_a_mapping_decides() -> None:
    names = ("what", "user_id", "Customer")
    assert recognise_events(names, {"event": "what", "person": "Customer"}, "f") == {
        "event": "what",
        "person": "Customer",
    }


def test_what_is_not_collected_is_left_out_of_a_file_and_counted(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"
    path.write_bytes(
        lines(
            call(1),
            call(2, type="identify", traits={"email": "p@shop.example", "gender": "f", "plan": "gold"}),
            call(3, event="Complaint Opened", properties={}),
        )
    )
    done = brought(store, path, (point(SITE),), "web")
    a = done.accounts
    assert (a.taken, a.left_out, a.adds_up, done.point) == (2, 1, True, "site")
    assert done.left_out == {
        "event product_viewed: Analytics not known": 1,
        "trait plan: no fact": 1,
        "trait demographic.gender: not collected here": 1,
    }
    assert store.left_out(0) == [("web", what, 1) for what in sorted(done.left_out)]
    assert brought(store, path, (point(SITE),), "web").added == 0
    assert [n for _, _, n in store.left_out(0)] == [1, 1, 1]
    person = store.find("customer", "17850")
    assert person is not None
    assert {event.point for event in store.document(person, 10**6).tail} == {"site"}


def test_a_complaint_that_may_not_be_kept_leaves_silence_unbelieved(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "helpdesk.jsonl"
    path.write_bytes(lines(call(1), call(2, event="Complaint Opened", properties={})))
    narrow = point(OPEN.replace("collects: [contact, purchase, browsing, search, service,", "collects: [browsing,"))
    done = brought(store, path, (msgspec.structs.replace(narrow, sources=("helpdesk",)),))
    assert done.heard_as_of is None
    assert done.not_heard == "1 of its complaints and late parcels were left out"


def test_a_point_is_chosen_where_several_cover_the_source(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"
    path.write_bytes(lines(call(1)))
    both = (point(SITE), point(OPEN))
    shop = load_shop(SHOP, "shop.yaml")
    with pytest.raises(Problems, match="must say which"):
        import_events(store, shop, path, "web", NOW, points=both)
    assert import_events(store, shop, path, "web", NOW, points=both, point="open").point == "open"
    with pytest.raises(Problems, match="Did you mean open"):
        import_events(store, shop, path, "web", NOW, points=both, point="opne")


def test_choices_and_ends_in_a_file_are_kept(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"
    no = {"consent": {"categoryPreferences": {"Marketing": False}}, "gpc": True}
    path.write_bytes(lines(call(1, context=no), call(2, event="Unsubscribed"), call(3, context=no)))
    assert brought(store, path, (point(SITE),), "web").permissions == 4
    person = store.find("customer", "17850")
    assert person is not None
    kept = {(each.purpose, each.channel, each.state) for each in store.permissions(person)}
    assert kept == {
        ("market", "*", "refused"), ("market", "email", "withdrawn"),
        ("sell", "*", "refused"), ("advertise", "*", "refused"),
    }  # fmt: skip
