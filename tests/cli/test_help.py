"""The help: every command, whole sentences, and no waiting."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.typed import process, typed

from tactful.cli.commands import COMMANDS

HEAVY = ("polars", "liquid", "sqlite3", "tactful.decide", "tactful.policy.load", "jinja2")


def test_every_command_has_one_whole_line(tmp_path: Path) -> None:
    said = typed(tmp_path, "--help").stdout
    lines = said[said.index("Commands:") :].splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") and len(line) <= 80 for line in lines)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_and_helps(tmp_path: Path, name: str) -> None:
    result = typed(tmp_path, name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: tactful {name}")
    assert all(len(line) <= 96 for line in result.stdout.splitlines())


GROUPS = {
    "key": ("list",),
    "source": ("heard", "list"),
    "store": ("copy", "migrate"),
    "identity": ("show", "merges", "unmerge", "settle", "apply"),
}


@pytest.mark.parametrize("group", GROUPS)
def test_the_commands_of_a_group_have_whole_lines(tmp_path: Path, group: str) -> None:
    said = typed(tmp_path, group, "--help").stdout
    lines = {words[0]: words for line in said[said.index("Commands:") :].splitlines()[1:] if (words := line.split())}
    assert [name for name in GROUPS[group] if lines[name][-1].endswith("...")] == []


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = f"import sys; print([each for each in {HEAVY!r} if each in sys.modules])"
    script = f"from tactful.cli.main import app; app(['--help'], standalone_mode=False); {heavy}"
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_one_sentence(tmp_path: Path) -> None:
    done = process(tmp_path, "frobnicate")
    assert done.returncode == 2
    assert b"No such command 'frobnicate'" in done.stderr
