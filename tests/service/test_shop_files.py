"""A server's view of the shop's files: a change is taken whole or not at all, and what is in use is not taken away."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.web.running import clock, key, shop_with_a_point

from tactful.bootstrap import serving_store, store_at
from tactful.model.problems import Problems, StoreProblem
from tactful.service import shop_files
from tactful.service.ports import Store
from tactful.service.shop_files import Served, ShopFiles

POINT = "collection-points/checkout.yaml"


class Looked:
    """A server's files, looked at by hand."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.files = ShopFiles(folder)
        self.told: list[dict[str, object]] = []

    def look(self, times: int = 2, *, at_once: bool = False) -> Served:
        for _ in range(times):
            self.files.look(self.store, clock, self.told.append, at_once=at_once)
        return self.files.now

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")


@pytest.fixture
def looked(tmp_path: Path) -> Iterator[Looked]:
    shop_with_a_point(tmp_path)
    with closing(store_at(tmp_path)) as store:
        yield Looked(tmp_path, store)


def test_nothing_changed_is_nothing_told(looked: Looked) -> None:
    before = looked.files.now
    assert looked.look(5) is before
    assert looked.look(2, at_once=True) is before
    os.utime(looked.folder / "shop.yaml", (1, 1))
    assert looked.look(3) is before
    assert (looked.told, looked.files.taken, looked.files.refused) == ([], 0, 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tables/not_goods.yaml", None),
        ("identity.yaml", None),
        ("labels.yaml", "labels: []\n"),
        ("notices/checkout.md", "Something else was shown.\n"),
    ],
)
def test_a_change_of_any_file_is_taken(looked: Looked, name: str, text: str | None) -> None:
    from tactful.service.packaged_files import copy_packaged

    before = looked.files.now
    if text is None:
        written = copy_packaged(looked.folder, Path(name).stem)
        written.write_text(written.read_text("utf-8").replace("per_person: 5", "per_person: 6") + "# ours\n", "utf-8")
    else:
        looked.write(name, text)
    now = looked.look()
    assert now is not before
    assert looked.told == [{"shop_files": "taken"}]
    assert (looked.files.taken, looked.files.trouble) == (1, ())


def test_what_is_still_being_written_is_left_until_it_rests(looked: Looked) -> None:
    before = looked.files.now
    for n in range(4):
        looked.write("notices/checkout.md", "What she was told." + n * " More.")
        assert looked.look(1) is before
    assert looked.look(1) is not before


def test_a_signal_does_not_wait(looked: Looked) -> None:
    before = looked.files.now
    looked.change("shop.yaml", "shop:", "# a remark\nshop:")
    assert looked.look(1, at_once=True) is not before


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("shop.yaml", "sector: retale\n", "retale"),
        ("tables/fit.yaml", "fit: 1\n", "fit.yaml"),
        ("tables/line.yaml", "x: [", "line.yaml"),
        ("tables/keep.yaml", "version: 1\n", "Did you mean keeps.yaml?"),
        ("identity.yaml", "identity: 1\nkinds: {costumer: {is: unique, priority: 1, per_person: 1}}\n", "customer"),
        ("collection-points/more.yaml", "collection_point: more\n", "more.yaml"),
        ("labels.yaml", "labels:\n  - label: x\n", "labels.yaml"),
    ],
)
def test_a_change_that_does_not_hold_is_refused_whole(looked: Looked, name: str, text: str, sentence: str) -> None:
    before = looked.files.now
    looked.write("notices/checkout.md", "A good change beside the bad one.\n")
    was = (looked.folder / name).read_text("utf-8") if (looked.folder / name).exists() else None
    looked.write(name, text)
    assert looked.look(4) is before, "the last good state goes on"
    assert [each["shop_files"] for each in looked.told] == ["refused"], "it is said once"
    assert sentence in str(looked.told[0]["why"])
    assert (looked.files.refused, bool(looked.files.trouble)) == (1, True)
    if was is None:
        (looked.folder / name).unlink()
    else:
        looked.write(name, was)
    assert looked.look() is not before
    assert (looked.told[-1], looked.files.trouble) == ({"shop_files": "taken"}, ())


