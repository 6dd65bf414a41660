"""Commands as they are typed: in the process, or as a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from tactful.cli.main import app

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINE = "77001,20725,LUNCH BAG RED,2,2011-11-11T10:00:00,1.65,ada,United Kingdom"
CAMPAIGN = "campaigns/back-in-rhythm.yaml"
NOW = ("--now", "2011-12-10T10:00")
ENTRY = "from tactful.cli.main import run; run()"


def typed(folder: Path, *words: str) -> Result:
    """The command, run in the folder."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(app, list(words))
    finally:
        os.chdir(here)


def refused(folder: Path, *words: str, code: int = 2, lines: int = 1) -> str:
    """What a command says that must refuse: sentences, no traceback, nothing on stdout that looks like an answer."""
    result = typed(folder, *words)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    said = result.stderr.strip()
    assert 1 <= len(said.splitlines()) <= lines, said
    assert "Traceback" not in said
    assert "Error(" not in said
    return said


def process(
    folder: Path, *words: str, shell: str = "", **environment: str | None
) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own; an environment value of None takes the variable away."""
    env = {**os.environ, **{name: value for name, value in environment.items() if value is not None}}
    for name, value in environment.items():
        if value is None:
            env.pop(name, None)
    command = [sys.executable, "-c", ENTRY, *words]
    if shell:
        command = ["bash", "-c", f'"$0" -c "$1" "${{@:2}}" {shell}', sys.executable, ENTRY, *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=60, check=False)
