"""What is past its time goes from the disk, byte for byte, and nothing that could be decided changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.typed import refused, typed
from tests.service import a_shop

from tactful.bootstrap import store_at

SECRET = "PERSIMMON TEAPOT"
CALLS = [
    {"type": "track", "userId": "ada", "messageId": "1", "event": "Product Viewed", "timestamp": "2011-08-01T10:00:00Z",
     "properties": {"sku": "x1", "name": SECRET}},
    {"type": "track", "userId": "ada", "messageId": "2", "event": "Product Viewed", "timestamp": "2011-12-01T10:00:00Z",
     "properties": {"sku": "x2", "name": "CAKE STAND"}},
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    a_shop.fill(folder).close()
    (folder / "tables").mkdir()
    keeps = "version: 1\nkeeps:\n  purchase: 9999 days\n  browsing.own: 90 days\n"
    (folder / "tables" / "keeps.yaml").write_text(keeps, encoding="utf-8")
    (folder / "web.jsonl").write_text("\n".join(map(json.dumps, CALLS)), encoding="utf-8")
    assert typed(folder, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    return folder


def on_disk(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.glob("tactful.db*"))


def test_it_goes_from_the_disk_and_from_the_log_beside_it(shop: Path) -> None:
    assert on_disk(shop, SECRET)
    counted = typed(shop, "retention", "run", "--now", "2011-12-10T10:00", "--dry-run", "--json")
    assert json.loads(counted.stdout)["events"] == {"product_viewed": 1}
    assert on_disk(shop, SECRET), "a dry run deletes nothing"
    done = json.loads(typed(shop, "retention", "run", "--now", "2011-12-10T10:00", "--json").stdout)
    assert (done["events"], done["people"]) == ({"product_viewed": 1}, 1)
    assert not on_disk(shop, SECRET)
    assert on_disk(shop, "CAKE STAND")
    again = json.loads(typed(shop, "retention", "run", "--now", "2011-12-10T10:00", "--json").stdout)
    assert (again["events"], again["people"]) == ({}, 0)
    (shop / "web.jsonl").write_text("\n".join(map(json.dumps, [*CALLS, CALLS[1]])), encoding="utf-8")
    assert typed(shop, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    assert not on_disk(shop, SECRET), "what was seen once does not come back"


def test_nothing_is_deleted_before_its_time(shop: Path) -> None:
    said = refused(shop, "retention", "run", "--now", "2999-01-01T10:00")
    assert "--now 2999-01-01T10:00: that is later than the clock; nothing is deleted before its time." in said
    assert on_disk(shop, "CAKE STAND")


def test_it_is_invisible_before_it_is_deleted(shop: Path) -> None:
    seen = typed(shop, "person", "show", "ada", "--full", "--now", "2011-10-01T10:00").stdout
    late = typed(shop, "person", "show", "ada", "--full", "--now", "2011-12-10T10:00").stdout
    assert SECRET in seen
    assert SECRET not in late
    assert "CAKE STAND" in late


def test_no_decision_changes(shop: Path) -> None:
    decide = ("decide", "--campaign", "campaigns/back-in-rhythm.yaml", "--now", "2011-12-10T10:00", "--json")
    before = json.loads(typed(shop, *decide).stdout)
    assert typed(shop, "retention", "run", "--now", "2011-12-10T10:00").exit_code == 0
    after = json.loads(typed(shop, *decide).stdout)
    ignored = {"run", "page"}
    assert {k: v for k, v in after.items() if k not in ignored} == {k: v for k, v in before.items() if k not in ignored}


def test_it_says_what_it_would_do_and_refuses_what_it_cannot_read(shop: Path) -> None:
    assert "browsing.own          90 days" in typed(shop, "retention", "show").stdout
    (shop / "tables" / "keeps.yaml").write_text("version: 1\nkeeps:\n  browsing.own: 90 dogs\n", encoding="utf-8")
    said = refused(shop, "retention", "run")
    assert "keeps.yaml:3" in said
    assert "90 dogs" in said
    with store_at(shop) as store:  # type: ignore[attr-defined]
        assert store.counts().events > 0


def test_old_inputs_end_replays_and_say_so(shop: Path) -> None:
    run = ("decide", "--campaign", "campaigns/back-in-rhythm.yaml", "--now", "2011-12-10T10:00")
    assert typed(shop, *run).exit_code == 0
    (one,) = json.loads(typed(shop, "sample", "1", "--json").stdout)
    assert typed(shop, "replay", one["decision"]).exit_code == 0
    done = json.loads(typed(shop, "retention", "run", "--json", "--inputs-days", "400").stdout)
    assert done["inputs"] > 0
    gone = typed(shop, "replay", one["decision"])
    assert gone.exit_code == 1
    assert "inputs" in gone.stdout
