"""`shop.yaml`: read strictly, all problems at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from tests.service import a_shop

from tactful.model.problems import Problems
from tactful.model.records import DAY, HOUR
from tactful.service.setup import first_files, write_files
from tactful.service.shop import duration, load_shop

GOOD = """
shop: The Gift Shop
sector: retail
home: uk
sender: {name: The Gift Shop, post: 1 High Street, mail: hello@giftshop.example}
links:
  product: https://giftshop.example/products/{code}
  why: https://giftshop.example/why/{decision}
  stop: https://giftshop.example/stop/{decision}
channels: {email: {audience: self}}
sources:
  helpdesk: {tells_us: [customer.complaint_open], silence_means: {customer.complaint_open: false}, fresh_for: 24h}
customers: {all: {customer.minor: false}, because: accounts are for adults}
let_down: {returned_within: 14 days}
quiet_hours: {from: "20:00", to: "08:00", zone: hers}
frequency: {marketing: 2 per 7 days}
"""

ANSWERS = msgspec.structs.replace(a_shop.ANSWERS, shop='The "Gift": Shop', approved_by="")


def test_a_good_file_is_read() -> None:
    shop = load_shop(GOOD, "shop.yaml")
    assert shop.zone == "Europe/London"
    assert shop.stated == {"customer.minor": (False, "accounts are for adults")}
    assert shop.sources[0].fresh_for == DAY
    assert shop.returned_within == 14 * DAY
    assert shop.caps[0].most == 2
    assert shop.quiet is not None
    assert (shop.quiet.start, shop.quiet.end) == (20 * 60, 8 * 60)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("sector: retail", "sector: retial", "Did you mean retail?"),
        ("products/{code}", "products/", "contain {code}"),
        ("https://giftshop.example/stop", "http://giftshop.example/stop", "begin with https"),
        ("home: uk", "home: ukk", "is not a jurisdiction"),
        ("audience: self", "audience: selfie", "Did you mean self?"),
        ("email: {", "e_mail: {", "Did you mean email?"),
        (
            "tells_us: [customer.complaint_open]",
            "tells_us: [customer.complain_open]",
            "Did you mean customer.complaint_open?",
        ),
        ("customer.complaint_open: false}", "customer.complaint_open: maybe}", "must be true or false"),
        ("fresh_for: 24h", "fresh_for: a day", "must be a time span"),
        ("returned_within: 14 days", "returned_within: fortnight", "must be a time span"),
        ('"20:00"', '"25:00"', "must be a time of day"),
        ("2 per 7 days", "often", "must be like"),
        ("customer.minor: false", "relationship.depth: regular", "customer.* keys only"),
        ("shop: The Gift Shop", "shoop: The Gift Shop", "Did you mean shop?"),
        ("\nhome: uk", "\nhome: uk\nzone: Mars/Base", "is not a time zone"),
        ("\nhome: uk", "\nhome: uk\ngoods: '(['", "is not a pattern"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_line(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    with pytest.raises(Problems) as caught:
        load_shop(GOOD.replace(old, new, 1), "shop.yaml")
    assert sentence in str(caught.value)
    assert all(problem.line > 0 for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "span"), [("24h", 24 * HOUR), ("14 days", 14 * DAY), ("30 minutes", HOUR // 2), ("x", None), ("-1h", None)]
)
def test_time_spans(text: str, span: int | None) -> None:
    assert duration(text) == span


def test_ten_answers_make_files_that_load(tmp_path: Path) -> None:
    files = first_files(ANSWERS, dt.date(2026, 1, 31))
    shop = load_shop(files["shop.yaml"], "shop.yaml")
    assert shop.name == 'The "Gift": Shop'
    assert "collection-points/checkout.draft.yaml" in files
    written = write_files(tmp_path, files)
    assert {path.relative_to(tmp_path).as_posix() for path in written} == set(files)


def test_nothing_is_written_where_one_file_exists(tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("mine")
    with pytest.raises(Problems, match="exists already"):
        write_files(tmp_path, first_files(ANSWERS, dt.date(2026, 1, 31)))
    assert [path.name for path in tmp_path.iterdir()] == ["labels.yaml"]
