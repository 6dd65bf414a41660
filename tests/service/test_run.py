"""A campaign decided for everybody in a small shop, on a real store: kept, added up, explained, replayed, resumed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.service import a_shop

from tactful.model.problems import Problems
from tactful.model.records import HOUR, Contact
from tactful.service.gaps import gaps
from tactful.service.gate import Gate, read_list
from tactful.service.heaps import Heap
from tactful.service.page import run_page
from tactful.service.ports import Store
from tactful.service.replay import replay
from tactful.service.report import ReadRun
from tactful.service.run import OpenRun, decide_everybody, run_campaign, sending_reported
from tactful.service.why import why


def decided(folder: Path, store: Store, now: int = a_shop.NOW) -> ReadRun:
    project = a_shop.project(folder)
    clock = a_shop.LATER + now - a_shop.NOW
    run = store.run(run_campaign(store, project, now, clock, project.campaign.run))
    assert run is not None
    assert run.finished_at is not None
    return ReadRun(store, run)


def by_person(read: ReadRun) -> dict[str, str]:
    return {store_label(read, row.person_id): row.decision_id for row, _ in read.decisions()}


def store_label(read: ReadRun, person_id: int) -> str:
    return read.store.person_label(person_id)


def heaps(read: ReadRun) -> dict[str, Heap]:
    return {heap.group + (" (ours)" if heap.ours else ""): heap for heap in read.summary().heaps}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    a_shop.set_up(tmp_path / "shop")
    return tmp_path / "shop"


def test_everybody_falls_into_one_heap_for_her_own_reason(folder: Path) -> None:
    with_store = a_shop.fill(folder)
    read = decided(folder, with_store)
    summary = read.summary()
    assert summary.adds_up
    assert (summary.looked_at, summary.people) == (6, 5)
    found = heaps(read)
    assert found["said"].people == 1
    assert found["waiting"].people == 1
    assert "what we broke is put right" in found["waiting"].text
    assert "outside uk" in found["left alone (ours)"].text
    assert found["left alone"].people == 1
    assert "she refused, took it back" in found["left alone"].text
    assert found["not for them"].people == 1
    assert [gap.kind for gap, _ in summary.gaps] == ["place"]
    with_store.close()


def test_without_a_notice_nobody_hears_anything_and_one_gap_explains_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, notice=False)
    store = a_shop.fill(folder)
    read = decided(folder, store)
    assert not any(heap.group == "said" for heap in read.summary().heaps)
    found = gaps(store, folder, ["back-in-rhythm"], a_shop.LATER)
    assert found.gaps[0].missing == "no permission on file for email × recommend"
    assert found.gaps[0].people == 3
    assert found.gaps[0].would_become == {"say": 2, "wait": 1}
    assert "waits for approval" in found.set_up[0].what
    assert not any("fay" in gap.missing for gap in found.gaps)
    store.close()


def test_a_notice_that_says_nothing_yet_allows_nothing(folder: Path) -> None:
    (folder / "notices" / "checkout.md").write_text("<!-- Paste here, word for word, what she saw. -->\n")
    with pytest.raises(Problems, match="says nothing yet"):
        a_shop.project(folder)


def test_a_label_is_used_only_to_do_what_it_may(folder: Path) -> None:
    path = folder / a_shop.CAMPAIGN
    path.write_text(path.read_text().replace("label.due_again == true &&", "label.a_while == true &&"))
    with pytest.raises(Problems, match=r"label\.a_while may be used only to ask"):
        a_shop.project(folder)


def test_of_whom_too_little_is_known_she_is_in_no_heap_and_no_gap(folder: Path) -> None:
    labels = folder / "labels.yaml"
    labels.write_text("\n".join(line for line in labels.read_text().split("\n") if "used_only_to" not in line))
    path = folder / a_shop.CAMPAIGN
    path.write_text(path.read_text().replace("label.due_again == true &&", "label.a_while == true &&"))
    once = "gil1,20725,LUNCH BAG RED,1,2011-08-01T10:00:00,1.65,gil,United Kingdom"
    store = a_shop.fill(folder, {"eve": a_shop.STORIES["eve"], "gil": [once]})
    summary = decided(folder, store).summary()
    assert (summary.looked_at, summary.not_told, summary.people) == (2, 1, 0)
    assert not summary.gaps
    store.close()


def test_a_silent_helpdesk_that_was_not_heard_holds_everything_and_is_a_gap(folder: Path) -> None:
    store = a_shop.fill(folder, helpdesk=False)
    read = decided(folder, store)
    assert not any(heap.group == "said" for heap in read.summary().heaps)
    found = gaps(store, folder, ["back-in-rhythm"], a_shop.LATER)
    assert "not known: customer.complaint_open" in [gap.missing for gap in found.gaps]
    assert any("helpdesk was never heard" in one.what for one in found.set_up)
    store.close()


def test_each_decision_is_explained_in_both_registers_and_replays_to_the_same_bytes(folder: Path) -> None:
    store = a_shop.fill(folder)
    read = decided(folder, store)
    ids = by_person(read)
    for decision_id in ids.values():
        assert replay(store, decision_id).answer == "same"
    hers = why(store, ids["ada"], "customer").lines
    assert hers == ("You often buy lunch bag red, usually every 14 days.",)
    staff = why(store, ids["ada"], "staff")
    assert any("bought-from-us-before" in line for line in staff.lines)
    assert any("customer.minor = false: shop.yaml: our terms of sale" in line for line in staff.given)
    assert "all is well with what you ordered" in why(store, ids["cara"], "customer").lines[0]
    for decision_id in ids.values():
        told = " ".join(why(store, decision_id, "customer").lines)
        assert not any(rule.id in told for rule in read.policy.rules)
    store.close()


def test_a_replay_says_where_it_differs_and_what_is_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_shop.fill(folder)
    ids = by_person(decided(folder, store))
    monkeypatch.setattr("tactful.service.replay.ENGINE", 99)
    assert replay(store, ids["ada"]).answer == "engine_gone"
    monkeypatch.undo()
    monkeypatch.setattr("tactful.service.case.draw", lambda campaign, label: 0)
    monkeypatch.setattr("tactful.service.case.Setting.contact", "contact.phone")
    assert replay(store, ids["ada"]).answer == "differs"
    store.close()


def test_the_page_shows_what_each_would_read_and_escapes_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    stories = {"ada": a_shop.rhythm("ada", "United Kingdom", name="<script>alert(1)</script> BAG")}
    store = a_shop.fill(folder, stories)
    html = run_page(decided(folder, store).shown()[1])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "You usually buy" in html
    assert "Taken on trust: Everybody who ordered since 2010-12-01" in html
    store.close()


@pytest.mark.parametrize("most", [0, 1, 1000])
def test_a_run_that_was_just_made_shows_what_it_shows_when_it_is_read_later(
    folder: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tactful.service.run.MOST_BUILT", most)
    store, project = a_shop.fill(folder), a_shop.project(folder)
    made = OpenRun(store, project, a_shop.NOW, a_shop.LATER, "watch")
    decide_everybody(made)
    run = store.run(made.run_id)
    assert run is not None
    later = ReadRun(store, run)
    assert len(made.built) == min(most, 5)
    assert ReadRun(store, run, made).shown() == later.shown()
    for row, _ in later.decisions():
        here, again = made.built.get(row.decision_id), later.rebuilt(row)[0]
        assert here is None or (here.match, here.facts, here.offer) == (again.match, again.facts, again.offer)


def test_deciding_again_for_the_same_instant_gives_the_same_run(folder: Path) -> None:
    store = a_shop.fill(folder)
    first = decided(folder, store)
    again = decided(folder, store)
    assert first.run.run_id == again.run.run_id
    assert store.counts().decisions == 6
    store.close()


def test_the_holdout_hears_nothing_and_is_the_same_people_every_time(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, holdout="50%")
    stories = {f"p{n}": a_shop.rhythm(f"p{n}", "United Kingdom") for n in range(40)}
    store = a_shop.fill(folder, stories)
    found = {heap.group: heap.people for heap in decided(folder, store).summary().heaps}
    assert found["said"] + found["not for them"] == 40
    assert 10 <= found["not for them"] <= 30
    store.close()
    other = tmp_path / "other"
    a_shop.set_up(other, holdout="50%")
    store = a_shop.fill(other, stories)
    assert {heap.group: heap.people for heap in decided(other, store).summary().heaps} == found
    store.close()


def test_a_live_run_takes_places_once_a_day_and_finds_the_cap_full_in_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    store = a_shop.fill(folder)
    ada = store.find("customer", "ada")
    assert ada is not None
    found = []
    for hours in (0, 1, 23, 25, 26, 51, 52):
        now = a_shop.NOW + hours * HOUR
        for source in ("orders", "helpdesk"):
            store.hear(source, now, a_shop.LATER)
        read = decided(folder, store, now)
        said = any(heap.group == "said" for heap in read.summary().heaps)
        found.append((hours, said, len(store.contacts(ada, 0))))
        for row, _ in read.decisions():
            assert replay(store, row.decision_id).answer == "same"
    first, second, full = [True, 1], [True, 2], [False, 2]
    expected = [(0, *first), (1, *first), (23, *first), (25, *second), (26, *second), (51, *full), (52, *full)]
    assert found == expected
    store.close()


def gated(folder: Path, store: Store, text: str, hours: int) -> int:
    now = a_shop.NOW + hours * HOUR
    header, rows, who = read_list(text, "list.csv")
    gate = Gate(store, a_shop.project(folder), now, a_shop.LATER + hours * HOUR, "live", text)
    gate.split(rows, who, "customer")
    return len(gate.result(header).allowed)


def test_the_same_list_again_keeps_its_places_and_a_refusal_since_then_wins(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    store = a_shop.fill(folder)
    ada = store.find("customer", "ada")
    assert ada is not None
    mine = "customer\nada\ncara\n"
    assert [gated(folder, store, mine, hours) for hours in (0, 1, 2)] == [1, 1, 1]
    assert len(store.contacts(ada, 0)) == 1
    store.record_permissions([(ada, a_shop.withdrawn("recommend"))])
    assert gated(folder, store, mine, 3) == 0
    store.close()


def test_once_the_sending_is_reported_the_same_list_is_another_sending(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    store = a_shop.fill(folder)
    ada = store.find("customer", "ada")
    assert ada is not None
    assert [gated(folder, store, "customer\nada\n", hours) for hours in (0, 1)] == [1, 1]
    sending_reported(store, "back-in-rhythm", a_shop.LATER + 2 * HOUR)
    assert [gated(folder, store, "customer\nada\n", hours) for hours in (3, 4)] == [0, 0]
    assert len(store.contacts(ada, 0)) == 1
    store.close()


def test_another_list_within_a_day_finds_the_place_taken(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    store = a_shop.fill(folder)
    assert gated(folder, store, "customer\nada\n", 0) == 1
    assert gated(folder, store, "customer\nada\neve\n", 1) == 0
    store.close()


def test_a_place_that_is_gone_between_deciding_and_reserving_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    store = a_shop.fill(folder)
    real = type(store).reserve

    def others_were_faster(self: Store, person_id: int, contact: Contact, caps: object, epoch: object) -> bool:
        for n in range(2):
            self.record_contacts([(person_id, Contact("sms", "market", contact.at - n - 1, f"other{n}"))])
        return bool(real(self, person_id, contact, caps, epoch))  # type: ignore[arg-type]

    monkeypatch.setattr(type(store), "reserve", others_were_faster)
    read = decided(folder, store)
    monkeypatch.undo()
    assert not any(heap.group == "said" for heap in read.summary().heaps)
    row = next(row for row, decision in read.decisions() if decision.outcomes[0].stage == "reserved")
    assert replay(store, row.decision_id).answer == "same"
    store.close()


KILLED = """
import sys
from pathlib import Path
from tactful.bootstrap import store_at
from tactful.service import run as runs
from tests.service import a_shop
runs.CHUNK = 2
folder = Path(sys.argv[1])
project = a_shop.project(folder)
store = store_at(folder)
print("begun", flush=True)
runs.run_campaign(store, project, a_shop.NOW, a_shop.LATER, project.campaign.run, lambda n: print(n, flush=True))
"""


def finished(folder: Path) -> bool:
    store = a_shop.store_at(folder)
    run = store.latest_run("back-in-rhythm")
    store.close()
    return run is not None


@pytest.mark.parametrize("mode", ["watch", "live"])
def test_a_run_killed_at_any_point_goes_on_and_loses_and_repeats_nothing(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run=mode)
    stories = {f"p{n}": a_shop.rhythm(f"p{n}", "United Kingdom") for n in range(12)}
    a_shop.fill(folder, stories).close()
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    store = a_shop.store_at(clean)
    read = decided(clean, store)
    expected = sorted((store_label(read, row.person_id), row.output) for row, _ in read.decisions())
    store.close()
    for pause in (0.0, 0.01, 0.02, 0.04):
        if finished(folder):
            break
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    store = a_shop.store_at(folder)
    run = store.latest_run("back-in-rhythm")
    read = ReadRun(store, run) if run is not None else decided(folder, store)
    found = sorted((store_label(read, row.person_id), row.output) for row, _ in read.decisions())
    assert found == expected
    if mode == "live":
        people = [store.find("customer", f"p{n}") for n in range(12)]
        assert [len(store.contacts(person, 0)) for person in people if person is not None] == [1] * 12
    store.close()
