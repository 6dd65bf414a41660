"""Events from a file: every call in exactly one heap, the good ones kept once, the others named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.bootstrap import store_at
from tactful.model.problems import Problems
from tactful.model.records import HOUR
from tactful.profile.document import FOLD
from tactful.profile.times import parse_time
from tactful.service.events_file import Call, Unread, read_calls
from tactful.service.import_events import EventImport, import_events
from tactful.service.ports import Store
from tactful.service.shop import Shop, load_shop

NOW = parse_time("2011-12-10T10:00:00Z", None)
SHOP = """
shop: The Gift Shop
sector: retail
home: uk
sender: {name: The Gift Shop, post: "1 High Street, Anytown", mail: hello@giftshop.example}
links: {product: "https://s.example/p/{code}", why: "https://s.example/w/{decision}", stop: "https://s.example/s/{decision}"}
sources:
  helpdesk: {tells_us: [customer.complaint_open], silence_means: {customer.complaint_open: false}, fresh_for: 24h}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = store_at(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop(SHOP, "shop.yaml")


def call(n: int = 1, **other: Any) -> dict[str, Any]:
    viewed = {"type": "track", "event": "Product Viewed", "userId": "17850", "properties": {"sku": "20725"}}
    return viewed | {"messageId": f"m{n}", "timestamp": "2011-12-01T10:00:00Z"} | other


def lines(*payloads: object) -> bytes:
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in payloads).encode()


def brought(store: Store, shop: Shop, tmp_path: Path, content: bytes, as_of: int | None = None) -> EventImport:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    return import_events(store, shop, path, "helpdesk", NOW, as_of=as_of)


def test_every_call_falls_into_one_heap(store: Store, shop: Shop, tmp_path: Path) -> None:
    done = brought(
        store,
        shop,
        tmp_path,
        lines(
            call(1),
            {"batch": [call(2, userId=None, anonymousId="a"), call(3, event="Something Else"), 7]},
            "not json",
            [call(4, type="group")],
            call(5, timestamp="2099-01-01T00:00:00Z"),
            call(6, timestamp=None),
        ),
    )
    a = done.accounts
    assert (a.taken, a.no_person, a.unused, a.refused) == (1, 1, 2, 4)
    assert a.adds_up
    assert {each.place: each.reason for each in done.refused} == {
        "line 2, event 3": "this is not a set of names and values.",
        "line 3": "it is not JSON.",
        "line 5": "the time lies more than 24 hours in the future.",
        "line 6": "the time is missing.",
    }
    assert (done.added, store.counts().persons, store.counts().events_without_person) == (2, 2, 0)


def test_twice_adds_nothing_and_another_content_is_counted(store: Store, shop: Shop, tmp_path: Path) -> None:
    content = lines(call(1), call(2))
    assert brought(store, shop, tmp_path, content).added == 2
    again = brought(store, shop, tmp_path, content)
    assert (again.added, again.repeated, again.differing, again.read_before) == (0, 2, 0, True)
    other = brought(store, shop, tmp_path, lines(call(1, properties={"sku": "9"}), call(3), call(3, userId="2")))
    assert (other.added, other.repeated, other.differing) == (1, 2, 2)


def test_what_came_in_is_folded(store: Store, shop: Shop, tmp_path: Path) -> None:
    done = brought(store, shop, tmp_path, lines(call(1), call(2, userId="2")))
    assert done.people_folded == 2
    person = store.find("customer", "17850")
    assert person is not None
    row = store.document(person, FOLD)
    assert row.doc is not None
    assert row.tail == ()


@pytest.mark.parametrize("form", ["array", "pretty array", "pretty batch", "one batch", "gzip", "marked"])
def test_every_form_of_a_file_is_the_same_events(store: Store, shop: Shop, tmp_path: Path, form: str) -> None:
    calls = [call(1), call(2)]
    content = {
        "array": json.dumps(calls).encode(),
        "pretty array": json.dumps(calls, indent=2).encode(),
        "pretty batch": json.dumps({"batch": calls}, indent=2).encode(),
        "one batch": json.dumps({"batch": calls}).encode() + b"\n",
        "gzip": gzip.compress(lines(*calls)),
        "marked": b"\xef\xbb\xbf" + lines(*calls),
    }[form]
    assert brought(store, shop, tmp_path, content).added == 2
    assert brought(store, shop, tmp_path, lines(*calls)).added == 0


def test_a_batch_gives_its_time_to_calls_without(store: Store, shop: Shop, tmp_path: Path) -> None:
    batch = {"batch": [call(1, timestamp=None)], "sentAt": "2011-12-02T10:00:00Z"}
    assert brought(store, shop, tmp_path, lines(batch)).added == 1
    assert store.counts().last_occurred_at == parse_time("2011-12-02T10:00:00Z", None)


