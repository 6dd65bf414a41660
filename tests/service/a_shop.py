"""A small shop on disk: six customers, each with a story, and one campaign."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from tactful.bootstrap import store_at
from tactful.model.records import DAY, HOUR, Permission
from tactful.service.import_orders import import_orders, not_goods_of, prepare_orders, recognise_orders
from tactful.service.packs import DEFAULT_POLICY
from tactful.service.ports import Store
from tactful.service.project import Project, read_texts, shop_of
from tactful.service.publishing import Prepared, prepare, publish
from tactful.service.setup import Answers, first_files, write_files
from tactful.service.table_file import read_table

NOW = int(dt.datetime(2011, 12, 10, 10, tzinfo=dt.UTC).timestamp()) * 1_000_000
LATER = NOW + 5 * 365 * DAY
CAMPAIGN = Path("campaigns/back-in-rhythm.yaml")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

ANSWERS = Answers(
    shop="The Gift Shop",
    sector="retail",
    home="uk",
    zone="Europe/London",
    currency="GBP",
    sender_post="1 High Street, Anytown",
    sender_mail="hello@giftshop.example",
    site="https://giftshop.example",
    adults_only=True,
    helpdesk="helpdesk",
    carrier="none",
    notice_since="2010-12-01",
    refusal_box=True,
    approved_by="privacy@giftshop.example",
)


def rhythm(person: str, country: str, units: int = 2, name: str = "LUNCH BAG RED", code: str = "20725") -> list[str]:
    """Six orders, every fourteen days, the last fifteen days before NOW."""
    first = dt.date(2011, 11, 25) - dt.timedelta(days=70)
    days = [first + dt.timedelta(days=14 * n) for n in range(6)]
    return [f"{person}{n},{code},{name},{units},{day}T10:00:00,1.65,{person},{country}" for n, day in enumerate(days)]


STORIES: dict[str, list[str]] = {
    "ada": rhythm("ada", "United Kingdom"),
    "ben": rhythm("ben", "Germany"),
    "cara": [
        *rhythm("cara", "United Kingdom"),
        "Ccara,22423,CAKE STAND,-1,2011-12-07T10:00:00,12.75,cara,United Kingdom",
    ],
    "dee": rhythm("dee", "United Kingdom", units=96),
    "eve": ["eve1,20725,LUNCH BAG RED,1,2011-11-25T10:00:00,1.65,eve,United Kingdom"],
    "fay": rhythm("fay", "United Kingdom"),
}


def set_up(folder: Path, notice: bool = True, holdout: str = "0%", run: str = "watch") -> None:
    """Write the files of the shop."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder.parent / f"{folder.name}-notice.md"
    text.write_text("We may write to you about similar things. [ ] No e-mail, please.")
    answers = ANSWERS
    files = first_files(answers, dt.date(2026, 1, 31))
    if notice:
        point = files.pop("collection-points/checkout.draft.yaml")
        point = point[: point.index("# approved")] + "approved: {by: privacy@giftshop.example, on: 2011-01-01}\n"
        files["collection-points/checkout.yaml"] = point
        files["notices/checkout.md"] = text.read_text()
    campaign = files[CAMPAIGN.as_posix()]
    files[CAMPAIGN.as_posix()] = campaign.replace("holdout: 10%", f"holdout: {holdout}").replace(
        "run: watch", f"run: {run}"
    )
    write_files(folder, files)
    with closing(store_at(folder)) as store:
        publish(store, shipped(), "init", "", LATER - DAY)


@cache
def shipped() -> Prepared:
    """The packaged policy, looked at once for all tests."""
    with tempfile.TemporaryDirectory() as folder, closing(store_at(Path(folder))) as store:
        return prepare(store, DEFAULT_POLICY, None, dt.date(2026, 1, 31))


def fill(folder: Path, stories: dict[str, list[str]] | None = None, helpdesk: bool = True) -> Store:
    """The store of the shop, with the orders of these people; Fay has unsubscribed."""
    stories = stories if stories is not None else STORIES
    path = folder / "orders.csv"
    path.write_text("\n".join((HEADER, *(line for lines in stories.values() for line in lines))))
    shop = shop_of(folder)
    store = store_at(folder)
    frame = read_table(path)
    recognised = recognise_orders(frame, {}, shop, str(path))
    prepared = prepare_orders(frame, recognised, shop, not_goods_of(folder), LATER, str(path))
    import_orders(store, prepared, recognised, path, "orders", LATER)
    store.hear("orders", NOW - HOUR, LATER)
    if helpdesk:
        store.hear("helpdesk", NOW - HOUR, LATER)
    fay = store.find("customer", "fay")
    if fay is not None:
        store.record_permissions([(fay, withdrawn("recommend"))])
    return store


def withdrawn(purpose: str) -> Permission:
    """She took it back, a month before NOW."""
    at = NOW - 30 * DAY
    return Permission(purpose, "email", "*", "withdrawn", "consent", "plainly", at, at, "csv")


def project(folder: Path) -> Project:
    """The project of the shop with its campaign."""
    return Project(read_texts(folder, folder / CAMPAIGN), campaign_file=CAMPAIGN.as_posix())
