"""`tactful why-not`, `how-to` and `what-if`: of a kept decision, a moment of the demo, or a flow in a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tactful.cli.folder import AsJson, Folder, read_only
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, hang, say, say_json
from tactful.service.packs import DEFAULT_POLICY, load_rules
from tactful.service.questions import Answered, OfFlow, Register, Subject, of_decision, read_changes, read_one_flow

_INDENT = 14
NOTHING_LISTED = "Nothing is listed."
_FLOW_SUFFIXES = (".json", ".jsonl")


class Reader(StrEnum):
    """For whom an answer is written."""

    staff = "staff"
    customer = "customer"


class Wanted(StrEnum):
    """What one would like to do with it."""

    ask = "ask"
    silent = "silent"
    soften = "soften"
    say = "say"


Of = Annotated[
    str, typer.Argument(help="A decision, the number of a moment of the demo, or a flow: a .json file, or - for stdin.")
]
For = Annotated[Reader, typer.Option("--for", help="staff reads everything, the customer what may be told to her.")]
To = Annotated[Wanted | None, typer.Option("--wanted", help="What is wanted; the freest that the act can be.")]
Rules = Annotated[str, typer.Option("--policy", help="The policy for a flow: a pack, or a policy file.")]
Set = Annotated[list[str], typer.Option("--set", help="A change, like scenario.channel=app. May be given again.")]


@app.command("why-not")
@answered
def why_not(
    of: Of,
    wanted: To = None,
    reader: For = Reader.staff,
    policy: Rules = DEFAULT_POLICY,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Why not: which limits and licences stand between the verdict and the wanted one, and whose each is to change."""
    _answer(of, policy, shop, json, reader, lambda subject: subject.why_not(_goal(wanted), _of(reader)))


@app.command("how-to")
@answered
def how_to(
    of: Of,
    wanted: To = None,
    reader: For = Reader.staff,
    policy: Rules = DEFAULT_POLICY,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """How to: one or two changes of what is ours, each judged again. Never another purpose, never asking after a no."""
    _answer(of, policy, shop, json, reader, lambda subject: subject.how_to(_goal(wanted), _of(reader)))


@app.command("what-if")
@answered
def what_if(
    of: Of,
    change: Set,
    reader: For = Reader.staff,
    policy: Rules = DEFAULT_POLICY,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """What if: the same with keys changed. With the channel changes what hangs on it."""
    changes = read_changes(change)
    _answer(of, policy, shop, json, reader, lambda subject: subject.what_if(changes, _of(reader)))


def is_flow(of: str) -> bool:
    """Whether a flow in a file or on standard input is meant."""
    return of == "-" or of.endswith(_FLOW_SUFFIXES)


def flow_subject(of: str, policy: str) -> OfFlow:
    """The flow of a file or of standard input, under a policy."""
    if of == "-":
        text = sys.stdin.buffer.read()
    else:
        try:
            text = Path(of).read_bytes()
        except OSError as error:
            fail(f"{of}: cannot be opened: {(error.strerror or 'error').lower()}.")
    path = Path(policy)
    rules = load_rules(path.name, path.parent) if path.suffix else load_rules(policy)
    return OfFlow(rules, read_one_flow(text, "standard input" if of == "-" else of), "flow")


def tell(found: Answered, json: bool, reader: str) -> None:
    """Print an answer, wrapped at the width of the screen."""
    if json:
        say_json(_plain(found, reader))
        return
    if reader == "customer":
        for line in found.lines or (NOTHING_LISTED,):
            hang("", line, 0)
        return
    for line in found.lines:
        say(line)
    for label, text in found.rows:
        inner = len(text) - len(text.lstrip())
        hang(f"{label:<{_INDENT}}{' ' * inner}", text.lstrip(), _INDENT + inner)


def _answer(of: str, policy: str, shop: Path, json: bool, reader: Reader, ask: Callable[[Subject], Answered]) -> None:
    if is_flow(of):
        found = ask(flow_subject(of, policy))
    elif of.isdigit():
        from tactful.service.demo.asked import of_moment

        found = ask(of_moment(int(of)))
    else:
        with read_only(shop) as store:
            found = ask(of_decision(store, of))
    tell(found, json, reader.value)


def _plain(found: Answered, reader: str) -> dict[str, Any]:
    """For programs; hers has nothing but her lines."""
    if reader == "customer":
        return {"question": found.question, "lines": found.lines}
    plain: dict[str, Any] = msgspec.to_builtins(found)
    plain["lines"] = [*found.lines, *(f"{label:<{_INDENT}}{text}".rstrip() for label, text in found.rows)]
    return {name: value for name, value in plain.items() if name != "rows" and value not in ("", [], ())}


def _goal(wanted: Wanted | None) -> Any:
    return wanted.value if wanted is not None else None


def _of(reader: Reader) -> Register:
    return "customer" if reader is Reader.customer else "staff"
