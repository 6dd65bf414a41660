"""In CI a skipped test is a failed test."""

from __future__ import annotations

import pytest
from tests.conftest import fail_if_skipped


def report(outcome: str, **more: object) -> pytest.TestReport:
    place = ("tests/a.py", 1, "Skipped: no database")
    return pytest.TestReport("a::b", ("a", 1, "b"), {}, outcome, place, "call", **more)  # type: ignore[arg-type]


def test_a_skip_becomes_a_failure_that_says_why() -> None:
    skipped = report("skipped")
    fail_if_skipped(skipped)
    assert skipped.outcome == "failed"
    assert "no database" in str(skipped.longrepr)


def test_a_pass_and_an_expected_failure_stay() -> None:
    passed, expected = report("passed"), report("skipped", wasxfail="known")
    fail_if_skipped(passed)
    fail_if_skipped(expected)
    assert (passed.outcome, expected.outcome) == ("passed", "skipped")
