"""The help: every command, whole sentences, and no waiting."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.typed import process, refused, typed
from tests.service import a_shop

from tactful import __version__
from tactful.cli.commands import COMMANDS
from tactful.cli.place import brought_forward

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


GROUPS = ("identity", "import", "key", "line", "person", "policy", "retention", "source", "store")


def test_these_are_all_groups(tmp_path: Path) -> None:
    grouped = {name for name in COMMANDS if "Commands:" in typed(tmp_path, name, "--help").stdout}
    assert grouped == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_the_commands_of_a_group_have_whole_lines(tmp_path: Path, group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = typed(tmp_path, group, "--help").stdout
    lines = said[said.index("Commands:") :].splitlines()[1:]
    assert lines
    assert [line for line in lines if line.endswith("...") or not line.endswith(".") or len(line) > 80] == []


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


def test_it_says_its_version(tmp_path: Path) -> None:
    done = typed(tmp_path, "--version")
    assert (done.exit_code, done.stdout) == (0, f"tactful {__version__}\n")


def test_the_store_is_named_before_or_behind_a_command(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "shop")
    for words in (("--store", "x", "source", "list"), ("source", "--store", "x", "list"),
                  ("source", "list", "--store=x"), ("source", "list", "--json", "--store", "x"),
                  ("--store", "y", "source", "list", "--store", "x"),
                  ("serve", "--store", "x"), ("--store", "x", "serve")):  # fmt: skip
        assert refused(tmp_path / "shop", *words).startswith("--store x: is no address"), words


def test_what_stands_behind_two_dashes_is_no_flag(tmp_path: Path) -> None:
    assert brought_forward(["why", "--", "--store", "x"]) == ["why", "--", "--store", "x"]
    assert brought_forward(["why", "--store"]) == ["why", "--store"], "the parser says what is missing"
    assert brought_forward(["a", "--store", "x", "b", "--store=y"]) == ["--store", "x", "--store=y", "a", "b"]
