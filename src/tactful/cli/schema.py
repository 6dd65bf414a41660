"""`tactful schema`: JSON Schemas of the files that people write, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.main import app
from tactful.cli.screen import answered, fail, say, say_document
from tactful.service.schema import SCHEMAS, SUFFIX, write_schemas
from tactful.service.schema import schema as one_schema

Name = Annotated[str, typer.Argument(help=f"{', '.join(SCHEMAS)}.", show_default=False)]
All = Annotated[Path | None, typer.Option("--all", help="Write every schema into this folder.")]


@app.command()
@answered
def schema(name: Name = "", everything: All = None) -> None:
    """A JSON Schema for each file that a person writes: an editor completes and checks while you type."""
    if everything is not None:
        for path in write_schemas(everything):
            say(f"wrote {path}")
        say("An editor with YAML support reads the first line of a file, for example of policy.yaml:")
        say(f"# yaml-language-server: $schema={(everything / f'policy{SUFFIX}').as_posix()}")
    elif name:
        say_document(one_schema(name).rstrip())
    else:
        fail("say which schema, or --all FOLDER for every one: tactful schema policy.")
