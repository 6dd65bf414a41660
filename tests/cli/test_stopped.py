"""Killed or stopped in the middle, then run again: the same as if nothing had happened."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, ENTRY, HEADER, NOW, typed
from tests.service import a_shop

from tactful.bootstrap import STORE_FILE

PEOPLE = 1_200
IMPORT = ("import", "orders", "big.csv", "--json")
DECIDE = ("decide", "--campaign", CAMPAIGN, *NOW, "--json")
ACCOUNTED = ("accounts", "recognised", "refused")
DECIDED = ("looked_at", "people", "heaps", "rules", "gaps")


def answer(folder: Path, words: tuple[str, ...], keys: tuple[str, ...]) -> dict[str, object]:
    done = typed(folder, *words)
    assert done.exit_code == 0, done.output
    return {key: json.loads(done.stdout)[key] for key in keys}


def stopped(folder: Path, words: tuple[str, ...], table: str, how: signal.Signals) -> tuple[int, str]:
    """Start a command, and send it a signal as soon as something of it is in the store."""
    command = [sys.executable, "-c", ENTRY, *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None and not rows(folder, table):
            time.sleep(0.01)
        running.send_signal(how)
        said = running.communicate()[1]
    return running.returncode, said


def rows(folder: Path, table: str) -> int:
    try:
        with closing(sqlite3.connect(f"file:{folder / STORE_FILE}?mode=ro", uri=True)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("big") / "shop"
    a_shop.set_up(folder)
    lines = [line for n in range(PEOPLE) for line in a_shop.rhythm(f"p{n}", "United Kingdom")]
    (folder / "big.csv").write_text("\n".join((HEADER, *lines)))
    return folder


@pytest.fixture(scope="module")
def clean(big: Path) -> tuple[dict[str, object], dict[str, object]]:
    """What import and decide answer when nothing happens to them."""
    folder = Path(shutil.copytree(big, big.parent / "clean"))
    return answer(folder, IMPORT, ACCOUNTED), answer(folder, DECIDE, DECIDED)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=lambda how: how.name)
def test_what_was_stopped_is_finished_by_the_same_command(
    big: Path, tmp_path: Path, clean: tuple[dict[str, object], dict[str, object]], how: signal.Signals
) -> None:
    folder = Path(shutil.copytree(big, tmp_path / "shop"))
    for words, table, keys, expected in (
        (IMPORT, "event", ACCOUNTED, clean[0]),
        (DECIDE, "decision_ref", DECIDED, clean[1]),
    ):
        code, said = stopped(folder, words, table, how)
        assert rows(folder, table) > 0
        if how is signal.SIGINT:
            assert (code, said) == (
                130,
                "Stopped. What was done until here is kept; run the same command again to finish.\n",
            )
        else:
            assert code == -signal.SIGKILL
        assert answer(folder, words, keys) == expected
    assert rows(folder, "event") == PEOPLE * 6
    again = json.loads(typed(folder, *IMPORT).stdout)
    assert (again["added"], again["repeated"], again["differing"]) == (0, PEOPLE * 6, 0)
