"""A no by an address that is not collected, from somebody unknown: it finds her by whatever door she comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.profile.given import table
from tests.service.doors import NOW, OPEN, point

from tactful.bootstrap import copy_store, store_at, store_from
from tactful.model.records import DAY, HOUR
from tactful.permission.standing import permission_for
from tactful.profile.identity import load_identity
from tactful.profile.orders import load_not_goods
from tactful.profile.traits import load_traits
from tactful.service.door import Doorman, Sender
from tactful.service.import_contacts import import_contacts, read_contacts
from tactful.service.import_permissions import import_permissions
from tactful.service.ingest import ingest
from tactful.service.packs import packaged
from tactful.service.permissions_file import read_permissions
from tactful.service.ports import Store

PLAIN = """
collection_point: plain
notice: notices/site.md
seen_from: 2026-01-01
sources: [blog]
purposes: [service]
collects: [browsing]
approved: {by: privacy@shop.example, on: 2026-01-01}
"""
RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
DOORMAN = Doorman([point(PLAIN), point(OPEN)], load_traits(*table("traits.yaml")),
                  load_not_goods(*table("not_goods.yaml")), region="GB")  # fmt: skip
BLOG, SHOP = Sender("blog", "plain"), Sender("shop-server", "open")
MAIL = "penny.hill@shop.example"
LATER = NOW + DAY


def send(store: Store, sender: Sender, after: int, **call: Any) -> int:
    payload = {"type": "track", "messageId": str(after), **call}
    return ingest(store, sender, DOORMAN, [payload], NOW + after, joining=RULES).accepted


def refuse(store: Store, sender: Sender = BLOG) -> None:
    assert send(store, sender, 0, event="Unsubscribed", context={"traits": {"email": MAIL.upper()}}) == 1
    assert store.find("email", MAIL) is None
    assert store.counts().persons == 0


def state(store: Store, kind: str, value: str, now: int = LATER) -> str | None:
    person = store.find(kind, value)
    assert person is not None
    return permission_for(store.permissions(person), (), "market", "email", "*", now, "uk").state


def by_ingest(store: Store, folder: Path) -> tuple[str, str]:
    send(store, SHOP, 60, type="identify", userId="17850", traits={"email": MAIL})
    return "customer", "17850"


def by_contacts(store: Store, folder: Path) -> tuple[str, str]:
    frame = pl.read_csv(f"email,sent_at\n{MAIL},2026-11-21 10:00".encode(), infer_schema=False)
    import_contacts(
        store,
        read_contacts(frame, {"person": "email"}, "email", None, "UTC", LATER, "s.csv"),
        "email",
        "market",
        "s.csv",
    )
    return "email", MAIL


def by_permissions(store: Store, folder: Path) -> tuple[str, str]:
    """A yes of before, in an export that knows her by her number and by her address."""
    (folder / "users.csv").write_text("bytes")
    header = "external_id,email,email_subscribe,email_opted_in_at"
    row = f"17850,{MAIL},opted_in,2026-11-20T10:00:00Z"
    frame = pl.read_csv(f"{header}\n{row}".encode(), infer_schema=False)
    read = read_permissions(frame, "braze", {}, (), LATER, "users.csv")
    import_permissions(store, read, folder / "users.csv", LATER)
    return "customer", "17850"


DOORS = [by_ingest, by_contacts, by_permissions]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("public", [False, True])
def test_it_finds_her(door: Callable[[Store, Path], tuple[str, str]], public: bool, tmp_path: Path) -> None:
    with closing(store_at(tmp_path)) as store:
        refuse(store, Sender("blog", "plain", public=public))
        assert state(store, *door(store, tmp_path)) == "withdrawn"


def test_a_no_where_nothing_says_what_she_was_told_waits_too(tmp_path: Path) -> None:
    """No collection point covers this source, so nothing of the call may be kept, not even whom it names."""
    with closing(store_at(tmp_path)) as store:
        call = {"type": "track", "event": "Unsubscribed", "messageId": "1", "userId": "17850"}
        done = ingest(store, Sender("unheard-of"), DOORMAN, [call], NOW)
        assert (done.accepted, done.refused) == (1, ())
        assert store.find("customer", "17850") is None
        assert state(store, *by_ingest(store, tmp_path)) == "withdrawn"


def test_the_address_is_never_kept(tmp_path: Path) -> None:
    with closing(store_at(tmp_path)) as store:
        refuse(store)
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()).lower()
    assert b"suppression" in held
    assert MAIL.encode() not in held
    assert b"penny" not in held


def test_her_yes_with_the_address_counts(tmp_path: Path) -> None:
    """She comes to the newsletter's box later, and says yes with that very address."""
    with closing(store_at(tmp_path)) as store:
        refuse(store)
        frame = pl.read_csv(f"email,email_subscribe,email_opted_in_at\n{MAIL},opted_in,2026-11-22T10:00:00Z".encode())
        (tmp_path / "users.csv").write_text("bytes")
        read = read_permissions(frame, "braze", {}, (), LATER, "users.csv")
        import_permissions(store, read, tmp_path / "users.csv", LATER)
        assert state(store, "email", MAIL) == "given"


def test_it_goes_with_a_copy_and_through_retention(tmp_path: Path, postgres_url: str) -> None:
    with closing(store_at(tmp_path)) as store:
        refuse(store)
        store.forget_events(0, 1000, lambda kind, at, body: None)
        store.forget_aside(LATER)
        store.tidy()
    copied, _ = copy_store(tmp_path, postgres_url, lambda total: lambda moved: None)
    assert {each.table: each.rows for each in copied}["suppression"] == 1
    with closing(store_from(postgres_url)) as store:
        assert state(store, *by_contacts(store, tmp_path)) == "withdrawn"


def test_whoever_is_merged_and_parted_keeps_it(tmp_path: Path) -> None:
    with closing(store_at(tmp_path)) as store:
        refuse(store)
        by_contacts(store, tmp_path)
        her, other = store.owners([("email", MAIL), ("customer", "2")])
        merge = store.merge(her, other, LATER, "staff", "she told us")
        assert state(store, "customer", "2") == "withdrawn"
        store.unmerge(merge, LATER + 1, "two after all")
        assert (state(store, "email", MAIL), state(store, "customer", "2")) == ("withdrawn", "never_asked")


def test_a_browser_s_signal_with_an_unknown_address_is_kept_once_a_quarter(tmp_path: Path) -> None:
    """Every page says it again; there is one row for each form and purpose, however often."""
    with closing(store_at(tmp_path)) as store:
        rows = []
        for after in (0, 1, HOUR, 2 * HOUR):
            traits = {"email": MAIL}
            send(store, BLOG, after, type="page", anonymousId="a1", context={"gpc": True, "traits": traits})
            with store._db.reading() as connection:  # type: ignore[attr-defined]
                rows.append(connection.execute("SELECT count(*) FROM suppression").fetchone()[0])
        assert rows == [2, 2, 2, 2]
        by_ingest(store, tmp_path)
        person = store.find("customer", "17850")
        assert {each.purpose for each in store.permissions(person or 0)} == {"sell", "advertise"}
