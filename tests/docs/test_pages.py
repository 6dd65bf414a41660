"""The pages say what is there: commands with their flags, files behind links, every key of the files a shop writes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.docs.pages import PAGES, ROOT, commands, fences, links, opened

from tactful.cli.main import FAULT, STOPPED, app
from tactful.cli.place import STORE_FLAG, brought_forward
from tactful.cli.screen import BAD_INPUT, LIMIT, NO, STORE
from tactful.service.packaged_files import SAYS

TACTFUL: Any = typer.main.get_command(app)
LOADERS = (
    "service/shop.py",
    "profile/labels.py",
    "profile/derived.py",
    "permission/points.py",
    "profile/identity.py",
    "treatment/campaign.py",
    "treatment/template.py",
)
SHOWN = [(page.relative_to(ROOT).as_posix(), words) for page in PAGES for words in commands(page)]


@cache
def below(command: Any) -> dict[str, Any]:
    """The commands under a command, by name, in order."""
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    return {name: command.get_command(None, name) for name in names}


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that does something, as one writes it."""
    if not below(command):
        yield " ".join(("tactful", *path))
    for name, each in below(command).items():
        yield from leaves(each, (*path, name))


def faults(words: str) -> list[str]:
    """What is wrong with a command as shown: a name or a flag that is not there, or too many arguments."""
    command, rest = TACTFUL, brought_forward(shlex.split(words)[1:])
    rest = rest[2:] if rest[:1] == [STORE_FLAG] else rest
    while rest and rest[0] in below(command):
        command = below(command)[rest.pop(0)]
    if below(command):
        return [] if rest in ([], ["--help"], ["--version"]) else [f"there is no `{rest[0]}`"]
    options = {
        name: each
        for each in command.params
        if each.param_type_name == "option"
        for name in (*each.opts, *each.secondary_opts)
    }
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    found, given = [], 0
    while rest:
        word = rest.pop(0)
        if word == "--help":
            continue
        if word.startswith("--"):
            if word not in options:
                found.append(f"there is no flag {word}")
            elif not options[word].is_flag:
                found += [] if rest else [f"{word} needs a value"]
                rest = rest[1:]
        else:
            given += 1
    too_many = given > len(arguments) and not any(each.nargs == -1 for each in arguments)
    return found + ([f"{given} arguments, takes {len(arguments)}"] if too_many else [])


@pytest.mark.parametrize(("page", "words"), SHOWN)
def test_every_command_shown_is_there(page: str, words: str) -> None:
    assert faults(words) == [], f"{page}: {words}"


def test_enough_commands_are_looked_at() -> None:
    assert len(SHOWN) > 60
    assert faults("tactful decide --nope") == ["there is no flag --nope"]
    assert faults("tactful import nothing FILE") == ["there is no `nothing`"]


def test_every_command_is_on_the_page_of_commands() -> None:
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    named = list(leaves(TACTFUL))
    assert len(named) >= 15
    assert [name for name in named if f"`{name}`" not in page or f"\n{name}" not in page] == []


def test_the_page_of_commands_lists_the_exit_codes() -> None:
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    assert [code for code in (0, NO, BAD_INPUT, LIMIT, STORE, FAULT, STOPPED) if f"\n| {code} |" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_prose_stands_inside_a_fence(page: Path) -> None:
    assert [line for line in opened(page.read_text("utf-8")) if line.startswith("`tactful ")] == []


def test_prose_inside_a_fence_is_found() -> None:
    assert opened("```\ntactful schema\n`tactful judge` judges.\n```\nAfter it.\n") == [
        "tactful schema",
        "`tactful judge` judges.",
    ]
    assert opened("```\nnever closed\n") == ["never closed", "`tactful …` after a fence that nobody closed"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        found = [(page.parent / target).resolve() for target in links(page)]
        waiting += [each for each in found if each.suffix == ".md" and each not in seen]
    records = set((ROOT / "docs/decisions").glob("*.md"))
    assert set(PAGES) - seen - records - {ROOT / "CHANGELOG.md"} == set()


@pytest.mark.parametrize("record", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_one_sentence_to_quote(record: Path) -> None:
    text = record.read_text("utf-8")
    assert len(text.splitlines()) <= 45, "longer than a page"
    assert len(text) <= 4000, "longer than a page"
    assert text.startswith("# ")
    assert re.search(r"^\*\*.+\*\*$", text, re.MULTILINE), "no sentence in bold that says what was decided"


@pytest.mark.parametrize("loader", LOADERS)
def test_every_key_that_a_loader_reads_is_on_the_page_of_files(loader: str) -> None:
    page = (ROOT / "docs/files.md").read_text("utf-8")
    source = (ROOT / "src/tactful" / loader).read_text("utf-8")
    reads = r"\.(?:text|texts|number|integer|flag|section|sections)\(\s*\"(\w+)\""
    keys = set(re.findall(reads, source)) | set(
        re.findall(r"_(?:said|one_or_more|duration_of)\(\w+, \"(\w+)\"", source)
    )
    assert len(keys) >= (3 if "identity" in loader else 5)
    tables = {"version", "words", "because", "compatible", "covers"} if "files" not in loader else set()
    assert [key for key in sorted(keys - tables) if not re.search(rf"[`{{ ]{key}[`:]", page)] == []


def test_the_page_of_files_lists_the_packaged_tables_in_the_words_of_the_command() -> None:
    page = (ROOT / "docs/files.md").read_text("utf-8").partition("## tables/")[2]
    listed = dict(re.findall(r"^\| `([\w-]+)\.yaml` \| (.+) \|$", page, re.MULTILINE))
    plain = {name: re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", says) for name, says in listed.items()}
    assert plain == {name: says for name, says in SAYS.items() if name != "identity"}


def test_the_readme_begins_with_what_a_fresh_debian_needs() -> None:
    first = (ROOT / "README.md").read_text("utf-8").splitlines()[0]
    assert "sudo apt install make python3-venv" in first


def test_the_demo_in_the_readme_is_the_demo() -> None:
    golden = (ROOT / "tests/demo/demo.txt").read_text("utf-8")
    shown = next(fence.text for fence in fences(ROOT / "README.md") if "$ make demo" in fence.text)
    rows = [row.strip("\n") for row in shown.partition("\n")[2].split("\n\n")]
    assert len(rows) > 5
    assert [row for row in rows if row not in golden] == []
