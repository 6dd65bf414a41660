"""The files that come with Tactful, and where a shop puts its own instead."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tactful.model.problems import Problem, Problems, suggestion
from tactful.service.identity import FILE as IDENTITY
from tactful.service.packs import DEFAULT_POLICY, pack_names, packaged, packaged_line
from tactful.service.project import LINE, TABLES
from tactful.service.setup import write_files

SAYS = {
    "revealing-products": "which products give something away about the one who buys them",
    "undignified": "words that may not be used of a person, and words that speak of what the law protects",
    "not_goods": "what stands on an order and is no product",
    "not_a_kind": "words in product names that never become the word for a group",
    "keeps": "how long each kind of fact is kept; `note` are notes of staff in free words",
    "countries": "law and time zones of the countries that orders name",
    "fit": "how ordinary a category is for a sector and a purpose",
    "line": "how many people would mind: a scorecard, as `tactful line fit` writes it",
    "combinations": "which facts reveal something together, in one message",
    "compatible": "what a purpose she was told also covers",
    "template_objects": "which fact each name in a treatment lets a reader work out",
    "footer": "the words of the required parts",
    "identity": "which identifiers tell who somebody is",
}
"""Each packaged file that a shop may have its own of, and what it says."""
_SUFFIX = ".yaml"


class PackagedFile(msgspec.Struct, frozen=True):
    """A packaged file: `place` is where a shop's own of it lies in the shop's folder; empty where there can be none."""

    name: str
    place: str
    says: str
    own: bool = False


def places() -> dict[str, str]:
    """Each packaged file that a shop may have its own of, and where that lies."""
    tables = {Path(table).stem: f"tables/{Path(table).name}" for table in TABLES}
    return {name: {"identity": IDENTITY, "line": LINE, **tables}[name] for name in SAYS}


def packaged_files(folder: Path) -> tuple[PackagedFile, ...]:
    """Those that a shop may have its own of; `own` where the shop in this folder has."""
    return tuple(PackagedFile(name, at, SAYS[name], (folder / at).exists()) for name, at in places().items())


def packaged_file(named: str) -> tuple[PackagedFile, str]:
    """A packaged file and its text, by a name like `keeps`, `tables/keeps.yaml` or `norm/retail`. Raises Problems."""
    if named.removesuffix(_SUFFIX) in pack_names():
        name = named.removesuffix(_SUFFIX)
        return PackagedFile(name, "", "a policy"), packaged("policy", f"packs/{name}{_SUFFIX}")
    at = places()
    wanted = named.removeprefix("tables/").removesuffix(_SUFFIX)
    name = next((each for each in at if each.replace("-", "_") == wanted.replace("-", "_")), "")
    if not name:
        hint = suggestion(wanted, [*at, *pack_names()]) or " `tactful packaged` lists them."
        raise Problems([Problem(named, 0, f"no packaged file is called so.{hint}")])
    return PackagedFile(name, at[name], SAYS[name]), _text(name)


def copy_packaged(folder: Path, named: str) -> Path:
    """Write a packaged file where a shop's own of it is read from, so that it can be edited; nothing is overwritten.

    Raises Problems.
    """
    found, text = packaged_file(named)
    if not found.place:
        why = f"a policy is imported, not copied: `tactful policy new NAME` begins one of yours on {DEFAULT_POLICY}."
        raise Problems([Problem(found.name, 0, why)])
    if not (folder / "shop.yaml").exists():
        why = "there is no shop here, so nothing would read the copy: say --shop FOLDER, or run `tactful init` first."
        raise Problems([Problem(str(folder / "shop.yaml"), 0, why)])
    return write_files(folder, {found.place: text})[0]


def _text(name: str) -> str:
    if name == "line":
        return packaged_line()
    if name == "identity":
        return packaged("profile", f"tables/{IDENTITY}")
    room, _, path = next(table for table in TABLES if Path(table).stem == name).partition("/")
    return packaged(room, path)
