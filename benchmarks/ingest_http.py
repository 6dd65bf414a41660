"""Events a second over HTTP: `python benchmarks/ingest_http.py [--seconds 60] [--store ADDRESS] [--pace 0]`.

Batches of 100 calls as an SDK sends them (pages, products, orders, traits; 2,000 people), by several connections of one
client process, to a server process of its own. The limit to compare with is the same server, asked only to read the
same bodies and to say how many calls are in them. The machine's cores do both, the client's work and the server's.
Without --store it is SQLite in a folder that is deleted afterwards. With --pace so many events a second are offered,
where the server takes them, and no more; how far facts are behind is then that of a server that has a little to spare.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import socket
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from litestar import Request, Response, post

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CALLS = 100
PEOPLE = 2_000


def call(place: int) -> dict[str, Any]:
    """One call as an SDK sends it; what differs from call to call is written `%(…)s`."""
    made: dict[str, Any] = {
        "userId": "u%(person)d",
        "messageId": "node-next-%(n)d-f357ce7c-89d8-41d7-ac1f-e2df4fbd5743",
        "timestamp": "%(at)s",
        "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
        "integrations": {},
    }
    line = {"sku": "p%(product)d", "name": "LUNCH BAG RED", "price": 1.65, "quantity": 2}
    match place:
        case 0:
            page = {"url": "https://shop.example/", "title": "Shop"}
            return made | {"type": "page", "name": "Home", "properties": page}
        case 1:
            return made | {"type": "track", "event": "Product Viewed", "properties": line}
        case 2:
            order = {"order_id": "o%(n)d", "total": 3.3, "products": [line]}
            return made | {"type": "track", "event": "Order Completed", "properties": order}
        case _:
            traits = {"email": "u%(person)d@mail.example", "firstName": "Ada"}
            return made | {"type": "identify", "traits": traits}


WRITTEN = [json.dumps(call(place)) for place in range(4)]
"""Written once: the client is to take little of the processor that it shares with the server."""


def batch(number: int) -> bytes:
    first = number * CALLS
    calls = ", ".join(
        WRITTEN[n % 4] % {"n": n, "person": n * 7919 % PEOPLE, "product": n % 300, "at": written_at(n)}
        for n in range(first, first + CALLS)
    )
    return f'{{"batch": [{calls}], "sentAt": "2026-11-21T23:59:59.999Z"}}'.encode()


def written_at(n: int) -> str:
    """A time of its own for each call: a day is gone through in steps of 60 ms, in the order of calls."""
    seconds, rest = divmod(n % 1_440_000 * 60, 1000)
    return f"2026-11-21T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}Z"


class Client(threading.Thread):
    """One connection that sends one batch after the other until it is told to stop."""

    def __init__(self, port: int, path: str, key: str, base: int, place: int, step: int, pace: float) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.base, self.place, self.step = port, path, base, place, step
        self.every = CALLS / pace if pace else 0.0
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {base64.b64encode(f'{key}:'.encode()).decode()}\r\nContent-Length: "
        ).encode()
        self.took: list[float] = []
        self.done: list[float] = []
        self.stop = threading.Event()
        self.wrong = ""

    def run(self) -> None:
        number = self.place
        started = time.perf_counter()
        with closing(socket.create_connection(("127.0.0.1", self.port))) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self.stop.is_set():
                time.sleep(max(0.0, started + number * self.every - time.perf_counter()))
                body = batch(self.base + number)
                request = self.head + str(len(body)).encode() + b"\r\n\r\n" + body
                began = time.perf_counter()
                connection.sendall(request)
                status, said = answer(connection)
                self.done.append(time.perf_counter())
                self.took.append(self.done[-1] - began)
                if status != 200 or (self.path != "/echo" and json.loads(said)["accepted"] != CALLS):
                    self.wrong = f"{status} {said[:200]!r}"
                    return
                number += self.step


def answer(connection: socket.socket) -> tuple[int, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index]
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split(b" ", 2)[1]), body


def measure(
    what: str, server: Any, key: str, path: str, clients: int, seconds: float, base: int, pace: float = 0
) -> float:
    """Events a second of some connections over some seconds, and how far the documents are behind meanwhile."""
    lags: list[tuple[float, float]] = []
    threads = [Client(server.port, path, key, base, n, clients, pace) for n in range(clients)]
    before, began = used_by(server.process.pid), time.perf_counter()
    mine = time.process_time()
    for each in threads:
        each.start()
    while (now := time.perf_counter() - began) < seconds:
        time.sleep(0.1)
        if path != "/echo":
            figures = server.ask("GET", "/metrics").body.decode()
            lag = re.search(r"^tactful_fold_lag_seconds (\S+)", figures, re.MULTILINE)
            lags.append((now, float(lag[1]) if lag else 0.0))
    for each in threads:
        each.stop.set()
    for each in threads:
        each.join()
    wall, used, mine = time.perf_counter() - began, used_by(server.process.pid), time.process_time() - mine
    if server.process.poll() is not None:
        sys.exit(f"the server ended: {(server.folder / 'server.err').read_text('utf-8')}")
    if wrong := [each.wrong for each in threads if each.wrong]:
        sys.exit(f"{path}: {wrong[0]}")
    spent = {name: each - before.get(name, 0.0) for name, each in used.items()}
    done = sorted(each - began for thread in threads for each in thread.done)
    said(what, sorted(each for thread in threads for each in thread.took), wall, spent | {"client": mine})
    if lags:
        over_time(done, lags, wall)
    return len(done) * CALLS / wall


def said(what: str, took: list[float], wall: float, spent: dict[str, float]) -> None:
    """The figures of one measurement."""
    events = len(took) * CALLS
    p50, p99 = 1000 * statistics.median(took), 1000 * took[int(len(took) * 0.99)]
    every = f"{events / wall:>8,.0f} events/s, {events:,} in {wall:.0f} s"
    print(f"{what:<12}{every}; a batch {p50:.0f} ms, p99 {p99:.0f} ms")
    parts = ", ".join(f"{name} {1e6 * each / events:.0f}" for name, each in spent.items())
    print(f"{'':<12}µs of the processor for an event: {parts}")


def over_time(done: list[float], lags: list[tuple[float, float]], wall: float) -> None:
    """The rate and how far documents were behind, in each third of the time."""
    for third in range(3):
        start, end = wall * third / 3, wall * (third + 1) / 3
        rate = sum(CALLS for each in done if start <= each < end) / (end - start)
        behind = [lag for at, lag in lags if start <= at < end]
        if behind:
            said = f"{statistics.median(behind):.2f} s, at most {max(behind):.2f} s"
            print(f"{'':<12}third {third + 1}: {rate:>7,.0f} events/s, facts behind by {said}")


def used_by(pid: int) -> dict[str, float]:
    """Seconds of the processor of the server, and of the process that folds for it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children += [each for task in tasks if task.name != str(pid) for each in (task / "children").read_text().split()]
    return {"server": cpu(pid), "folding": sum(cpu(int(each)) for each in children)}


