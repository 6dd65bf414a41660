"""A client as SDKs are, a server that is killed again and again, and what must be there afterwards."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.web.running import Server, start, viewed

from tactful.bootstrap import Place, reading_store
from tactful.profile.document import FOLD, decode_document
from tactful.profile.fold import fold

KILLS = int(os.environ.get("TACTFUL_KILLS", "20"))
"""`make fuzz` kills 200 times."""


class Retrying(threading.Thread):
    """A client as SDKs are: sends the same batch until it is acknowledged."""

    def __init__(self, name: str, written: str, port: list[int], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.person, self.written, self.port, self.stop = name, written, port, stop
        self.acknowledged: list[str] = []
        self.wrong: list[Any] = []

    def run(self) -> None:
        chance = random.Random(self.person)
        number = 0
        while not self.stop.is_set():
            size = chance.randrange(1, 30)
            calls = [viewed(self.person, number + n) for n in range(size)]
            number += size
            while not self.sent(calls):
                if self.stop.is_set():
                    return
                time.sleep(0.02)
            self.acknowledged += [call["messageId"] for call in calls]

    def sent(self, calls: list[Any]) -> bool:
        server = Server(Path(), self.port[0], None, Path())  # type: ignore[arg-type]
        try:
            reply = server.send(calls, self.written)
        except (OSError, http.client.HTTPException):
            return False
        if reply.status == 200 and reply.said["accepted"] + reply.said["repeated"] != len(calls):
            self.wrong.append(reply.said)
        return reply.status == 200


def killed_again_and_again(shop: Path, written: str, *flags: str) -> list[Retrying]:
    """Three clients send while the server is killed at random instants; then all are let finish."""
    chance, stop = random.Random(7), threading.Event()
    server = start(shop, "--rate", "100000", *flags)
    port = [server.port]
    clients = [Retrying(f"client{n}", written, port, stop) for n in range(3)]
    for client in clients:
        client.start()
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            server.kill()
            server = start(shop, "--rate", "100000", *flags, port=port[0])
        deadline = time.monotonic() + 60
        while any(len(client.acknowledged) <= KILLS for client in clients) and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        for client in clients:
            client.join(30)
        time.sleep(2)
        assert server.stop() == 0
    finally:
        stop.set()
        if server.process.poll() is None:
            server.kill()
    assert [client.wrong for client in clients] == [[], [], []]
    assert all(len(client.acknowledged) > KILLS for client in clients)
    return clients


def check_exactly_once(place: Place, clients: list[Retrying]) -> None:
    """The store holds what was acknowledged, once each, and documents say what a fold of all events says."""
    with closing(reading_store(place)) as store:
        assert store.damage() == ""
        for client in clients:
            person = store.find("customer", client.person)
            assert person is not None
            history = store.tail(person)
            assert max(Counter(event.key for event in history).values()) == 1
            # At most the one batch that was under way at the end was kept without being acknowledged.
            assert 0 <= len(history) - len(client.acknowledged) < 30
            row = store.document(person, FOLD)
            kept = decode_document(row.doc) if row.doc is not None else None
            assert fold(kept, row.tail) == fold(None, history)
