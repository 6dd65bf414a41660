"""By what a call names its person: every identifier in it, in one way of writing each kind, strongest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from tactful.model.arrivals import Identifier

LONGEST = 200
"""Characters of an identifier."""
ANONYMOUS, DEVICE, EMAIL, LOYALTY, PHONE = "anonymous", "device", "email", "loyalty", "phone"
KINDS = ("customer", LOYALTY, EMAIL, PHONE, DEVICE, ANONYMOUS)
"""Every kind of identifier that calls and imports bring, strongest first."""
CATEGORIES = {EMAIL: "contact.email", PHONE: "contact.phone", DEVICE: "device"}
"""What is learned with an identifier of a kind; the others say nothing but that it is she."""
LOYALTY_TRAITS = frozenset(
    {"loyaltyid", "loyaltynumber", "loyaltycard", "loyaltycardnumber", "membershipnumber", "memberid"}
)
"""Traits that hold a number of a loyalty card, without case and marks."""

_ORDER = {LOYALTY: 1, EMAIL: 2, PHONE: 3, DEVICE: 8, ANONYMOUS: 9}
_OTHER = 5
_NOT_PLAIN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLACEHOLDERS = frozenset(
    {
        "null", "none", "nil", "undefined", "unknown", "anonymous", "guest", "nan", "n/a", "na", "not set", "(not set)",
        "[object object]", "true", "false", "0", "-1", "-", "user", "userid", "user_id", "id", "anonymousid", "test",
    }
)  # fmt: skip
"""What broken code sends where an identifier should stand; taken for one, it would make one person of all."""
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z]{2,20}"
)
_NOT_GLOBAL = (".test", ".local", ".invalid", ".localhost", ".onion", ".arpa")


def plain(value: object) -> str | None:
    """An identifier as text; "" where there is none or a placeholder stands for it, None where it cannot be one."""
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63:
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    if not value.isascii():
        value = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).strip())
    value = value.strip()
    if (not value.isprintable() and _NOT_PLAIN.search(value)) or len(value) > LONGEST:
        return None
    return "" if not value.strip("0-") or value.casefold() in _PLACEHOLDERS else value


def email_address(value: object) -> str | None:
    """An address as all its spellings are kept: lower case, the domain in Unicode. None where it is none.

    Nothing is looked up. What passes is what the library email-validator passes.
    """
    text = plain(value)
    if not text:
        return None
    lowered = text.lower()
    if len(lowered) <= 80 and "--" not in lowered and _PLAIN_EMAIL.fullmatch(lowered):
        return None if lowered.endswith(_NOT_GLOBAL) or lowered.index("@") > 64 else lowered
    from email_validator import EmailNotValidError, validate_email

    try:
        return str(validate_email(text, check_deliverability=False).normalized).lower()
    except (EmailNotValidError, ValueError, UnicodeError):
        return None


def phone_number(value: object, region: str | None) -> str | None:
    """A number in E.164; one without a country is read in `region` (`GB`), and is none where that is None."""
    text = plain(value)
    if not text or len(text) > 40:
        return None
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

    try:
        number = parse(text, region)
    except NumberParseException:
        return None
    return str(format_number(number, PhoneNumberFormat.E164)) if is_valid_number(number) else None


def loyalty_number(value: object) -> str | None:
    """A number of a card without blanks and hyphens."""
    text = plain(value)
    return unicodedata.normalize("NFKC", re.sub(r"[\s-]", "", text)) or None if text else None


def spelled(kind: str, value: str, region: str | None) -> str:
    """An identifier as the door keeps it, however a file or a person writes it; as it is where it cannot be read."""
    if kind == EMAIL:
        return email_address(value) or value
    if kind == PHONE:
        return phone_number(value, region) or value
    return loyalty_number(value) or value if kind == LOYALTY else value


def strongest_first(names: Iterable[Identifier], person_kind: str) -> tuple[Identifier, ...]:
    """Each once: a customer number, a card, an address, a number, others, a device, a browser."""
    found = dict.fromkeys(names)
    if len(found) < 2:
        return tuple(found)
    return tuple(
        sorted(found, key=lambda each: (0 if each[0] == person_kind else _ORDER.get(each[0], _OTHER), each[0]))
    )


def external(context: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(type, id) of `context.externalIds` (Segment) and `context.externalId` (RudderStack), of people and in clear."""
    found: list[tuple[str, Any]] = []
    for name in ("externalIds", "externalId"):
        listed = context.get(name)
        for each in listed[:20] if isinstance(listed, list) else ():
            if isinstance(each, dict) and isinstance(each.get("type"), str):
                clear = each.get("encoding", "none") in ("none", None) and each.get("collection", "users") == "users"
                if clear:
                    found.append((each["type"][:LONGEST].casefold(), each.get("id")))
    return found
