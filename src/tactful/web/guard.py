"""Connections that do not come to the point: a request whose head or body does not end is not waited for.

1. A connection has `HEAD` seconds from its first instant, and from the first byte of each further request, until the
   head of a request is whole; then `BODY` seconds until its body is. Bytes that trickle in lengthen neither.
2. Where as many connections are open as may be, the one that has waited longest for its head makes room for a new one.
3. A head has at most `LONGEST_HEAD` bytes.
Between two requests `IDLE` of the server holds.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tactful.web.body import PATIENCE

HEAD = 10.0
"""Seconds for the head of a request."""
BODY = PATIENCE + 5.0
"""Seconds for its body. Reading gives up before, with an answer."""
LONGEST_HEAD = 65_536
"""Bytes of a head."""
SPARE = 128
"""Files that a server needs beside its connections: the store, its threads, those that are being refused."""
_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Guarded(HttpToolsProtocol):
    """A connection that is given so much time, and no more."""

    most: ClassVar[int] = 2_000
    waiting: ClassVar[dict[Guarded, None]] = {}
    """Connections whose next head is not whole, in the order in which they began to wait."""
    _due: asyncio.TimerHandle | None = None
    _inside = False
    """Whether a request has begun and is not whole."""
    _head = 0
    """Bytes that came since its head began."""

    def connection_made(self, transport: Any) -> None:
        """Somebody connects."""
        super().connection_made(transport)
        self._wait_for_head()
        if len(self.connections) > self.most and self.waiting:
            next(iter(self.waiting))._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came; between two requests also those that begin none."""
        if self._due is None and not self._inside:
            self._wait_for_head()
        super().data_received(data)
        if self in self.waiting:
            self._head += len(data)
            if self._head > LONGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_LARGE)
                self._end()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._inside = True
        if self._due is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        super().on_headers_complete()
        self._wait_no_more()
        self._due = self.loop.call_later(BODY, self._end)

    def on_message_complete(self) -> None:
        """All of it is there."""
        super().on_message_complete()
        self._inside = False
        self._wait_no_more()

    def _wait_for_head(self) -> None:
        self.waiting[self] = None
        self._head = 0
        self._due = self.loop.call_later(HEAD, self._late)

    def _wait_no_more(self) -> None:
        self.waiting.pop(self, None)
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # The answer to the request before is still being worked on; it is sent first.
            self._due = self.loop.call_later(HEAD, self._late)
            return
        self.transport.write(_LATE)
        self._end()

    def _end(self) -> None:
        """Close it; what it does not read is not kept for it."""
        self._wait_no_more()
        self.transport.close()
        self.loop.call_later(1.0, self.transport.abort)


def room_for(wanted: int) -> int:
    """How many connections there may be, at most so many: as many files as this process may open, less a few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - SPARE))
