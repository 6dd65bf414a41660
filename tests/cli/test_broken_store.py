"""A store that cannot be used: exit code 4, one sentence, and what is in it stays."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, ENTRY, NOW, refused, typed

from tactful import bootstrap
from tactful.bootstrap import STORE_FILE

DECIDE = ("decide", "--campaign", CAMPAIGN, *NOW)
READING = (("report",), ("sample",), ("gaps",), ("why", "d_aaaaaaaaaaaaaaaa"), ("replay", "d_aaaaaaaaaaaaaaaa"))


@pytest.mark.parametrize("words", [DECIDE, *READING], ids=lambda words: words[0])
def test_a_store_that_is_not_there_is_not_made(shop: Path, words: tuple[str, ...]) -> None:
    (shop / STORE_FILE).unlink()
    assert "import something first" in refused(shop, *words, code=4)
    assert not (shop / STORE_FILE).exists()


@pytest.mark.parametrize("words", [DECIDE, *READING, ("import", "orders", "orders.csv")], ids=lambda words: words[-1])
def test_another_kind_of_file_is_one_sentence(shop: Path, words: tuple[str, ...]) -> None:
    (shop / STORE_FILE).write_bytes(b"garbage " * 100)
    assert "is not a store of Tactful: it is another kind of file." in refused(shop, *words, code=4)
    assert (shop / STORE_FILE).read_bytes() == b"garbage " * 100


def test_half_a_store_is_one_sentence(shop: Path) -> None:
    whole = (shop / STORE_FILE).read_bytes()
    (shop / STORE_FILE).write_bytes(whole[:20_000])
    assert "damaged" in refused(shop, *DECIDE, code=4)


def test_a_store_of_a_newer_version_is_left_alone(shop: Path) -> None:
    with closing(sqlite3.connect(shop / STORE_FILE)) as connection:
        connection.execute("UPDATE meta SET value = 999 WHERE name = 'schema'")
        connection.commit()
    for words in (DECIDE, ("report",)):
        assert "made by a newer Tactful" in refused(shop, *words, code=4)


def test_a_store_that_another_process_writes_to_can_be_read_but_not_written(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed(shop, *DECIDE).exit_code == 0
    monkeypatch.setattr(bootstrap, "open_store", partial(bootstrap.open_store, waits=0.2))
    holder = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holder, str(shop / STORE_FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        said = refused(shop, *DECIDE, code=4)
        assert typed(shop, "report").exit_code == 0
        other.communicate(b"")
    assert "Another process is writing to" in said
    assert typed(shop, *DECIDE).exit_code == 0


def test_nobody_in_the_store_is_said(shop: Path) -> None:
    (shop / STORE_FILE).unlink()
    bootstrap.store_at(shop).close()
    assert typed(shop, "policy", "publish", "--author", "Grace").exit_code == 0
    assert "Nobody is in the store yet: run `tactful import orders FILE`" in refused(shop, *DECIDE, code=4)


def _at_most(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("room", [4_096, 30_000, 80_000, 200_000])
def test_a_full_disk_keeps_all_or_nothing(shop: Path, room: int) -> None:
    command = [sys.executable, "-c", ENTRY, *DECIDE]
    done = subprocess.run(command, cwd=shop, capture_output=True, preexec_fn=lambda: _at_most(room), check=False)
    assert done.returncode in (0, 4), done.stderr
    if done.returncode == 4:
        assert b"Make room" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    with closing(sqlite3.connect(shop / STORE_FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = typed(shop, *DECIDE)
    assert again.exit_code == 0
    assert "in all" in again.stdout


def test_a_full_disk_leaves_no_half_shop(tmp_path: Path) -> None:
    words = ["init", "--into", "new", "--shop", "X", "--sector", "retail", "--home", "uk", "--sender-post", "1 Street"]
    words += ["--sender-mail", "a@b.example", "--site", "https://x.example"]
    command = [sys.executable, "-c", ENTRY, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, preexec_fn=lambda: _at_most(300), check=False)
    assert done.returncode == 2
    assert done.stderr == b"new/shop.yaml: cannot be written: file too large; nothing was written.\n"
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()] == []
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr


def test_a_folder_that_may_not_be_written_to_can_be_reported_on(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(shop, *DECIDE).exit_code == 0
    shutil.rmtree(shop / "out")
    monkeypatch.setattr("tactful.store.database.may_write", lambda folder: False)
    assert typed(shop, "report").exit_code == 0

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    assert "cannot be opened or made: permission denied" in refused(shop, *DECIDE, code=4)


def test_a_page_that_cannot_be_written_says_so_and_keeps_the_run(shop: Path) -> None:
    (shop / "file").write_text("")
    said = refused(shop, *DECIDE, "--out", "file/page.html")
    assert said.startswith("file/page.html: cannot be written: ")
    assert typed(shop, "report").exit_code == 0
