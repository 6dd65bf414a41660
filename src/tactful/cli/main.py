"""The command `tactful`: every verb in one place."""

from __future__ import annotations

import typer

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
    """The entry point: load every command, then answer."""
    from tactful.cli import commands  # noqa: F401

    app()
