"""Where the SDKs of others send to: Snowplow's trackers (post and pixel), and whoever sends CloudEvents."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tactful.model.problems import StoreProblem
from tactful.profile.cloudevents import from_headers
from tactful.web.answers import Answer, Taken, trouble
from tactful.web.body import BATCH, SINGLE
from tactful.web.calls import answered, sent, speaker_of
from tactful.web.desk import Busy, Desk
from tactful.web.document import SECURED, CloudEvents, TrackerEvents, troubles
from tactful.web.keyring import Speaker, written_in
from tactful.web.taking import NO_STORE, take

SNOWPLOW = "/com.snowplowanalytics.snowplow/"
_PAYLOAD = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A picture of one transparent point."""
_MOST_FIELDS = 200
_TROUBLES = troubles(401, 403, 408, 413, 429, 503)
_encode = msgspec.json.Encoder().encode


def shape_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The routes of the shapes that are not Segment's."""
    return [_tracker(desk), _pixel(desk), _events(desk)]


def _tracker(desk: Desk) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        gpc = _gpc(request)

        def taken(desk: Desk, body: bytes, speaker: Speaker) -> Answer:
            return take(desk, "", BATCH, body, speaker, gpc)

        return await answered(desk, request, taken, BATCH)

    return post(
        f"{SNOWPLOW}tp2", status_code=200, operation_id="snowplow", operation_class=TrackerEvents,
        summary="Events of a tracker of Snowplow", responses={200: _taken(), **_TROUBLES}, security=SECURED,
        tags=["events"],
    )(handle)  # fmt: skip


def _pixel(desk: Desk) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        query = bytes(request.scope["query_string"])
        try:
            found = await desk.work.run(pixel, desk, query, speaker_of(request), _gpc(request))
        except Busy:
            found = trouble(503, "Too much is waiting.", after=1)
        if found.status != 200:
            return sent(request, found)
        request.scope["state"]["log"] = found.log
        return Response(content=_GIF, status_code=200, headers={"cache-control": "no-store"}, media_type="image/gif")

    return get(
        "/i", status_code=200, operation_id="snowplow_pixel", security=SECURED, tags=["events"],
        summary="One event of a tracker of Snowplow, in the address", description="Only for a key that is public.",
        responses={
            200: ResponseSpec(data_container=bytes, description="A point.", media_type="image/gif",
                              generate_examples=False),
            **_TROUBLES,
        },
    )(handle)  # fmt: skip


def _events(desk: Desk) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        gpc, headers = _gpc(request), dict(request.headers)

        def taken(desk: Desk, body: bytes, speaker: Speaker) -> Answer:
            one = None if _structured(headers) else from_headers(headers, body)
            if one is None:
                return take(desk, "", BATCH, body, speaker, gpc)
            return take(desk, "", 2 * BATCH, _encode(one), speaker, gpc)

        return await answered(desk, request, taken, BATCH)

    return post(
        "/v1/cloudevents", status_code=200, operation_id="cloudevents", operation_class=CloudEvents,
        summary="CloudEvents: one (structured or binary mode), or a batch", responses={200: _taken(), **_TROUBLES},
        security=SECURED, tags=["events"],
    )(handle)  # fmt: skip


def pixel(desk: Desk, query: bytes, speaker: Speaker, gpc: bool) -> Answer:
    """The answer to one event in an address. A key there must be public: addresses end up in logs."""
    if len(query) > SINGLE:
        return trouble(413, f"The address is longer than {SINGLE:,} bytes.")
    try:
        event = dict(parse_qsl(query.decode("latin-1"), max_num_fields=_MOST_FIELDS, encoding="utf-8"))
    except ValueError:
        return trouble(413, f"There are more than {_MOST_FIELDS} fields in it.")
    try:
        key = None if written_in(speaker.authorization) else desk.keyring.holder(event.get("aid", ""))
    except StoreProblem:
        desk.metrics.problem()
        return trouble(503, NO_STORE, after=5)
    if key is not None and not key.public:
        return trouble(403, "A key in an address must be a public one: addresses end up in logs.")
    return take(desk, "", BATCH, _encode({"schema": _PAYLOAD, "data": [event]}), speaker, gpc)


def _structured(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").strip().lower().startswith("application/cloudevents")


def _gpc(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("sec-gpc") == "1"


def _taken() -> ResponseSpec:
    return ResponseSpec(data_container=Taken, description="What became of each event.", generate_examples=False)
