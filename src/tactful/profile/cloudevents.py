"""CloudEvents 1.0 (JSON format), in the shape of Segment's.

What a CloudEvent means its sender says with `type`. Its last parts between dots and slashes are read, without a version
at its end: `com.shop.order.completed.v1` is `Order Completed`, `com.shop.product_viewed` is `Product Viewed`.
`identify`, `page` and `screen` are what they are called. All else means nothing here. `data` are the properties (of
`identify` the traits).

Who it is about: the extensions `userid` and `anonymousid`, else `userId`, `anonymousId` and `context` in `data`, else a
`subject` that says what it is (`customer:17850`, `email:…`, `anonymous:…`). A bare subject could be an order as well as
a person, and is not read. An event is known again by its `source` and `id` together, as the specification has it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from tactful.profile.call import Shaped, first, part
from tactful.profile.tracked import EVENTS

NEEDED = ("specversion", "id", "source", "type")
_TYPES = ("identify", "page", "screen")
_NO_USE = "cloud event"
_VERSION = re.compile(r"v\d+(\.\d+)*|\d+")
_JSON = re.compile(r"[^/;]+/(?:[^/;]+\+)?json", re.IGNORECASE)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_KNOWN = {"customer": "userId", "anonymous": "anonymousId"}
_read = msgspec.json.Decoder().decode


def is_cloudevent(payload: object) -> TypeGuard[dict[str, Any]]:
    """Whether a call is a CloudEvent."""
    if not isinstance(payload, dict) or "specversion" not in payload:
        return False
    return all(isinstance(payload.get(name), str) for name in NEEDED)


def from_cloudevent(event: dict[str, Any]) -> Shaped:
    """The same as a call in the shape of Segment."""
    data, fault = _data(event)
    kind, name = _meaning(event["type"])
    context = {**part(data, "context"), **part(event, "context")}
    point = event.get("collectionpoint")
    if point is not None:
        context["collection_point"] = point
    call = Shaped(
        {
            "type": kind,
            "event": name,
            "name": first(data, "name", "title"),
            "messageId": f"{event['source']} {event['id']}",
            "timestamp": event.get("time"),
            "userId": first(event, "userid") or first(data, "userId", "user_id"),
            "anonymousId": first(event, "anonymousid") or first(data, "anonymousId", "anonymous_id"),
            "properties": data,
            "traits": data if kind == "identify" else {},
            "context": context,
        }
    )
    _subject(call, event.get("subject"))
    if not event["specversion"].startswith("1."):
        fault = "`specversion` must be 1.0."
    call.problem = fault
    return call


def from_headers(headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
    """The event of a request in binary mode: its attributes stand in headers, its data are the body. None where the
    headers are no event. A value that cannot be read is left out, so that the event is refused or of nobody."""
    found: dict[str, Any] = {}
    for name, value in headers.items():
        if name.startswith("ce-") and len(found) < 50:
            try:
                written = value.strip().strip('"').encode("latin-1")
                found[name[3:]] = _PERCENT.sub(lambda two: bytes([int(two[1], 16)]), written).decode("utf-8")
            except UnicodeError:
                continue
    if not is_cloudevent(found):
        return None
    found["datacontenttype"] = headers.get("content-type") or "application/json"
    found["data_base64"] = base64.b64encode(body).decode("ascii")
    found.pop("data", None)
    return found


def _meaning(written: str) -> tuple[str, str]:
    """The kind of call and the event's name that a `type` says."""
    parts = re.split(r"[./]+", written[:300])
    while len(parts) > 1 and _VERSION.fullmatch(parts[-1].lower()):
        parts.pop()
    words = [" ".join(re.split(r"[_\- ]+", each)).strip().lower() for each in parts]
    for many in (4, 3, 2, 1):
        name = " ".join(words[-many:])
        if len(words) >= many and name in EVENTS:
            return "track", name
    return (words[-1], "") if words[-1] in _TYPES else ("track", _NO_USE)


def _data(event: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The data of an event as names and values; and why they cannot be read."""
    kind = event.get("datacontenttype")
    packed = event.get("data_base64")
    data = event.get("data")
    if packed is not None or (isinstance(data, str) and isinstance(kind, str) and _JSON.match(kind)):
        try:
            data = _read(base64.b64decode(packed, validate=True)) if packed is not None else data
        except (msgspec.MsgspecError, binascii.Error, TypeError, ValueError, RecursionError):
            return {}, "`data` cannot be read."
    if isinstance(kind, str) and not _JSON.match(kind):
        return {}, "`data` is not JSON."
    return (data, "") if isinstance(data, dict) else ({}, "" if data is None else "`data` is not names and values.")


def _subject(call: Shaped, subject: object) -> None:
    """Whom a subject names that says what it is; where nothing else names somebody of that kind."""
    kind, colon, value = subject.partition(":") if isinstance(subject, str) else ("", "", "")
    if not colon or not value:
        return
    if kind in _KNOWN and call.get(_KNOWN[kind]) is None:
        call[_KNOWN[kind]] = value
    elif kind in ("email", "phone", "loyalty"):
        context = call["context"]
        others = context.get("externalIds")
        one = {"type": kind, "id": value, "collection": "users", "encoding": "none"}
        context["externalIds"] = [one, *(others if isinstance(others, list) else ())]
