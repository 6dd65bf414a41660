"""One command as a process of its own: how long it took, and how much memory it held at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ORDERS = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail.parquet"
INIT = (
    "init", "--shop", "The Gift Shop", "--sector", "retail", "--home", "uk", "--currency", "GBP",
    "--sender-post", "1 High Street, Anytown", "--sender-mail", "hello@giftshop.example",
    "--site", "https://giftshop.example", "--adults-only", "--helpdesk", "helpdesk", "--carrier", "none",
    "--refusal-box", "--notice-since", "2010-12-01", "--approved-by", "privacy@giftshop.example",
)  # fmt: skip


class Took(NamedTuple):
    """Seconds on the clock, seconds of the processor, and the most memory held, in MB (10^6 bytes)."""

    wall: float
    cpu: float
    peak: float


def tactful(folder: Path, *words: str) -> Took:
    """`tactful …` in a folder; stops the benchmark where the command does not end well."""
    return took([str(Path(sys.executable).with_name("tactful")), *words], folder)


def took(words: list[str], folder: Path) -> Took:
    """A command in a folder, measured from outside."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{said.read().decode()}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6)


def orders_file() -> Path:
    """The real order lines; one sentence where they are not here."""
    if not ORDERS.exists():
        raise SystemExit("This benchmark needs ../shared/data/online_retail.parquet, beside the checkout.")
    return ORDERS


def a_shop(folder: Path) -> None:
    """The gift shop, with a notice that its customers saw at the checkout."""
    notice = folder / "what-she-saw.md"
    notice.write_text("We may write to you about things like those you bought. [ ] No e-mail, please.\n", "utf-8")
    tactful(folder, *INIT, "--notice", notice.name)


def load() -> str:
    """How busy the machine was when this was measured."""
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
