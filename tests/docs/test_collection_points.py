"""The page about collection points: its files do what it says, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.typed import typed
from tests.docs.pages import ROOT, fences
from tests.service.test_import_events import SHOP

PAGE = ROOT / "docs/collection-points.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The newcomer's folder, with the files of the page."""
    point, events, _ = fences(PAGE)
    for name, text in {
        "shop.yaml": SHOP,
        "notices/site.md": "We keep what you look at.",
        "notices/newsletter.md": "Yes, please write to me.",
        "collection-points/site.yaml": point.text,
        "web.jsonl": events.text,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_page_shows_what_is_printed(folder: Path) -> None:
    command, _, printed = fences(PAGE)[2].text.partition("\n")
    result = typed(folder, *command.removeprefix("$ tactful ").split())
    assert result.output.strip().splitlines() == printed.strip().splitlines()
    again = typed(folder, *command.removeprefix("$ tactful ").split()).output
    assert "New in the store: 0 events. Already there: 2." in again


def test_a_file_of_a_source_that_no_point_covers_says_so(folder: Path) -> None:
    said = " ".join(typed(folder, "import", "events", "web.jsonl", "--source", "wep").output.split())
    assert (
        "Collection point none covers wep: nothing is left out, and no notice allows anything. Did you mean web?"
        in said
    )


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("notices/site.md", "<!-- not written yet -->", "says nothing yet, and site rests on it"),
        ("notices/newsletter.md", " ", "says nothing yet, and site rests on it"),
        ("collection-points/twice.yaml", None, "another file is the collection point site already"),
    ],
)
def test_a_point_without_a_notice_lets_nothing_in(folder: Path, file: str, text: str | None, words: str) -> None:
    (folder / file).write_text(fences(PAGE)[0].text if text is None else text, "utf-8")
    result = typed(folder, "import", "events", "web.jsonl", "--source", "web")
    assert result.exit_code != 0
    assert words in result.stderr


def test_a_new_shop_begins_with_a_draft_that_is_not_in_force(tmp_path: Path) -> None:
    words = (
        "init", "--into", str(tmp_path / "shop"), "--shop", "The Gift Shop", "--sector", "retail", "--home", "uk",
        "--currency", "GBP", "--sender-post", "1 High Street", "--sender-mail", "hello@giftshop.example",
        "--site", "https://giftshop.example", "--no-adults-only", "--helpdesk", "none", "--carrier", "none",
        "--notice", "none", "--approved-by", "privacy@giftshop.example",
    )  # fmt: skip
    assert typed(tmp_path, *words).exit_code == 0
    points = sorted(each.name for each in (tmp_path / "shop/collection-points").iterdir())
    assert points == ["checkout.draft.yaml"]
