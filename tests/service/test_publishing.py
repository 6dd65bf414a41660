"""Publishing: whole or not at all, also under kills; what is refused changes nothing; what is published decides."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.service import a_shop
from typer.testing import CliRunner, Result

from tactful.bootstrap import store_at, store_for_reading
from tactful.cli.main import app
from tactful.model.problems import Problems, StoreProblem
from tactful.service.ports import Store
from tactful.service.publishing import in_force, prepare, publish, rollback
from tactful.service.run import run_campaign

TODAY = dt.date(2026, 1, 1)
CAMPAIGN = a_shop.CAMPAIGN.as_posix()
NOW = ("--now", "2011-12-10T10:00")
POLICY = """
policy: {name}
version: {version}
licences:
  - id: all
    when: act in ["select", "reach", "mention"]
    staff: "Go on."
    customer: "You said yes."
limits:
  - id: quiet
    tier: taste
    when: contact.last_7d >= {most}
    at_most: soften
    staff: "Enough."
    customer: "Enough."
cases:
  - name: often
    given: {{act: mention, contact: {{last_7d: 9}}}}
    expect: {{verdict: soften, because: [quiet]}}
  - name: seldom
    given: {{act: mention, contact: {{last_7d: 0}}}}
    expect: {{verdict: {seldom}, because: [all]}}
claims:
  - "contact.last_7d >= {claimed} implies verdict <= soften"
"""


def write(folder: Path, name: str = "small", **values: object) -> str:
    said = {"name": name, "version": 1, "most": 3, "seldom": "say", "claimed": 3, **values}
    (folder / f"{name}.yaml").write_text(POLICY.format(**said))
    return f"{name}.yaml"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(store_at(tmp_path)) as opened:
        yield opened


def published(store: Store, folder: Path, at: int = 1, **values: object) -> str:
    return publish(store, prepare(store, write(folder, **values), folder, TODAY), "Grace", "why", at).policy


def test_what_is_published_is_in_force_whatever_becomes_of_the_file(store: Store, tmp_path: Path) -> None:
    assert in_force(store) is None
    digest = published(store, tmp_path)
    (tmp_path / "small.yaml").write_text("nonsense: [")
    found = in_force(store)
    assert found is not None
    assert (found.publication.policy, found.rules.policy.digest) == (digest, digest)
    assert (found.publication.author, found.publication.note, found.publication.name) == ("Grace", "why", "small 1")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"seldom": "soften"}, "the verdict is say, not soften"),
        ({"claimed": 2}, "this claim does not hold"),
        ({"most": '"x"'}, "contact.last_7d"),
    ],
    ids=["a case fails", "a claim fails between the cases", "it does not load"],
)
def test_an_invalid_policy_never_replaces_a_valid_one(
    store: Store, tmp_path: Path, values: dict[str, object], said: str
) -> None:
    digest = published(store, tmp_path)
    with pytest.raises(Problems, match=said):
        published(store, tmp_path, **values)
    found = in_force(store)
    assert found is not None
    assert found.publication.policy == digest
    assert len(store.publications()) == 1


def test_it_says_what_becomes_freer(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path)
    found = prepare(store, write(tmp_path, most=5, claimed=5), tmp_path, TODAY).difference
    assert found is not None
    (example,) = found.of("freer")
    assert (example.rule, example.before, example.after) == ("quiet", "soften", "say")
    assert found.of("stricter") == ()


def test_a_rollback_restores_the_digest_and_only_what_was_published(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Problems, match="everything is held"):
        rollback(store, "Grace", "", 0)
    first = published(store, tmp_path, 1)
    with pytest.raises(Problems, match="no other policy"):
        rollback(store, "Grace", "", 2)
    second = published(store, tmp_path, 2, most=5, claimed=5)
    back = rollback(store, "Mia", "too free", 3)
    assert (back.kind, back.policy, back.author, back.number) == ("rollback", first, "Mia", 3)
    found = in_force(store)
    assert found is not None
    assert found.rules.policy.digest == first != second
    third = published(store, tmp_path, 4, most=4, claimed=4)
    assert rollback(store, "Mia", "", 5, second[:8]).policy == second
    assert rollback(store, "Mia", "", 6).policy == third
    with pytest.raises(Problems, match="no other policy with the digest"):
        rollback(store, "Mia", "", 7, "beef")
    with pytest.raises(Problems, match="say who publishes"):
        rollback(store, " ", "", 7)


def test_of_two_who_publish_at_once_the_second_is_told(store: Store, tmp_path: Path) -> None:
    one = prepare(store, write(tmp_path), tmp_path, TODAY)
    two = prepare(store, write(tmp_path, "other"), tmp_path, TODAY)
    publish(store, one, "Grace", "", 1)
    with pytest.raises(StoreProblem, match="published in the meantime"):
        publish(store, two, "Mia", "", 2)
    assert [each.name for each in store.publications()] == ["small 1"]


PUBLISHES = """
import sys
import datetime as dt
from pathlib import Path
import msgspec
from tactful.bootstrap import store_at
from tactful.service.publishing import prepare, publish
folder = Path(sys.argv[1])
store = store_at(folder)
ready = [prepare(store, name, folder, dt.date(2026, 1, 1)) for name in ("even.yaml", "odd.yaml")]
for number in range(len(store.publications()), 100_000):
    publish(store, msgspec.structs.replace(ready[number % 2], epoch=number), "Grace", "", number)
    print("done", flush=True)
