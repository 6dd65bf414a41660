"""How often somebody may come: a bucket each that fills at a steady rate."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict


class Rate:
    """At most `burst` at once and `per_second` on average, for each name. For any thread; forgets who comes seldom."""

    def __init__(self, per_second: float, burst: float, most_names: int = 10_000) -> None:
        self.per_second = per_second
        self.burst = burst
        self._most = most_names
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, cost: float = 1.0) -> int:
        """0 where it is not too much; else the seconds after which to come again."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(name, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.per_second)
            enough = left >= min(cost, self.burst)
            self._left[name] = (left - cost if enough else left, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        if enough:
            return 0
        return max(1, math.ceil((min(cost, self.burst) - left) / self.per_second))
