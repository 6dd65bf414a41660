"""A campaign: what is said to whom and why, what shapes it, and what it is worth; read strictly from a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import Value
from tactful.model.problems import Problem, suggestion
from tactful.model.records import DAY, Use, Variant
from tactful.model.vocabulary import KEYS
from tactful.treatment.template import Treatment

USE_ACTS = ("mention", "select")
PLACES = {"web": "online", "app": "online", "kiosk": "store", "associate": "store"}
"""Where a channel reaches her when the campaign does not say; any other channel: we did not look."""
MOST_HOLDOUT = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERCENT = re.compile(r"(\d{1,2})\s?%")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EPOCH = dt.date(1970, 1, 1)


class DeclaredUse(msgspec.Struct, frozen=True):
    """A fact that shapes the campaign: `mention` (shown or worked out) or `select` (decides who, when or what)."""

    fact: str
    act: str
    because: str
    line: int


class Campaign(msgspec.Struct, frozen=True):
    """A campaign as loaded.

    `audience` and `skip` are conditions as written, read by the profile. `opens` is the first microsecond of its first
    day and `closes` the last of its last day, both in UTC; what is held after that is dropped. `worth` is what it is
    worth to us, in thousandths of `currency`; `to_her` says what it is worth to her in words, `benefit` in the word of
    the vocabulary (empty: not said, so not known). `holdout` is the share of people who hear nothing, in percent.
    """

    name: str
    does: str
    owner: str
    purpose: str
    channel: str
    opens: int
    closes: int
    audience: str
    skip: str
    treatment: str
    uses: tuple[DeclaredUse, ...]
    worth: int
    currency: str
    to_her: str
    benefit: str
    holdout: int
    run: Literal["watch", "live"]
    place: str
    file: str
    audience_line: int = 0
    skip_line: int = 0

    def selects(self, reads: Iterable[str]) -> tuple[str, ...]:
        """The facts of every `select` use: the declared ones, and those that audience and skip read. Sorted."""
        declared = {use.fact for use in self.uses if use.act == "select"}
        return tuple(sorted(declared | set(reads)))

    def reasons(self, variants: Iterable[Variant]) -> tuple[Variant, ...]:
        """The variants, each use with the campaign's own `because`."""
        because = {use.fact: use.because for use in self.uses if use.act == "mention"}
        return tuple(
            Variant(each.name, tuple(Use(use.fact, use.form, because.get(use.fact, "")) for use in each.mentions))
            for each in variants
        )

    def scenario(self) -> dict[str, Value]:
        """The `scenario.*` keys that are the same for everybody it could reach."""
        keys: dict[str, Value] = {
            "scenario.purpose": self.purpose,
            "scenario.channel": self.channel,
            "scenario.initiator": "retailer",
            "scenario.speaker": "system",
            "scenario.place": self.place,
        }
        return {**keys, "scenario.benefit": self.benefit} if self.benefit else keys


