"""The four questions about decisions that are kept: built again from what they read, and decided again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service import a_shop

from tactful.decide import decide
from tactful.model.problems import Problems
from tactful.service import ways
from tactful.service.questions import OfCase, of_decision
from tactful.service.report import ReadRun
from tactful.service.run import run_campaign


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OfCase]:
    folder = tmp_path_factory.mktemp("shop") / "gifts"
    a_shop.set_up(folder)
    store = a_shop.fill(folder)
    project = a_shop.project(folder)
    run = store.run(run_campaign(store, project, a_shop.NOW, a_shop.LATER, "watch"))
    assert run is not None
    rows = ReadRun(store, run).decisions()
    return {store.person_label(row.person_id): of_decision(store, row.decision_id) for row, _ in rows}


def test_it_is_the_decision_that_was_kept(subjects: dict[str, OfCase]) -> None:
    assert {name: subject.verdict for name, subject in subjects.items()} == {
        "ada": "say", "ben": "never", "cara": "hold", "dee": "never", "eve": "never", "fay": "never",
    }  # fmt: skip


def test_what_is_said_needs_no_change(subjects: dict[str, OfCase]) -> None:
    found = subjects["ada"].how_to(None, "staff")
    assert (found.ways, found.nearer, found.verdict) == ((), (), "say")
    assert subjects["ada"].why_not(None, "staff").blocked == ()


def test_what_waits_names_what_it_waits_for(subjects: dict[str, OfCase]) -> None:
    found = subjects["cara"].how_to(None, "staff")
    assert found.ways == ()
    assert found.rows[-1] == ("waits for", "What we broke is put right.")
    rules = {each.rule for block in subjects["cara"].why_not(None, "staff").blocked for each in block.obstacles}
    assert "mend-what-we-broke" in rules


def test_a_withdrawal_is_named_as_hers_and_nothing_asks_again(subjects: dict[str, OfCase]) -> None:
    fay = subjects["fay"]
    found = fay.how_to(None, "staff")
    assert not any(way.asks for way in (*found.ways, *found.nearer))
    reach = fay.why_not(None, "staff").blocked
    assert {each.rule: each.whose for block in reach for each in block.obstacles}["she-said-no"] == "law"
    keys = {read.key: read.whose for block in reach for each in block.obstacles for read in each.reads}
    assert keys["permission.state"] == "hers"


def test_another_channel_has_the_permission_and_the_contact_point_of_that_channel(subjects: dict[str, OfCase]) -> None:
    """Ada allowed e-mails by a notice; nothing is on file for texts."""
    ada = subjects["ada"]
    texted = ada.in_channel("sms")
    assert texted is not None
    candidate = ways.only_candidate(texted)
    assert (candidate.channel, candidate.contact) == ("sms", "contact.phone")
    assert decide(texted).verdict == "never"
    assert ada.what_if({"scenario.channel": "sms"}, "staff").then == "never"
    back = ada.in_channel("email")
    assert back is not None
    assert back.permissions == ada.case.permissions


def test_she_reads_of_a_kept_decision_what_why_tells_her(subjects: dict[str, OfCase]) -> None:
    for name in ("ben", "cara", "eve", "fay"):
        assert subjects[name].how_to(None, "customer").lines == subjects[name].why("customer").lines


def test_what_is_not_kept_cannot_be_asked_about(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "gifts")
    store = a_shop.fill(tmp_path / "gifts")
    with pytest.raises(Problems, match="there is no such decision"):
        of_decision(store, "d_nothing")
