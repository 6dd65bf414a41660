"""A store that was copied to another engine is the same store, or there is nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Server, name_of

from tactful.bootstrap import copy_store, reading_store, store_from
from tactful.model.arrivals import Arrival, Key, SetAside
from tactful.model.kept import DecisionRow, Document, ImportedFile, Publication, Snapshot
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, Cap, Contact, NewEvent, Permission
from tactful.store import copying
from tactful.testing.store_rows import granted

NOW = 1_800_000_000_000_000


def unwatched(total: int) -> Any:
    return lambda moved: None


def fill(place: str | Path) -> None:
    """A little of everything."""
    with closing(store_from(place)) as store:
        calls = [
            Arrival(
                "web", b"%d" % n, (NewEvent("web", b"%d" % n, "seen", ("customer", f"{n % 7}\0é"), n, b"\0%d" % n),),
                left_out=("trait x",),
            )
            for n in range(50)
        ]  # fmt: skip
        store.take_in(calls[:20], NOW)
        store.take_in([Arrival("web", b"only", (), permissions=(granted(),), subjects=(("customer", "1\0é"),))], NOW)
        store.take_in(calls[20:], NOW + DAY)
        store.append([NewEvent("tills", b"t", "sold", None, -5, b"")], 5)
        people = store.resolve([("customer", f"{n}\0é") for n in range(7)] + [("email", "Penny@Shop.example")])
        store.record_permissions([(each, Permission("market", "email", "*", "given", "consent", "plainly", 1, 2, "f"))
                                  for each in people])  # fmt: skip
        assert store.reserve(people[0], Contact("email", "market", NOW, "d1"), [Cap(1, DAY)])
        store.record_contacts([(people[1], Contact("sms", "market", NOW))])
        store.begin_run("r", "watch", "tea", b"\xff", 1)
        row = DecisionRow("d1", people[0], 5, b"digest", b"\0record", b"out", "tea", "say", "chosen")
        store.record_decisions("r", 0, [row], [Snapshot(people[0], b"digest", b"facts")])
        store.finish_run("r", b"s", 2)
        digest = store.keep_artefact("policy", b"texts")
        store.publish(Publication(1, "publish", "aa", "shop 1", "Grace", 3, "", digest), b"texts")
        store.hear("mail", 1, 2, "note")
        store.note_import(ImportedFile(b"a", "\udcff\0.csv", b"\x01", 5))
        store.add_key(Key("k1", b"d" * 32, "web", "shop", ("ingest",), True, ("https://shop.example",), 1, 2))
        store.set_aside([SetAside("web", 1, "why", b"{")])
        store.save_documents([Document(people[0], 1, 1, b"doc")])


def told(place: str | Path) -> list[Any]:
    """What the store says of all that is in it."""
    with closing(reading_store(place)) as store:
        people = [row.person_id for row in store.read_documents(9)]
        return [
            store.counts(), [(row.person_id, row.tail) for row in store.read_documents(9)],
            list(store.read_permissions()), list(store.read_contacts(0)), list(store.decisions("r")),
            [store.person_label(each) for each in people], store.active(), store.publications(), store.runs("tea"),
            store.heard(), store.imports(), store.keys(), store.aside(), store.left_out(0),
            [store.find("customer", f"{n}\0é") for n in range(7)], store.find("email", "penny@shop.example"),
            store.snapshot(people[0], b"digest"),
        ]  # fmt: skip


def goes_on(place: str | Path) -> None:
    """What was seen is known, and what is new finds its place."""
    with closing(store_from(place)) as store:
        again = Arrival("web", b"7", (NewEvent("web", b"7", "seen", ("customer", "0\0é"), 7, b"\x007"),))
        new = Arrival("web", b"new", (NewEvent("web", b"new", "seen", ("customer", "0\0é"), 7, b"n"),))
        taken = store.take_in([again, new], NOW + 2 * DAY)
        assert (taken.fresh, taken.appended.differing) == ((False, True), 0)
        penny = store.find("customer", "0\0é")
        assert penny is not None
        row = store.document(penny, 9)
        store.save_documents([Document(penny, 9, row.last_pos, b"d")])
        store.append([NewEvent("web", b"newer", "seen", ("customer", "0\0é"), 8, b"")], NOW)
        assert [each.body for each in store.document(penny, 9).tail] == [b""]
        assert store.reserve(penny, Contact("email", "market", NOW, "d2"), [])
        store.begin_run("r2", "watch", "tea", b"", 1)
        assert store.record_decisions("r2", 0, [DecisionRow("d3", penny, 5, b"", b"", b"")])
        assert "folder" not in store.behind("folder", 5).people


def test_there_and_back(tmp_path: Path, postgres_server: Server) -> None:
    there, further = postgres_server.database(), postgres_server.database()
    fill(tmp_path / "a")
    before = told(tmp_path / "a")
    copied, size = copy_store(tmp_path / "a", there, unwatched)
    assert size > 0
    assert {each.table for each in copied if each.rows} >= {"person", "event", "seen", "log", "api_key", "left_out"}
    assert told(there) == before
    again, _ = copy_store(there, further, unwatched)
    back, _ = copy_store(further, tmp_path / "b", unwatched)
    assert told(further) == told(tmp_path / "b") == before
    assert [(each.table, each.rows, each.digest) for each in back] == [
        (each.table, each.rows_there, each.digest_there) for each in copied
    ]
    assert again == [each for each in again if each.same]
    goes_on(there)
    goes_on(tmp_path / "b")


def test_a_store_that_holds_something_is_not_copied_into(tmp_path: Path, postgres_url: str) -> None:
    fill(tmp_path / "a")
    with closing(store_from(postgres_url)) as store:
        store.hear("mail", 1, 2)
        with pytest.raises(StoreProblem, match="is not empty: copy into a new one"):
            copy_store(tmp_path / "a", postgres_url, unwatched)
        assert list(store.heard()) == ["mail"]
        assert store.counts().events == 0


def test_a_difference_at_the_other_end_is_found_and_nothing_is_kept(
    tmp_path: Path, postgres_url: str, postgres_server: Server
) -> None:
    fill(tmp_path / "a")
    store_from(postgres_url).close()
    name = name_of(postgres_url)
    postgres_server.say(
        "CREATE FUNCTION tactful.wrong() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.verdict = 'say' THEN NEW.verdict := 'never'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER wrong BEFORE INSERT ON tactful.decision_ref FOR EACH ROW EXECUTE FUNCTION tactful.wrong()",
        name=name,
    )
    with pytest.raises(StoreProblem, match=r"not what was read \(decision_ref\); nothing was kept"):
        copy_store(tmp_path / "a", postgres_url, unwatched)
    with closing(reading_store(postgres_url)) as store:
        assert (store.counts().persons, store.counts().events) == (0, 0)


@pytest.mark.parametrize("stops_at", [1, 60, 150])
def test_stopped_half_way_there_is_nothing_and_it_can_be_run_again(
    tmp_path: Path, postgres_url: str, stops_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROWS", 10)
    fill(tmp_path / "a")
    done = 0

    def watched(total: int) -> Any:
        def moved(rows: int) -> None:
            nonlocal done
            done += rows
            if done >= stops_at:
                raise KeyboardInterrupt

        return moved

    with pytest.raises(KeyboardInterrupt):
        copy_store(tmp_path / "a", postgres_url, watched)
    with closing(reading_store(postgres_url)) as store:
        assert store.counts().persons == 0
    copy_store(tmp_path / "a", postgres_url, unwatched)
    assert told(postgres_url) == told(tmp_path / "a")


def test_every_table_of_the_schema_is_copied_or_made_again() -> None:
    assert len(copying.tables()) == len(set(copying.tables()))
    assert {"person", "event", "seen", "contact", "merge", "refold"} <= set(copying.tables())
