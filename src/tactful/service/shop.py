"""What is true of a shop, said once in `shop.yaml`. Nothing here opens a door (see `Given.origin`)."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import Value, read_value
from tactful.model.problems import Problem, suggestion
from tactful.model.records import DAY, HOUR, Cap, QuietHours
from tactful.model.verdict import DUTY_NEEDS
from tactful.model.vocabulary import KEYS

_DURATION = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)")
_CAP = re.compile(r"(\d{1,3}) per (\d{1,4}\s*\w+)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CHANNELS = (*KEYS["scenario.channel"].names, "till")
ZONES = {"uk": "Europe/London", "eu-ie": "Europe/Dublin", "eu-fr": "Europe/Paris", "eu-de": "Europe/Berlin"}
_PROMOTING = ("market", "recommend", "winback", "advertise", "research")


class Source(msgspec.Struct, frozen=True):
    """A system we are connected to: what it tells us, what its silence means, and for how many microseconds.

    `via` is how what it tells us reached us (a word of `fact.acquired_via`); empty where that is not said.
    """

    name: str
    via: str
    tells_us: tuple[str, ...]
    silence_means: dict[str, Value]
    fresh_for: int


class Sender(msgspec.Struct, frozen=True):
    """Who speaks: shown at the foot of every message."""

    name: str
    post: str
    mail: str


class Links(msgspec.Struct, frozen=True):
    """Addresses of the shop's own pages: `product` with `{code}`, `why` and `stop` with `{decision}` in them."""

    product: str
    why: str
    stop: str


class Shop(msgspec.Struct, frozen=True):
    """A shop's own answers. `stated` are flow values that hold for all customers, each with its reason.

    `returned_within` is how long, in microseconds, something brought back counts as a let-down; 0 means never.
    `goods` is a pattern that codes of goods match; empty where every code may be one. `attention` is what one contact
    costs her, in thousandths of a currency unit. `meets` are the duties that the shop's own pages and staff meet.
    """

    name: str
    sector: str
    home: str
    zone: str
    currency: str
    languages: tuple[str, ...]
    sender: Sender
    audiences: dict[str, str]
    sources: tuple[Source, ...]
    stated: dict[str, tuple[Value, str]]
    returned_within: int
    goods: str
    quiet: QuietHours | None
    caps: tuple[Cap, ...]
    attention: int
    links: Links
    meets: tuple[str, ...]


def load_shop(text: str, file: str) -> Shop:
    """Read `shop.yaml`; raises Problems with every problem at once."""
    top = read_document(text, file)
    shop = Shop(
        name=top.text("shop"),
        sector=top.text("sector", one_of=KEYS["scenario.sector"].names),
        home=_home(top),
        zone=_zone(top),
        currency=top.text("currency", "GBP"),
        languages=top.texts("languages", ("en",), one_of=("en",)),
        sender=_sender(top),
        audiences=_audiences(top),
        sources=_sources(top),
        stated=_stated(top),
        returned_within=_returned(top),
        goods=_goods(top),
        quiet=_quiet(top),
        caps=_caps(top),
        attention=round(top.number("attention", 0.5, low=0, high=1000) * 1000),
        links=_links(top),
        meets=top.texts("meets", (), one_of=DUTY_NEEDS),
    )
    top.finish()
    refuse(top.problems)
    return shop


