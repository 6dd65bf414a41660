"""What reaches a terminal, a pipe or another program: readable everywhere, never raw, never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, HEADER, LINE, NOW, process, typed
from tests.service import a_shop

from tactful.bootstrap import store_at

DECIDE = ("decide", "--campaign", CAMPAIGN, *NOW)
EVIL = "\x1b[31mRED\x1b[0m <script>alert(1)</script> {{ shop.name }} {% if %}\x07 \u202eback\u202c \x9b31m"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FLOW = '{"id": 1, "flow": {"act": "mention", "fact.category": "purchase"}}\n'


@pytest.fixture
def decided(shop: Path) -> Path:
    assert typed(shop, *DECIDE).exit_code == 0
    (shop / "flows.jsonl").write_text(FLOW * 3000)
    return shop


def decisions(shop: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(typed(shop, "sample", "100", "--json").stdout)
    return found


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that sells something with a terrible name."""
    folder = tmp_path_factory.mktemp("evil") / "shop"
    a_shop.set_up(folder)
    a_shop.fill(folder, {"ada": a_shop.rhythm("ada", "United Kingdom", name=EVIL)}).close()
    assert typed(folder, *DECIDE).exit_code == 0
    return folder


def everything_said(shop: Path) -> Iterator[str]:
    yield typed(shop, "sample", "--full").stdout
    yield typed(shop, "report", "--rules").stdout
    yield typed(shop, "gaps").stdout
    for one in decisions(shop):
        yield one["text"]
        yield one["subject"]
        for reader in ("staff", "customer"):
            yield typed(shop, "why", one["decision"], "--for", reader).stdout
            yield typed(shop, "why", one["decision"], "--for", reader, "--json").stdout
    yield (shop / "out/back-in-rhythm.html").read_text()


def test_a_terrible_name_reaches_nobody_raw(evil: Path) -> None:
    said = list(everything_said(evil))
    assert any("script" in text for text in said), "the name is somewhere"
    assert [found for text in said for found in CONTROLS.findall(text)] == []
    assert "<script" not in said[-1]
    assert "The Gift Shop&lt;" not in said[-1]
    assert "{{ shop.name }}" in said[-1]


def test_a_sentence_of_a_shop_cannot_move_the_cursor(shop: Path) -> None:
    text = (shop / "labels.yaml").read_text()
    (shop / "labels.yaml").write_text(text.replace("You often buy", "\\e[2J\\u202eYou often buy"))
    assert typed(shop, *DECIDE).exit_code == 0
    said = [typed(shop, "sample").stdout, (shop / "out/back-in-rhythm.html").read_text()]
    assert all("\N{REPLACEMENT CHARACTER}" in text for text in said)
    assert [found for text in said for found in CONTROLS.findall(text)] == []


