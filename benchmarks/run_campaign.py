"""How long it takes to decide for everybody of a real shop, and to show the demo: `python benchmarks/run_campaign.py`.

Both as whole processes, start of Python included. `decide` looks at 4,372 people, 4,338 of whom bought something,
records a decision with its reasons for each, and writes the page of what each would read. Each time another instant is
decided for, as a run that is finished already would only be shown again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from whole_process import Took, a_shop, load, orders_file, tactful, took

GOAL, TIMES, PEOPLE = 5.0, 3, 4_372


def line(what: str, found: list[Took]) -> str:
    """The least of several times, the others behind it."""
    walls = sorted(each.wall for each in found)
    others = " ".join(f"{wall:.2f}" for wall in walls[1:])
    best = min(found)
    return f"{what:<24} {best.wall:6.2f} s  {best.cpu:6.2f} CPU s  {best.peak:5.0f} MB   (also {others})"


def main() -> None:
    """Print the figures and their ratios."""
    file = str(orders_file())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a_shop(folder)
        tactful(folder, "import", "orders", file)
        tactful(folder, "source", "heard", "helpdesk", "--at", "2011-12-10T09:00")
        campaign = ("decide", "--campaign", "campaigns/back-in-rhythm.yaml", "--now")
        start = [took([sys.executable, "-c", "pass"], folder) for _ in range(TIMES)]
        demo = [tactful(folder, "demo") for _ in range(TIMES)]
        decide = [tactful(folder, *campaign, f"2011-12-10T10:0{number}") for number in range(TIMES)]
    print(load())
    print(line("Python, nothing else", start))
    print(line("demo", demo))
    print(line(f"decide for {PEOPLE:,}", decide))
    least, shown = min(each.wall for each in decide), min(each.wall for each in demo)
    print(f"decide: {least / PEOPLE * 1e6:,.0f} µs a person; goal <= {GOAL:.0f} s, took {least / GOAL:.2f} × of it")
    print(f"demo: goal <= {GOAL:.0f} s, took {shown / GOAL:.2f} × of it")


if __name__ == "__main__":
    main()
