"""Permissions from the tools that a shop already has: a row of an export in, records of ours out.

Three readings, always the careful one:
- A state that nobody need have chosen (a default, an upload, a missing tick) is not a yes: `never_asked`.
- An end (unsubscribed, suppressed, cleaned) is `withdrawn`. Without a time it counts from now; a yes without a time
  counts from the beginning, so that it lifts nothing.
- `asked: plainly` only where the export proves it: an explicit opt-in state, or a confirmed one with its times.
  A yes without such proof is `in_terms`: reason enough to ask her, not to act.

Names of columns and states are those that the vendors' exports and interfaces use; upper and lower case do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from tactful.model.problems import Problem, suggestion
from tactful.model.records import Permission
from tactful.model.vocabulary import KEYS

EMAIL_PURPOSES: tuple[str, ...] = ("market", "recommend", "winback")
"""What a subscription to a shop's e-mails is about."""
_GRANTS = ("given", "renewed")
_ENDS = ("withdrawn", "refused", "revoked", "invalidated")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mapped(msgspec.Struct, frozen=True):
    """What an external state means here, and the sentence that says why."""

    state: str
    asked: str
    reason: str


class Vendor(msgspec.Struct, frozen=True):
    """How a tool's export is read. `persons` are (column, kind of identifier), first found first.

    A state in `proven` is a plain yes where all columns of `proof` are filled; else it means what `meanings` says.
    `ended_by` are columns that, where filled, say an end whatever the state says. `default` stands in for no state.
    """

    persons: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    times: dict[str, tuple[str, ...]]
    meanings: dict[str, Mapped]
    proof: tuple[str, ...] = ()
    proven: frozenset[str] = frozenset()
    ended_by: dict[str, str] = {}
    default: str = ""


class Imported(msgspec.Struct, frozen=True):
    """One row as understood: whose it is, what it said there, and the records it makes here."""

    person: tuple[str, str]
    said: str
    reason: str
    permissions: tuple[Permission, ...]
    line: int


_WITHDRAWN = "She told them to stop. Kept for ever, and wins over everything."
_NOBODY = "Nobody need have chosen this: not a yes."
_TERMS = "A yes, but the export does not show how she was asked: reason to ask her plainly, not to act."
_PLAIN = "She said yes by her own act, and the export shows it."
_PENDING = "She was asked to confirm and has not."


def _no(state: str = "withdrawn", reason: str = _WITHDRAWN) -> Mapped:
    return Mapped(state, "not_asked", reason)


