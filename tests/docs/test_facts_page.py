"""The page of facts and labels: its example is done as it is written, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, fences
from tests.docs.test_tutorial import answer, compare

from tactful.profile.attributes import FAILURES
from tactful.profile.derived import COUNTED, FORMS, RANKED, RANKED_BY, SUMMED, UNLESS
from tactful.profile.segment import Door, Taken, take
from tactful.profile.traits import TraitTable

PAGE = ROOT / "docs/facts-and-labels.md"
INIT = (
    "tactful init --shop Shop --sector retail --home uk --currency GBP --sender-post Bath --sender-mail a@shop.example"
    " --site https://shop.example --adults-only --helpdesk none --carrier none --notice none"
)


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer(INIT)
    for fence in fences(PAGE):
        if fence.language == "yaml":
            Path("labels.yaml").write_text(fence.text, "utf-8")
        elif fence.language == "json":
            Path("visits.jsonl").write_text(fence.text, "utf-8")
        else:
            for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
                words, _, shown = part.partition("\n")
                compare(shown, answer(words), words)


def test_every_word_of_the_language_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for word in (*FORMS, *COUNTED, *SUMMED, *RANKED, *RANKED_BY, *UNLESS):
        assert re.search(rf"`[^`]*\b{word}\b[^`]*`", page), word


@pytest.mark.parametrize("name", ["Parcel Late", "Order Cancelled By Us", "Item Faulty", "Put Right"])
def test_the_events_of_what_we_did_wrong_are_taken(name: str) -> None:
    from tests.profile.given import SHOP

    (row,) = re.findall(rf"^\| `{name}` \| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    door = Door("shop", TraitTable({}), SHOP.not_goods)
    call = {"type": "track", "event": name, "userId": "1", "messageId": "m", "properties": {"order_id": "o1"},
            "timestamp": "2011-12-01T10:00:00Z"}  # fmt: skip
    taken = take(call, door, 2_000_000_000_000_000)
    assert isinstance(taken, Taken)
    assert [event.kind for event in taken.events] == [row]
    assert row in (*FAILURES, "put_right")
