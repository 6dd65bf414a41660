"""The page of a run: what each person would read, and who would read nothing and why. For staff; it names people."""

from __future__ import annotations

import msgspec
from jinja2 import Environment, StrictUndefined

from tactful.service.packs import packaged
from tactful.service.printable import printable


class SummaryRow(msgspec.Struct, frozen=True):
    """One line of the summary. `ours` marks what is missing in our own set-up, not a refusal of hers."""

    count: int
    group: str
    text: str
    ours: bool = False


class Reading(msgspec.Struct, frozen=True):
    """What one person would read, and the answer she would get to "why?"."""

    person: str
    verdict: str
    subject: str
    text: str
    why: str


class Silent(msgspec.Struct, frozen=True):
    """A person who reads nothing, with the reason in the field's words."""

    person: str
    why: str


class RunPage(msgspec.Struct, frozen=True):
    """All that the page shows."""

    campaign: str
    does: str
    now: str
    mode: str
    rules: str
    people: int
    assumptions: tuple[str, ...]
    summary: tuple[SummaryRow, ...]
    messages: tuple[Reading, ...]
    quiet: tuple[Silent, ...]


def run_page(run: RunPage) -> str:
    """The page as HTML; every value is escaped, and shows no control characters."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False, finalize=_finalized)
    return environment.from_string(packaged("service", "pages/run.html.jinja")).render(run=run)


def _finalized(value: object) -> object:
    return printable(value) if isinstance(value, str) else value
