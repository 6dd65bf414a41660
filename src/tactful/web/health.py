"""Whether the server lives, whether it is ready, and its figures."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tactful.model.problems import Problems, StoreProblem
from tactful.service.publishing import in_force
from tactful.web.answers import JSON, Answer, answer, trouble
from tactful.web.calls import sent, speaker_of
from tactful.web.desk import Busy, Desk
from tactful.web.document import SECURED, troubles
from tactful.web.metrics import CONTENT_TYPE
from tactful.web.taking import entitled

MOST_LAG = 30.0
"""Seconds that documents may be behind before somebody should look. Nothing is wrong for readers meanwhile."""
_FORWARDED = ("forwarded", "x-forwarded-for", "via")


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    alive: bool


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served, and each thing that it takes.

    `shop_files_taken` is false while the last good state of the shop's files goes on: what changed does not hold.
    """

    ready: bool
    store_writable: bool
    policy_in_force: bool
    facts_up_to_date: bool
    shop_files_taken: bool
    lag_seconds: float


def readiness(desk: Desk) -> Answer:
    """Look at everything that a request needs. Writes a little, to see that it can be."""
    writable = policy = True
    try:
        desk.store.forget_aside(0)
    except StoreProblem:
        writable = False
    try:
        policy = in_force(desk.store) is not None
    except (StoreProblem, Problems):
        policy = False
    lag = desk.follower.lag() if desk.follower.running else 0.0
    ready = Ready(writable and policy, writable, policy, lag <= MOST_LAG, not desk.files.trouble, round(lag, 3))
    found = answer(ready, 200 if ready.ready else 503)
    return found if ready.ready else msgspec.structs.replace(found, headers={"retry-after": "5"})


def from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether a request comes from this very machine, and nothing stands between."""
    client = request.scope.get("client")
    if client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False


def figures(desk: Desk) -> str:
    """All figures, with those of this instant."""
    gauges = {
        "tactful_waiting": float(desk.work.waiting),
        "tactful_fold_lag_seconds": desk.follower.lag() if desk.follower.running else 0.0,
        "tactful_folded": float(desk.follower.folded),
        "tactful_shop_files_taken": float(desk.files.taken),
        "tactful_shop_files_refused": float(desk.files.refused),
        "tactful_shop_files_in_trouble": float(bool(desk.files.trouble)),
        "tactful_fold_troubles": float(desk.follower.troubles),
    }
    return desk.metrics.written(gauges)


def health_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The routes for those who look after the server."""

    async def live(request: Request[Any, Any, Any]) -> Response[bytes]:
        return sent(request, answer(Alive(True)))

    async def ready(request: Request[Any, Any, Any]) -> Response[bytes]:
        try:
            found = await desk.care.run(readiness, desk)
        except Busy:
            found = trouble(503, "Too much is waiting.", after=1)
        return sent(request, found)

    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not from_here(request):
            try:
                key = await desk.care.run(entitled, desk, speaker_of(request), "admin")
            except StoreProblem:
                return sent(request, trouble(503, "The store cannot be read now.", after=5))
            if isinstance(key, Answer):
                return sent(request, key)
        return Response(content=figures(desk).encode(), media_type=CONTENT_TYPE)

    def shown(data: type, what: str, media_type: str = JSON) -> ResponseSpec:
        return ResponseSpec(data_container=data, description=what, media_type=media_type, generate_examples=False)

    return [
        get("/health/live", operation_id="live", summary="Does the process answer?", tags=["health"],
            responses={200: shown(Alive, "It does.")})(live),
        get("/health/ready", operation_id="ready", summary="Can requests be served?", tags=["health"],
            responses={200: shown(Ready, "They can."), 503: shown(Ready, "They cannot, or not all.")})(ready),
        get("/metrics", operation_id="metrics", summary="Figures, as OpenMetrics", tags=["health"], security=SECURED,
            description="From this machine without a key, from elsewhere with the scope admin.",
            responses={
                200: shown(str, "The figures.", CONTENT_TYPE),
                **troubles(401, 403, 429, 503),
            })(metrics),
    ]  # fmt: skip