VENDORS: dict[str, Vendor] = {
    "braze": Vendor(
        persons=(("external_id", "customer"), ("email", "email")),
        states=("email_subscribe", "email_subscription_state"),
        times={"given": ("email_opted_in_at",), "withdrawn": ("email_unsubscribed_at",)},
        meanings={
            "opted_in": Mapped("given", "plainly", _PLAIN),
            "subscribed": _no("never_asked", "In Braze this is also the state that nobody chose: not a yes."),
            "unsubscribed": _no(),
        },
    ),
    "mailchimp": Vendor(
        persons=(("email address", "email"), ("email_address", "email")),
        states=("status",),
        times={
            "given": ("confirm_time", "optin_time", "timestamp_opt"),
            "withdrawn": ("unsub_time", "clean_time", "last_changed"),
        },
        meanings={
            "subscribed": _no("never_asked", "Mailchimp says this of uploaded addresses too: not a yes."),
            "unsubscribed": _no(),
            "cleaned": _no(reason="Her address bounced and was taken off the list. Treated as a stop."),
            "pending": Mapped("requested", "plainly", _PENDING),
            "transactional": _no("never_asked", "She only ever got messages about her orders."),
            "archived": _no("never_asked", "She was put away, whatever she had said."),
        },
        proof=("optin_time", "optin_ip", "confirm_time", "confirm_ip"),
        proven=frozenset({"subscribed"}),
        ended_by={"unsub_time": "unsubscribed", "clean_time": "cleaned"},
        default="subscribed",
    ),
    "klaviyo": Vendor(
        persons=(("email", "email"), ("klaviyo id", "klaviyo"), ("id", "klaviyo")),
        states=("email marketing consent", "consent"),
        times={
            "given": ("email marketing consent timestamp", "consent_timestamp"),
            "withdrawn": ("email suppressions timestamp", "email marketing consent timestamp", "consent_timestamp"),
        },
        meanings={
            "subscribed": Mapped("given", "in_terms", _TERMS),
            "unsubscribed": _no(),
            "never_subscribed": _no("never_asked", _NOBODY),
            "suppressed": _no(reason="She or her mailbox made them stop writing. Treated as a stop."),
        },
        proof=("double_optin", "email marketing consent timestamp"),
        proven=frozenset({"subscribed"}),
        ended_by={"email suppressions": "suppressed", "suppression": "suppressed"},
    ),
    "shopify": Vendor(
        persons=(("customer id", "customer"), ("id", "customer"), ("email", "email")),
        states=("email_marketing_consent.state", "email_marketing_consent", "accepts email marketing"),
        times={
            "given": ("email_marketing_consent.consent_updated_at", "consent_updated_at"),
            "withdrawn": ("email_marketing_consent.consent_updated_at", "consent_updated_at"),
        },
        meanings={
            "subscribed": Mapped("given", "in_terms", _TERMS),
            "yes": Mapped("given", "in_terms", _TERMS),
            "not_subscribed": _no("never_asked", _NOBODY),
            "no": _no("never_asked", "No tick: not a yes, and not known to be a no."),
            "unsubscribed": _no(),
            "pending": Mapped("requested", "plainly", _PENDING),
            "redacted": _no(reason="She had herself erased there. Treated as a stop."),
            "invalid": _no("invalidated", "Shopify found the consent or the address not to count."),
        },
        proof=("confirmed_opt_in", "email_marketing_consent.consent_updated_at"),
        proven=frozenset({"subscribed"}),
    ),
}
CSV_COLUMNS: tuple[str, ...] = (
    "customer", "email", "phone", "purpose", "channel", "category", "state", "basis", "asked", "occurred_at", "proof",
)  # fmt: skip
"""The columns of our own file; one of the first three, purpose, channel and state are needed."""


def map_state(vendor: str, state: str) -> Mapped:
    """What a state of a tool means here. Raises KeyError for a tool or a state that is not known."""
    if vendor == "csv":
        asked = "in_terms" if state in _GRANTS else "not_asked"
        return {name: Mapped(name, asked, "Our own word.") for name in KEYS["permission.state"].names}[state]
    return VENDORS[vendor].meanings[state.strip().lower()]


def read_rows(
    vendor: str,
    rows: Iterable[Mapping[str, str]],
    file: str,
    received_at: int,
    purposes: tuple[str, ...] = EMAIL_PURPOSES,
) -> tuple[list[Imported], list[Problem]]:
    """Every row as understood, and every problem; a row with a problem makes no record. Line 1 is the header."""
    found: list[Imported] = []
    problems: list[Problem] = []
    if vendor not in VENDORS and vendor != "csv":
        hint = suggestion(vendor, (*VENDORS, "csv"))
        return [], [Problem(file, 0, f"`{vendor}` is not a tool whose exports are known.{hint}", "from")]
    for line, raw in enumerate(rows, start=2):
        row = {name.strip().lower(): value.strip() for name, value in raw.items() if name and value}
        item = (
            _own(row, file, line, received_at)
            if vendor == "csv"
            else _theirs(vendor, row, file, line, received_at, purposes)
        )
        if isinstance(item, Problem):
            problems.append(item)
        else:
            found.append(item)
    return found, problems


