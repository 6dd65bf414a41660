"""Several processes on one address: started, watched, and stopped together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from tactful.web.server import STOPPED, terminal_is_there

PAUSE = 0.5
"""Seconds before a process that died is started again."""


class Workers:
    """So many processes that do the same work; one that dies is started again. Before any thread is started."""

    def __init__(self, count: int, work: Callable[[int], None], say: Callable[[str], None]) -> None:
        self._count = count
        self._work = work
        self._say = say
        self._running: dict[int, int] = {}
        self._stopping = False
        self._at_terminal = terminal_is_there()

    def run(self) -> None:
        """Work until a signal comes and all have finished what was under way."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._signalled)
        signal.signal(signal.SIGHUP, self._hung_up)
        for number in range(self._count):
            self._start(number)
        while self._running:
            pid, status = os.wait()
            number = self._running.pop(pid, -1)
            if number >= 0 and not self._stopping:
                self._say(f"Process {number + 1} of {self._count} ended ({os.waitstatus_to_exitcode(status)}); again.")
                time.sleep(PAUSE)
                self._start(number)

    def _start(self, number: int) -> None:
        pid = os.fork()
        if pid:
            self._running[pid] = number
            return
        code = 1
        try:
            for each in (signal.SIGINT, signal.SIGTERM):
                signal.signal(each, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            self._work(number)
            code = 0
        finally:
            os._exit(code)

    def _hung_up(self, sig: int, frame: FrameType | None) -> None:
        """Each process looks at the files, or ends where the terminal is gone; it finds that out for itself."""
        self._stopping = self._stopping or (self._at_terminal and not terminal_is_there())
        for pid in self._running:
            os.kill(pid, sig)

    def _signalled(self, sig: int, frame: FrameType | None) -> None:
        again, self._stopping = self._stopping, True
        for pid in self._running:
            os.kill(pid, signal.SIGKILL if again else signal.SIGTERM)
        if again:
            os._exit(STOPPED)
