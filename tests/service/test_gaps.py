"""A gap says what is missing, and not something else."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.service import a_shop
from tests.service.test_catalogue import LINES, door, order
from tests.service.test_run import decided

from tactful.bootstrap import store_at
from tactful.model.records import HOUR
from tactful.service.catalogue import Shelf
from tactful.service.door import Sender
from tactful.service.gaps import gaps
from tactful.service.ingest import ingest


def test_who_lives_where_the_notice_is_shown_and_did_not_pass_it_is_not_said_to_live_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    with closing(store_at(folder)) as store:
        elsewhere = [order(each) for each in LINES if ",ada," in each]
        ingest(store, Sender("till", live=False), door(folder), elsewhere, a_shop.LATER, shelf=Shelf(store))
        store.hear("helpdesk", a_shop.NOW - HOUR, a_shop.LATER)
        decided(folder, store)
        (gap,) = gaps(store, folder, ["back-in-rhythm"], a_shop.NOW).gaps
        assert "outside" not in gap.missing
        assert gap.missing.startswith("no permission on file for email × recommend: no notice that she saw")
