"""`tactful judge`: flows in, verdicts out; no person, no store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tactful.cli.instant import today
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, err, fail, progress, say_document
from tactful.service.judge_flows import judge_flows, read
from tactful.service.packs import DEFAULT_POLICY, Rules, load_rules

_TABLES = (".parquet", ".csv")
_MOST_WRONG = 20


@app.command()
@answered
def judge(
    file: Annotated[
        str,
        typer.Argument(
            help='JSONL, one {"id": …, "flow": {…}} per line; - for standard input. Or a table: .parquet or .csv, '
            "a column for each key."
        ),
    ],
    policy: Annotated[str, typer.Option(help="A pack such as norm/retail, or a policy file.")] = DEFAULT_POLICY,
    out: Annotated[
        Path | None, typer.Option(help="For a table: write to this .parquet, .csv or .jsonl file, not to the screen.")
    ] = None,
    masks: Annotated[
        bool, typer.Option("--masks", help="For a table: rules and keys as bit masks, without sentences; much faster.")
    ] = False,
) -> None:
    """Judge flows, one act with one piece of knowledge each. Nothing is stored; all problems of a file come at once.

    In a table, a value that its key may not have is read as absent, which never makes a verdict freer; it is reported,
    and the exit code is 1.
    """
    rules = load_rules(policy, today=today())
    if Path(file).suffix in _TABLES:
        _judge_table(rules, Path(file), out, masks)
        return
    if out or masks:
        fail("--out and --masks are for tables: .parquet or .csv.")
    flows = read(_lines(file), file)
    encode = msgspec.json.Encoder().encode
    with progress("judging", len(flows), quiet=len(flows) < 10_000) as moved:
        for number, line in enumerate(judge_flows(rules, flows), start=1):
            say_document(encode(line))
            if number % 1000 == 0:
                moved(1000)


def _judge_table(rules: Rules, path: Path, out: Path | None, masks: bool) -> None:
    """Piece by piece, so that a file of any length can be judged."""
    from tactful.service.judge_table import (
        judge_table,
    )  # brings Polars, which the rest of the command line does without

    with progress("judging", None, quiet=out is None) as moved:
        tally = judge_table(rules, path, out or sys.stdout.buffer, masks, moved)
    if out:
        counts = ", ".join(f"{name} {count}" for name, count in tally.verdicts.items() if count)
        err().print(f"{tally.rows} flows judged: {counts or 'none'}.")
    wrong = tally.problems(str(path))
    if wrong:
        more = f"\n… and {len(wrong) - _MOST_WRONG} more." if len(wrong) > _MOST_WRONG else ""
        fail("\n".join(map(str, wrong[:_MOST_WRONG])) + more, NO)


def _lines(file: str) -> list[bytes]:
    if file == "-":
        return sys.stdin.buffer.read().split(b"\n")
    try:
        return Path(file).read_bytes().split(b"\n")
    except OSError as error:
        fail(f"{file}: cannot be opened: {(error.strerror or 'error').lower()}.")
