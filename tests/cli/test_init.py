"""`tactful init`: by flags, and typed by somebody who makes mistakes."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest
from tests.cli.typed import ENTRY, refused, typed

FLAGS = {
    "--shop": "The Gift Shop",
    "--sector": "retail",
    "--home": "uk",
    "--sender-post": "1 High Street",
    "--sender-mail": "hello@giftshop.example",
    "--site": "https://giftshop.example",
}
TALK = (
    ("What is the shop called?", "The Gift Shop"),
    ("Sector?", "retial"),
    ("Did you mean retail?", "retail"),
    ("Whose law holds at home?", "narnia"),
    ("is not a jurisdiction", "uk"),
    ("Currency of your prices?", "pounds"),
    ("three capital letters", "GBP"),
    ("Postal address of the sender?", "1 High Street, Anytown"),
    ("E-mail address of the sender?", "hello"),
    ("must be like hello@shop.example", "hello@giftshop.example"),
    ("Address of your site?", "giftshop"),
    ("must be like https://shop.example", "https://giftshop.example"),
    ("accounts are for adults?", "y"),
    ("open complaints?", "Help Desk"),
    ("a short name in small letters", "helpdesk"),
    ("late parcels?", ""),
    ("the notice that customers see", ""),
)


def init(**changed: str) -> tuple[str, ...]:
    flags = {**FLAGS, **{f"--{name.replace('_', '-')}": value for name, value in changed.items()}}
    return ("init", *(word for pair in flags.items() for word in pair))


def heard(terminal: int, expected: str, before: str) -> str:
    """What the terminal shows until the expected words are there and it waits."""
    shown, until = before, time.monotonic() + 30
    while expected not in shown or not shown.rstrip(" ").endswith(("?", ":", ")")):
        assert time.monotonic() < until, shown
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode()
    return shown


def test_a_conversation_asks_again_where_an_answer_cannot_be_used(tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-c", ENTRY, "init"])
    for expected, answer in TALK:
        heard(terminal, expected, "")
        os.write(terminal, f"{answer}\n".encode())
        time.sleep(0.05)
    said = ""
    while True:
        try:
            said += os.read(terminal, 4096).decode()
        except OSError:
            break
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said
    assert "Nothing can be sent yet" in said
    text = (tmp_path / "shop.yaml").read_text()
    assert 'sector: "retail"' in text
    assert "helpdesk:" in text
    assert (tmp_path / "collection-points/checkout.draft.yaml").exists()


def test_a_second_time_writes_nothing(tmp_path: Path) -> None:
    assert typed(tmp_path, *init()).exit_code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert "exists already; nothing was written" in refused(tmp_path, *init(shop="Another"), lines=9)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sector", "retial", "Did you mean retail?"),
        ("home", "narnia", '--home: "narnia" is not a jurisdiction'),
        ("zone", "Europe/Londn", "is not a time zone"),
        ("site", "javascript:alert(1)", "must be like https://shop.example"),
        ("sender_mail", "hello", "must be like hello@shop.example"),
        ("currency", "pounds", "three capital letters"),
        ("helpdesk", "a: {b", "a short name in small letters"),
        ("notice", "no-such-file.md", "cannot be opened"),
    ],
)
def test_a_wrong_flag_is_one_sentence_and_writes_nothing(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    assert sentence in refused(tmp_path, *init(**{name: value}))
    assert list(tmp_path.iterdir()) == []


def test_quotes_and_line_ends_in_answers_stay_answers(tmp_path: Path) -> None:
    hostile = 'The "Gift" Shop\nrun: live # ${x} {y}'
    assert typed(tmp_path, *init(shop=hostile)).exit_code == 0
    assert typed(tmp_path, "source", "list").exit_code == 0
    assert "\nrun: live" not in (tmp_path / "shop.yaml").read_text()
