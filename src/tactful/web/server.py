"""The server around the application: its address, its signals, and an orderly end."""

from __future__ import annotations

import contextlib
import errno
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
from tactful.web.guard import SPARE, Guarded, room_for

STOPPED = 130
GRACE = 10
"""Seconds that requests under way are given to finish."""
IDLE = 65
"""Seconds that a connection is kept open for the next request."""
MOST_CONNECTIONS = 2_000
"""Open at once, as far as the system lets a process; beyond, the one that says nothing for longest makes room."""
THRESHOLDS = 20_000, 20, 20
"""When Python looks for rings among objects. What a call leaves behind has none; a batch alone makes thousands."""
TURN = 0.001
"""Seconds after which a thread lets another one work: the one that writes comes back sooner from the disk."""


class Stoppable(uvicorn.Server):
    """Ends in order at the first signal, and at once at the second."""

    def __init__(self, config: uvicorn.Config, say: Callable[[str], None], look: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say
        self._look = look
        self._at_terminal = terminal_is_there()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while serving."""
        handlers = {
            signal.SIGINT: self.handle_exit,
            signal.SIGTERM: self.handle_exit,
            signal.SIGHUP: self.handle_hangup,
        }
        before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_hangup(self, sig: int, frame: FrameType | None) -> None:
        """Look at the files; but end in order where the terminal is gone that this was started from."""
        if not self._at_terminal or terminal_is_there():
            self._look()
        elif not self.should_exit:
            self.handle_exit(sig, frame)

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
        raise Problems([Problem(f"{host}:{port}", 0, f"cannot be listened on: {_why_not(error)}")]) from None
    taken.set_inheritable(True)
    return taken


def _why_not(error: Exception) -> str:
    """Why an address cannot be had, and what to say instead."""
    if isinstance(error, socket.gaierror):
        return "no address of that name is known. Say --host."
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return "another program listens there already. Stop it, or say --port NUMBER; 0 takes any that is free."
    if number == errno.EADDRNOTAVAIL:
        return "there is no such address on this machine. Say --host."
    if number in (errno.EACCES, errno.EPERM):
        return "this user may not take that port. Say --port NUMBER, of 1024 or more."
    return f"{(getattr(error, 'strerror', None) or 'it is no address').lower()}. Say --port or --host."


def only_here(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def terminal_is_there() -> bool:
    """Whether there is a terminal that this process belongs to."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def serve(app: Any, taken: socket.socket, say: Callable[[str], None], look: Callable[[], None]) -> None:
    """Answer requests until a signal comes, then finish those under way. At SIGHUP `look` is called."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(TURN)
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    Guarded.most = room_for(MOST_CONNECTIONS)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http=Guarded,
        limit_concurrency=Guarded.most + SPARE // 2,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    Stoppable(config, say, look).run(sockets=[taken])
