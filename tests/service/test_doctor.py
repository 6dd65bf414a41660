"""`tactful doctor`: on one screen, with an alarm for a fall like for a rise."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from tests.service import a_shop
from typer.testing import CliRunner, Result

from tactful.bootstrap import store_at
from tactful.cli.main import app
from tactful.model.records import DAY
from tactful.service.doctor import CheckUp, Refusals, Share, _moved, check_up
from tactful.service.ports import Store
from tactful.service.project import shop_of
from tactful.service.run import run_campaign

PEOPLE = {f"p{n:02}": a_shop.rhythm(f"p{n:02}", "United Kingdom") for n in range(30)}
NAME = "back-in-rhythm"
WEEK_BEFORE, NOW, DAYS = a_shop.NOW, a_shop.NOW + 7 * DAY, ("--now", "2011-12-17T10:00")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    monkeypatch.chdir(folder)
    return folder


def decided(store: Store, folder: Path, now: int) -> None:
    """Decided as of `now`; by the clock it is later, so that all is known."""
    run_campaign(store, a_shop.project(folder), now, a_shop.LATER + now - WEEK_BEFORE, "watch")


def looked_at(store: Store, folder: Path, now: int = NOW) -> CheckUp:
    return check_up(store, folder, shop_of(folder), [NAME], now)


def tactful(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done


def heard(store: Store, at: int) -> None:
    for source in ("orders", "helpdesk"):
        store.hear(source, at, at)


@pytest.mark.parametrize("fell", [False, True], ids=["a rise", "a fall"])
def test_a_sudden_move_of_refusals_alarms_up_and_down(shop: Path, fell: bool) -> None:
    """The helpdesk's silence is believed in one of two weeks: then nobody is held, in the other everybody."""
    with closing(a_shop.fill(shop, PEOPLE, helpdesk=False)) as store:
        if not fell:
            heard(store, WEEK_BEFORE)
        decided(store, shop, WEEK_BEFORE)
        if fell:
            heard(store, NOW)
        decided(store, shop, NOW)
        found = looked_at(store, shop)
    (refusals,) = found.refusals
    assert refusals.compared == WEEK_BEFORE
    alarms = [alarm for alarm in found.alarms if "in a week" in alarm]
    assert any(f"hold {'fell' if fell else 'rose'} from" in alarm for alarm in alarms)
    assert any("put-things-right-first" in alarm for alarm in alarms)


def test_where_all_is_well_nothing_alarms(shop: Path) -> None:
    with closing(a_shop.fill(shop, PEOPLE)) as store:
        for now in (WEEK_BEFORE, NOW):
            heard(store, now)
            decided(store, shop, now)
        found = looked_at(store, shop)
    assert found.alarms == ()
    assert found.policy is not None
    done = tactful("doctor", *DAYS)
    assert "Nothing alarms" in done.stdout
    assert "norm/retail 1" in done.stdout


def test_it_tells_who_is_held_since_when_and_which_source_is_stale(shop: Path) -> None:
    with closing(a_shop.fill(shop, PEOPLE, helpdesk=False)) as store:
        for now in (WEEK_BEFORE, WEEK_BEFORE + 3 * DAY, NOW):
            decided(store, shop, now)
        found = looked_at(store, shop)
        assert any("held for more than 30 days" in alarm for alarm in looked_at(store, shop, NOW + 60 * DAY).alarms)
    assert (found.holds[0].since, found.holds[0].people) == (WEEK_BEFORE, 30)
    assert "complaint.closed" in found.holds[0].until
    assert any("helpdesk: never heard" in alarm for alarm in found.alarms)
    done = tactful("doctor", *DAYS, code=1)
    lines = done.stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 96
    assert json.loads(tactful("doctor", "--json", code=1).stdout)["alarms"]


@pytest.mark.parametrize(("before", "now", "alarms"), [(60, 0, 1), (0, 60, 1), (60, 50, 0), (19, 0, 0), (60, 170, 1)])
def test_a_rule_that_begins_or_ceases_to_refuse_alarms_though_few_are_meant(before: int, now: int, alarms: int) -> None:
    shares = (Share("never", "", 300, 300), Share("never", "under-age", now, before))
    found = _moved(Refusals(NAME, NOW, WEEK_BEFORE, 1000, shares), 100)
    assert len(found) == alarms
    assert all("never by under-age" in each for each in found)
    assert _moved(Refusals(NAME, NOW, WEEK_BEFORE, 1000, shares), 1000) == [], "and a wider bound is kept to"


def test_a_law_waits_for_the_clock_as_it_does_in_a_run(shop: Path) -> None:
    """A run of today for data of 2011 applies the laws of today, so that doctor does not call them waiting."""
    with closing(a_shop.fill(shop)) as store:
        answers = shop_of(shop)
        assert check_up(store, shop, answers, [NAME], NOW).waiting
        assert check_up(store, shop, answers, [NAME], NOW, NOW + 25 * 366 * DAY).waiting == ()


def test_few_people_say_nothing_and_another_policy_is_noted(shop: Path) -> None:
    with closing(a_shop.fill(shop)) as store:
        decided(store, shop, WEEK_BEFORE)
        decided(store, shop, NOW)
        found = looked_at(store, shop)
    assert found.refusals[0].compared is None
    (shop / "policy.yaml").write_text("policy: policy")
    with closing(store_at(shop)) as store:
        assert any("is not what is published" in note for note in looked_at(store, shop).notes)
