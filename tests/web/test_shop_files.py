"""A running server and the files of its shop: taken when they change, refused when they do not hold."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.running import ENTRY, Server, key, serving, shop_with_a_point, viewed

POINT = "collection-points/checkout.yaml"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    keys = {"server": key(folder, "server"), "crm": key(folder, "crm", "read")}
    with serving(folder) as server:
        server.keys = keys
        yield server


def until(true: Callable[[], object], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to it")


def noted(server: Server) -> list[dict[str, Any]]:
    return [each for each in server.records() if "shop_files" in each]


def hang_up(server: Server) -> None:
    server.process.send_signal(signal.SIGHUP)


def test_a_changed_point_is_taken_while_it_serves(own: Server) -> None:
    cart = {**viewed("ada", 1), "event": "Products Searched", "properties": {"query": "mugs"}, "messageId": "s1"}
    assert own.send([cart]).said["left_out"] == 0
    point = own.folder / POINT
    point.write_text(re.sub(r"collects: \[.*\]", "collects: [contact, purchase, browsing]", point.read_text("utf-8")))
    until(lambda: noted(own))
    assert noted(own)[0]["shop_files"] == "taken"
    assert own.send([{**cart, "messageId": "s2"}]).said["left_out"] == 1, "what she is told now holds at once"
    metrics = own.ask("GET", "/metrics").body.decode()
    assert "\ntactful_shop_files_taken_total 1\n" in metrics
    assert "\ntactful_shop_files_in_trouble 0\n" in metrics


def test_what_does_not_hold_is_refused_and_the_last_good_state_goes_on(own: Server) -> None:
    point = own.folder / POINT
    text = point.read_text("utf-8")
    point.write_text(text.replace("purposes:", "purpose:"), "utf-8")
    hang_up(own)
    until(lambda: noted(own))
    (refused,) = noted(own)
    assert refused["shop_files"] == "refused"
    assert "Did you mean purposes?" in " ".join(refused["why"])
    assert own.send([viewed("ada", 1)]).said["accepted"] == 1
    ready = own.ask("GET", "/health/ready")
    assert (ready.status, ready.said["ready"], ready.said["shop_files_taken"]) == (200, True, False)
    assert "\ntactful_shop_files_in_trouble 1\n" in own.ask("GET", "/metrics").body.decode()
    point.write_text(text, "utf-8")
    hang_up(own)
    until(lambda: own.ask("GET", "/health/ready").said["shop_files_taken"])
    assert noted(own)[-1]["shop_files"] == "as before"


def test_a_point_in_use_is_not_taken_away(own: Server) -> None:
    (own.folder / POINT).unlink()
    hang_up(own)
    until(lambda: noted(own))
    assert "is in use" in noted(own)[0]["why"][0]
    assert own.send([viewed("ada", 1)]).said["accepted"] == 1


def test_no_request_reads_a_file(own: Server) -> None:
    for name in ("collection-points", "notices", "treatments", "campaigns"):
        shutil.rmtree(own.folder / name)
    (own.folder / "shop.yaml").unlink()
    assert own.send([viewed("ada", 1)]).said["accepted"] == 1
    assert own.ask("POST", "/v1/person", '{"person": {"customer": "ada"}}', own.keys["crm"]).said["known"]


def test_a_terminal_that_is_gone_ends_it_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shop_with_a_point(folder)
    key(folder, "server")
    pid, terminal = pty.fork()
    if pid == 0:
        for name, to in (("out", 1), ("err", 2)):
            os.dup2(os.open(folder / f"server.{name}", os.O_CREAT | os.O_WRONLY, 0o600), to)
        os.execv(sys.executable, [sys.executable, "-c", ENTRY, "serve", "--folder", str(folder), "--port", "0"])
    said = folder / "server.err"
    until(lambda: said.exists() and "at http://" in said.read_text("utf-8"), 60)
    time.sleep(0.5)
    os.kill(pid, signal.SIGHUP)
    time.sleep(0.5)
    assert os.waitpid(pid, os.WNOHANG) == (0, 0), "with its terminal there it looks at the files"
    os.close(terminal)
    _, status = until(lambda: (found := os.waitpid(pid, os.WNOHANG))[0] and found)
    assert os.waitstatus_to_exitcode(status) == 0
    assert "Stopping" in said.read_text("utf-8")