"""


def test_a_kill_leaves_the_one_policy_or_the_other(tmp_path: Path) -> None:
    write(tmp_path, "even")
    write(tmp_path, "odd", most=5, claimed=5)
    acknowledged = 0
    for wait in (0.0, 0.001, 0.004, 0.01, 0.015, 0.02, 0.03):
        command = [sys.executable, "-c", PUBLISHES, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            acknowledged += running.stdout.readline() == "done\n"
            time.sleep(wait)
            running.send_signal(signal.SIGKILL)
            acknowledged += running.stdout.read().count("done\n")
        with closing(store_for_reading(tmp_path)) as store:
            log, found = store.publications(), in_force(store)
            assert found is not None
            assert found.publication == log[-1]
            assert found.rules.policy.digest == found.publication.policy
            assert [each.number for each in log] == list(range(1, len(log) + 1))
            assert 0 <= len(log) - acknowledged <= 7, "what was acknowledged is there; at most one more for each kill"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    a_shop.fill(folder).close()
    monkeypatch.chdir(folder)
    return folder


def tactful(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done


def unpublished(folder: Path) -> None:
    with closing(store_at(folder)) as store, store._db.writing() as connection:  # type: ignore[attr-defined]
        connection.execute("DELETE FROM active")
        connection.execute("DELETE FROM publication")


def test_where_none_was_ever_published_everything_is_held_and_said(shop: Path) -> None:
    unpublished(shop)
    said = tactful("decide", "--campaign", CAMPAIGN, *NOW, code=1).stderr
    assert "no policy was ever published here, so everything is held" in said
    assert "tactful policy publish --author NAME" in said
    (shop / "list.csv").write_text("id\nada\nben\n")
    tactful("gate", "list.csv", "--campaign", CAMPAIGN, *NOW, "--out", "a.csv", "--refused", "r.csv", code=1)
    assert (shop / "a.csv").read_text().count("\n") == 1
    assert (shop / "r.csv").read_text().count("everything is held") == 2
    assert "everything is held" in tactful("doctor", *NOW, code=1).stdout
    tactful("policy", "published", code=1)
    tactful("policy", "publish", "--author", "Grace")
    assert "norm/retail 1 · published" in tactful("decide", "--campaign", CAMPAIGN, *NOW).stdout


def test_the_published_policy_decides_and_the_file_does_not(shop: Path) -> None:
    before = json.loads(tactful("decide", "--campaign", CAMPAIGN, *NOW, "--json").stdout)
    (shop / "policy.yaml").write_text("policy: [broken")
    shown = tactful("decide", "--campaign", CAMPAIGN, *NOW).stdout
    assert "policy.yaml is not what is published" in shown
    assert "policy.yaml" in tactful("policy", "publish", "--author", "Grace", code=2).stderr
    write(shop, "policy")
    refused = tactful("policy", "publish", "--author", "Grace", code=1)
    assert "add --yes" in refused.stderr
    assert "newly freer" in refused.stdout
    tactful("policy", "publish", "--author", "Grace", "--yes")
    after = json.loads(tactful("decide", "--campaign", CAMPAIGN, *NOW, "--json").stdout)
    assert after["published"].startswith("policy 1 · published")
    assert after["heaps"] != before["heaps"]
    tactful("policy", "rollback", "--author", "Mia", "--note", "too free")
    again = json.loads(tactful("decide", "--campaign", CAMPAIGN, *NOW, "--json").stdout)
    assert again["heaps"] == before["heaps"]
    log = json.loads(tactful("policy", "published", "--json").stdout)
    assert [(each["number"], each["kind"], each["author"]) for each in log] == [
        (3, "rollback", "Mia"),
        (2, "publish", "Grace"),
        (1, "publish", "init"),
    ]
    assert "No flow is judged differently" in tactful("policy", "diff", "published", "norm/retail").stdout


def test_a_live_run_ends_where_another_policy_comes_into_force(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder, run="live")
    with closing(a_shop.fill(folder)) as store:
        published(store, folder, a_shop.LATER)
        with pytest.raises(StoreProblem, match="Another policy was published while this was decided"):
            run_campaign(store, a_shop.project(folder), a_shop.NOW, a_shop.LATER, "live", epoch=1)
        run_campaign(store, a_shop.project(folder), a_shop.NOW, a_shop.LATER, "live", epoch=2)


def test_what_is_not_in_force_yet_is_tried_listed_and_not_applied(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path)
    later = """
policy: later
version: 1
effective: 2031-01-01
limits:
  - id: nobody-under-age
    tier: law
    when: customer.minor
    at_most: never
    staff: "No."
    customer: "We chose to leave this alone this time."
cases:
  - name: a child
    given: {act: mention, customer: {minor: true}}
    expect: {verdict: never, because: [nobody-under-age]}
  - name: one who is grown
    given: {act: mention, customer: {minor: false}, contact: {last_7d: 0}}
    expect: {verdict: say}
"""
    (tmp_path / "later.yaml").write_text(later)
    text = (tmp_path / write(tmp_path)).read_text().replace("version: 1\n", "version: 2\nimports: [later]\n")
    grown = text.replace("given: {act: mention, contact", "given: {act: mention, customer: {minor: false}, contact")
    (tmp_path / "small.yaml").write_text(grown)
    prepared = prepare(store, "small.yaml", tmp_path, TODAY)
    assert (prepared.problems, prepared.waiting) == ((), ("later 1 from 2031-01-01",))
    assert prepared.difference is not None
    assert prepared.difference.same
    publish(store, prepared, "Grace", "", 9)
    found = in_force(store)
    assert found is not None
    assert "nobody-under-age" not in {rule.id for rule in found.on(TODAY).rules}
    assert "nobody-under-age" in {rule.id for rule in found.on(dt.date(2031, 1, 1)).rules}


def test_a_policy_that_opens_nothing_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Problems, match="it opens nothing"):
        publish(store, prepare(store, "law/common", None, TODAY), "Grace", "", 1)
