"""A real server process over a small shop, with keys for its sources."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.service import a_shop

from tactful.bootstrap import Place, store_from
from tactful.model.records import DAY
from tactful.service.keys import ID_BYTES, SECRET_BYTES, Wanted, create_key
from tactful.service.project import points_of

ENTRY = "from tactful.cli.main import run; run()"
PAGE = "http://127.0.0.1"
COLLECTED = "collects: [contact, purchase, browsing, search, service, demographic, location]"


def clock() -> int:
    return time.time_ns() // 1000


def shop_with_a_point(folder: Path) -> None:
    """A shop whose one collection point covers the sources of these tests."""
    a_shop.set_up(folder)
    file = folder / "collection-points" / "checkout.yaml"
    text = re.sub(r"sources: \[orders\]", "sources: [orders, web, server, crm, helpdesk]", file.read_text("utf-8"))
    file.write_text(re.sub(r"collects: \[.*\]", COLLECTED, text), "utf-8")


def key(
    folder: Path, source: str, *scopes: str, origins: tuple[str, ...] = (), lasts: int = DAY, place: Place = ""
) -> str:
    """A new key, as it is written."""
    wanted = Wanted(source, scopes or ("ingest",), lasts, public=bool(origins), origins=origins)
    with closing(store_from(place or folder)) as store:
        chance = secrets.token_bytes(ID_BYTES + SECRET_BYTES)
        return create_key(store, wanted, points_of(folder), chance, clock()).written


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A server that runs."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        user: str = "",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own; `user` is a key."""
        sent = dict(headers or {})
        if user:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{user}:".encode()).decode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def send(self, calls: list[Any], user: str = "", **more: Any) -> Reply:
        """A batch."""
        return self.ask("POST", "/v1/batch", json.dumps({"batch": calls, **more}), user or self.keys["server"])

    def records(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 15.0) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


def start(folder: Path, *flags: str, port: int = 0, env: dict[str, str] | None = None) -> Server:
    """Start a server and wait until it answers."""
    log, said = folder / "server.log", folder / "server.err"
    with log.open("ab") as out, said.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", ENTRY, "serve", "--folder", str(folder), "--port", str(port), *flags],
            stdout=out,
            stderr=err,
            env={**os.environ, **(env or {})},
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"at http://.*:(\d+)", said.read_text("utf-8"))
        if found:
            return Server(folder, int(found[1]), process, log)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the server did not start: {said.read_text('utf-8')}")


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Server]:
    """A server for a while."""
    server = start(folder, *flags)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def viewed(person: str, number: int, **more: Any) -> dict[str, Any]:
    """A call that says that somebody looked at a product."""
    return {
        "type": "track",
        "event": "Product Viewed",
        "userId": person,
        "messageId": f"{person}-{number}",
        "properties": {"product_id": f"p{number}", "name": "Lunch bag"},
        **more,
    }
