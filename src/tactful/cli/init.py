"""`tactful init`: ten questions, or the same as flags."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tactful.cli.folder import opened
from tactful.cli.instant import clock, today
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, say, say_json
from tactful.model.vocabulary import KEYS
from tactful.service.publishing import publish_first
from tactful.service.setup import NOT_CONNECTED, Answers, fault_of, first_files, write_files
from tactful.service.shop import ZONES

_ASKED = "asked when left out"


def _text(help: str) -> Any:
    return typer.Option(help=help)


Into = Annotated[Path, typer.Option("--into", help="Where to write the files.")]
Shop = Annotated[str, _text(f"Name of the shop, as customers know it ({_ASKED}).")]
Sector = Annotated[str, _text(f"retail, grocery, pharmacy … ({_ASKED}).")]
Home = Annotated[str, _text(f"Whose law holds at home: uk, eu-fr, us-ca … ({_ASKED}).")]
Zone = Annotated[str, _text("Time zone at home; known for some countries.")]
Currency = Annotated[str, _text(f"Currency of your prices ({_ASKED}).")]
Post = Annotated[str, _text(f"Postal address of the sender ({_ASKED}).")]
Mail = Annotated[str, _text(f"E-mail address of the sender ({_ASKED}).")]
Site = Annotated[str, _text(f"Address of your site, https://… ({_ASKED}).")]
Adults = Annotated[bool | None, typer.Option(help=f"Do your terms say that accounts are for adults ({_ASKED})?")]
Helpdesk = Annotated[str, _text("Name of the system that knows open complaints, or none.")]
Carrier = Annotated[str, _text("Name of the system that knows late parcels, or none.")]
Notice = Annotated[str | None, typer.Option(help="File with the notice shown at checkout, or none.")]
Since = Annotated[str, _text("First day on which that notice was shown.")]
Box = Annotated[bool, typer.Option(help="It had an unticked box to refuse e-mails.")]
Approved = Annotated[str, _text("Who approved the collection point.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
@answered
def init(
    folder: Into = Path(),
    shop: Shop = "",
    sector: Sector = "",
    home: Home = "",
    zone: Zone = "",
    currency: Currency = "",
    sender_post: Post = "",
    sender_mail: Mail = "",
    site: Site = "",
    adults_only: Adults = None,
    helpdesk: Helpdesk = "",
    carrier: Carrier = "",
    notice: Notice = None,
    notice_since: Since = "",
    refusal_box: Box = False,
    approved_by: Approved = "",
    json: AsJson = False,
) -> None:
    """Set up your own shop: ten questions, two minutes. Every campaign starts as `run: watch`: nothing can be sent."""
    given = {"shop": shop, "sector": sector, "home": home, "zone": zone, "currency": currency, "post": sender_post}
    given |= {"mail": sender_mail, "site": site, "helpdesk": helpdesk, "carrier": carrier}
    answers = msgspec.structs.replace(
        _asked(given, adults_only),
        notice=_notice(notice),
        notice_since=notice_since,
        refusal_box=refusal_box,
        approved_by=approved_by,
    )
    written = write_files(folder, first_files(answers, dt.date.today()))
    with opened(folder) as store:
        published = publish_first(store, approved_by or "init", clock(), today())
    if json:
        say_json({"written": [str(path) for path in written], "published": published})
        return
    for path in written:
        say(f"wrote {path}")
    say(f"published {published}: these rules decide from now on")
    say("Nothing can be sent yet: every campaign starts as `run: watch`.")
    say("Next: tactful import orders FILE")


def _asked(given: dict[str, str], adults_only: bool | None) -> Answers:
    """The ten answers: those given, and for the others what is answered when asked."""
    sectors = ", ".join(KEYS["scenario.sector"].names[:4])
    shop = _answer("shop", given["shop"], "What is the shop called?")
    sector = _answer("sector", given["sector"], f"Sector? ({sectors} …)", "retail")
    home = _answer("home", given["home"], "Whose law holds at home? (uk, eu-fr, us-ca …)", "uk")
    if fault := fault_of("home", home):
        fail(f"--{fault}")
    zone = given["zone"] or ZONES.get(home) or _answer("zone", "", "Time zone at home? (like Europe/London)")
    system = "(a short name, or none)"
    return Answers(
        shop=shop,
        sector=sector,
        home=home,
        zone=zone,
        currency=_answer("currency", given["currency"], "Currency of your prices?", "GBP" if home == "uk" else "EUR"),
        sender_post=_answer("sender_post", given["post"], "Postal address of the sender? (shown in every message)"),
        sender_mail=_answer("sender_mail", given["mail"], "E-mail address of the sender?"),
        site=_answer("site", given["site"].rstrip("/"), "Address of your site? (https://…)").rstrip("/"),
        adults_only=_yes(adults_only, "Do your terms of sale say that accounts are for adults?"),
        helpdesk=_answer("helpdesk", given["helpdesk"], f"Which system knows open complaints? {system}", NOT_CONNECTED),
        carrier=_answer("carrier", given["carrier"], f"Which system knows late parcels? {system}", NOT_CONNECTED),
    )


def _answer(name: str, given: str, question: str, default: str = "") -> str:
    """The answer given, or else asked for until it is one that can be used."""
    if given:
        return given
    if not sys.stdin.isatty() and not default:
        fail(f"An answer is missing and nobody is there to ask: {question} See `tactful init --help` for the flags.")
    if not sys.stdin.isatty():
        return default
    while True:
        answer = str(typer.prompt(question, default=default or None)).strip()
        fault = fault_of(name, answer)
        if not fault:
            return answer
        say(f"  {fault}")


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
