"""How fast a real export of orders is imported, and in how much memory: `python benchmarks/import_orders.py`.

541,909 order lines of a gift shop, through `tactful import orders` as a process of its own: read, accounted for, kept
once each, folded into 4,372 people. The same lines read from the file into Python rows, in the same run, are the
yardstick: what anything in Python pays before it begins.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from whole_process import a_shop, load, orders_file, tactful, took

LINES_PER_SECOND, MEGABYTES, LINES = 50_000, 600, 541_909
_READ = "import polars, sys; print(sum(1 for row in polars.read_parquet(sys.argv[1]).iter_rows()))"


def main() -> None:
    """Print the figures and their ratios."""
    file = str(orders_file())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a_shop(folder)
        bare = took([sys.executable, "-c", _READ, file], folder)
        first = tactful(folder, "import", "orders", file)
        again = tactful(folder, "import", "orders", file)
        size = (folder / "tactful.db").stat().st_size / 1e6
    print(f"{LINES:,} order lines · {load()}")
    print(f"read into rows, nothing else   {bare.wall:6.2f} s  {LINES / bare.wall:>9,.0f} /s")
    for what, one in (("import", first), ("import again, nothing new", again)):
        print(f"{what:<30} {one.wall:6.2f} s  {LINES / one.wall:>9,.0f} /s  {one.cpu:6.2f} CPU s  {one.peak:5.0f} MB")
    print(f"import takes {first.wall / bare.wall:.1f} × the bare reading; the store is {size:.0f} MB")
    print(f"goal >= {LINES_PER_SECOND:,} /s   reached {LINES / first.wall / LINES_PER_SECOND:.2f} ×")
    print(f"goal <= {MEGABYTES} MB       used {first.peak / MEGABYTES:.2f} ×")


if __name__ == "__main__":
    main()
