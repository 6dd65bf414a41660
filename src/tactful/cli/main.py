"""The command `tactful`: every verb in one place, each loaded when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tactful import __version__
from tactful.cli.commands import COMMANDS
from tactful.cli.degrade import degrade, drop_output
from tactful.cli.place import STORE_FLAG, STORE_PLACE, brought_forward

BAD_INPUT, STOPPED, FAULT = 2, 130, 70


class Commands(TyperGroup):
    """The commands; a module is imported when its command is asked for, so that none waits for the others."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words of the command line, of which --store may stand anywhere."""
        return super().parse_args(ctx, brought_forward(args))

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, loaded; None where there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        importlib.import_module(f"tactful.cli.{COMMANDS[cmd_name][0]}")
        loaded = typer.main.get_command(app)
        assert isinstance(loaded, TyperGroup)
        return loaded.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """One whole line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


app = typer.Typer(
    name="tactful",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"tactful {__version__}\n")
        raise typer.Exit


@app.callback()
def tactful(
    store: Annotated[
        str,
        typer.Option(
            STORE_FLAG,
            envvar="TACTFUL_STORE",
            metavar="ADDRESS",
            help="A PostgreSQL database (postgresql://…) that holds the store, instead of a file in the shop's folder; "
            "before or behind any command.",
        ),
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Personal, never creepy: what may be said to a customer, what may only be used, asked, held or left alone."""
    STORE_PLACE.set(store)


def run() -> None:
    """The entry point. A fault of ours is said in one line, never as a traceback."""
    degrade()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        drop_output()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(STOPPED)
    except OSError as error:
        drop_output()
        sys.stderr.write(f"{error.filename or 'the answer'}: cannot be used: {(error.strerror or 'error').lower()}.\n")
        sys.exit(BAD_INPUT)
    except Exception as fault:
        if os.environ.get("TACTFUL_TRACE"):
            raise
        place = traceback.extract_tb(fault.__traceback__)[-1]
        sys.stderr.write(
            f"A fault in Tactful itself, not in your files ({Path(place.filename).name}:{place.lineno}). "
            "Please report it with what TACTFUL_TRACE=1 prints before the same command.\n"
        )
        sys.exit(FAULT)
