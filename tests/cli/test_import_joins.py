"""A file of events joins what a call names, as the server does: a visitor, and who she turns out to be."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.typed import NOW, typed

from tactful.bootstrap import store_at

CALLS = [
    {"type": "track", "anonymousId": "x1", "event": "Product Added", "messageId": "1",
     "timestamp": "2011-12-09T09:00:00Z", "properties": {"sku": "t", "name": "Tray"}},
    {"type": "identify", "anonymousId": "x1", "userId": "ada", "messageId": "2", "timestamp": "2011-12-09T10:00:00Z",
     "traits": {"email": "ada@shop.example"}},
]  # fmt: skip


def test_what_she_did_before_she_was_known_is_hers(shop: Path) -> None:
    (shop / "web.jsonl").write_text("\n".join(map(json.dumps, CALLS)), encoding="utf-8")
    assert typed(shop, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    told = typed(shop, "person", "show", "ada", *NOW).stdout
    assert "Has 1 thing in the basket and has not ordered: Tray. (web)" in told
    assert "anonymous x1" in told
    assert "email ada@shop.example" in told
    with store_at(shop) as store:  # type: ignore[attr-defined]
        (merge,) = store.merges()
        assert store.find("anonymous", "x1") == store.find("email", "ada@shop.example") == store.find("customer", "ada")
    undone = typed(shop, "identity", "unmerge", str(merge.merge_id), "--by", "Mia", "--why", "a shared tablet")
    assert undone.exit_code == 0, undone.output
    assert "Tray" not in typed(shop, "person", "show", "ada", *NOW).stdout
    assert typed(shop, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    assert "Tray" not in typed(shop, "person", "show", "ada", *NOW).stdout, (
        "who was parted is not joined again by a rule"
    )
