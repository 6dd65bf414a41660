"""`tactful serve`: the server that sites, apps and systems send to."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tactful.bootstrap import is_address, serving_store, store_from
from tactful.cli.instant import clock
from tactful.cli.main import app
from tactful.cli.place import place_of
from tactful.cli.screen import NO, answered, fail
from tactful.service.publishing import NOTHING_PUBLISHED, NOTHING_PUBLISHED_MEND, in_force
from tactful.service.shop_files import ShopFiles

Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; this machine alone by default.")]
Port = Annotated[int, typer.Option(metavar="PORT", min=0, max=65_535, help="Its port; 0 takes any that is free.")]
ServedFolder = Annotated[Path, typer.Option("--folder", "--shop", metavar="FOLDER", help="The folder with shop.yaml.")]
Processes = Annotated[
    int, typer.Option(metavar="COUNT", min=1, max=64, help="Processes; more than one needs PostgreSQL.")
]
PerSecond = Annotated[float, typer.Option(metavar="NUMBER", min=0.1, help="Requests a second that one key may send.")]
NEEDED = ("litestar", "uvicorn", "httptools")


@app.command()
@answered
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8787,
    folder: ServedFolder = Path(),
    workers: Processes = 1,
    rate: PerSecond = 500.0,
) -> None:
    """Take in what SDKs send, until it is stopped. It stays in the foreground.

    Whoever sends needs a key (tactful key create), and a collection point that covers its source. Changed files of the
    shop are taken within seconds. Ctrl-C finishes what is under way; once more ends at once. With --store ADDRESS the
    store is a PostgreSQL database.
    """
    if missing := [each for each in NEEDED if importlib.util.find_spec(each) is None]:
        fail(
            f"The server needs {' and '.join(missing)}, which the base does not bring: pip install '.[serve]' in the "
            "folder of Tactful, inside the environment that has the command."
        )
    place = place_of(folder)
    if workers > 1 and not is_address(place):
        fail("--workers: a SQLite store has one writer, so one process serves it. More need --store postgresql://…")
    files = ShopFiles(folder)
    _check_policy(place, folder)
    _run(Set(place, files, host, port, rate), workers)


class Set(msgspec.Struct, frozen=True):
    """How the server was asked to be."""

    place: str | Path
    files: ShopFiles
    host: str
    port: int
    rate: float


def _check_policy(place: str | Path, folder: Path) -> None:
    with closing(store_from(place)) as store:
        if in_force(store) is None:
            fail(f"{folder}: {NOTHING_PUBLISHED}: {NOTHING_PUBLISHED_MEND}", NO)


def _run(asked: Set, workers: int) -> None:
    from tactful.web.server import listening, only_here
    from tactful.web.workers import Workers

    taken = listening(asked.host, asked.port)
    host = f"[{asked.host}]" if ":" in asked.host else asked.host

    def begun() -> None:
        project = asked.files.now.project
        _say(f"Tactful serves {project.shop.name} at http://{host}:{taken.getsockname()[1]}")
        if not only_here(asked.host):
            _say(f"It can be reached from other machines ({host}), without encryption: put a proxy with TLS in front.")
        if not project.points:
            _say("No collection point is in force, so every event is refused: what was she told where you learn of it?")

    if workers == 1:
        _work(asked, taken, True, begun, _say)
    else:
        Workers(workers, lambda n: _work(asked, taken, n == 0, begun if n == 0 else _nothing, _quiet), _say).run()
    _say("Stopped. What was acknowledged is kept.")


def _work(
    asked: Set, taken: socket.socket, follows: bool, begun: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Serve in this process; one process alone `follows` the events."""
    from tactful.web.app import line, made_app
    from tactful.web.desk import Desk
    from tactful.web.folding import FoldingProcess
    from tactful.web.server import serve as run

    folding = FoldingProcess(asked.place, _say)
    desk = Desk(serving_store(asked.place), asked.files, clock, folding, asked.rate)
    lock = threading.Lock()

    def log(record: dict[str, object]) -> None:
        with lock:
            os.write(1, line({"at_us": clock(), **record}))

    try:
        served = made_app(desk, log)
        if follows:
            desk.follower.start()
        asked.files.start(desk.store, clock, log)
        signal.signal(signal.SIGHUP, lambda *_: asked.files.look_soon())
        begun()
        run(served, taken, say, asked.files.look_soon)
    finally:
        desk.close()


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def _quiet(sentence: str) -> None:
    """What one of several processes would say is said by the one that watches them."""


def _nothing() -> None:
    """Only the first of several processes says that they serve."""
