"""However a file or a person writes an identifier, it is that of the same person as at the door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.service import a_shop
from tests.service.test_catalogue import TILL, door

from tactful.bootstrap import store_at
from tactful.model.problems import Problems
from tactful.model.records import HOUR
from tactful.profile.identifiers import spelled
from tactful.service.door import region_of
from tactful.service.identity import person_of, read_rules
from tactful.service.import_contacts import import_contacts, read_contacts
from tactful.service.import_permissions import import_permissions
from tactful.service.ingest import ingest
from tactful.service.permissions_file import CSV, read_permissions
from tactful.service.person import who
from tactful.service.ports import Store
from tactful.service.project import shop_of

TOLD = {"phone": "020 7946 0018", "email": "Ada@Shop.example", "loyaltyNumber": "LOY 12-3"}
WHEN = "2011-12-01T10:00:00Z"
NUMBERS = ("020 7946 0018", "+44 20 7946 0018", "+442079460018", "0044 20 7946 0018", "(020) 7946-0018")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in which the door has met one person, with a telephone."""
    a_shop.set_up(tmp_path / "shop")
    point = tmp_path / "shop" / "collection-points" / "checkout.yaml"
    point.write_text(point.read_text().replace("collects: [", "collects: [contact.phone, "))
    with closing(store_at(tmp_path / "shop")) as opened:
        call = {
            "type": "identify",
            "userId": "ada",
            "traits": TOLD,
            "messageId": "1",
            "timestamp": "2011-12-01T10:00:00Z",
        }
        done = ingest(opened, TILL, door(tmp_path / "shop"), [call], a_shop.LATER, joining=read_rules(tmp_path))
        assert done.accepted == 1
        yield opened


@pytest.mark.parametrize("written", NUMBERS)
def test_her_no_in_a_file_reaches_her_by_her_number(store: Store, tmp_path: Path, written: str) -> None:
    file = tmp_path / "no.csv"
    row = {"phone": [written], "purpose": ["recommend"], "channel": ["sms"], "state": ["withdrawn"]}
    frame = pl.DataFrame(row)
    frame.write_csv(file)
    read = read_permissions(frame, CSV, {}, [], a_shop.LATER, str(file))
    done = import_permissions(store, read, file, a_shop.LATER, region="GB")
    assert done.people_created == 0
    assert [(each.purpose, each.state) for each in store.permissions(who(store, "ada"))] == [("recommend", "withdrawn")]


@pytest.mark.parametrize("written", NUMBERS)
def test_what_was_sent_to_her_number_was_sent_to_her(store: Store, written: str) -> None:
    frame = pl.DataFrame({"person": [written]})
    read = read_contacts(frame, {}, "phone", a_shop.NOW - HOUR, "Europe/London", a_shop.NOW, "sent.csv")
    assert import_contacts(store, read, "sms", "recommend", "sent.csv", region="GB").added == 1
    assert len(store.contacts(who(store, "ada"), 0)) == 1


def test_whoever_asks_for_her_finds_her(store: Store, tmp_path: Path) -> None:
    region = region_of(shop_of(tmp_path / "shop"))
    assert region == "GB"
    ada = who(store, "customer:ada")
    for named in (*(f"phone:{each}" for each in NUMBERS), *NUMBERS, "email:ADA@shop.example ", "loyalty:LOY-123"):
        assert who(store, named, region) == ada
    assert person_of(store, read_rules(tmp_path), "phone:+44 20 7946 0018") == ada
    with pytest.raises(Problems):
        who(store, "phone:020 7946 0019", region)


def test_what_cannot_be_read_stays_as_it_is() -> None:
    assert spelled("phone", "extension 7", "GB") == "extension 7"
    assert spelled("email", "not an address", None) == "not an address"
    assert spelled("customer", "00 17-850", "GB") == "00 17-850"
