"""The server around the application: its address, its signals, and an orderly end."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from types import FrameType
from typing import Any

import uvicorn

from tactful.model.problems import Problem, Problems

STOPPED = 130
GRACE = 10
"""Seconds that requests under way are given to finish."""
IDLE = 65
"""Seconds that a connection is kept open for the next request."""
MOST_CONNECTIONS = 2_000
THRESHOLDS = 20_000, 20, 20
"""When Python looks for rings among objects. What a call leaves behind has none; a batch alone makes thousands."""
TURN = 0.001
"""Seconds after which a thread lets another one work: the one that writes comes back sooner from the disk."""


class Stoppable(uvicorn.Server):
    """Ends in order at the first signal, and at once at the second."""

    def __init__(self, config: uvicorn.Config, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._say = say

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while serving."""
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        if self.should_exit:
            self._say("Stopped at once. What was acknowledged is kept.")
            sys.stderr.flush()
            os._exit(STOPPED)
        self.should_exit = True
        self._say("Stopping: requests under way are finished. Once more ends at once.")


def listening(host: str, port: int) -> socket.socket:
    """The address taken. Raises Problems where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio sees TCP and sends at once; without it every answer waits 40 ms for the client.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(2048)
    except (OSError, OverflowError) as error:
        taken.close()
        why = (getattr(error, "strerror", None) or "it is no address").lower()
        raise Problems([Problem(f"{host}:{port}", 0, f"cannot be listened on: {why}. Say --port or --host.")]) from None
    taken.set_inheritable(True)
    return taken


def only_here(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(app: Any, taken: socket.socket, say: Callable[[str], None]) -> None:
    """Answer requests until a signal comes, then finish those under way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(TURN)
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http="httptools",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    Stoppable(config, say).run(sockets=[taken])
