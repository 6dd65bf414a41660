"""`tactful words`: the vocabulary, for people and for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from tactful.cli.main import app
from tactful.cli.screen import answered, say, say_document
from tactful.model.vocabulary import KEYS, LISTS, VERSION, encoded
from tactful.model.words import Word


class Format(StrEnum):
    """How the words are printed."""

    md = "md"
    json = "json"


@app.command()
@answered
def words(
    format: Annotated[Format, typer.Option("--format", help="md for reading, json for programs.")] = Format.md,
) -> None:
    """Print every word that Tactful speaks, with its sentence and its source."""
    if format is Format.json:
        say_document(msgspec.json.format(encoded(), indent=2))
    else:
        say("\n".join(_markdown()))


def _markdown() -> list[str]:
    lines = [f"# Vocabulary, version {VERSION}", ""]
    lines.append("A flow is a flat JSON object with these keys. An absent key means not known.")
    for key in KEYS.values():
        lines += ["", f"## `{key.name}`", "", f"{key.sentence} ({key.kind}; source: {key.source})"]
        lines += _table(key.values)
    for name, members in LISTS.items():
        lines += ["", f"## {name}", *_table(members)]
    return lines


def _table(members: tuple[Word, ...]) -> list[str]:
    if not members:
        return []
    rows = [f"| `{word.name}` | {word.sentence} | {word.source} |" for word in members]
    return ["", "| word | meaning | source |", "|---|---|---|", *rows]
