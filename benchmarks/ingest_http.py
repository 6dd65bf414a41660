"""Events a second over HTTP: `python benchmarks/ingest_http.py [--seconds 10] [--clients 4] [--store ADDRESS]`.

Batches of 100 calls as an SDK sends them (pages, products, orders, traits; 2,000 people), by several connections of one
client process, to a server process of its own. The limit to compare with is the same server, asked only to read the
same bodies and to say how many calls are in them. The machine's cores do both, the client's work and the server's.
Without --store it is SQLite in a folder that is deleted afterwards.
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


def batch(number: int) -> bytes:
    calls: list[dict[str, Any]] = []
    for place in range(CALLS):
        n = number * CALLS + place
        person, product = f"u{n * 7919 % PEOPLE}", f"p{n % 300}"
        call: dict[str, Any] = {
            "userId": person,
            "messageId": f"node-next-{n}-f357ce7c-89d8-41d7-ac1f-e2df4fbd5743",
            "timestamp": "2026-11-21T18:22:29.446Z",
            "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
            "integrations": {},
        }
        line = {"sku": product, "name": "LUNCH BAG RED", "price": 1.65, "quantity": 2}
        match place % 4:
            case 0:
                call |= {
                    "type": "page",
                    "name": "Home",
                    "properties": {"url": "https://shop.example/", "title": "Shop"},
                }
            case 1:
                call |= {"type": "track", "event": "Product Viewed", "properties": line}
            case 2:
                order = {"order_id": f"o{n}", "total": 3.3, "products": [line]}
                call |= {"type": "track", "event": "Order Completed", "properties": order}
            case _:
                call |= {"type": "identify", "traits": {"email": f"{person}@mail.example", "firstName": "Ada"}}
        calls.append(call)
    return json.dumps({"batch": calls, "sentAt": "2026-11-21T18:22:30.000Z"}).encode()


class Client(threading.Thread):
    """One connection that sends one batch after the other until it is told to stop."""

    def __init__(self, port: int, path: str, key: str, first: int, step: int) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.first, self.step = port, path, first, step
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {base64.b64encode(f'{key}:'.encode()).decode()}\r\nContent-Length: "
        ).encode()
        self.took: list[float] = []
        self.stop = threading.Event()
        self.wrong = ""

    def run(self) -> None:
        number = self.first
        with closing(socket.create_connection(("127.0.0.1", self.port))) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self.stop.is_set():
                body = batch(number)
                request = self.head + str(len(body)).encode() + b"\r\n\r\n" + body
                began = time.perf_counter()
                connection.sendall(request)
                status, said = answer(connection)
                self.took.append(time.perf_counter() - began)
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


def measure(what: str, server: Any, key: str, path: str, clients: int, seconds: float, base: int) -> float:
    """Events a second of some connections over some seconds, and how far the documents are behind meanwhile."""
    port, lags = server.port, []
    threads = [Client(port, path, key, base + n, clients) for n in range(clients)]
    before, began = cpu(server.process.pid), time.perf_counter()
    for each in threads:
        each.start()
    while time.perf_counter() - began < seconds:
        time.sleep(0.5)
        if path != "/echo":
            figures = server.ask("GET", "/metrics").body.decode()
            lags.append(float(re.search(r"^tactful_fold_lag_seconds (\S+)", figures, re.MULTILINE)[1]))  # type: ignore[index]
    for each in threads:
        each.stop.set()
    for each in threads:
        each.join()
    wall, used = time.perf_counter() - began, cpu(server.process.pid) - before
    if server.process.poll() is not None:
        sys.exit(f"the server ended: {(server.folder / 'server.err').read_text('utf-8')}")
    if wrong := [each.wrong for each in threads if each.wrong]:
        sys.exit(f"{path}: {wrong[0]}")
    took = sorted(each for thread in threads for each in thread.took)
    rate = len(took) * CALLS / wall
    p50, p99 = 1000 * statistics.median(took), 1000 * took[int(len(took) * 0.99)]
    lag = f"; facts behind by {statistics.median(lags):.2f} s, at most {max(lags):.2f} s" if lags else ""
    each = f"{rate:>8,.0f} events/s, {rate * wall / used:>7,.0f} for a second of its processor"
    print(f"{what:<12}{each}; a batch {p50:.0f} ms, p99 {p99:.0f} ms{lag}")
    return rate


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
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--clients", type=int, default=4)
    arguments.add_argument("--store", default=os.environ.get("TACTFUL_STORE", ""))
    arguments.add_argument("--rate", default="100000")
    given = arguments.parse_args()
    from tests.web import running

    from tactful.bootstrap import store_from
    from tactful.model.records import DAY
    from tactful.service.keys import ID_BYTES, SECRET_BYTES, Wanted, create_key
    from tactful.service.project import points_of

    folders = [str(ROOT), str(ROOT / "benchmarks")]
    running.ENTRY = f"import sys; sys.path[:0] = {folders!r}; import ingest_http as b; b.serve_with_echo()"
    with tempfile.TemporaryDirectory(dir=os.environ.get("TACTFUL_BENCH_DIR")) as scratch:
        folder = Path(scratch) / "shop"
        running.shop_with_a_point(folder)
        place = given.store or folder
        wanted = Wanted("server", ("ingest",), DAY)
        with closing(store_from(place)) as store:
            chance = secrets.token_bytes(ID_BYTES + SECRET_BYTES)
            key = create_key(store, wanted, points_of(folder), chance, running.clock()).written
        flags = ("--rate", given.rate, *(("--store", given.store) if given.store else ()))
        with running.serving(folder, *flags) as server:
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {given.clients} connections")
            measure("warm up", server, key, "/v1/batch", given.clients, 2, 0)
            limit = measure("echo", server, key, "/echo", given.clients, given.seconds / 2, 0)
            base = secrets.randbelow(2**40)
            rate = measure("/v1/batch", server, key, "/v1/batch", given.clients, given.seconds, base)
            print(f"/v1/batch is {rate / limit:.2f} of the echo; goal 10,000 events/s: {rate / 10_000:.2f} of it")


if __name__ == "__main__":
    main()
