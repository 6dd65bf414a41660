"""What every handler needs, in one place, and the threads that do the work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tactful.service.catalogue import Shelf
from tactful.service.folding import Folding
from tactful.service.follow import Follower
from tactful.service.person import Shelves
from tactful.service.ports import Store
from tactful.service.shop_files import Served, ShopFiles
from tactful.web.keyring import Keyring
from tactful.web.metrics import Metrics
from tactful.web.rates import Rate

WORKERS, CARERS = 16, 4
"""Threads for work, and threads that are kept for health and for what must never wait behind it."""
MOST_WAITING = 256
"""Requests that may wait for a thread; more are told to come again."""
T = TypeVar("T")


class Busy(Exception):
    """More is waiting than can be done soon."""


class Threads:
    """A few threads, and how much waits for them."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, name)
        self._lock = threading.Lock()
        self.waiting = 0

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Do it in one of the threads. Raises Busy."""
        if self.waiting >= MOST_WAITING:
            raise Busy
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Desk:
    """One server's store, files, keys, limits and figures."""

    def __init__(
        self,
        store: Store,
        files: ShopFiles,
        clock: Callable[[], int],
        folding: Folding,
        per_second: float = 500.0,
    ) -> None:
        self.store = store
        self.files = files
        self.clock = clock
        self.shelf = Shelf(store)
        self.shelves = Shelves(store)
        self.keyring = Keyring(store, clock)
        self.metrics = Metrics()
        self.follower = Follower(store, folding, clock)
        self.rate = Rate(per_second, 2 * per_second)
        self.bad_keys = Rate(0.5, 20)
        self.work = Threads(WORKERS, "work")
        self.care = Threads(CARERS, "care")

    @property
    def shop(self) -> Served:
        """What the shop's files say, whole: a request asks once, and reads no file."""
        return self.files.now

    def close(self, seconds: float = 5.0) -> None:
        """Finish what was begun and let go of the store."""
        self.files.stop(seconds)
        self.work.close()
        self.care.close()
        self.follower.stop(seconds)
        self.store.close()
