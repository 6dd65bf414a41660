"""The table of `tactful demo`: as it was reviewed, within its width, and with nothing in it that she was not shown."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests.demo.shown import HERE, demo_at, golden, plain

from tactful.cli.demo import COUNTED, NOTHING, break_lines, person_lines
from tactful.explain.phrases import NEUTRAL, PHRASES
from tactful.service.demo import Shown, break_all, cast, play, seen_by
from tactful.service.packs import load_rules

MOMENTS = play().moments
RULES = [rule.id for rule in load_rules().policy.rules]
RUN = "from tactful.cli.main import run; run()"

of_each = pytest.mark.parametrize("shown", MOMENTS, ids=lambda shown: str(shown.number))


@pytest.mark.parametrize("name", sorted(golden()))
def test_it_reads_as_it_was_reviewed(name: str) -> None:
    """To review a change: python -m tests.demo.shown, then read the difference as she would."""
    assert golden()[name] == (HERE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 52, 60, 72, 79, 80, 88, 95, 96])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    text = demo_at(width)
    assert max(map(len, text.splitlines())) <= width
    joined = re.sub(r"[\s│]+", " ", text)
    for word in ("Grace", "catalogue", "lapsed", "tactful init"):
        assert word in joined


@pytest.mark.parametrize("width", [40, 60, 80, 96])
def test_the_other_answers_fit_too(width: int) -> None:
    lines = [*plain(break_lines(break_all(play()), width, 0.3)).splitlines()]
    lines += [line for who in cast() for line in plain(person_lines(who, seen_by(who), width)).splitlines()]
    assert [line for line in lines if len(line) > width and "https://" not in line] == []


def test_at_most_96_columns() -> None:
    assert max(map(len, demo_at(96).splitlines())) <= 96


def test_only_three_are_said_in_full() -> None:
    assert [shown.number for shown in MOMENTS if shown.decision.verdict == "say"] == [1, 2, 4]
    assert {shown.decision.verdict for shown in MOMENTS} == {name for name, _ in COUNTED}


def test_the_counts_add_up() -> None:
    line = next(line for line in demo_at(96).splitlines() if line.startswith("Said"))
    assert sum(map(int, re.findall(r"\D (\d+)(?= ·|  )", line))) == len(MOMENTS) == 11


def test_the_verdicts_are_those_of_the_cases() -> None:
    """The same moments stand as single flows in the packs; whole messages come out as they do."""
    cases = {case.name: case.expect["verdict"] for case in load_rules("norm/retail-cases").policy.cases}
    assert {f"demo {shown.number}": shown.decision.verdict for shown in MOMENTS} == {
        name: verdict for name, verdict in cases.items() if name.startswith("demo ")
    }


@of_each
def test_her_sentence_shows_no_rule_and_no_number(shown: Shown) -> None:
    assert not re.search(r"\d|%", shown.she_reads)
    assert not any(rule in shown.she_reads for rule in RULES if "-" in rule)
    assert not any(word in shown.she_reads for word in PHRASES.values())


@of_each
def test_her_sentence_shows_nothing_that_she_was_not_shown(shown: Shown) -> None:
    assert shown.moment.not_shown, "every moment names what must not be read"
    for word in shown.moment.not_shown:
        assert word.lower() not in shown.she_reads.lower()


@of_each
def test_words_of_a_fact_are_read_only_where_she_was_shown_it(shown: Shown) -> None:
    """Of facts that the message did not show she reads the words only where they stand on her own page already."""
    facts = shown.case.candidates[0].facts
    mentioned = {each.fact for each in shown.outcome.judged if each.act == "mention" and each.standing == "now"}
    for name, fact in facts.items():
        if fact.she_reads and fact.she_reads in shown.she_reads and name not in mentioned:
            assert fact.known_to_her
            assert fact.sensitivity == "ordinary"


def test_where_the_reason_could_tell_somebody_nothing_is_listed() -> None:
    silent = [shown.number for shown in MOMENTS if not shown.she_reads]
    assert silent == [10]
    assert " ".join(NOTHING.split()[:5]) in demo_at(96)


def test_a_refusal_about_her_family_reads_like_any_other() -> None:
    assert MOMENTS[2].she_reads in NEUTRAL.values()


def test_piped_it_is_the_reviewed_text_and_quick() -> None:
    script = (
        f"import sys; sys.argv = ['tactful', 'demo']\ntry:\n    {RUN}\nfinally:\n    assert sys.stdout.flush() is None"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "\x1b" not in done.stdout
    took = re.search(r"  (\d+\.\d) s$", done.stdout, re.M)
    assert took is not None
    assert float(took[1]) < 5
    assert done.stdout.replace(f"  {took[1]} s\n", "  0.2 s\n") == demo_at(96)


def test_the_demo_reads_no_tables_of_data() -> None:
    script = "import sys, tactful.service.demo as d; d.play(); d.seen_by('Dora'); assert 'polars' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)
