"""The routes that SDKs send to. Each reads its body within bounds; a thread does the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tactful.web.answers import JSON, Answer, Taken, trouble
from tactful.web.body import BATCH, SINGLE, NotWhole, TooLarge, TooSlow, read_body
from tactful.web.desk import Busy, Desk
from tactful.web.document import SECURED, ManyCalls, OneCall, troubles
from tactful.web.keyring import Speaker
from tactful.web.taking import take

KINDS = {"identify": "i", "track": "t", "page": "p", "screen": "s", "group": "g", "alias": "a"}
"""Kinds of calls, with what the browser's SDK calls them."""
NOT_WHOLE = "The body did not come whole; nothing of it was kept. Where the request says Upgrade, send it without."
OF_BROWSER = (("", ""), ("_from_browser", ", as the browser's SDK sends it"))
OF_POSTHOG = ("_from_posthog", ", as the server SDKs of PostHog send them")
_TROUBLES = troubles(401, 403, 408, 413, 429, 503)


def speaker_of(request: Request[Any, Any, Any]) -> Speaker:
    """Who sent this, as far as the request says."""
    headers = request.headers
    client = request.scope.get("client")
    return Speaker(
        authorization=headers.get("authorization", ""),
        origin=headers.get("origin", ""),
        address=client[0] if client else "",
    )


def sent(request: Request[Any, Any, Any], found: Answer) -> Response[bytes]:
    """An answer as a response; its figures are left for the log."""
    request.scope["state"]["log"] = found.log
    return Response(content=found.body, status_code=found.status, headers=found.headers, media_type=JSON)


async def answered(
    desk: Desk, request: Request[Any, Any, Any], work: Callable[[Desk, bytes, Speaker], Answer], most: int = SINGLE
) -> Response[bytes]:
    """Read the body, at most so many bytes, and have it answered in one of the threads."""
    try:
        body = await read_body(_stream(request), request.headers.get("content-length"), most)
        found = await desk.work.run(work, desk, body, speaker_of(request))
    except TooLarge:
        found = trouble(413, f"The body is larger than {most:,} bytes.")
    except TooSlow:
        found = trouble(408, "The body did not come in time.")
    except NotWhole:
        found = trouble(408, NOT_WHOLE)
        found = msgspec.structs.replace(found, headers={"connection": "close"})
    except Busy:
        found = trouble(503, "Too much is waiting.", after=1)
    return sent(request, found)


def asks_not_to_be_followed(values: Sequence[str]) -> bool:
    """What `Sec-GPC` says, also where something on the way put several of it together."""
    return any(each.strip() == "1" for value in values for each in value.split(","))


async def _stream(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The parts of a body. Behind a wish for another protocol nothing is read as a body, though one may be there."""
    if "upgrade" in request.headers and "transfer-encoding" in request.headers:
        raise NotWhole
    try:
        async for part in request.stream():
            yield part
    except InternalServerException:
        raise NotWhole from None


def call_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """All routes for calls: batches, and each kind under both of its names."""
    paths = {("/v1/batch", "/v1/b"): "", **{(f"/v1/{kind}", f"/v1/{short}"): kind for kind, short in KINDS.items()}}
    routes = [
        _route(desk, path, kind, *OF_BROWSER[path == names[1]]) for names, kind in paths.items() for path in names
    ]
    return [*routes, _route(desk, "/batch", "", *OF_POSTHOG)]


def _route(desk: Desk, path: str, kind: str, suffix: str = "", whose: str = "") -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Response[bytes]:
        most, gpc = SINGLE if kind else BATCH, asks_not_to_be_followed(request.headers.getall("sec-gpc", []))

        def taken(desk: Desk, body: bytes, speaker: Speaker) -> Answer:
            return take(desk, kind, most, body, speaker, gpc)

        return await answered(desk, request, taken, most)

    name = kind or "batch"
    route = post(
        path,
        status_code=200,
        operation_id=name + suffix,
        operation_class=OneCall if kind else ManyCalls,
        summary=(f"One {kind} call" if kind else "Many calls at once") + whose,
        description="Each call is kept once, however often it is sent; what cannot be taken is answered with a reason.",
        responses={200: _taken(), **_TROUBLES},
        security=SECURED,
        tags=["events"],
    )
    return route(handle)


def _taken() -> ResponseSpec:
    return ResponseSpec(data_container=Taken, description="What became of each call.", generate_examples=False)
