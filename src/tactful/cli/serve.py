"""`tactful serve`: the server that sites, apps and systems send to."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from tactful.bootstrap import is_address, serving_store
from tactful.cli.instant import clock
from tactful.cli.main import app
from tactful.cli.place import STORE_PLACE, place_of
from tactful.cli.screen import NO, answered, fail
from tactful.service.door import doorman_of
from tactful.service.import_orders import not_goods_of
from tactful.service.project import Project, read_texts
from tactful.service.publishing import NOTHING_PUBLISHED, NOTHING_PUBLISHED_MEND, in_force

NEEDED = ("litestar", "uvicorn", "httptools")


@app.command()
@answered
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8787,
    folder: Annotated[Path, typer.Option("--folder", "--shop", help="The folder with shop.yaml.")] = Path(),
    store: Annotated[
        str, typer.Option("--store", metavar="ADDRESS", help="A PostgreSQL database, postgresql://….")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one needs PostgreSQL.")] = 1,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second that one key may send.")] = 500.0,
) -> None:
    """Take in what SDKs send, until it is stopped. Ctrl-C finishes what is under way; once more ends at once."""
    if missing := [each for each in NEEDED if importlib.util.find_spec(each) is None]:
        fail(f"The server needs {' and '.join(missing)}, which the base does not bring: pip install 'tactful[serve]'")
    if store:
        STORE_PLACE.set(store)
    place = place_of(folder)
    if workers > 1 and not is_address(place):
        fail("--workers: a SQLite store has one writer, so one process serves it. More need --store postgresql://…")
    project = Project(read_texts(folder, policy={}))
    _run(folder, place, project, host, port, rate)


def _run(folder: Path, place: str | Path, project: Project, host: str, port: int, rate: float) -> None:
    from tactful.web.app import line, made_app
    from tactful.web.desk import Desk
    from tactful.web.server import listening, only_here
    from tactful.web.server import serve as run

    store = serving_store(place)
    try:
        if in_force(store) is None:
            fail(f"{folder}: {NOTHING_PUBLISHED}: {NOTHING_PUBLISHED_MEND}", NO)
        doorman = doorman_of(project.shop, project.points, not_goods_of(folder))
        taken = listening(host, port)
    except BaseException:
        store.close()
        raise
    desk = Desk(store, project, doorman, clock, rate)
    lock = threading.Lock()

    def log(record: dict[str, object]) -> None:
        with lock:
            os.write(1, line({"at_us": clock(), **record}))

    served = made_app(desk, log)
    desk.follower.start()
    address = f"[{host}]" if ":" in host else host
    _say(f"Tactful serves {project.shop.name} at http://{address}:{taken.getsockname()[1]}")
    if not only_here(host):
        _say(f"It can be reached from other machines ({host}), without encryption: put a proxy with TLS in front.")
    if not project.points:
        _say("No collection point is in force, so every event is refused: what was she told where you learn of it?")
    try:
        run(served, taken, _say)
    finally:
        desk.close()
    _say("Stopped. What was acknowledged is kept.")


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