class Checked(msgspec.Struct, frozen=True):
    """A campaign held against its treatment: `problems` stop it, `warnings` do not."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def load_campaign(text: str, file: str, known_labels: Collection[str], known_facts: Collection[str]) -> Campaign:
    """Read a campaign. `known_labels` without the `label.` before them; `known_facts` by name. Raises Problems: all."""
    top = read_document(text, file)
    channel = top.text("channel", one_of=KEYS["scenario.channel"].names)
    opens, closes = _open(top)
    worth, currency, to_her, benefit = _value(top)
    campaign = Campaign(
        name=_said(top, "campaign"),
        does=_said(top, "does"),
        owner=_said(top, "owner"),
        purpose=top.text("purpose", one_of=KEYS["scenario.purpose"].names),
        channel=channel,
        opens=opens,
        closes=closes,
        audience=_said(top, "for"),
        skip=top.text("skip", ""),
        treatment=_path(top),
        uses=_uses(top, known_labels, known_facts),
        worth=worth,
        currency=currency,
        to_her=to_her,
        benefit=benefit,
        holdout=_holdout(top),
        run="live" if top.text("run", "watch", one_of=["watch", "live"]) == "live" else "watch",
        place=top.text("place", PLACES.get(channel, "not_sensed"), one_of=KEYS["scenario.place"].names),
        file=file,
        audience_line=top.line_of("for"),
        skip_line=top.line_of("skip"),
    )
    top.finish()
    refuse(top.problems)
    return campaign


def check(campaign: Campaign, treatment: Treatment) -> Checked:
    """Whether campaign and treatment agree, before anything is decided.

    A fact that a variant mentions must be declared with act `mention`; a mention that no variant makes is warned of.
    What `for` and `skip` read is a `select` use by itself and need not be declared: see `Campaign.selects`.
    """
    problems = []
    for key in ("purpose", "channel"):
        ours, theirs = getattr(campaign, key), getattr(treatment, key)
        if ours != theirs:
            message = f"the campaign's {key} is {ours}, and {treatment.file} is written for {theirs}."
            problems.append(Problem(campaign.file, 0, message, key))
    declared = {use.fact for use in campaign.uses if use.act == "mention"}
    mentioned: dict[str, int] = {}
    for wording in treatment.wordings:
        for fact, line in wording.mentioned().items():
            mentioned[fact] = min(line, mentioned.get(fact, line))
    for fact, line in mentioned.items():
        if fact not in declared:
            shows = f"shows {fact}, which the campaign {campaign.name} does not declare under `uses` with act: mention."
            problems.append(Problem(treatment.file, line, shows))
    warnings = [
        Problem(campaign.file, use.line, f"{use.fact} is declared as a mention, and no variant mentions it.", "uses")
        for use in campaign.uses
        if use.act == "mention" and use.fact not in mentioned
    ]
    return Checked(tuple(sorted(problems)), tuple(sorted(warnings)))


def _said(top: Section, name: str) -> str:
    value = top.text(name)
    if name in top and not value.strip():
        top.complain(f"`{name}` is empty.", name)
    return value


def _open(top: Section) -> tuple[int, int]:
    section = top.section("open")
    if section is None:
        return 0, 0
    first, last = _day(section, "from"), _day(section, "until")
    if first is not None and last is not None and last < first:
        section.complain(f"it closes on {last} before it opens on {first}.", "until")
    section.finish()
    opens = (first - _EPOCH).days * DAY if first else 0
    closes = ((last - _EPOCH).days + 1) * DAY - 1 if last else 0
    return opens, closes


def _day(section: Section, name: str) -> dt.date | None:
    text = section.text(name)
    if name not in section:
        return None
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        section.complain(f"`{name}: {text}` is no day; write it like 2011-12-24.", name)
    return day


def _value(top: Section) -> tuple[int, str, str, str]:
    section = top.section("value")
    if section is None:
        return 0, "", "", ""
    thousandths = Decimal(str(section.number("to_us", low=0, high=1_000_000))) * 1000
    if thousandths != int(thousandths):
        section.complain("`to_us` has more than three decimals.", "to_us")
    currency = section.text("currency")
    if "currency" in section and not _CURRENCY.fullmatch(currency):
        section.complain(f"`currency: {currency}` is no currency; write its code, like GBP.", "currency")
    to_her = _said(section, "to_her")
    benefit = section.text("benefit", "", one_of=KEYS["scenario.benefit"].names)
    section.finish()
    return int(thousandths), currency, to_her, benefit


def _path(top: Section) -> str:
    path = _said(top, "treatment")
    parts: Sequence[str] = path.replace("\\", "/").split("/")
    if path and (path.startswith(("/", "\\")) or ".." in parts or ":" in path):
        top.complain(f"`treatment: {path}` must be a file beside the campaigns, like treatments/x.liquid.", "treatment")
    return path


def _holdout(top: Section) -> int:
    text = top.text("holdout", "0%")
    found = _PERCENT.fullmatch(text)
    if found is None or int(found[1]) > MOST_HOLDOUT:
        top.complain(f"`holdout: {text}` must be a whole percentage up to {MOST_HOLDOUT}%, like 10%.", "holdout")
        return 0
    return int(found[1])


def _uses(top: Section, known_labels: Collection[str], known_facts: Collection[str]) -> tuple[DeclaredUse, ...]:
    known = {*known_facts, *(f"label.{label}" for label in known_labels)}
    uses: list[DeclaredUse] = []
    for row in top.sections("uses"):
        use = DeclaredUse(row.text("fact"), row.text("act", one_of=USE_ACTS), row.text("because"), row.line_of("fact"))
        if "fact" in row and use.fact not in known:
            row.complain(f"there is no fact called {use.fact}.{suggestion(use.fact, sorted(known))}", "fact")
        if "because" in row and not use.because.strip():
            row.complain("`because` is empty; say what it is for, as you would say it to her.", "because")
        if (use.fact, use.act) in {(each.fact, each.act) for each in uses}:
            row.complain(f"{use.fact} is declared twice with act: {use.act}.", "fact")
        row.finish()
        uses.append(use)
    return tuple(uses)
