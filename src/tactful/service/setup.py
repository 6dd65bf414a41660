"""`tactful init`: a shop's first files, from ten answers. Nothing that they set up can send anything."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from string import Template

import msgspec
import yaml

from tactful.model.problems import Problem, Problems
from tactful.service.packs import packaged, read_text
from tactful.service.shop import load_shop

NOT_CONNECTED = "none"
_ADULTS = """
customers:                        # what holds for every customer, and why you can say so
  all: {customer.minor: false}
  because: "our terms of sale: accounts are for adults"
"""
_SITE = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


class Answers(msgspec.Struct, frozen=True):
    """The ten answers. `helpdesk` and `carrier` name a connected system or are `none`.

    `notice` is the file of the text that customers saw at checkout, or empty where there was none or nobody knows.
    """

    shop: str
    sector: str
    home: str
    zone: str
    currency: str
    sender_post: str
    sender_mail: str
    site: str
    adults_only: bool
    helpdesk: str
    carrier: str
    notice: str = ""
    notice_since: str = ""
    refusal_box: bool = False
    approved_by: str = ""


_ANY = Answers(
    "Shop",
    "retail",
    "uk",
    "Europe/London",
    "GBP",
    "1 Street",
    "a@shop.example",
    "https://shop.example",
    True,
    "none",
    "none",
)


def fault_of(question: str, answer: str) -> str:
    """What is wrong with one answer, in a sentence; empty where nothing is."""
    answers = msgspec.structs.replace(_ANY, **{question: answer})
    try:
        _check(answers)
        load_shop(_shop(answers), "shop.yaml")
    except Problems as problems:
        return problems.problems[0].message
    return ""


def first_files(answers: Answers, today: dt.date) -> dict[str, str]:
    """The files to write, by path. Raises Problems where an answer does not make a valid file."""
    _check(answers)
    files = {
        "shop.yaml": _shop(answers),
        "labels.yaml": packaged("service", "starter/labels.yaml"),
        "campaigns/back-in-rhythm.yaml": packaged("treatment", "starter/back-in-rhythm.yaml"),
        "treatments/back-in-rhythm.liquid": packaged("treatment", "starter/back-in-rhythm.liquid"),
    }
    files.update(_point(answers, today))
    load_shop(files["shop.yaml"], "shop.yaml")
    return files


def write_files(root: Path, files: dict[str, str]) -> list[Path]:
    """Write all files, or none where one of them exists already."""
    taken = [name for name in files if (root / name).exists()]
    if taken:
        raise Problems(
            [Problem(str(root / name), 0, "exists already; nothing was written. Move it away first.") for name in taken]
        )
    written: list[Path] = []
    for name, text in files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            for earlier in (*written, path):
                earlier.unlink(missing_ok=True)
            reason = (error.strerror or "error").lower()
            raise Problems([Problem(str(path), 0, f"cannot be written: {reason}; nothing was written.")]) from None
        written.append(path)
    return written


def _check(answers: Answers) -> None:
    """The answers that become part of an address or a key."""
    problems = []
    if not _SITE.fullmatch(answers.site):
        problems.append(
            Problem("init", 0, f"the address of your site must be like https://shop.example, not {answers.site}.")
        )
    if not _MAIL.fullmatch(answers.sender_mail):
        problems.append(
            Problem("init", 0, f"the sender's e-mail must be like hello@shop.example, not {answers.sender_mail}.")
        )
    if not _CURRENCY.fullmatch(answers.currency):
        problems.append(Problem("init", 0, f"a currency has three capital letters, like GBP, not {answers.currency}."))
    if not answers.shop.strip() or not answers.sender_post.strip():
        problems.append(Problem("init", 0, "the shop needs a name and a postal address: every message shows them."))
    for name in (answers.helpdesk, answers.carrier):
        if not _NAME.fullmatch(name):
            problems.append(
                Problem("init", 0, f"a system needs a short name in small letters, like helpdesk, not {name}.")
            )
    if problems:
        raise Problems(problems)


def _shop(answers: Answers) -> str:
    sources = _orders(answers.carrier == NOT_CONNECTED)
    if answers.helpdesk != NOT_CONNECTED:
        sources += _source(answers.helpdesk, "customer.complaint_open", "24h")
    if answers.carrier != NOT_CONNECTED:
        sources += _source(answers.carrier, "customer.let_down", "48h")
    return Template(packaged("service", "starter/shop.yaml.template")).substitute(
        shop=_quoted(answers.shop),
        sector=_quoted(answers.sector),
        home=_quoted(answers.home),
        zone=_quoted(answers.zone),
        currency=_quoted(answers.currency),
        post=_quoted(answers.sender_post),
        mail=_quoted(answers.sender_mail),
        site=answers.site,
        adults=_ADULTS if answers.adults_only else "",
        sources=sources,
    )


def _orders(tells_let_downs: bool) -> str:
    if not tells_let_downs:
        return "  orders: {via: web}              # your shop's order export, and how its orders reach you\n"
    return _source("orders", "customer.let_down", "48h").replace("    tells_us", "    via: web\n    tells_us")


def _source(name: str, key: str, fresh: str) -> str:
    return (
        f"  {name}:\n    tells_us: [{key}]\n    silence_means: {{{key}: false}}\n"
        f"    fresh_for: {fresh}                # older than that: not known again, so promotions wait\n"
    )


def _point(answers: Answers, today: dt.date) -> dict[str, str]:
    ready = bool(answers.notice and answers.approved_by)
    notice = read_text(Path(answers.notice)) if answers.notice else packaged("service", "starter/notice.md")
    name = "collection-points/checkout.yaml" if ready else "collection-points/checkout.draft.yaml"
    box = "true" if answers.refusal_box else "false"
    since = answers.notice_since or today.isoformat()
    text = f"""# Where we learn things about her, and what she was told there.
# Approved by the privacy officer, not by marketing.
# A draft (`.draft.yaml`) is not in force: fill it in, have it approved, and take `.draft` out of its name.
collection_point: checkout
notice: notices/checkout.md       # the text she saw; its digest is kept with every fact
seen_from: {since}
sources: [orders]                 # the imports that this point covers
shown_in: [{answers.home}]                    # where this notice is shown; elsewhere it allows nothing
collects: [contact.email, contact.address, purchase]
purposes: [order, service]        # told: we need these to send your order
permissions:
  - purpose: recommend
    channel: email
    basis: soft_opt_in
    conditions:                   # all four, or nothing
      details_from_a_sale: true
      own_similar_products: true
      could_refuse_then: {box}     # an unticked "no e-mail, please" box
      can_refuse_each_time: true
assumes: "Everybody who ordered since {since} saw this notice and left the box unticked: your order file does not say."
"""
    if ready:
        text += f"approved: {{by: {answers.approved_by}, on: {today.isoformat()}}}\n"
    else:
        text += "# approved: {by: privacy@your-shop.example, on: 2026-01-31}\n"
    return {name: text, "notices/checkout.md": notice}


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', width=10_000, allow_unicode=True).strip()
