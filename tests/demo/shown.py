"""The demo as text, for the tests and for the golden files beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.text import Text

from tactful.cli.demo import break_lines, person_lines, table
from tactful.service.demo import break_all, play, seen_by, why

HERE = Path(__file__).parent


def plain(lines: Iterable[Text]) -> str:
    """What stands on the screen, without colour."""
    return "".join(line.plain.rstrip() + "\n" for line in lines)


def demo_at(width: int, words: bool = False) -> str:
    """The table at a width; the time is always the same."""
    return plain(table(play(), width, words, 0.2))


def golden() -> dict[str, str]:
    """Every golden file and what it should be now."""
    return {
        "demo.txt": demo_at(96),
        "demo-words.txt": demo_at(96, words=True),
        "demo-60.txt": demo_at(60),
        "demo-break.txt": plain(break_lines(break_all(play()), 96, 0.3)),
        **{f"as-{who}.txt": plain(person_lines(who.title(), seen_by(who.title()), 96)) for who in ("penny", "dora")},
        **{f"why-{number}.txt": "\n".join(why(number)) + "\n" for number in (3, 6, 10)},
    }


if __name__ == "__main__":
    for name, text in golden().items():
        (HERE / name).write_text(text, encoding="utf-8")
