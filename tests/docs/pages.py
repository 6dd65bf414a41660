"""The pages of the project, and what they show: commands, fences, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Fence(NamedTuple):
    """A block of code: its language ("" where none is said) and its lines."""

    language: str
    text: str


def fences(page: Path) -> list[Fence]:
    """Every block of code of a page."""
    return [Fence(*found) for found in _FENCE.findall(page.read_text("utf-8"))]


def opened(text: str) -> list[str]:
    """The lines that a reader sees as code: those from each ``` to the next, whether or not that was meant."""
    found, inside = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside:
            found.append(line)
    return [*found, "`tactful …` after a fence that nobody closed"] if inside else found


def links(page: Path) -> list[str]:
    """The targets of a page's links within the project, without what is behind #."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    targets = (target.partition("#")[0] for target in _LINK.findall(text))
    return [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]


def commands(page: Path) -> Iterator[str]:
    """Every line of a block that is a command of ours, and every `tactful …` in the text, without remarks."""
    text = page.read_text("utf-8")
    for fence in fences(page):
        for line in fence.text.splitlines():
            words = re.split(r"\s+#|\s{3,}", line.removeprefix("$ "))[0].strip()
            if words.startswith("tactful "):
                yield words
    yield from re.findall(r"`(tactful [^`…]+)`", _FENCE.sub("", text))
