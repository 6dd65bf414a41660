"""Events as the SDKs of PostHog send them, in the shape of Segment's.

PostHog has one name for a person, `distinct_id`, which is a browser's until she is known. It is read as a browser's
where the event says so (`$is_identified` or `$process_person_profile` is false, or it equals `$device_id`), else as a
customer number. What begins with `$` is PostHog's own and is kept only where it is named here.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from tactful.profile.call import first, part

_TYPES = {
    "$pageview": "page",
    "$screen": "screen",
    "$identify": "identify",
    "$set": "identify",
    "$create_alias": "alias",
    "$groupidentify": "group",
}


def is_posthog(payload: object) -> TypeGuard[dict[str, Any]]:
    """Whether a call is in the shape of PostHog."""
    return isinstance(payload, dict) and "distinct_id" in payload and "type" not in payload


def from_posthog(event: dict[str, Any]) -> dict[str, Any]:
    """The same as a call in the shape of Segment."""
    properties = part(event, "properties")
    name = event.get("event")
    kind = _TYPES.get(name, "track") if isinstance(name, str) else "track"
    traits = {**part(properties, "$set_once"), **part(properties, "$set"), **part(event, "$set")}
    call: dict[str, Any] = {
        "type": kind,
        "event": name,
        "messageId": event.get("uuid"),
        "timestamp": event.get("timestamp"),
        "sentAt": first(event, "sentAt", "sent_at"),
        "name": first(properties, "$screen_name", "$title", "$pathname"),
        "properties": {key: value for key, value in properties.items() if not key.startswith("$")},
        "traits": traits if kind == "identify" else {},
        "previousId": properties.get("alias"),
        "context": {**part(event, "context"), **({"traits": traits} if traits and kind != "identify" else {})},
    }
    return call | _who(event["distinct_id"], properties)


def _who(distinct: Any, properties: Any) -> dict[str, Any]:
    device = first(properties, "$anon_distinct_id", "$device_id")
    unknown = properties.get("$is_identified") is False or properties.get("$process_person_profile") is False
    if unknown or (device is not None and distinct == device):
        return {"anonymousId": distinct}
    return {"userId": distinct, "anonymousId": device}
