"""`tactful import permissions`, `events`, `contacts` and `tactful source`, as they are typed and read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tactful.bootstrap import STORE_FILE, store_at
from tactful.cli import commands
from tactful.cli.main import app

SHOP = """
shop: The Gift Shop
sector: retail
home: uk
sender: {name: The Gift Shop, post: "1 High Street, Anytown", mail: hello@giftshop.example}
links: {product: "https://s.example/p/{code}", why: "https://s.example/w/{decision}", stop: "https://s.example/s/{decision}"}
sources:
  helpdesk: {tells_us: [customer.complaint_open], silence_means: {customer.complaint_open: false}, fresh_for: 24h}
  orders: {via: web}
"""
USERS = """external_id,email_subscribe,email_opted_in_at,nickname
1,opted_in,2011-01-05T10:00:00Z,Ana
2,subscribed,,
3,unsubscribed,,
3,opted_in,,
,unsubscribed,,
"""
EVENT = {"type": "page", "userId": "1", "messageId": "m1", "timestamp": "2011-12-09T10:00:00Z"}
assert commands


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(SHOP)
    (tmp_path / "users.csv").write_text(USERS)
    return tmp_path


def run(folder: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*words, "--shop", str(folder)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_permissions_are_shown_as_they_are_read(folder: Path) -> None:
    said = run(folder, "import", "permissions", str(folder / "users.csv"), "--from", "braze").stdout
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[:2] == [
        "Columns I recognised person=external_id (customer) state=email_subscribe",
        "time=email_opted_in_at wrong? --map person=COLUMN",
    ]
    assert "A yes counts for market, recommend, by e-mail wrong? --purpose NAME" in lines
    assert "A no counts for market, recommend, winback, advertise, research, by e-mail" in lines
    assert "opted_in → given 2 She said yes by her own act, and the export shows it." in " ".join(lines)
    assert any(line.startswith("subscribed → never_asked 1 In Braze this is also the state") for line in lines)
    assert any(line.startswith("unsubscribed → withdrawn 1 She told them to stop.") for line in lines)
    assert "(nobody) 1 The row names nobody: line 6." in lines
    assert "accounted for 5" in lines
    assert "Rows that contradict each other, by person: 1. The strictest of them stands." in lines
    assert "New in the store: 9 permissions of 3 people." in lines
    assert max(len(line) for line in said.splitlines()) <= 96


def test_the_same_file_again_says_that_nothing_is_new(folder: Path) -> None:
    words = ("import", "permissions", str(folder / "users.csv"), "--from", "braze")
    run(folder, *words)
    again = run(folder, *words).stdout
    assert "New in the store: 0 permissions of 3 people. This file was read before" in again
    answer = json.loads(run(folder, *words, "--json").stdout)
    assert answer["import"] == {"added": 0, "people": 3, "people_created": 0, "read_before": True}
    assert answer["unnamed_lines"] == [6]


def test_heard_at_is_when_a_state_without_a_time_begins(folder: Path) -> None:
    words = ("import", "permissions", str(folder / "users.csv"), "--from", "braze", "--heard-at")
    run(folder, *words, "2011-12-10T10:00")
    store = store_at(folder)
    person = store.find("customer", "3")
    assert person is not None
    assert {each.occurred_at for each in store.permissions(person)} == {1_323_511_200_000_000}
    store.close()
    assert "has not happened yet" in run(folder, *words, "2999-01-01", code=2).stderr


def test_a_dry_run_writes_nothing_and_explain_says_how_states_are_read(folder: Path) -> None:
    words = ("import", "permissions", str(folder / "users.csv"), "--from", "mailchimp", "--map", "person=external_id")
    assert "no column" not in run(folder, *words, "--dry-run", "--map", "state=email_subscribe", code=2).stderr
    said = run(folder, "import", "permissions", str(folder / "users.csv"), "--from", "braze", "--dry-run", "--explain")
    assert "How braze's states are read" in said.stdout
    assert "Nothing was written: --dry-run." in said.stdout
    assert not (folder / STORE_FILE).exists()


def test_a_state_that_nobody_knows_stops_the_file(folder: Path) -> None:
    path = folder / "users.csv"
    path.write_text(USERS + "".join(f"{n},unsubscribd,,\n" for n in range(50)))
    said = run(folder, "import", "permissions", str(path), "--from", "braze", code=2)
    assert (
        "users.csv:7: `unsubscribd` is not a state that braze is known to use. Did you mean unsubscribed?"
        in said.stderr
    )
    assert "… and 10 more." in said.stderr
    store = store_at(folder)
    assert store.counts().permissions == 0
    store.close()


def test_events_are_accounted_for(folder: Path) -> None:
    path = folder / "events.jsonl"
    path.write_text(json.dumps(EVENT) + "\nnot json\n")
    said = run(folder, "import", "events", str(path), "--source", "helpdesk").stdout
    lines = [" ".join(line.split()) for line in said.splitlines()]
    for line in ("kept 1", "refused 1 see below", "accounted for 2", "line 2: it is not JSON."):
        assert line in lines
    assert "The silence of helpdesk is not believed" in said
    assert "none covers helpdesk: nothing is left out, and no notice allows anything." in " ".join(lines)
    path.write_text(json.dumps(EVENT) + "\n")
    said = run(folder, "import", "events", str(path), "--source", "helpdesk").stdout
    assert "New in the store: 0 events. Already there: 1." in said
    assert "helpdesk was heard as of 2011-12-09 10:00 Europe/London" in said
    path.write_text("not json\n")
    assert "events.jsonl:1: it is not JSON." in run(folder, "import", "events", str(path), code=2).stderr
    assert (
        "Did you mean Europe/London?"
        in run(folder, "import", "events", str(path), "--zone", "Europe/Londn", code=2).stderr
    )
    assert "has not happened yet" in run(folder, "import", "events", str(path), "--as-of", "2999-01-01", code=2).stderr


def test_a_system_that_was_looked_at_is_heard(folder: Path) -> None:
    said = run(folder, "source", "heard", "helpdesk", "--at", "2011-12-10T09:00", "--note", "Lee looked").stdout
    assert "customer.complaint_open is known to be false until 2011-12-11 09:00 Europe/London" in said
    assert "That is over already" in said
    earlier = run(folder, "source", "heard", "helpdesk", "--at", "2011-12-01").stdout
    assert "helpdesk was heard as of 2011-12-10 09:00 Europe/London already: that is later, and stays." in earlier
    assert "nothing becomes known" in run(folder, "source", "heard", "orders", "--at", "2011-12-10").stdout
    future = run(folder, "source", "heard", "helpdesk", "--at", "2999-01-01", code=2)
    assert "nobody can have looked at it in the future" in future.stderr
    wrong = run(folder, "source", "heard", "helpdsk", "--at", "2011-12-10", code=2)
    assert "Did you mean helpdesk?" in wrong.stderr


@pytest.mark.parametrize(
    ("now", "state"), [("2011-12-10T10:00", "fresh, until 2011-12-11 09:00"), ("2011-12-12", "stale, since")]
)
def test_sources_are_listed_with_what_their_silence_means(folder: Path, now: str, state: str) -> None:
    store_at(folder).close()
    assert "never" in run(folder, "source", "list").stdout
    run(folder, "source", "heard", "helpdesk", "--at", "2011-12-10T09:00", "--note", "Lee looked")
    rows = [" ".join(line.split()) for line in run(folder, "source", "list", "--now", now).stdout.splitlines()]
    assert rows[1].startswith(f"helpdesk customer.complaint_open: false 2011-12-10 09:00 {state}")
    assert rows[2] == "orders nothing never"
    assert rows[3:5] == ["Times in Europe/London.", "helpdesk: Lee looked"]
    answer = json.loads(run(folder, "source", "list", "--now", now, "--json").stdout)
    assert [each["source"] for each in answer] == ["helpdesk", "orders"]


def test_contacts_count_as_their_campaign_says(tmp_path: Path) -> None:
    answers = ["--site", "https://s.example", "--sender-post", "1 High Street", "--sender-mail", "a@s.example"]
    started = CliRunner().invoke(app, ["init", "--into", str(tmp_path), "--shop", "S", *answers])
    assert started.exit_code == 0, started.output
    sent = tmp_path / "sent.csv"
    sent.write_text("external_id,sent_at\n1,2011-12-01T10:00\n2,\n")
    words = ("import", "contacts", str(sent), "--campaign", "back-in-rhythm")
    assert "Nothing was written" in run(tmp_path, *words, "--dry-run").stdout
    said = run(tmp_path, *words).stdout
    assert "recommend by email, as back-in-rhythm says" in said
    assert "line 3: the row does not say when it was sent" in said
    assert "New in the ledger: 1. Already there: 0. Refused: 1." in said
    assert json.loads(run(tmp_path, *words, "--json").stdout)["import"]["added"] == 0
    assert "Did you mean back-in-rhythm?" in run(tmp_path, *words[:-1], "back-in-rythm", code=2).stderr
