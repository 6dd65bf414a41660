"""What the document says of the customer herself: jurisdiction, let down, complaint, depth of the relationship."""

from __future__ import annotations

import msgspec

from tactful.model.document import read_document, refuse
from tactful.model.flow import Value
from tactful.model.records import DAY
from tactful.profile.document import BOUGHT, RETURNED, Document, Line
from tactful.profile.events import (
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    FAULTY,
    ORDER_CANCELLED_BY_US,
    PARCEL_LATE,
    PUT_RIGHT,
)
from tactful.profile.fold import as_of
from tactful.profile.make_told import told_by_her
from tactful.profile.traits import Keeps

FAILURES = {
    PARCEL_LATE: "A parcel of hers was late, and it has not been put right.",
    ORDER_CANCELLED_BY_US: "We cancelled an order of hers, and it has not been put right.",
    FAULTY: "Something that she had from us was faulty, and it has not been put right.",
}
"""What we did to her, until it is put right."""


class Country(msgspec.Struct, frozen=True):
    """A country: its jurisdiction as a flow carries it ("" where it cannot be told) and its time zones."""

    jurisdiction: str
    zones: tuple[str, ...]


class Countries(msgspec.Struct, frozen=True):
    """Countries by name or code, case-folded."""

    countries: dict[str, Country]

    def look_up(self, name: str) -> Country | None:
        """The country of a name as written in an order or an address, or None."""
        return self.countries.get(" ".join(name.casefold().replace(".", "").split()))


def load_countries(text: str, file: str) -> Countries:
    """The table of countries. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    countries: dict[str, Country] = {}
    for section in top.sections("countries"):
        jurisdiction = section.text("jurisdiction", "")
        zones = section.texts("zones", ())
        for name in section.texts("names"):
            folded = " ".join(name.casefold().replace(".", "").split())
            if folded in countries:
                section.complain(f"the country `{name}` stands here twice.", "names")
            countries[folded] = Country(jurisdiction, zones)
        section.finish()
    top.finish()
    refuse(top.problems)
    return Countries(countries)


class AttributeSettings(msgspec.Struct, frozen=True):
    """`returns_let_down_for`: days during which something brought back or cancelled counts as our failure until it is
    put right. `listens_to`: what we are connected to, so that its silence means no: `customer.complaint_open`,
    `customer.let_down`; without it silence means not known. `keeps` is how long purchases and returns are looked at,
    `via` which channel a source is.
    """

    countries: Countries
    returns_let_down_for: int = 14
    listens_to: frozenset[str] = frozenset()
    keeps: Keeps = Keeps({})
    via: dict[str, str] = {}


class Attributes(msgspec.Struct, frozen=True):
    """What is absent is not known. `zones` are the time zones it may be hers to live in; `because` says for each
    key in one sentence what it rests on."""

    keys: dict[str, Value]
    zones: tuple[str, ...]
    because: dict[str, str]


ACQUAINTANCE_ORDERS, REGULAR_ORDERS, REGULAR_DAYS = 1, 4, 180


def attributes(document: Document, now: int, settings: AttributeSettings) -> Attributes:
    """The `customer.*` and `relationship.depth` keys at an instant.

    - `customer.jurisdiction`: of the country of the latest order, or of the address she gave later.
    - `customer.let_down`: a parcel was late, we cancelled an order, or goods were faulty; or something was brought back
      or cancelled within the last days; and it was not put right since.
    - `customer.complaint_open`: a complaint was opened and not closed since; at the same instant it counts as open.
    - `relationship.depth`: `stranger` without an order; `acquaintance` from the first; `regular` from orders on at
      least 4 days that span at least 180 days. Never from what she spends, and never `confidant`: that is hers to
      say.
    """
    keys: dict[str, Value] = {}
    because: dict[str, str] = {}
    document = as_of(document, now)
    lines = [line for product in document.products.values() for line in product.lines if line.at <= now]
    country = _country(document, lines, now, settings, because)
    if country is not None and country.jurisdiction:
        keys["customer.jurisdiction"] = country.jurisdiction
    failures = {
        "customer.let_down": _let_down(document, lines, now, settings),
        "customer.complaint_open": _open(document, now, settings),
    }
    for key, sentence in failures.items():
        if sentence:
            keys[key] = True
            because[key] = sentence
        elif key in settings.listens_to:
            keys[key] = False
            because[key] = "Nothing of the kind was reported."
    keys["relationship.depth"], because["relationship.depth"] = _depth(lines, now, settings)
    return Attributes(keys, country.zones if country else (), because)


def _country(
    document: Document, lines: list[Line], now: int, settings: AttributeSettings, because: dict[str, str]
) -> Country | None:
    since = settings.keeps.since("purchase", now)
    latest = max(
        [(line.at, line.key, line.country) for line in lines if line.at >= since and line.country], default=None
    )
    trait = told_by_her(document, "contact.address:country", now, settings.via)
    if trait is not None and (latest is None or trait.at > latest[0]):
        name, where = trait.value, "the address she gave"
    elif latest is not None:
        name, where = latest[2], "her latest order"
    else:
        return None
    country = settings.countries.look_up(name)
    if country is not None and country.jurisdiction:
        because["customer.jurisdiction"] = f"{name}, from {where}."
    return country


def _failed(document: Document, kind: str, now: int, since: int) -> dict[str, int]:
    """When each of these that had begun went wrong last, though that may lie after `now`: the last before it is
    not kept, and what is not known does not free."""
    spans = document.flags.get(kind, {})
    return {ref: last for ref, (first, last) in spans.items() if first <= now and last >= since}


def _mended(document: Document, kind: str, now: int) -> dict[str, int]:
    """When each of these was mended last, as far as `now` can tell."""
    spans = document.flags.get(kind, {})
    return {ref: last if last <= now else first for ref, (first, last) in spans.items() if first <= now}


def _let_down(document: Document, lines: list[Line], now: int, settings: AttributeSettings) -> str:
    mended = _mended(document, PUT_RIGHT, now)
    broken = settings.keeps.since("service", now)
    for kind, sentence in FAILURES.items():
        failed = _failed(document, kind, now, broken) if kind in document.flags else {}
        if any(mended.get(order, at) <= at for order, at in failed.items()):
            return sentence
    kept, since = settings.keeps.since("service.return", now), now // DAY - settings.returns_let_down_for
    for line in lines:
        if (
            line.nature == RETURNED
            and line.at >= kept
            and line.at // DAY >= since
            and mended.get(line.order, line.at) <= line.at
        ):
            return f"She brought something back or cancelled in the last {settings.returns_let_down_for} days."
    return ""


def _open(document: Document, now: int, settings: AttributeSettings) -> str:
    closed = _mended(document, COMPLAINT_CLOSED, now)
    opened = _failed(document, COMPLAINT_OPENED, now, settings.keeps.since("service.complaint", now))
    unsettled = any(closed.get(complaint, at) <= at for complaint, at in opened.items())
    return "She complained, and it is not settled." if unsettled else ""


def _depth(lines: list[Line], now: int, settings: AttributeSettings) -> tuple[str, str]:
    since = settings.keeps.since("purchase", now)
    days = sorted({line.at // DAY for line in lines if line.nature == BOUGHT and line.at >= since})
    if len(days) < ACQUAINTANCE_ORDERS:
        return "stranger", "She has not ordered from us."
    if len(days) >= REGULAR_ORDERS and days[-1] - days[0] >= REGULAR_DAYS:
        return "regular", f"She ordered on {len(days)} days over {days[-1] - days[0]} days."
    return "acquaintance", f"She ordered on {len(days)} {'day' if len(days) == 1 else 'days'}."
