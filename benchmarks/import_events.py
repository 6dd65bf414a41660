"""Memory over five million events from a file: `python benchmarks/import_events.py [EVENTS]`.

Calls as the SDKs send them, for 100,000 people, streamed into `tactful import events` as a process of its own, once
with a fifth of them and once with all: memory is flat when the second peak is hardly above the first.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from whole_process import Took, a_shop, load, tactful

EVENTS, PEOPLE, FLAT = 5_000_000, 100_000, 1.2


def written(file: Path, events: int) -> None:
    """A file of so many calls: products looked at and searches, over a year."""
    with file.open("w", encoding="utf-8") as out:
        for number in range(events):
            day = 1 + number * 27 // events
            stamp = f"2011-{1 + number * 11 // events:02}-{day:02}T{number % 24:02}:{number % 60:02}:00Z"
            name, properties = (
                ("Products Searched", {"query": f"teapot {number % 97}"})
                if number % 4 == 0
                else ("Product Viewed", {"sku": f"{number % 4000:05}", "name": f"Product {number % 4000}"})
            )
            call = {
                "type": "track", "userId": str(number * 7919 % PEOPLE), "messageId": f"m{number}", "event": name,
                "timestamp": stamp, "properties": properties,
            }  # fmt: skip
            out.write(json.dumps(call, separators=(",", ":")) + "\n")


def imported(events: int) -> Took:
    """The import of so many events into a new shop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a_shop(folder)
        written(folder / "web.jsonl", events)
        return tactful(folder, "import", "events", "web.jsonl", "--source", "web")


def main() -> None:
    """Print the figures and their ratio."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(load())
    part, whole = imported(events // 5), imported(events)
    for count, took in ((events // 5, part), (events, whole)):
        print(
            f"{count:>9,} events  {took.wall:7.1f} s  {count / took.wall:>8,.0f} /s"
            f"  {took.cpu:7.1f} CPU s  {took.peak:5.0f} MB"
        )
    print(f"peak of all to peak of a fifth: {whole.peak / part.peak:.2f} ×; flat is <= {FLAT} ×")


if __name__ == "__main__":
    main()
