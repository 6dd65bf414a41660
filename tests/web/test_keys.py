"""Keys: how they are written, who may have one, and when one stops."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.typed import refused, typed
from tests.web.running import clock, shop_with_a_point

from tactful.bootstrap import store_for_reading
from tactful.model.arrivals import Key
from tactful.service.keys import digest_of, is_live, opens, read_key, written_key

SECRETS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=52, max_size=52)
IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=8, max_size=8)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    return folder


@given(IDS, SECRETS, st.data())
def test_a_letter_that_is_wrong_is_noticed(key_id: str, secret: str, data: st.DataObject) -> None:
    written = written_key(key_id, secret)
    assert read_key(written) == (key_id, secret)
    at = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567_0189").filter(lambda each: each != written[at]))
    assert read_key(written[:at] + other + written[at + 1 :]) is None
    assert read_key(written[:at] + written[at + 1 :]) is None


@given(st.text(max_size=90))
def test_nothing_else_is_a_key(text: str) -> None:
    assert read_key(text) is None


def test_a_key_opens_with_its_secret_while_it_lives() -> None:
    key = Key("abcdefgh", digest_of("s" * 52), "web", "site", ("ingest",), False, (), 100, 200)
    assert opens(key, "s" * 52, 150)
    assert not opens(key, "t" * 52, 150)
    assert not opens(None, "s" * 52, 150)
    for now in (99, 200, 10**18):
        assert not opens(key, "s" * 52, now)
        assert not is_live(key, now)
    assert not opens(Key("a", digest_of("s"), "web", "", (), False, (), 0, 200, revoked_at=50), "s", 100)


def test_the_secret_is_shown_once_and_kept_nowhere(shop: Path) -> None:
    result = typed(shop, "key", "create", "--source", "web", "--expires", "30d")
    written = result.stdout.strip()
    found = read_key(written)
    assert found is not None
    assert "Shown this once" in result.stderr
    for file in shop.rglob("*"):
        assert not file.is_file() or found[1].encode() not in file.read_bytes(), file
    listed = typed(shop, "key", "list")
    assert found[0] in listed.stdout
    assert found[1] not in listed.stdout
    assert found[1] not in typed(shop, "key", "list", "--json").stdout


def test_a_key_that_only_reads_is_not_called_a_write_key(shop: Path) -> None:
    made = typed(shop, "key", "create", "--source", "back-office", "--scopes", "read", "--expires", "30d")
    assert "Shown this once. It may only read; it is known as back-office until" in " ".join(made.stderr.split())
    assert "write key" not in made.stderr


def test_two_at_once_and_a_third_after_one_is_revoked(shop: Path) -> None:
    make = ("key", "create", "--source", "web", "--expires", "30d")
    ids = [json.loads(typed(shop, *make, "--json").stdout)["id"] for _ in range(2)]
    said = refused(shop, *make)
    assert all(each in said for each in ids)
    assert typed(shop, "key", "create", "--source", "server", "--expires", "30d").exit_code == 0
    assert typed(shop, "key", "revoke", ids[0]).exit_code == 0
    assert "already" in refused(shop, "key", "revoke", ids[0])
    assert typed(shop, *make).exit_code == 0
    with closing(store_for_reading(shop)) as store:
        kept = store.keys()
    assert sum(is_live(key, clock()) for key in kept if key.source == "web") == 2


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--expires", "0d"), "must end some day"),
        (("--expires", "for ever"), "365d"),
        (("--expires", "9d", "--scopes", "ingst"), "Did you mean ingest?"),
        (("--expires", "9d", "--scopes", ","), "what the key may do"),
        (("--expires", "9d", "--point", "chekout"), "Did you mean checkout?"),
        (("--expires", "9d", "--public"), "--origin"),
        (("--expires", "9d", "--public", "--origin", "https://shop.example/page"), "no origin"),
        (("--expires", "9d", "--public", "--origin", "*"), "no origin"),
        (("--expires", "9d", "--public", "--origin", "https://shop.example", "--scopes", "ingest,read"), "only send"),
        (("--expires", "9d", "--origin", "https://shop.example"), "--public"),
    ],
)
def test_what_may_not_be_made_is_refused_in_a_sentence(shop: Path, flags: tuple[str, ...], says: str) -> None:
    assert says in refused(shop, "key", "create", "--source", "web", *flags)
    with closing(store_for_reading(shop)) as store:
        assert store.keys() == []


def test_a_source_that_no_point_covers_has_no_key(shop: Path) -> None:
    assert "collection point" in refused(shop, "key", "create", "--source", "elsewhere", "--expires", "9d")


def test_a_point_without_a_notice_cannot_have_a_key(shop: Path) -> None:
    (shop / "notices" / "checkout.md").unlink()
    said = refused(shop, "key", "create", "--source", "web", "--expires", "9d")
    assert "notice" in said


def test_what_is_set_aside_is_listed(shop: Path) -> None:
    assert "Nothing is set aside" in typed(shop, "source", "aside").stdout
