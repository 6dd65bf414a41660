"""Files in a shop's folder that nobody would read, because they are called or placed wrongly: never passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from tactful.model.problems import Problem, suggestion

FILES = ("shop.yaml", "labels.yaml", "identity.yaml", "policy.yaml")
FOLDERS = ("campaigns", "collection-points", "notices", "tables", "treatments")
_SUFFIX = ".yaml"
_LIKE = 0.8
"""How like a known name one must be to be taken for a mistake, where many other names are right."""


def unread(folder: Path, tables: Iterable[str]) -> list[Problem]:
    """What in a shop's folder would be passed over; `tables` are the names of files that its `tables/` may hold.

    Hidden files, copies that editors leave (`~`) and README files are nobody's mistake.
    """
    return [*_beside_the_shop(folder), *_in_tables(folder, tuple(tables)), *_in_folders(folder)]


def _beside_the_shop(folder: Path) -> Iterator[Problem]:
    """Files and folders whose name is like one that is missing."""
    there = {each.name for each in _entries(folder)}
    for each in _entries(folder):
        if each.is_dir():
            near = _near(each.name, [name for name in FOLDERS if name not in there])
            if each.name not in FOLDERS and near:
                yield Problem(str(each), 0, f"this folder is not read. Did you mean {near}/?")
            continue
        stem, suffixes = each.name.partition(".")[0], each.name.partition(".")[2]
        if each.name in FILES or not suffixes.lower().startswith(("yml", "yaml")):
            continue
        missing = [name.removesuffix(_SUFFIX) for name in FILES if name not in there]
        same = next((name for name in missing if stem.lower() == name), "")
        near = same or _near(stem, [name for name in missing if name != "policy"])
        if near:
            yield Problem(str(each), 0, f"this file is not read. Did you mean {near}{_SUFFIX}?")


def _in_tables(folder: Path, tables: tuple[str, ...]) -> Iterator[Problem]:
    for each in _entries(folder / "tables"):
        if each.name in tables and not each.is_dir():
            continue
        if each.name in FILES:
            yield Problem(str(each), 0, f"this file is not read here: it belongs beside shop.yaml, as {each.name}.")
            continue
        hint = suggestion(each.name, tables) or " `tactful packaged` lists the tables that there are."
        yield Problem(str(each), 0, f"no table is called so, and it would not be read.{hint}")


def _in_folders(folder: Path) -> Iterator[Problem]:
    for each in _entries(folder / "collection-points"):
        if each.is_dir() or each.suffix != _SUFFIX:
            why = f"is not read: a collection point is a file whose name ends in {_SUFFIX}."
            yield Problem(str(each), 0, why)
    for each in _entries(folder / "campaigns"):
        if each.suffix.lower() in (".yml", _SUFFIX) and each.suffix != _SUFFIX:
            yield Problem(str(each), 0, f"is not read: a campaign is a file whose name ends in {_SUFFIX}.")


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        each
        for each in folder.iterdir()
        if not each.name.startswith(".") and not each.name.endswith("~") and not each.name.upper().startswith("README")
    )


def _near(name: str, known: list[str]) -> str:
    found = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=_LIKE)
    return found[0] if found else ""
