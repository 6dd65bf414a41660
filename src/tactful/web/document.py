"""The parts of the OpenAPI document that no type can say: bodies that are read whatever they are called, and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    Operation,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.openapi.spec.enums import OpenAPIType

import tactful
from tactful.web.answers import Trouble

DESCRIPTION = (
    "What the SDKs of Segment, RudderStack, PostHog and Snowplow send, as they send it, and CloudEvents. The key is "
    "the user name of Basic authentication, a bearer token, or `writeKey` (PostHog: `api_key`) in the body. A request "
    "that was not answered with 200 may be sent again as it is: what was kept is not kept twice."
)
TROUBLES = {
    401: "The key is missing, wrong, revoked or expired.",
    403: "The key may not do this, or not from there.",
    408: "The body did not come in time.",
    409: "Something of this source was not taken since it was last heard; its silence is not believed.",
    413: "The body or the batch is too large.",
    429: "This comes too often; `Retry-After` says when to come again.",
    503: "The store cannot be written to now, or too much is waiting; `Retry-After` says when to come again.",
}
SECURED: list[dict[str, list[str]]] = [{"basic": []}, {"bearer": []}]


def troubles(*codes: int) -> dict[int, ResponseSpec]:
    """How requests may end without what was asked for."""
    return {
        code: ResponseSpec(data_container=Trouble, description=TROUBLES[code], generate_examples=False)
        for code in codes
    }


def documented() -> OpenAPIConfig:
    """The document's own settings: JSON alone, no pages that fetch their scripts elsewhere."""
    return OpenAPIConfig(
        title="Tactful",
        version=tactful.__version__,
        description=DESCRIPTION,
        path="/schema",
        render_plugins=[JsonRenderPlugin()],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "basic": SecurityScheme(type="http", scheme="basic", description="The key as user name."),
                "bearer": SecurityScheme(type="http", scheme="bearer", description="The key as token."),
            }
        ),
    )


def _text(description: str) -> Schema:
    return Schema(type=OpenAPIType.STRING, description=description)


def _thing(description: str) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, description=description)


def _body(schema: Schema) -> RequestBody:
    """The same body under every name that SDKs give it."""
    names = ("application/json", "text/plain", "application/x-www-form-urlencoded")
    return RequestBody(content={name: OpenAPIMediaType(schema=schema) for name in names}, required=True)


def call_schema() -> Schema:
    """One call of an SDK. Everything else that stands in it is looked at by kind, or not at all."""
    return Schema(
        type=OpenAPIType.OBJECT,
        properties={
            "messageId": _text("What makes a repetition known; made from the content where it is missing."),
            "userId": _text("By what you know her."),
            "anonymousId": _text("By what you know her browser."),
            "type": _text("identify, track, page, screen, group or alias: in a batch."),
            "event": _text("What happened: for track."),
            "properties": _thing("What belongs to what happened."),
            "traits": _thing("What she told about herself: for identify."),
            "context": _thing("Where it happened, with `consent` where she was asked."),
            "timestamp": _text("When it happened, with its time zone."),
            "sentAt": _text("When it was sent, by the sender's clock."),
            "writeKey": _text("The key, where no header can be set."),
        },
    )


@dataclass
class OneCall(Operation):
    """An operation whose body is one call."""

    def __post_init__(self) -> None:
        self.request_body = _body(call_schema())


@dataclass
class ManyCalls(Operation):
    """An operation whose body is a batch."""

    def __post_init__(self) -> None:
        batch = Schema(type=OpenAPIType.ARRAY, items=call_schema(), description="At most 5,000 calls.")
        properties: dict[str, Any] = {
            "batch": batch,
            "context": _thing("What is said of all calls."),
            "sentAt": _text("When it was sent, by the sender's clock."),
            "writeKey": _text("The key, where no header can be set."),
        }
        self.request_body = _body(Schema(type=OpenAPIType.OBJECT, properties=properties, required=["batch"]))


@dataclass
class OnePerson(Operation):
    """An operation whose body names a person."""

    def __post_init__(self) -> None:
        person = Schema(
            type=OpenAPIType.OBJECT,
            description="One identifier: its kind and its value.",
            additional_properties=Schema(type=OpenAPIType.STRING),
            min_properties=1,
            max_properties=1,
        )
        schema = Schema(type=OpenAPIType.OBJECT, properties={"person": person}, required=["person"])
        self.request_body = RequestBody(content={"application/json": OpenAPIMediaType(schema=schema)}, required=True)


@dataclass
class WhenHeard(Operation):
    """An operation whose body says up to when everything was told."""

    def __post_init__(self) -> None:
        as_of = _text("Up to when, with its time zone; now, where it is left out.")
        schema = Schema(type=OpenAPIType.OBJECT, properties={"as_of": as_of})
        self.request_body = RequestBody(content={"application/json": OpenAPIMediaType(schema=schema)}, required=False)


@dataclass
class TrackerEvents(Operation):
    """An operation whose body are the events of a tracker of Snowplow."""

    def __post_init__(self) -> None:
        event = Schema(
            type=OpenAPIType.OBJECT,
            properties={
                "e": _text("The kind of event: pv, ue, ti …"),
                "tv": _text("The tracker and its version."),
                "eid": _text("What makes a repetition known."),
                "aid": _text("The app's id; the key, where no header can be set."),
                "uid": _text("By what you know her."),
                "duid": _text("By what you know her browser."),
            },
        )
        data = Schema(type=OpenAPIType.ARRAY, items=event, description="At most 5,000 events.")
        properties: dict[str, Any] = {
            "schema": _text("iglu:com.snowplowanalytics.snowplow/payload_data/…"),
            "data": data,
        }
        self.request_body = _body(Schema(type=OpenAPIType.OBJECT, properties=properties, required=["schema", "data"]))


@dataclass
class CloudEvents(Operation):
    """An operation whose body is a CloudEvent, or several, or the data of one."""

    def __post_init__(self) -> None:
        named = ("specversion", "id", "source", "type", "time", "subject", "userid", "anonymousid")
        one = Schema(
            type=OpenAPIType.OBJECT,
            properties={**{name: _text("As CloudEvents 1.0 has it.") for name in named}, "data": _thing("Its data.")},
        )
        many = Schema(type=OpenAPIType.ARRAY, items=one)
        kinds = {"application/cloudevents+json": one, "application/cloudevents-batch+json": many}
        content = {name: OpenAPIMediaType(schema=schema) for name, schema in kinds.items()}
        content["application/json"] = OpenAPIMediaType(schema=_thing("The data; the rest stands in `ce-` headers."))
        self.request_body = RequestBody(content=content, required=True)
