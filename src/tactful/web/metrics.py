"""Figures of the server in the OpenMetrics text format: by route, status and source, never by person."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
HELP = {
    "tactful_requests": ("counter", "Requests by route and status."),
    "tactful_events": ("counter", "Calls of SDKs by source and what became of them."),
    "tactful_request_seconds": ("histogram", "How long requests took, by route."),
    "tactful_store_problems": ("counter", "Requests that the store could not serve."),
    "tactful_waiting": ("gauge", "Requests that wait for a thread or are worked on."),
    "tactful_fold_lag_seconds": ("gauge", "Since the last instant of which every event is folded into a document."),
    "tactful_folded": ("counter", "Documents folded since the start."),
    "tactful_shop_files_taken": ("counter", "Changes of the shop's files that were taken."),
    "tactful_shop_files_refused": ("counter", "Changes of the shop's files that were refused."),
    "tactful_shop_files_in_trouble": ("gauge", "Whether the last good state goes on because a change was refused."),
    "tactful_fold_troubles": ("counter", "Steps of folding that could not be done; they are done again."),
}


class Metrics:
    """Counts since the start. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._events: Counter[tuple[str, str]] = Counter()
        self._seconds: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()
        self._problems = 0

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        with self._lock:
            self._requests[route, method, status] += 1
            buckets = self._seconds.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            self._sums[route] += seconds  # type: ignore[assignment]

    def events(self, source: str, outcomes: dict[str, int]) -> None:
        """Calls of a source came to these ends."""
        with self._lock:
            for outcome, count in outcomes.items():
                if count:
                    self._events[source, outcome] += count

    def problem(self) -> None:
        """The store could not serve a request."""
        with self._lock:
            self._problems += 1

    def written(self, gauges: dict[str, float]) -> str:
        """All figures as text; `gauges` are those that are asked for now."""
        with self._lock:
            lines = _head("tactful_requests")
            for (route, method, status), count in sorted(self._requests.items()):
                labels = f'route="{_quoted(route)}",method="{_quoted(method)}",status="{status}"'
                lines.append(f"tactful_requests_total{{{labels}}} {count}")
            lines += _head("tactful_events")
            for (source, outcome), count in sorted(self._events.items()):
                lines.append(f'tactful_events_total{{source="{_quoted(source)}",outcome="{outcome}"}} {count}')
            lines += _head("tactful_request_seconds")
            for route, buckets in sorted(self._seconds.items()):
                lines += self._histogram(route, buckets)
            lines += [*_head("tactful_store_problems"), f"tactful_store_problems_total {self._problems}"]
        for name, value in gauges.items():
            suffix = "_total" if HELP[name][0] == "counter" else ""
            lines += [*_head(name), f"{name}{suffix} {value:g}"]
        return "\n".join([*lines, "# EOF", ""])

    def _histogram(self, route: str, buckets: list[int]) -> list[str]:
        lines, total = [], 0
        name = _quoted(route)
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
            total += count
            lines.append(f'tactful_request_seconds_bucket{{route="{name}",le="{bound}"}} {total}')
        lines.append(f'tactful_request_seconds_count{{route="{name}"}} {total}')
        lines.append(f'tactful_request_seconds_sum{{route="{name}"}} {self._sums[route]:.6f}')
        return lines


def _head(name: str) -> list[str]:
    kind, text = HELP[name]
    return [f"# TYPE {name} {kind}", f"# HELP {name} {text}"]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