def test_a_call_without_a_time_has_that_of_its_receipt(store: Store, shop: Shop, tmp_path: Path) -> None:
    received = call(1, timestamp=None, receivedAt="2011-12-03T10:00:00Z")
    assert brought(store, shop, tmp_path, lines(received)).added == 1
    assert store.counts().last_occurred_at == parse_time("2011-12-03T10:00:00Z", None)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"a": "' + b"x" * 1_000_001 + b'"}', "it is longer than 1 MB."),
        (b"[" * 50_000, "it is nested too deeply."),
        (b'{"type": "page", "name": "\xff"}', "it is not in UTF-8."),
        (b'{"type": "tra', "it is cut off: the end is missing."),
        (b'{"batch": 3}', "`batch` is not a list."),
        (b'{"type": "track"} {', "it is not JSON."),
    ],
)
def test_a_bad_line_is_set_aside_and_the_next_is_kept(
    store: Store, shop: Shop, tmp_path: Path, bad: bytes, reason: str
) -> None:
    for content in (lines(call(1)) + b"\n" + bad + b"\n" + lines(call(2)), bad + b"\n" + lines(call(1), call(2))):
        done = brought(store, shop, tmp_path, content)
        assert [each.reason for each in done.refused] == [reason]
        assert done.accounts.taken == 2


def test_a_gzip_file_that_was_cut_off_keeps_what_can_be_read(store: Store, shop: Shop, tmp_path: Path) -> None:
    whole = gzip.compress(lines(*(call(n) for n in range(5000))))
    done = brought(store, shop, tmp_path, whole[: len(whole) // 2])
    assert 0 < done.accounts.taken < 5000
    assert done.refused[-1].reason.startswith("the gzip file is cut off")
    assert done.heard_as_of is None
    again = brought(store, shop, tmp_path, whole)
    assert again.added + done.added == 5000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "is empty"),
        (b"[]", "holds no event"),
        ("x".encode("utf-16"), "UTF-16"),
        (gzip.compress(b"x" * 999, mtime=0)[:12], "is a gzip file that was cut off or damaged"),
        (b"a,b\n1,2\n", "it is not JSON"),
    ],
)
def test_a_file_of_which_nothing_is_understood_is_a_problem(
    store: Store, shop: Shop, tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(Problems, match=sentence):
        brought(store, shop, tmp_path, content)
    assert store.counts().events == 0
    assert store.imports() == []
    assert store.heard() == {}


def test_a_file_that_is_not_there(store: Store, shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Problems, match="cannot be opened: no such file"):
        import_events(store, shop, tmp_path / "nothing", "helpdesk", NOW)


def test_a_source_is_heard_as_of_its_newest_event(store: Store, shop: Shop, tmp_path: Path) -> None:
    newest = call(2, timestamp="2011-12-09T08:00:00Z")
    assert brought(store, shop, tmp_path, lines(newest, call(1))).heard_as_of == parse_time(newest["timestamp"], None)
    assert brought(store, shop, tmp_path, lines(call(3)), as_of=NOW - HOUR).heard_as_of == NOW - HOUR
    assert store.heard()["helpdesk"].as_of == NOW - HOUR
    ahead = brought(store, shop, tmp_path, lines(call(4, timestamp="2011-12-10T20:00:00Z")))
    assert ahead.heard_as_of == NOW


@pytest.mark.parametrize(
    "doubt",
    ["not json", json.dumps(call(9, event="Complaint Opened", userId=None, anonymousId="a", properties={}))],
)
def test_silence_is_not_believed_where_a_complaint_may_be_missing(
    store: Store, shop: Shop, tmp_path: Path, doubt: str
) -> None:
    done = brought(store, shop, tmp_path, lines(call(1), doubt), as_of=NOW)
    assert done.heard_as_of is None
    assert done.not_heard
    assert store.heard() == {}


def test_a_crash_loses_nothing_that_the_next_run_does_not_bring(
    store: Store, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tactful.service.import_events._CHUNK", 10)
    path = tmp_path / "events.jsonl"
    path.write_bytes(lines(*(call(n) for n in range(2500))))

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_events(store, shop, path, "helpdesk", NOW, moved=stop)
    kept = store.counts().events
    assert 0 < kept < 2500
    assert store.heard() == {}
    assert import_events(store, shop, path, "helpdesk", NOW).added == 2500 - kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.one_of(st.binary(max_size=40), JSON.map(lambda each: json.dumps(each).encode())), max_size=6))
def test_no_file_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(b"\n".join(parts))
    try:
        found = list(read_calls(path))
    except Problems:
        return
    assert all(isinstance(each, Call | Unread) for each in found)


def test_a_no_without_a_time_is_kept(store: Store, shop: Shop, tmp_path: Path) -> None:
    stop = call(1, event="Unsubscribed", timestamp=None)
    done = brought(store, shop, tmp_path, lines(stop, call(2)))
    assert (done.permissions, done.refused, done.heard_as_of) == (1, (), None)
    person = store.find("customer", "17850")
    assert person is not None
    assert [(each.state, each.occurred_at) for each in store.permissions(person)] == [("withdrawn", NOW)]
    assert brought(store, shop, tmp_path, lines(stop, call(2))).permissions == 0
