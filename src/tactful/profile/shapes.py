"""Calls in other shapes than Segment's, brought into it: what is said with them is read in one place."""

from __future__ import annotations

from tactful.profile.cloudevents import from_cloudevent, is_cloudevent
from tactful.profile.posthog import from_posthog, is_posthog
from tactful.profile.snowplow import from_snowplow, is_snowplow


def shaped(payload: object) -> object:
    """The call as Segment's SDKs would send it; itself where it is in no other shape. Whatever it is, this answers."""
    if is_posthog(payload):
        return from_posthog(payload)
    if is_snowplow(payload):
        return from_snowplow(payload)
    if is_cloudevent(payload):
        return from_cloudevent(payload)
    return payload
