"""Answers: their shapes, as the API's document shows them, and how they are sent. No answer repeats what was sent."""

from __future__ import annotations

import msgspec

from tactful.service.ingest import Refused

JSON = "application/json"
_encode = msgspec.json.Encoder().encode


class Taken(msgspec.Struct, frozen=True):
    """What became of each call: it was kept now (`accepted`), was there before (`repeated`), has no use here and
    nothing is wrong with it (`unused`), or was refused with a reason and set aside. `left_out` counts parts of accepted
    calls that were not kept because she did not agree to it or nobody told her. Send nothing of this again."""

    success: bool
    accepted: int
    repeated: int
    unused: int
    left_out: int
    refused: list[Refused]


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no answer, in a sentence."""

    error: str


class Answer(msgspec.Struct, frozen=True):
    """What is sent back. `log` are figures for the log, without anything personal."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    log: dict[str, object] = {}


def answer(body: msgspec.Struct, status: int = 200, log: dict[str, object] | None = None) -> Answer:
    """An answer with this body."""
    return Answer(status, _encode(body), {}, log or {})


def trouble(status: int, sentence: str, after: int = 0, log: dict[str, object] | None = None) -> Answer:
    """A refusal to answer; `after` so many seconds it may be tried again."""
    headers = {"retry-after": str(after)} if after else {}
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="tactful"'
    return Answer(status, _encode(Trouble(sentence)), headers, log or {})
