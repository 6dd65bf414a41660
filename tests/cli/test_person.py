"""`tactful person show`: what is held of one person, on one screen."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.typed import NOW, refused, typed


def test_she_is_shown_whole(shop: Path) -> None:
    calls = [
        {"type": "track", "userId": "ada", "event": "Product Added", "messageId": "1",
         "timestamp": "2011-12-09T09:00:00Z", "properties": {"sku": "t", "name": "Tray"}},
        {"type": "identify", "userId": "ada", "messageId": "2", "timestamp": "2011-12-09T10:00:00Z",
         "traits": {"email": "ada@shop.example"}},
    ]  # fmt: skip
    (shop / "web.jsonl").write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
    assert typed(shop, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    answer = typed(shop, "person", "show", "ada", *NOW)
    assert answer.exit_code == 0, answer.output
    assert "Has 1 thing in the basket and has not ordered: Tray. (web)" in answer.stdout
    assert "Told us her e-mail address. (web)" in answer.stdout
    assert "purchase.item             A thing she bought: lunch bag red. (observed, 2011-11-25 10:00)" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 96
    before = typed(shop, "person", "show", "customer:ada", "--now", "2011-12-09T08:00").stdout
    assert "Tray" not in before
    assert "nothing that we know of" in before


def test_in_full_every_event_and_fact_has_its_source(shop: Path) -> None:
    whole = typed(shop, "person", "show", "ada", "--full", "--facts", *NOW).stdout
    assert whole.count("from orders, event ") == 6
    assert "she reads: You bought lunch bag red." in whole
    assert "derived, distance 1" in whole
    view = json.loads(typed(shop, "person", "show", "ada", "--json", *NOW).stdout)
    assert view["called"] == "ada"
    assert {fact["name"] for fact in view["facts"]} >= {"purchase.item", "label.due_again"}
    assert all(fact["rests_on"] for fact in view["facts"])


def test_nobody_is_one_sentence(shop: Path) -> None:
    assert "nobody of this name is in the store" in refused(shop, "person", "show", "nobody")
    said = refused(shop, "person", "show", "custommer:17850")
    assert "there is no kind of identifier `custommer`. Did you mean customer?" in said
    assert "there is no shop here yet" in refused(shop.parent, "person", "show", "ada")


def test_what_another_source_says_instead_stands_beside_it(shop: Path) -> None:
    for source, size, day in (("web", "12", "08"), ("till", "14", "09")):
        call = {"type": "identify", "userId": "ada", "messageId": source, "timestamp": f"2011-12-{day}T10:00:00Z",
                "traits": {"size": size}}  # fmt: skip
        (shop / f"{source}.jsonl").write_text(json.dumps(call), encoding="utf-8")
        assert typed(shop, "import", "events", f"{source}.jsonl", "--source", source).exit_code == 0
    whole = typed(shop, "person", "show", "ada", "--facts", *NOW).stdout
    assert "preference.size           Her size: 14." in whole
    assert "but web says 12 (provided, 2011-12-08 10:00)" in whole
    view = json.loads(typed(shop, "person", "show", "ada", "--json", *NOW).stdout)
    (size,) = (fact for fact in view["facts"] if fact["name"] == "preference.size")
    assert [each["value"] for each in size["contradicts"]] == [{"value": "12"}]


def test_what_was_said_at_once_is_one_line(shop: Path) -> None:
    at = {"userId": "ada", "timestamp": "2011-12-09T09:00:00Z"}
    calls = [
        {**at, "type": "track", "event": "Unsubscribed", "messageId": "1"},
        {**at, "type": "page", "name": "Home", "messageId": "2", "context": {"gpc": True}},
    ]
    (shop / "web.jsonl").write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
    assert typed(shop, "import", "events", "web.jsonl", "--source", "web").exit_code == 0
    said = typed(shop, "person", "show", "ada", *NOW).stdout
    lines = [line.strip() for line in said[said.index("Permissions") : said.index("Contacts")].splitlines()[1:-1]]
    assert lines == [
        "2011-12-09 09:00    market by email: withdrawn (web: she ended it there)",
        "2011-12-09 09:00    advertise and sell everywhere: refused (web: Global Privacy Control)",
    ]


def test_a_no_from_before_we_knew_her_says_so(shop: Path) -> None:
    (shop / "notices").mkdir(exist_ok=True)
    (shop / "notices/blog.md").write_text("We count visits.", encoding="utf-8")
    (shop / "collection-points").mkdir(exist_ok=True)
    (shop / "collection-points/blog.yaml").write_text(BLOG, encoding="utf-8")
    mail, base = {"email": "pia@shop.example"}, {"timestamp": "2011-12-09T09:00:00Z"}
    stop = {"type": "track", "event": "Unsubscribed", "messageId": "1", "context": {"traits": mail}, **base}
    known = {"type": "identify", "userId": "pia", "messageId": "2", "traits": mail, **base}
    for source, call in (("blog", stop), ("web", known)):
        (shop / f"{source}.jsonl").write_text(json.dumps(call), encoding="utf-8")
        done = typed(shop, "import", "events", f"{source}.jsonl", "--source", source)
        assert done.exit_code == 0, done.output
    flat = " ".join(typed(shop, "person", "show", "customer:pia", *NOW).stdout.split())
    assert "withdrawn (blog: she ended it there; said before we knew who it was) She said this before we knew" in flat


BLOG = """
collection_point: blog
notice: notices/blog.md
seen_from: 2011-01-01
sources: [blog]
purposes: [service]
collects: [browsing]
approved: {by: privacy@shop.example, on: 2011-01-01}
"""