def test_put_back_it_is_as_before(looked: Looked) -> None:
    before = looked.files.now
    text = (looked.folder / "shop.yaml").read_text("utf-8")
    (looked.folder / "shop.yaml").unlink()
    assert looked.look(3) is before
    assert "no shop here" in looked.files.trouble[0]
    looked.write("shop.yaml", text)
    assert looked.look() is before
    assert looked.told[-1] == {"shop_files": "as before"}


def test_a_collection_point_in_use_is_not_taken_away(looked: Looked) -> None:
    key(looked.folder, "server")
    (kept,) = looked.store.keys()
    before = looked.files.now
    (looked.folder / POINT).rename(looked.folder / "kept.txt")
    assert looked.look() is before
    (sentence,) = looked.files.trouble
    assert sentence == (
        f"collection-points: checkout is in use and would be gone for {kept.key_id} of server: "
        "put it back, or revoke the key first."
    )
    looked.store.revoke_key(kept.key_id, clock())
    assert looked.look(1, at_once=True) is not before, "nobody sends through it any more"


def test_a_source_in_use_is_not_taken_from_a_point(looked: Looked) -> None:
    key(looked.folder, "web", origins=("https://shop.example",))
    before = looked.files.now
    looked.change(POINT, "orders, web, server", "orders, server")
    assert looked.look() is before
    assert "would be gone for" in looked.files.trouble[0]
    looked.change(POINT, "orders, server", "orders, web")
    assert looked.look() is not before, "nobody has a key of server"


def test_keys_that_do_not_send_keep_nothing(looked: Looked) -> None:
    key(looked.folder, "crm", "read")
    key(looked.folder, "server", lasts=1)
    before = looked.files.now
    looked.change(POINT, "web, server, crm", "web")
    assert looked.look() is not before


def test_what_was_refused_for_the_store_s_sake_is_tried_again(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = looked.files.now

    def away() -> None:
        raise StoreProblem("The store is away.")

    looked.write("notices/checkout.md", "Another text.\n")
    with monkeypatch.context() as broken:
        broken.setattr(looked.store, "keys", away)
        assert looked.look() is before
    assert looked.files.trouble == ("The store is away.",)
    assert looked.look(3) is before
    monkeypatch.setattr(shop_files, "RETRY", -1.0)
    assert looked.look(1) is not before


def test_a_fault_of_ours_does_not_end_it(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = looked.files.now
    looked.write("notices/checkout.md", "Another text.\n")
    with monkeypatch.context() as broken:
        broken.setattr(shop_files, "read_served", lambda folder: 1 // 0)
        assert looked.look() is before
    assert looked.files.trouble[0].startswith("a fault of ours at ZeroDivisionError")


def test_a_change_while_it_reads_is_not_taken_half(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = looked.files.now, shop_files.read_served

    def changed_meanwhile(folder: Path) -> Served:
        served = read(folder)
        looked.write("notices/checkout.md", f"Text number {time.monotonic_ns()}.\n")
        return served

    looked.write("notices/checkout.md", "Another text.\n")
    with monkeypatch.context() as busy:
        busy.setattr(shop_files, "read_served", changed_meanwhile)
        assert looked.look(6) is before
    assert looked.look() is not before


def test_the_thread_looks_by_itself_and_stops(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_files, "PERIOD", 0.02)
    before = looked.files.now
    serving = serving_store(looked.folder)
    looked.files.start(serving, clock, looked.told.append)
    looked.write("notices/checkout.md", "Another text.\n")
    deadline = time.monotonic() + 10
    while looked.files.now is before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert looked.files.now is not before
    looked.files.stop(5)
    serving.close()
    assert looked.told == [{"shop_files": "taken"}]


def test_a_shop_that_does_not_hold_is_not_begun_with(tmp_path: Path) -> None:
    shop_with_a_point(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/fit.yaml").write_text("fit: 1\n", "utf-8")
    (tmp_path / "identity.yaml").write_text("identity: 2\n", "utf-8")
    with pytest.raises(Problems) as found:
        ShopFiles(tmp_path)
    assert {Path(each.file).name for each in found.value.problems} == {"fit.yaml", "identity.yaml"}
