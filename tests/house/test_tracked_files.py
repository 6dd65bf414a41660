"""No file carries a path of somebody's machine or the address of a package registry."""

from __future__ import annotations

import re

import pytest
from tests.house.source import tracked_texts

MACHINE = re.compile(r"(?<![\w.])/(?:work|root|farm|home/[a-z][\w-]*|Users/[A-Za-z][\w-]*)/")
REGISTRY = re.compile(
    r"\b(?:(?:[a-z-]+\.)*(?:pypi|pythonhosted|npmjs|crates|anaconda|debian)\.(?:org|com|io)"
    r"|proxy\.golang\.org|rubygems\.org)\b",
    re.IGNORECASE,
)
INDEX_OPTION = re.compile(r"^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)\b", re.MULTILINE)


def faults(name: str, text: str) -> list[str]:
    """Each place in one file that names a machine's folder, a registry or, in a lock, where to fetch from."""
    patterns = [MACHINE, REGISTRY]
    if name.endswith(".lock"):
        patterns.append(INDEX_OPTION)
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1} {match.group().strip()}"
        for pattern in patterns
        for match in pattern.finditer(text)
    ]


def test_tracked_files() -> None:
    assert [fault for name, text in tracked_texts().items() for fault in faults(name, text)] == []


def test_locks_are_looked_at() -> None:
    locks = {name: text for name, text in tracked_texts().items() if name.endswith(".lock")}
    assert {"requirements/base.lock", "requirements/dev.lock", "requirements/bench.lock"} <= set(locks)
    for name, text in locks.items():
        pins = re.findall(r"^[\w.-]+==", text, re.MULTILINE)
        assert pins, name
        assert text.count(" \\\n    --hash=sha256:") >= len(pins), f"{name} has a pin without a hash"


@pytest.mark.parametrize(
    "parts",
    [
        ("see /", "work/main/x"),
        ("'/", "root/.cache/x'"),
        ("(/", "home/penny/x)"),
        ("file:///", "Users/Penny/x"),
        ("https://", "pypi", ".org/simple"),
        ("https://files.", "pythonhosted", ".org/x"),
        ("registry.", "npmjs", ".org"),
        ("deb.", "debian", ".org"),
    ],
)
def test_a_path_or_a_host_is_seen(parts: tuple[str, ...]) -> None:
    assert faults("docs/a.md", "one\n" + "".join(parts)) != []
    assert faults("requirements/x.lock", "".join(parts)) != []


@pytest.mark.parametrize("line", ["--index-url https://a.example", "-f folder", "--find-links folder"])
def test_a_source_in_a_lock_is_seen(line: str) -> None:
    assert faults("requirements/x.lock", f"a==1\n{line}\n") != []


@pytest.mark.parametrize("text", ["https://shop.example/work/x", "at home/office", "homework/", "a/root/b"])
def test_an_ordinary_path_passes(text: str) -> None:
    assert faults("docs/a.md", text) == []
