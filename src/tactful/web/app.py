"""The application: its routes, and around them what holds for every request (pages of other origins, figures, logs)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException

from tactful.model.problems import StoreProblem
from tactful.service.fault import place_of
from tactful.web.answers import JSON, trouble
from tactful.web.calls import call_routes
from tactful.web.desk import Busy, Desk
from tactful.web.document import documented
from tactful.web.health import health_routes
from tactful.web.heard import source_routes
from tactful.web.people import people_routes
from tactful.web.shapes import SNOWPLOW, shape_routes

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Log = Callable[[dict[str, object]], None]
_SENTENCES = {404: "There is nothing here.", 405: "This is not done here with this method."}
_PREFLIGHT_LASTS = b"600"
_FROM_PAGES = ("/v1/", SNOWPLOW)
"""Where pages send to."""


def made_app(desk: Desk, log: Log) -> Around:
    """The whole application. `log` is given one record a request."""
    inner = Litestar(
        route_handlers=[
            *call_routes(desk),
            *shape_routes(desk),
            *people_routes(desk),
            *source_routes(desk),
            *health_routes(desk),
        ],
        openapi_config=documented(),
        exception_handlers={HTTPException: _refused, Exception: _broken},
        request_max_body_size=None,
        logging_config=None,
    )
    return Around(inner, desk, log)


def _refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    sentence = _SENTENCES.get(error.status_code, "This was not understood.")
    found = trouble(error.status_code, sentence)
    return Response(content=found.body, status_code=found.status, headers=error.headers or {}, media_type=JSON)


def _broken(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    request.scope["state"]["log"] = {"at": place_of(error)}
    found = trouble(500, "A fault of ours; it was noted.")
    return Response(content=found.body, status_code=500, media_type=JSON)


class Around:
    """What holds for every request: who may ask from a page, one line in the log, figures. Never a path's values."""

    def __init__(self, inner: Litestar, desk: Desk, log: Log) -> None:
        self.inner = inner
        self._desk = desk
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        about = _About(scope, send, self._page_headers(scope, origin) if origin else [])
        try:
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                await self._preflight(scope, origin, about)
            else:
                await self.inner(scope, receive, about.send)  # type: ignore[arg-type]
        except Exception as error:
            scope["state"]["log"] = {"at": place_of(error)}
            if about.status:
                raise
            await about.answer(500, trouble(500, "A fault of ours; it was noted.").body, [])
        finally:
            self._note(scope, about.status, time.perf_counter() - began)

    async def _preflight(self, scope: Scope, origin: str, about: _About) -> None:
        """A browser asks whether a page may send; it has no key yet, so any public key in use may allow it."""
        scope["path_template"] = "preflight"
        if not self._desk.keyring.fresh:
            try:
                await self._desk.care.run(self._desk.keyring.refresh)
            except (StoreProblem, Busy):
                return await about.answer(
                    503, trouble(503, "The store cannot be read now.").body, [(b"retry-after", b"5")]
                )
        about.extra = self._page_headers(scope, origin)
        if not about.extra:
            return await about.answer(403, trouble(403, "No key may be used by pages of this origin.").body, [])
        allowed = [
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", b"authorization, content-type, content-encoding, sp-anonymous"),
            (b"access-control-max-age", _PREFLIGHT_LASTS),
        ]
        return await about.answer(204, b"", allowed)

    def _page_headers(self, scope: Scope, origin: str) -> list[tuple[bytes, bytes]]:
        if not scope["path"].startswith(_FROM_PAGES) or not self._desk.keyring.allows_page(origin):
            return []
        # Its tracker sends with credentials, which a browser then wants to be allowed; nothing here reads a cookie.
        credentials = [(b"access-control-allow-credentials", b"true")] if scope["path"].startswith(SNOWPLOW) else []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", b"retry-after"),
            (b"vary", b"origin"),
            *credentials,
        ]

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = str(scope.get("path_template") or "none")
        self._desk.metrics.request(route, scope["method"], status, seconds)
        said = scope["state"].get("log") or {}
        record: dict[str, object] = {"method": scope["method"], "route": route, "status": status}
        self._log({**record, "ms": round(seconds * 1000, 1), **said})


class _About:
    """The answer to one request on its way out: its status, and headers that are added to it."""

    def __init__(self, scope: Scope, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
        scope.setdefault("state", {})
        self._send = send
        self.extra = extra
        self.status = 0

    async def send(self, message: dict[str, Any]) -> None:
        """Send on, with what is added."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.extra:
                message = {**message, "headers": [*message.get("headers", []), *self.extra]}
        await self._send(message)

    async def answer(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer without the routes."""
        sized = [(b"content-length", str(len(body)).encode())]
        typed = [(b"content-type", JSON.encode())] if body else []
        await self.send({"type": "http.response.start", "status": status, "headers": [*sized, *typed, *headers]})
        await self.send({"type": "http.response.body", "body": body})


def line(record: dict[str, object]) -> bytes:
    """A record as a line of JSON."""
    return msgspec.json.encode(record) + b"\n"