def cpu(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve_with_echo() -> None:
    """`tactful serve` with one route more, for this benchmark alone."""
    from tactful.cli.main import run
    from tactful.web import app
    from tactful.web.body import BATCH, read_body, understood

    @post("/echo", status_code=200)
    async def echo(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = understood(await read_body(request.stream(), request.headers.get("content-length"), BATCH))
        assert isinstance(body, dict)
        said = json.dumps({"calls": len(body["batch"])}).encode()
        return Response(content=said, media_type="application/json")

    routes = app.call_routes
    app.call_routes = lambda desk: [*routes(desk), echo]
    run()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--clients", type=int, default=6)
    arguments.add_argument("--store", default=os.environ.get("TACTFUL_STORE", ""))
    arguments.add_argument("--rate", default="100000")
    arguments.add_argument("--pace", type=float, default=0, help="events a second that are offered; 0: as many as go")
    given = arguments.parse_args()
    from tests.service import a_shop
    from tests.web import running

    from tactful.bootstrap import migrate_store, store_from
    from tactful.model.records import DAY
    from tactful.service.keys import ID_BYTES, SECRET_BYTES, Wanted, create_key
    from tactful.service.project import points_of
    from tactful.service.publishing import in_force, publish

    folders = [str(ROOT), str(ROOT / "benchmarks")]
    running.ENTRY = f"import sys; sys.path[:0] = {folders!r}; import ingest_http as b; b.serve_with_echo()"
    with tempfile.TemporaryDirectory(dir=os.environ.get("TACTFUL_BENCH_DIR")) as scratch:
        folder = Path(scratch) / "shop"
        running.shop_with_a_point(folder)
        place = given.store or folder
        wanted = Wanted("server", ("ingest",), DAY)
        if given.store:
            migrate_store(given.store)
        with closing(store_from(place)) as store:
            if in_force(store) is None:
                publish(store, a_shop.shipped(), "init", "", running.clock())
            chance = secrets.token_bytes(ID_BYTES + SECRET_BYTES)
            key = create_key(store, wanted, points_of(folder), chance, running.clock()).written
        flags = ("--rate", given.rate, *(("--store", given.store) if given.store else ()))
        with running.serving(folder, *flags) as server:
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {given.clients} connections")
            measure("warm up", server, key, "/v1/batch", given.clients, 3, 0)
            limit = measure("echo", server, key, "/echo", given.clients, min(5, given.seconds / 2), 0)
            base = secrets.randbelow(2**40)
            rate = measure("/v1/batch", server, key, "/v1/batch", given.clients, given.seconds, base, given.pace)
            print(f"/v1/batch is {rate / limit:.2f} of the echo; goal 10,000 events/s: {rate / 10_000:.2f} of it")


if __name__ == "__main__":
    main()