def test_every_answer_in_json_is_json(decided: Path) -> None:
    decision = decisions(decided)[0]["decision"]
    (decided / "list.csv").write_text("id\nada\n")
    (decided / "new.csv").write_text(f"{HEADER}\n{LINE}\n")
    lists = ("--out", "a.csv", "--refused", "r.csv")
    for words in (
        ("demo",),
        ("demo", "--break"),
        ("demo", "--as", "penny"),
        ("why", "3"),
        ("import", "orders", "new.csv", "--dry-run"),
        ("import", "orders", "new.csv"),
        DECIDE,
        ("report",),
        ("sample",),
        ("gaps",),
        ("why", decision),
        ("why", decision, "--for", "customer"),
        ("replay", decision),
        ("gate", "list.csv", "--campaign", CAMPAIGN, *NOW, *lists),
        ("source", "list"),
        ("source", "heard", "helpdesk", "--at", "2011-12-10T09:00"),
        ("policy", "check"),
    ):
        done = typed(decided, *words, "--json")
        assert done.exit_code == 0, (words, done.output)
        json.loads(done.stdout)
    json.loads(typed(decided, "words", "--format", "json").stdout)
    for line in typed(decided, "judge", "flows.jsonl").stdout.splitlines()[:5]:
        json.loads(line)


ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "no home": {"HOME": None},
    "C": {"LANG": "C", "LC_ALL": "C"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    "ASCII without mercy": {"PYTHONIOENCODING": "ascii:strict", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
    "dumb and narrow": {"TERM": "dumb", "COLUMNS": "40"},
    "very narrow": {"COLUMNS": "5"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_hostile_environment_is_survived(decided: Path, name: str) -> None:
    done = process(decided, *DECIDE, **ENVIRONMENTS[name])
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"in all" in done.stdout
    if "ASCII" in name:
        assert done.stdout.isascii()


def test_a_table_and_json_are_readable_in_ascii(decided: Path) -> None:
    table = process(decided, "demo", **ENVIRONMENTS["ASCII"])
    assert (table.returncode, table.stderr) == (0, b"")
    assert b"Said 3 - in general terms 1" in table.stdout
    coded = process(decided, "why", "3", "--json", **ENVIRONMENTS["ASCII"])
    assert coded.stdout.isascii()
    assert json.loads(coded.stdout) == json.loads(typed(decided, "why", "3", "--json").stdout)


@pytest.mark.parametrize(
    "words", [("words",), ("demo",), ("judge", "flows.jsonl"), ("--help",)], ids=lambda words: words[0]
)
def test_a_reader_that_goes_away_and_a_full_device_are_no_fault(decided: Path, words: tuple[str, ...]) -> None:
    gone = process(decided, *words, shell="| head -1 >/dev/null; exit ${PIPESTATUS[0]}")
    assert (gone.returncode, gone.stderr) == (0, b"")
    full = process(decided, *words, shell=">/dev/full")
    assert full.returncode == 2
    assert full.stderr == b"the answer: cannot be used: no space left on device.\n"


def test_no_line_is_wider_than_96_columns(decided: Path) -> None:
    for words in (
        ("report",),
        ("report", "--rules"),
        ("sample",),
        ("gaps",),
        ("why", decisions(decided)[0]["decision"]),
    ):
        said = typed(decided, *words).stdout.splitlines()
        assert [line for line in said if len(line) > 96] == []


def test_an_unknown_decision_or_moment_is_one_sentence(decided: Path) -> None:
    for words in (("why", "d_nope"), ("why", "d_nope", "--for", "customer"), ("replay", "d_nope"), ("replay", "3")):
        done = typed(decided, *words)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"{words[1]}: there is no such decision")
    assert typed(decided, "why", "99").stderr.strip() == "demo: there is no moment 99; they go from 1 to 11."


def test_an_unknown_verdict_is_refused_and_an_empty_sample_says_so(decided: Path) -> None:
    done = typed(decided, "sample", "--verdict", "nevr")
    assert (done.exit_code, done.stderr.split(" They are")[0]) == (
        2,
        "--verdict nevr: no such verdict. Did you mean never?",
    )
    assert typed(decided, "sample", "--verdict", "ask").stdout == "Nobody of the last run is like that.\n"


def test_her_answer_holds_no_rule_no_key_and_nobody_else(decided: Path) -> None:
    rules = {rule["rule"] for rule in json.loads(typed(decided, "report", "--json").stdout)["rules"]}
    people = {one["person"] for one in decisions(decided)}
    assert rules
    for one in decisions(decided):
        plain = typed(decided, "why", one["decision"], "--for", "customer").stdout
        coded = json.loads(typed(decided, "why", one["decision"], "--for", "customer", "--json").stdout)
        said = f"{plain} {' '.join(coded['lines'])} {coded['given']}"
        assert [rule for rule in rules if rule in said] == []
        assert re.findall(r"\b[a-z_]+\.[a-z_]+\b|d_[a-z0-9]+", said) == []
        assert [who for who in people - {one["person"]} if re.search(rf"\b{who}\b", said)] == []


def test_the_counts_of_a_report_add_up(decided: Path) -> None:
    told = json.loads(typed(decided, "report", "--json").stdout)
    assert sum(heap["people"] for heap in told["heaps"]) == told["people"]
    store = store_at(decided)
    try:
        assert told["looked_at"] == store.counts().persons
    finally:
        store.close()