def duration(text: str) -> int | None:
    """`24h`, `14 days` or `30 minutes` in microseconds; None when it is none of these."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return None
    unit = {"m": HOUR // 60, "h": HOUR, "d": DAY}[match[2][0]]
    return int(match[1]) * unit


def _duration_of(section: Section, name: str, default: int) -> int:
    if name not in section:
        return default
    span = duration(section.text(name))
    if span is None:
        section.complain(f"`{name}` must be a time span such as 24h or 14 days.", name)
    return span or 0


def _home(top: Section) -> str:
    home = top.text("home")
    if "home" in top:
        _, complaint = read_value(KEYS["customer.jurisdiction"], home)
        if complaint:
            top.complain(f"home: {complaint}", "home")
    return home


def _zone(top: Section) -> str:
    home = str(top.values.get("home", ""))
    zone = top.text("zone", ZONES.get(home, ""))
    if not zone:
        top.complain(f"`zone` is missing: which time zone is {home or 'home'}? Write it like Europe/London.", "zone")
        return "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.complain(f"`zone: {zone}` is not a time zone; write it like Europe/London.", "zone")
        return "UTC"
    return zone


def _sender(top: Section) -> Sender:
    section = top.section("sender")
    if section is None:
        return Sender("", "", "")
    sender = Sender(section.text("name"), section.text("post"), section.text("mail"))
    section.finish()
    return sender


def _links(top: Section) -> Links:
    section = top.section("links")
    if section is None:
        return Links("", "", "")
    found = []
    for name, hole in (("product", "{code}"), ("why", "{decision}"), ("stop", "{decision}")):
        text = section.text(name)
        if name in section and not (text.startswith("https://") and hole in text):
            section.complain(f"`{name}` must begin with https:// and contain {hole}.", name)
        found.append(text)
    section.finish()
    return Links(*found)


def _audiences(top: Section) -> dict[str, str]:
    section = top.section("channels", None)
    found: dict[str, str] = {}
    if section is None:
        return found
    for channel in section.values:
        if channel not in _CHANNELS:
            section.complain(f"unknown channel `{channel}`.{suggestion(channel, _CHANNELS)}", channel)
        one = section.section(channel)
        if one is not None:
            found[channel] = one.text("audience", one_of=KEYS["scenario.audience"].names)
            one.finish()
    return found


def _values(section: Section, name: str) -> dict[str, Value]:
    inner = section.section(name, None)
    values: dict[str, Value] = {}
    if inner is None:
        return values
    for key, raw in inner.plain().items():
        if key not in KEYS:
            inner.complain(f"{key}: unknown key.{suggestion(key, KEYS)}", key)
            continue
        value, complaint = read_value(KEYS[key], raw)
        if complaint or value is None:
            inner.complain(f"{key}: {complaint or 'has no value.'}", key)
        else:
            values[key] = value
    return values


def _sources(top: Section) -> tuple[Source, ...]:
    section = top.section("sources", None)
    found = []
    for name in section.values if section is not None else ():
        one = section.section(name) if section is not None else None
        if one is None:
            continue
        found.append(
            Source(
                name=name,
                via=one.text("via", "", one_of=KEYS["fact.acquired_via"].names),
                tells_us=one.texts("tells_us", (), one_of=KEYS),
                silence_means=_values(one, "silence_means"),
                fresh_for=_duration_of(one, "fresh_for", 0),
            )
        )
        if found[-1].silence_means and not found[-1].fresh_for:
            one.complain("`fresh_for` is missing: for how long may we believe its silence?", "fresh_for")
        for key in found[-1].silence_means:
            if key not in found[-1].tells_us:
                one.complain(f"silence_means speaks of {key}, which is not under tells_us.", "silence_means")
        one.finish()
    return tuple(found)


def _stated(top: Section) -> dict[str, tuple[Value, str]]:
    section = top.section("customers", None)
    if section is None:
        return {}
    because = section.text("because")
    values = _values(section, "all")
    section.finish()
    for key in values:
        if not key.startswith("customer."):
            section.complain(f"`customers` may state customer.* keys only, not {key}.", "all")
    return {key: (value, because) for key, value in values.items()}


def _returned(top: Section) -> int:
    section = top.section("let_down", None)
    if section is None:
        return 0
    span = _duration_of(section, "returned_within", 0)
    section.finish()
    return span


def _goods(top: Section) -> str:
    pattern = top.text("goods", "")
    if len(pattern) > 200:
        top.complain("`goods` must be a short pattern.", "goods")
        return ""
    try:
        re.compile(pattern)
    except re.error as error:
        top.complain(f"`goods: {pattern}` is not a pattern: {error}.", "goods")
        return ""
    return pattern


def _quiet(top: Section) -> QuietHours | None:
    section = top.section("quiet_hours", None)
    if section is None:
        return None
    ends = []
    for name in ("from", "to"):
        match = _CLOCK.fullmatch(section.text(name))
        if match is None:
            section.complain(f'`{name}` must be a time of day such as "20:00".', name)
        ends.append(int(match[1]) * 60 + int(match[2]) if match else 0)
    section.text("zone", "hers", one_of=("hers",))
    section.finish()
    return QuietHours(ends[0], ends[1])


def _caps(top: Section) -> tuple[Cap, ...]:
    section = top.section("frequency", None)
    if section is None:
        return ()
    caps = []
    together = section.flag("all_channels_together", True)
    for name in section.values:
        if name == "all_channels_together":
            continue
        if name not in ("marketing", *KEYS["scenario.channel"].names):
            section.complain(f"unknown key `{name}`.{suggestion(name, ('marketing', *_CHANNELS))}", name)
            continue
        match = _CAP.fullmatch(section.text(name))
        span = duration(match[2]) if match else None
        if match is None or not span:
            section.complain(f"`{name}` must be like `2 per 7 days`.", name)
            continue
        caps.append(Cap(int(match[1]), span, "" if name == "marketing" else name, _PROMOTING))
    if not together:
        section.problems.append(
            Problem(section.file, section.line_of("all_channels_together"), "only `true` is known: one ledger for all.")
        )
    return tuple(caps)
