"""A connected system says that it has told us everything up to an instant: from then on its silence means something."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tactful.model.problems import Problems, StoreProblem
from tactful.profile.times import TimeRefused, parse_time
from tactful.service.sources import attest, told_in_vain
from tactful.web.answers import Answer, Trouble, answer, trouble
from tactful.web.calls import answered
from tactful.web.desk import Desk
from tactful.web.document import SECURED, WhenHeard, troubles
from tactful.web.keyring import Speaker
from tactful.web.taking import entitled


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """Up to when everything was told; without it, up to now."""

    as_of: str = ""


class Believed(msgspec.Struct, frozen=True):
    """What the silence of the source means from now on; `known_until` (µs) is null where it means nothing."""

    source: str
    state: str
    heard_as_of: int | None
    known_until: int | None


_said = msgspec.json.Decoder(Said)
NOT_ALL_TAKEN = (
    "Something that {0} told was not taken since it was last heard, and it may be the very thing that its silence would"
    " deny. Somebody has to look: `tactful source aside {0}`, then `tactful source heard`."
)
_MISREAD = 'Write it like {"as_of": "2026-11-22T09:00:00Z"}, or {} for now.'


def hear(desk: Desk, body: bytes, speaker: Speaker) -> Answer:
    """The answer to a source that says up to when it told us everything."""
    try:
        key = entitled(desk, speaker, "ingest")
        if isinstance(key, Answer):
            return key
        log: dict[str, object] = {"source": key.source}
        if key.public:
            return trouble(403, "A key that anybody can read cannot say this.", log=log)
        now = desk.clock()
        try:
            said = _said.decode(body or b"{}")
            at = parse_time(said.as_of, None) if said.as_of else now
        except (msgspec.MsgspecError, UnicodeError, RecursionError, TimeRefused):
            return trouble(400, _MISREAD, log=log)
        if told_in_vain(desk.store, key.source):
            return trouble(409, NOT_ALL_TAKEN.format(key.source), log=log)
        try:
            state = attest(
                desk.store, desk.shop.project.shop, key.source, at, now, "said by the system itself", "shop.yaml"
            )
        except Problems as problems:
            return trouble(400, problems.problems[0].message, log=log)
        return answer(Believed(state.source, state.state, state.heard_as_of, state.known_until), log=log)
    except StoreProblem:
        desk.metrics.problem()
        return trouble(503, "The store cannot be written to now.", after=5)


def source_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The route by which a source is heard."""

    async def heard(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await answered(desk, request, hear)

    route = post(
        "/v1/heard",
        status_code=200,
        operation_id="heard",
        operation_class=WhenHeard,
        summary="A source has told everything up to an instant",
        description="Sent by a system that shop.yaml lists, after its events up to then: where it told of nothing, "
        "there was nothing, for as long as `fresh_for` says.",
        responses={
            200: ResponseSpec(data_container=Believed, description="What its silence means.", generate_examples=False),
            400: ResponseSpec(
                data_container=Trouble, description="The body was not understood.", generate_examples=False
            ),
            **troubles(401, 403, 408, 409, 413, 429, 503),
        },
        security=SECURED,
        tags=["sources"],
    )
    return [route(heard)]
