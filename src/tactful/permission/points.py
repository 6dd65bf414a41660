"""Collection points: where we learn things about her, what she was told there, and what that allows.

A point counts for her only from the first event of a source that it covers, on or after the day it was first shown,
and only if the notice is shown where she lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import suggestion
from tactful.model.vocabulary import KEYS

CONDITIONS: tuple[str, ...] = (
    "details_from_a_sale",
    "own_similar_products",
    "could_refuse_then",
    "can_refuse_each_time",
)
"""What a soft opt-in needs, all four (PECR reg. 22)."""
NEEDED_FOR_THE_ORDER: tuple[str, ...] = ("order", "service")
"""Purposes that rest on the contract where a point tells them: sending what she ordered, and help with it."""
_BASES = ("soft_opt_in", "contract", "legitimate_interest")
_JURISDICTION = KEYS["customer.jurisdiction"]


class Told(msgspec.Struct, frozen=True):
    """What a point allows for a purpose in a channel (`*` for all). `assumes` is the sentence taken on trust."""

    purpose: str
    channel: str
    basis: str
    point: str = ""
    assumes: str = ""


class Granted(msgspec.Struct, frozen=True):
    """A yes that a choice stands for: to a purpose in a channel, asked in these words."""

    purpose: str
    channel: str
    asked: str
    notice: str
    category: str = "*"


class Choice(msgspec.Struct, frozen=True):
    """One choice of the page's or app's consent dialogue, as it is sent with events (`Analytics`).

    What is `needed_for` these categories of facts is kept only where she chose yes. Her no refuses the purposes of
    `refuses`, in every channel. Her yes, told by our own server, is `grants`.
    """

    name: str
    needed_for: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    grants: tuple[Granted, ...] = ()


class CollectionPoint(msgspec.Struct, frozen=True):
    """A place where we learn things about her, as approved. `seen_from` is an instant, the start of that day in UTC.

    Only what is under a category of `collects` is kept of what comes through it. `consent` are the choices she has
    there. `shown_in` are jurisdictions, empty for everywhere the shop sells. `sources` are the event sources that it
    covers.
    `digest` is the digest of the notice's text, empty where nobody has taken it.
    """

    name: str
    notice: str
    digest: str
    seen_from: int
    collects: tuple[str, ...]
    purposes: tuple[str, ...]
    permissions: tuple[Told, ...]
    sources: tuple[str, ...]
    shown_in: tuple[str, ...]
    assumes: str
    approved_by: str
    approved_on: str
    consent: tuple[Choice, ...] = ()


class Passed(msgspec.Struct, frozen=True):
    """A point that she has passed, and when first. `sold`: a sale to her was among it, which a soft opt-in needs."""

    point: CollectionPoint
    at: int
    sold: bool = True


def load_point(text: str, file: str, notices: Mapping[str, str] | None = None) -> CollectionPoint:
    """A collection point from its file. Raises Problems with all of them.

    `notices` gives the digest of each notice's text by its path; with it, a notice that is not among them is an error.
    """
    top = read_document(text, file)
    notice = top.text("notice")
    if "notice" in top and not notice.strip():
        top.complain("`notice` is empty: what was she told?", "notice")
    if notices is not None and notice and notice not in notices:
        top.complain(f"the notice {notice} was not found.{suggestion(notice, notices)}", "notice")
    name, assumes = top.text("collection_point"), top.text("assumes", "")
    approved = top.section("approved")
    point = CollectionPoint(
        name=name,
        notice=notice,
        digest=(notices or {}).get(notice, ""),
        seen_from=_day(top, "seen_from"),
        collects=top.texts("collects", (), KEYS["fact.category"].names),
        purposes=top.texts("purposes", one_of=KEYS["scenario.purpose"].names),
        permissions=tuple(_told(item, name, assumes) for item in top.sections("permissions", ())),
        sources=top.texts("sources"),
        shown_in=_places(top),
        assumes=assumes,
        approved_by=approved.text("by") if approved else "",
        approved_on=_approved_on(approved) if approved else "",
        consent=_consent(top, notices),
    )
    if not point.name.strip() and "collection_point" in top:
        top.complain("`collection_point` is empty: what is this place called?", "collection_point")
    if approved:
        approved.finish()
    top.finish()
    refuse(top.problems)
    return point


def _consent(top: Section, notices: Mapping[str, str] | None) -> tuple[Choice, ...]:
    section = top.section("consent", None)
    choices: list[Choice] = []
    for name in section.values if section is not None else ():
        each = section.section(name) if section is not None else None
        if each is None:
            continue
        choice = Choice(
            name=name,
            needed_for=each.texts("needed_for", (), KEYS["fact.category"].names),
            refuses=each.texts("refuses", (), KEYS["scenario.purpose"].names),
            grants=tuple(_granted(item, notices) for item in each.sections("grants", ())),
        )
        if not (choice.needed_for or choice.refuses or choice.grants):
            each.complain(f"`{name}` says nothing: write `needed_for`, `refuses` or `grants`.", name)
        if name.casefold() in [other.name.casefold() for other in choices]:
            top.complain(f"`consent: {name}` stands here twice; upper and lower case are the same.", "consent")
        each.finish()
        choices.append(choice)
    return tuple(choices)


def _granted(item: Section, notices: Mapping[str, str] | None) -> Granted:
    granted = Granted(
        purpose=item.text("purpose", one_of=KEYS["scenario.purpose"].names),
        channel=item.text("channel", one_of=KEYS["scenario.channel"].names),
        asked=item.text("asked", one_of=[each for each in KEYS["permission.asked"].names if each != "not_asked"]),
        notice=item.text("notice"),
        category=item.text("category", "*", ("*", *KEYS["fact.category"].names)),
    )
    if "notice" in item and not granted.notice.strip():
        item.complain("`notice` is empty: what was she asked?", "notice")
    elif notices is not None and granted.notice and granted.notice not in notices:
        item.complain(f"the notice {granted.notice} was not found.{suggestion(granted.notice, notices)}", "notice")
    item.finish()
    return granted


def _day(section: Section, name: str) -> int:
    text = section.text(name)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        if name in section:
            section.complain(f"`{name}: {text}` is not a day; write it like 2010-12-01.", name)
        return 0
    since = datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)


def _approved_on(approved: Section) -> str:
    _day(approved, "on")
    return approved.text("on")


def _places(top: Section) -> tuple[str, ...]:
    places = top.texts("shown_in", ())
    for place in places:
        if place != "eu" and place not in _JURISDICTION.names and not _is_country(place):
            top.complain(f"`shown_in: {place}` is not a jurisdiction; write `uk`, `eu-fr` or `us-ca`.", "shown_in")
    if "shown_in" in top and not places:
        top.complain("`shown_in` is empty; leave it out if the notice is shown everywhere.", "shown_in")
    return places


def _is_country(place: str) -> bool:
    first, *rest = place.split("-")
    return len(first) == 2 and first.isascii() and first.isalpha() and first.islower() and all(rest)


def _told(item: Section, point: str, assumes: str) -> Told:
    purpose = item.text("purpose", one_of=KEYS["scenario.purpose"].names)
    basis = item.text("basis", one_of=_BASES)
    channel = item.text("channel", "*", ("*", *KEYS["scenario.channel"].names))
    if basis == "soft_opt_in":
        _check_soft_opt_in(item)
    item.finish()
    return Told(purpose, channel, basis, point, assumes)


def _check_soft_opt_in(item: Section) -> None:
    if "channel" not in item:
        item.complain("a soft opt-in holds in one channel; `channel` is missing.", "channel")
    conditions = item.section("conditions")
    if conditions is None:
        return
    for name in CONDITIONS:
        if not conditions.flag(name) and name in conditions:
            conditions.complain(f"a soft opt-in needs all four conditions, and `{name}` is not true.", name)
    conditions.finish()


Visit = tuple[str, int] | tuple[str, str, int]
"""Evidence that she was there: (source, occurred at), or (source, point, occurred at) where the event says at which."""


def passed(
    points: Iterable[CollectionPoint], events: Iterable[Visit], now: int, sales: Iterable[Visit] | None = None
) -> tuple[Passed, ...]:
    """The points that she has passed before `now`, by name. `sales` are the events that sold her something; None: all.

    An event that names its point is evidence for that one alone, and only if the point covers the event's source; one
    that names none is evidence for every point that covers its source.
    """
    if sales is not None:
        points = tuple(points)
        sold = {each.point.name for each in passed(points, sales, now)}
        every = passed(points, events, now)
        return tuple(msgspec.structs.replace(each, sold=each.point.name in sold) for each in every)
    points = tuple(points)
    first: dict[str, tuple[CollectionPoint, int]] = {}
    for event in events:
        source, name, at = event if len(event) == 3 else (event[0], "", event[1])
        for point in points:
            if source in point.sources and name in ("", point.name) and point.seen_from <= at < now:
                known = first.get(point.name)
                if known is None or at < known[1]:
                    first[point.name] = (point, at)
    return tuple(Passed(point, at) for _, (point, at) in sorted(first.items(), key=lambda item: item[0]))


def basis_told(passed: Iterable[Passed], purpose: str, channel: str, now: int, jurisdiction: str | None) -> Told | None:
    """What the points that she has passed allow for this purpose in this channel, or None.

    What a point writes out for this purpose goes before the contract that a purpose `order` or `service` rests on.
    """
    found: list[tuple[int, str, Told]] = []
    for each in passed:
        point = each.point
        if not point.seen_from <= each.at < now or not _shown_to(point, jurisdiction):
            continue
        for told in point.permissions:
            if told.basis == "soft_opt_in" and not each.sold:
                continue
            if told.purpose == purpose and told.channel in ("*", channel):
                found.append((0, point.name, told))
        if purpose in NEEDED_FOR_THE_ORDER and purpose in point.purposes:
            found.append((1, point.name, Told(purpose, "*", "contract", point.name, point.assumes)))
    return min(found, key=lambda item: item[:2])[2] if found else None


def _shown_to(point: CollectionPoint, jurisdiction: str | None) -> bool:
    if not point.shown_in:
        return True
    return jurisdiction is not None and any(
        jurisdiction == place or jurisdiction.startswith(place + "-") for place in point.shown_in
    )


def load_compatible(text: str, file: str) -> dict[str, tuple[str, ...]]:
    """The compatibility table: purpose told to the further purposes that it covers, closed, each sorted."""
    top = read_document(text, file)
    purposes = KEYS["scenario.purpose"].names
    top.integer("compatible", low=1)
    direct: dict[str, tuple[str, ...]] = {}
    covers = top.section("covers")
    if covers is not None:
        for name in tuple(covers.values):
            if name not in purposes:
                covers.complain(f"`{name}` is not a purpose.{suggestion(name, purposes)}", name)
            direct[name] = covers.texts(name, one_of=purposes)
        covers.finish()
    top.finish()
    refuse(top.problems)
    return {name: _closed((name,), direct) for name in sorted(direct)}


def _closed(names: Iterable[str], direct: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = set(names)
    waiting = list(found)
    while waiting:
        for further in direct.get(waiting.pop(), ()):
            if further not in found:
                found.add(further)
                waiting.append(further)
    return tuple(sorted(found))


def purposes_told(point: CollectionPoint, compatible: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What she was told there that her data are for: `fact.purposes` of what is learned at this point, sorted."""
    return _closed((*point.purposes, *(told.purpose for told in point.permissions)), compatible)
