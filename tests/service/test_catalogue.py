"""What the shop sells is learned from the orders of every channel, and from no page."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.service import a_shop
from tests.service.test_run import by_person, decided

from tactful.bootstrap import store_at
from tactful.model.records import HOUR
from tactful.service.catalogue import Article, Shelf, joined
from tactful.service.door import Doorman, Sender, arrive, doorman_of
from tactful.service.import_orders import kept_catalogue
from tactful.service.ingest import ingest
from tactful.service.person import Shelves, shelved, show, who
from tactful.service.project import points_of, shop_of

LINES = (*a_shop.STORIES["ada"], *a_shop.rhythm("zoe", "United Kingdom", name="LUNCH BAG BLUE", code="20726"))
TILL = Sender("orders")


def order(line: str) -> dict[str, Any]:
    """A line of the file as a till's system sends it."""
    number, code, name, units, at, price, person, country = line.split(",")
    product = {"sku": code, "name": name, "price": float(price), "quantity": int(units)}
    properties = {"order_id": number, "products": [product], "shipping_address": {"country": country}}
    return {
        "type": "track", "event": "Order Completed", "userId": person, "messageId": number, "timestamp": f"{at}Z",
        "properties": properties,
    }  # fmt: skip


def door(folder: Path) -> Doorman:
    return doorman_of(shop_of(folder), points_of(folder))


def test_whoever_orders_at_the_till_is_spoken_to_as_one_whose_orders_came_in_a_file(tmp_path: Path) -> None:
    said = []
    for way in ("file", "till"):
        folder = tmp_path / way
        a_shop.set_up(folder)
        with closing(a_shop.fill(folder, {"all": list(LINES)}) if way == "file" else store_at(folder)) as store:
            if way == "till":
                calls = [order(each) for each in LINES]
                done = ingest(store, TILL, door(folder), calls, a_shop.LATER, shelf=Shelf(store))
                assert done.accepted == len(LINES)
                for source in ("orders", "helpdesk"):
                    store.hear(source, a_shop.NOW - HOUR, a_shop.LATER)
            read = decided(folder, store)
            said.append(
                {
                    name: decision.outcomes[0].verdict
                    for name, found in by_person(read).items()
                    for row, decision in read.decisions()
                    if row.decision_id == found
                }
            )
            names = {each.code: (each.name, each.price, each.goods) for each in kept_catalogue(store).articles}
            assert names == {"20725": ("LUNCH BAG RED", 1650, True), "20726": ("LUNCH BAG BLUE", 1650, True)}
    assert said[0] == said[1]
    assert said[0]["ada"] == "say"


def test_a_page_prices_nothing(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "shop")
    with closing(store_at(tmp_path / "shop")) as store:
        page = Sender("orders", public=True)
        ingest(store, page, door(tmp_path / "shop"), [order(LINES[0])], a_shop.LATER, shelf=Shelf(store))
        assert store.articles() == []


def test_a_shelf_asks_the_store_only_for_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_shop.set_up(tmp_path / "shop")
    with closing(store_at(tmp_path / "shop")) as store:
        shelf, kept = Shelf(store), store.sold
        asked: list[int] = []
        monkeypatch.setattr(store, "sold", lambda articles: (asked.append(len(articles)), kept(articles)))
        for line in (LINES[0], LINES[0], LINES[0].replace("T10:00:00", "T10:59:00"), LINES[1], LINES[0]):
            found = arrive(order(line), TILL, door(tmp_path / "shop"), a_shop.LATER)
            shelf.take([found])  # type: ignore[list-item]
        assert asked == [1, 1]
        (article,) = store.articles()
        assert (article.name, article.price, article.first_at < article.last_at) == ("LUNCH BAG RED", 1650, True)


def test_two_sales_are_one_product_in_whatever_order_they_come() -> None:
    early, late = Article("1", "BAG", 100, 5, 5, 1, True), Article("1", "RED BAG", 200, 7, 7, 1, False)
    assert joined(early, late) == joined(late, early) == Article("1", "RED BAG", 200, 5, 7, 1, False)
    twin = Article("1", "BAG", 300, 5, 5, 1, True)
    assert joined(early, twin) == joined(twin, early)


def test_an_order_file_and_a_till_are_one_catalogue(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "shop")
    with closing(a_shop.fill(tmp_path / "shop", {"ada": a_shop.STORIES["ada"]})) as store:
        store.sold([Article("20725", "LUNCH BAG CRIMSON", 1950, a_shop.NOW, a_shop.NOW, 1, True)])
        (article,) = kept_catalogue(store).articles
        assert (article.name, article.price) == ("LUNCH BAG CRIMSON", 1950)
        assert article.first_at < a_shop.NOW


def test_whoever_shows_many_people_reads_the_shop_once_and_shows_the_same(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "shop")
    with closing(a_shop.fill(tmp_path / "shop")) as store:
        project = a_shop.project(tmp_path / "shop")
        shelves = Shelves(store)
        assert shelves.of(project) is shelves.of(project)
        assert shelves.of(project) == shelved(store, project)
        assert shelves.of(a_shop.project(tmp_path / "shop")) is not shelves.of(project)
        for name in a_shop.STORIES:
            person = who(store, name)
            kept = show(store, project, person, a_shop.NOW, shelves.of(project))
            assert kept == show(store, project, person, a_shop.NOW)
