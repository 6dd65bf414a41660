"""What every command shares: where output goes, how problems are said, and what the exit codes mean.

0 done · 1 done, and the answer is no (a case fails, a replay differs) · 2 the input was not understood, nothing was
written · 3 a limit was reached · 4 the store cannot be used · 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tactful.model.problems import NotThere, Problems, StoreProblem
from tactful.service.printable import printable

NO, BAD_INPUT, LIMIT, STORE, STOPPED = 1, 2, 3, 4, 130
_MOST_SHOWN = 40
_COLUMN = re.compile(r".*\S {2,}(?=\S)|\s*")

P = ParamSpec("P")
R = TypeVar("R")


class Answers(Console):
    """A console that leaves it to `answered` when nobody reads on."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def out() -> Console:
    """The console for answers. Its width is at most 96 columns, so that a table reads the same everywhere."""
    console = Answers(highlight=False, emoji=False, markup=False)
    if console.width > 96 or not console.is_terminal:
        console.width = 96
    return console


def err() -> Console:
    """The console for problems and progress."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Print a line as it is, but for characters that could move the cursor."""
    sys.stdout.write(printable(text) + "\n")


def hang(head: str, text: str, indent: int) -> None:
    """Print a head and a text behind it, wrapped so that every further line begins under the text."""
    width = max(24, out().width - indent)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        say(f"{head if number == 0 else '':<{indent}}{line}".rstrip())


def say_aligned(line: str) -> None:
    """Print a line of columns that are two or more spaces apart, wrapped so that its last column stays one."""
    match = _COLUMN.match(line)
    indent = min(match.end() if match else 0, out().width - 24)
    hang(line[:indent], line[indent:], indent)


def say_table(table: Table) -> None:
    """Print a table without blanks at the ends of its lines."""
    console = out()
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")


def say_json(value: Any) -> None:
    """Print a value as one JSON document with sorted keys."""
    say_document(msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2))


def say_document(document: bytes) -> None:
    """Print JSON; where the terminal cannot show every character it is escaped, so that it stays JSON."""
    text = document.decode()
    if not (sys.stdout.encoding or "utf-8").lower().startswith("utf"):
        text = re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text + "\n")


def fail(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Say one sentence on stderr and leave with `code`."""
    err().print(printable(message))
    raise typer.Exit(code)


def answered(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose problems come out as sentences and exit codes, never as a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Problems as problems:
            shown = problems.problems[:_MOST_SHOWN]
            more = len(problems.problems) - len(shown)
            fail("\n".join(str(problem) for problem in shown) + (f"\n… and {more} more." if more else ""))
        except StoreProblem as problem:
            fail(str(problem), BAD_INPUT if isinstance(problem, NotThere) else STORE)
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            fail("Stopped. What was done until here is kept; run the same command again to finish.", STOPPED)

    return run


@contextmanager
def progress(title: str, total: int | None, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; yields a function that moves it on. Silent where nobody watches."""
    console = err()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(task, steps)
