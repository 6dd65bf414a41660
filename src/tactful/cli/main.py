"""The command `tactful`: every verb in one place."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import typer

FAULT = 70

app = typer.Typer(
    name="tactful",
    help="Personal, never creepy: what may be said to a customer, what may only be used, asked, held or left alone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)


def run() -> None:
    """The entry point: load every command, then answer. A fault of ours is said in one line, never as a traceback."""
    from tactful.cli import commands  # noqa: F401

    try:
        app()
    except Exception as fault:
        if os.environ.get("TACTFUL_TRACE"):
            raise
        place = traceback.extract_tb(fault.__traceback__)[-1]
        sys.stderr.write(
            f"A fault in Tactful itself, not in your files ({Path(place.filename).name}:{place.lineno}). "
            "Please report it with what TACTFUL_TRACE=1 prints before the same command.\n"
        )
        sys.exit(FAULT)