def _theirs(
    name: str, row: Mapping[str, str], file: str, line: int, received_at: int, purposes: tuple[str, ...]
) -> Imported | Problem:
    vendor = VENDORS[name]
    person = next(((kind, row[column]) for column, kind in vendor.persons if column in row), None)
    if person is None:
        columns = " or ".join(f"`{column}`" for column, _ in vendor.persons)
        return Problem(file, line, f"the row names nobody: {columns} is empty.")
    said = _said(vendor, row)
    if not said:
        columns = " or ".join(f"`{column}`" for column in vendor.states)
        return Problem(file, line, f"the row does not say whether she agreed: {columns} is empty.", vendor.states[0])
    mapped = vendor.meanings.get(said)
    if mapped is None:
        hint = suggestion(said, vendor.meanings)
        return Problem(file, line, f"`{said}` is not a state that {name} is known to use.{hint}", vendor.states[0])
    if said in vendor.proven and _proven(vendor, row):
        mapped = Mapped("given", "plainly", _PLAIN)
    occurred_at = _when(vendor, mapped.state, row, received_at)
    basis = "consent" if mapped.state in _GRANTS else "none"
    proof = f"{said} in an export of {name}"
    records = tuple(
        Permission(purpose, "email", "*", mapped.state, basis, mapped.asked, occurred_at, received_at, name, proof)
        for purpose in purposes
    )
    return Imported(person, said, mapped.reason, records, line)


def _said(vendor: Vendor, row: Mapping[str, str]) -> str:
    """What the row says; an end that stands in a column of its own goes before any state."""
    for column, state in vendor.ended_by.items():
        if row.get(column, "").lower() not in ("", "[]", "false", "none"):
            return state
    stated = next((row[column].lower() for column in vendor.states if column in row), "")
    return stated or vendor.default


def _proven(vendor: Vendor, row: Mapping[str, str]) -> bool:
    level = row.get("email_marketing_consent.opt_in_level", row.get("opt_in_level", "")).lower()
    filled = dict(row) | ({"confirmed_opt_in": "true"} if level == "confirmed_opt_in" else {})
    return all(filled.get(column, "").lower() not in ("", "false", "no") for column in vendor.proof)


def _when(vendor: Vendor, state: str, row: Mapping[str, str], received_at: int) -> int:
    kind = "given" if state in _GRANTS else "withdrawn"
    times = [parsed for column in vendor.times[kind] if (parsed := instant(row.get(column, ""))) is not None]
    if times:
        return min(times[0], received_at)
    return 0 if state in _GRANTS else received_at


def instant(text: str) -> int | None:
    """An ISO 8601 day or instant as microseconds UTC, None if it is not one. Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _own(row: Mapping[str, str], file: str, line: int, received_at: int) -> Imported | Problem:
    person = next(((kind, row[kind]) for kind in ("customer", "email", "phone") if kind in row), None)
    if person is None:
        return Problem(file, line, "the row names nobody: `customer`, `email` and `phone` are empty.")
    words = {
        "purpose": (KEYS["scenario.purpose"].names, ""),
        "channel": (KEYS["scenario.channel"].names, ""),
        "category": (("*", *KEYS["fact.category"].names), "*"),
        "state": (KEYS["permission.state"].names, ""),
        "basis": (KEYS["permission.basis"].names, "consent" if row.get("state") in _GRANTS else "none"),
        "asked": (KEYS["permission.asked"].names, "in_terms" if row.get("state") in _GRANTS else "not_asked"),
    }
    values: dict[str, str] = {}
    for column, (allowed, default) in words.items():
        value = row.get(column, default)
        if value not in allowed:
            hint = suggestion(value, allowed)
            return Problem(file, line, f"`{column}: {value}` is not allowed.{hint}", column)
        values[column] = value
    at = instant(row["occurred_at"]) if "occurred_at" in row else None
    if "occurred_at" in row and at is None:
        return Problem(file, line, f"`occurred_at: {row['occurred_at']}` is not a time.", "occurred_at")
    unknown = 0 if values["state"] in _GRANTS else received_at
    occurred_at = unknown if at is None else min(at, received_at)
    record = Permission(
        **values, occurred_at=occurred_at, received_at=received_at, source="csv", proof=row.get("proof", "")
    )
    return Imported(person, values["state"], "Our own word.", (record,), line)
