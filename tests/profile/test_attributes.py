"""What the document says of the customer herself."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.profile.given import at_day, folded, line, note, table, traits

from tactful.model.flow import read_flow
from tactful.model.records import DAY, Event
from tactful.profile.attributes import Attributes, AttributeSettings, attributes, load_countries
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    FAULTY,
    ORDER_CANCELLED_BY_US,
    PARCEL_DELIVERED,
    PARCEL_LATE,
    PUT_RIGHT,
)
from tactful.profile.traits import Keeps

COUNTRIES = load_countries(*table("countries.yaml"))
LISTENING = AttributeSettings(COUNTRIES, 14, frozenset({"customer.complaint_open", "customer.let_down"}))
DEAF = AttributeSettings(COUNTRIES)


def found(*events: Event, day: float = 20, settings: AttributeSettings = LISTENING) -> Attributes:
    result = attributes(folded(*events), at_day(day), settings)
    flow, problems = read_flow(result.keys)
    assert problems == []
    assert flow == result.keys
    assert set(result.because) == set(result.keys)
    return result


def key(name: str, *events: Event, day: float = 20, settings: AttributeSettings = LISTENING) -> object:
    return found(*events, day=day, settings=settings).keys.get(name)


def test_the_country_of_the_latest_order() -> None:
    assert key("customer.jurisdiction", line(1, country="France"), line(2, country="EIRE")) == "eu-ie"
    assert key("customer.jurisdiction", line(1, country="France"), line(30, country="EIRE")) == "eu-fr"
    assert found(line(1)).zones == ("Europe/London",)
    moved = traits(3, {"contact.address:country": "Germany"})
    assert key("customer.jurisdiction", line(1), moved) == "eu-de"
    assert key("customer.jurisdiction", line(5), moved) == "uk"


@pytest.mark.parametrize("country", ["Unspecified", "Channel Islands", "", "Atlantis"])
def test_an_unclear_country_is_absent(country: str) -> None:
    assert key("customer.jurisdiction", line(1, country=country)) is None


def test_channel_islands_have_a_clock() -> None:
    assert found(line(1, country="Channel Islands")).zones == ("Europe/Jersey", "Europe/Guernsey")


def test_every_country_of_the_real_file(shared_data: Path) -> None:
    countries = pl.read_parquet(shared_data / "online_retail.parquet", columns=["Country"])["Country"].unique()
    unclear = {name for name in countries if not (each := COUNTRIES.look_up(name)) or not each.jurisdiction}
    assert len(countries) == 38
    assert unclear == {"Unspecified", "Channel Islands"}


def test_brought_back_within_a_fortnight() -> None:
    back = line(6, order="C1", nature="returned", units=-1)
    assert key("customer.let_down", line(1), back) is True
    assert key("customer.let_down", line(1), back, day=21) is False
    assert key("customer.let_down", line(1), back, settings=DEAF, day=21) is None
    assert key("customer.let_down", line(1), back, note(PUT_RIGHT, 7, "C1")) is False
    assert key("customer.let_down", line(1), back, note(PUT_RIGHT, 7, "other")) is True


def test_a_late_parcel_stays_so_until_put_right() -> None:
    late = note(PARCEL_LATE, 2, "o1")
    assert key("customer.let_down", late, note(PARCEL_DELIVERED, 3, "o1"), day=300) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 3, "o1")) is False
    assert key("customer.let_down", late, note(PUT_RIGHT, 2, "o1")) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 3, "o1"), note(PARCEL_LATE, 4, "o1")) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 3, "o2")) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 30, "o1")) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 1, "o1"), note(PUT_RIGHT, 30, "o1")) is True
    assert key("customer.let_down", late, note(PUT_RIGHT, 3, "o1"), note(PUT_RIGHT, 30, "o1")) is False
    assert key("customer.let_down", late, day=1) is False


def test_complaints() -> None:
    opened = note(COMPLAINT_OPENED, 2, "c1")
    assert key("customer.complaint_open", opened) is True
    assert key("customer.complaint_open", opened, note(COMPLAINT_CLOSED, 3, "c1")) is False
    assert key("customer.complaint_open", opened, note(COMPLAINT_CLOSED, 2, "c1")) is True
    assert key("customer.complaint_open", opened, note(COMPLAINT_OPENED, 30, "c1")) is True
    assert key("customer.complaint_open") is False
    assert key("customer.complaint_open", settings=DEAF) is None


@pytest.mark.parametrize(
    ("days", "depth"),
    [((), "stranger"), ((1,), "acquaintance"), ((1, 2, 3, 4), "acquaintance"), ((1, 2, 3, 181), "regular")],
)
def test_depth_is_a_matter_of_time_and_orders(days: tuple[float, ...], depth: str) -> None:
    assert key("relationship.depth", *(line(day) for day in days), day=200) == depth
    assert key("relationship.depth", *(line(day, units=999, price=99_000) for day in days), day=200) == depth


@pytest.mark.parametrize("kind", [PARCEL_LATE, ORDER_CANCELLED_BY_US, FAULTY])
def test_what_we_did_wrong_counts_until_it_is_put_right(kind: str) -> None:
    wrong = note(kind, 5, "o1")
    assert key("customer.let_down", line(1), wrong, day=200) is True
    assert "put right" in found(line(1), wrong).because["customer.let_down"]
    assert key("customer.let_down", line(1), wrong, note(PUT_RIGHT, 6, "o1")) is False
    assert key("customer.let_down", line(1), wrong, note(PUT_RIGHT, 6, "o2")) is True
    assert key("customer.let_down", line(1), wrong, note(PUT_RIGHT, 6, "o1"), note(kind, 7, "o1")) is True
    assert key("customer.let_down", line(1), wrong, note(PUT_RIGHT, 6, "o1"), note(kind, 7, "o1"), day=6.5) is not None


def test_what_is_too_old_makes_nobody_a_regular() -> None:
    orders = [line(day) for day in (0, 60, 120, 190)]
    keeps = AttributeSettings(COUNTRIES, keeps=Keeps({"purchase": 100 * DAY}))
    assert key("relationship.depth", *orders, day=200) == "regular"
    assert key("relationship.depth", *orders, day=200, settings=keeps) == "acquaintance"
    assert key("relationship.depth", *orders, day=400, settings=keeps) == "stranger"
    assert key("customer.jurisdiction", *orders, day=400, settings=keeps) is None


def test_only_her_own_word_moves_her() -> None:
    moved = traits(3, {"contact.address:country": "Germany"}, "list", "third_party")
    assert key("customer.jurisdiction", line(1), moved) == "uk"
