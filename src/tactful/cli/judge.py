"""`tactful judge`: flows in, verdicts out, line by line; no person, no store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tactful.cli.instant import today
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, progress, say_document
from tactful.service.judge_flows import judge_flows, read
from tactful.service.packs import DEFAULT_POLICY, load_rules


@app.command()
@answered
def judge(
    file: Annotated[str, typer.Argument(help='JSONL, one {"id": …, "flow": {…}} per line; - for standard input.')],
    policy: Annotated[str, typer.Option(help="A pack such as norm/retail, or a policy file.")] = DEFAULT_POLICY,
) -> None:
    """Judge flows, one act with one piece of knowledge each. Nothing is stored; all problems of a file come at once."""
    rules = load_rules(policy, today=today())
    flows = read(_lines(file), file)
    encode = msgspec.json.Encoder().encode
    with progress("judging", len(flows), quiet=len(flows) < 10_000) as moved:
        for number, line in enumerate(judge_flows(rules, flows), start=1):
            say_document(encode(line))
            if number % 1000 == 0:
                moved(1000)


def _lines(file: str) -> list[bytes]:
    if file == "-":
        return sys.stdin.buffer.read().split(b"\n")
    try:
        return Path(file).read_bytes().split(b"\n")
    except OSError as error:
        fail(f"{file}: cannot be opened: {(error.strerror or 'error').lower()}.")
