"""What is held of one person, as of now. The identifier stands in the body: addresses end up in logs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tactful.model.problems import StoreProblem, suggestion
from tactful.profile.identifiers import spelled
from tactful.service.door import region_of
from tactful.service.person import show
from tactful.service.printable import printable
from tactful.web.answers import Answer, Trouble, answer, trouble
from tactful.web.calls import answered
from tactful.web.desk import Desk
from tactful.web.document import SECURED, OnePerson, troubles
from tactful.web.keyring import Speaker
from tactful.web.taking import entitled


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """Who is asked for: one identifier, its kind and its value."""

    person: dict[str, str]


class Found(msgspec.Struct, frozen=True):
    """What is held of her; `known` is false where nobody is known by this identifier."""

    known: bool
    held: dict[str, Any] | None = None


_asked = msgspec.json.Decoder(Asked)
_MISREAD = 'Write it like {"person": {"customer": "17850"}}, with one identifier.'


def read_person(desk: Desk, body: bytes, speaker: Speaker) -> Answer:
    """The answer to a request for what is held of somebody."""
    try:
        key = entitled(desk, speaker, "read")
        if isinstance(key, Answer):
            return key
        log: dict[str, object] = {"source": key.source}
        try:
            asked = _asked.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return trouble(400, _MISREAD, log=log)
        if len(asked.person) != 1 or "\0" in "".join(asked.person):
            return trouble(400, _MISREAD, log=log)
        [(kind, value)] = asked.person.items()
        shop = desk.shop
        person = desk.store.find(kind, spelled(kind, value, region_of(shop.project.shop)))
        if person is None and kind not in shop.joining.kinds:
            return trouble(400, _no_kind(kind, shop.joining.kinds), log=log)
        if person is None:
            return answer(Found(False), log=log)
        held = msgspec.to_builtins(show(desk.store, shop.project, person, desk.clock(), desk.shelves.of(shop.project)))
        held["person_id"] = str(held["person_id"])
        return answer(Found(True, held), log=log)
    except StoreProblem:
        desk.metrics.problem()
        return trouble(503, "The store cannot be read now.", after=5)


def _no_kind(kind: str, kinds: Collection[str]) -> str:
    """Why somebody cannot be looked up. What is like no kind may be a value in the wrong place: it is not repeated."""
    if hint := suggestion(kind, kinds):
        return f"There is no kind of identifier `{printable(kind)}`.{hint}"
    return f"There is no such kind of identifier. There are: {', '.join(sorted(kinds))}."


def people_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The routes about one person."""

    async def person(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await answered(desk, request, read_person)

    route = post(
        "/v1/person",
        status_code=200,
        operation_id="person",
        operation_class=OnePerson,
        summary="What is held of one person",
        description="Her journey, facts, permissions and contacts as of now, what was sent a moment ago included. It "
        "is what is held, not what may be said: ask for a decision before anything of it is used.",
        responses={
            200: ResponseSpec(data_container=Found, description="What is held of her.", generate_examples=False),
            400: ResponseSpec(
                data_container=Trouble, description="The body was not understood.", generate_examples=False
            ),
            **troubles(401, 403, 408, 413, 429, 503),
        },
        security=SECURED,
        tags=["people"],
    )
    return [route(person)]
