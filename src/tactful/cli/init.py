"""`tactful init`: ten questions, or the same as flags."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.main import app
from tactful.cli.screen import answered, fail, say, say_json
from tactful.model.vocabulary import KEYS
from tactful.service.setup import NOT_CONNECTED, Answers, first_files, write_files
from tactful.service.shop import ZONES

_HELP = "asked when left out"


@app.command()
@answered
def init(
    folder: Annotated[Path, typer.Option("--into", help="Where to write the files.")] = Path(),
    shop: Annotated[str, typer.Option(help=f"Name of the shop, as customers know it ({_HELP}).")] = "",
    sector: Annotated[str, typer.Option(help=f"retail, grocery, pharmacy … ({_HELP}).")] = "",
    home: Annotated[str, typer.Option(help=f"Whose law holds at home: uk, eu-fr, us-ca … ({_HELP}).")] = "",
    zone: Annotated[str, typer.Option(help="Time zone at home; known for some countries.")] = "",
    currency: Annotated[str, typer.Option(help=f"Currency of your prices ({_HELP}).")] = "",
    sender_post: Annotated[str, typer.Option(help=f"Postal address of the sender ({_HELP}).")] = "",
    sender_mail: Annotated[str, typer.Option(help=f"E-mail address of the sender ({_HELP}).")] = "",
    site: Annotated[str, typer.Option(help=f"Address of your site, https://… ({_HELP}).")] = "",
    adults_only: Annotated[bool | None, typer.Option(help="Do your terms say that accounts are for adults?")] = None,
    helpdesk: Annotated[str, typer.Option(help="Name of the system that knows open complaints, or none.")] = "",
    carrier: Annotated[str, typer.Option(help="Name of the system that knows late parcels, or none.")] = "",
    notice: Annotated[
        str | None, typer.Option(help="File with the notice shown at checkout; none if you have none.")
    ] = None,
    notice_since: Annotated[str, typer.Option(help="First day on which that notice was shown.")] = "",
    refusal_box: Annotated[bool, typer.Option(help="It had an unticked box to refuse e-mails.")] = False,
    approved_by: Annotated[str, typer.Option(help="Who approved the collection point.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Set up your own shop: ten questions, two minutes. Every campaign starts as `run: watch`: nothing can be sent."""
    home = _answer(home, "Whose law holds at home? (uk, eu-fr, us-ca …)", "uk")
    answers = Answers(
        shop=_answer(shop, "What is the shop called?"),
        sector=_answer(sector, f"Sector? ({', '.join(KEYS['scenario.sector'].names[:4])} …)", "retail"),
        home=home,
        zone=zone or ZONES.get(home) or _answer("", "Time zone at home? (like Europe/London)"),
        currency=_answer(currency, "Currency of your prices?", "GBP" if home == "uk" else "EUR"),
        sender_post=_answer(sender_post, "Postal address of the sender? (shown in every message)"),
        sender_mail=_answer(sender_mail, "E-mail address of the sender?"),
        site=_answer(site, "Address of your site? (https://…)").rstrip("/"),
        adults_only=_yes(adults_only, "Do your terms of sale say that accounts are for adults?"),
        helpdesk=_answer(helpdesk, "Which system knows open complaints? (a short name, or none)", NOT_CONNECTED),
        carrier=_answer(carrier, "Which system knows late parcels? (a short name, or none)", NOT_CONNECTED),
        notice=_notice(notice),
        notice_since=notice_since,
        refusal_box=refusal_box,
        approved_by=approved_by,
    )
    written = write_files(folder, first_files(answers, dt.date.today()))
    if json:
        say_json({"written": [str(path) for path in written]})
        return
    for path in written:
        say(f"wrote {path}")
    say("Nothing can be sent yet: every campaign starts as `run: watch`.")
    say("Next: tactful import orders FILE")


def _answer(given: str, question: str, default: str = "") -> str:
    if given:
        return given
    if not sys.stdin.isatty() and not default:
        fail(f"An answer is missing and nobody is there to ask: {question} See `tactful init --help` for the flags.")
    if not sys.stdin.isatty():
        return default
    return str(typer.prompt(question, default=default or None)).strip()


def _yes(given: bool | None, question: str) -> bool:
    if given is not None:
        return given
    return typer.confirm(question, default=False) if sys.stdin.isatty() else False


def _notice(given: str | None) -> str:
    if given is None and sys.stdin.isatty():
        given = typer.prompt(
            "File with the notice that customers see at checkout? (none if there is none)", default="none"
        )
    return "" if given in (None, "none", "") else str(given)
