"""The package has the rooms of its design and no others, and only bootstrap knows the adapters."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable

import pytest
from tests.house.source import PACKAGE, ROOT, Module, module, modules

ROOMS = {
    "appropriateness", "arbitration", "batch", "bootstrap", "channels", "cli", "decide", "explain",
    "learning", "model", "permission", "policy", "profile", "service", "store", "testing", "treatment", "web",
}  # fmt: skip
NOT_ROOMS = {"__init__", "__pycache__", "py.typed"}
ADAPTERS = {"store", "channels"}


def strangers(names: Iterable[str]) -> set[str]:
    """Names at the top of the package that the design does not know."""
    return {name for name in names if name.removesuffix(".py") not in ROOMS | NOT_ROOMS}


def rooms_imported(each: Module) -> set[str]:
    """Rooms that a module imports, written absolutely or relatively."""
    names: set[str] = set()
    package = ["tactful", *each.path.split("/")[:-1]]
    for node in ast.walk(each.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *filter(None, [node.module])])
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("tactful.")}


def adapters_reached(each: Module) -> set[str]:
    """Adapters that a module imports though it is neither bootstrap nor part of that adapter."""
    return set() if each.room == "bootstrap" else (rooms_imported(each) & ADAPTERS) - {each.room}


def test_no_room_is_a_stranger() -> None:
    assert strangers(entry.name for entry in PACKAGE.iterdir()) == set()


def test_a_stranger_is_seen() -> None:
    assert strangers(["model", "decide.py", "utils", "helpers.py"]) == {"utils", "helpers.py"}


def test_the_import_contract_places_every_room() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    staircase = settings["contracts"][0]
    placed = [part.strip(" ()") for layer in staircase["layers"] for part in layer.split("|")]
    assert sorted(placed) == sorted(ROOMS)
    assert staircase["exhaustive"] is True


def test_only_bootstrap_knows_the_adapters() -> None:
    assert {each.path: found for each in modules() if (found := adapters_reached(each))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import tactful.store",
        "import tactful.store.sqlite as s",
        "from tactful import store",
        "from tactful.store import x",
        "from tactful.channels.mail import x",
        "from .. import store",
        "from ..store import x",
        "def f():\n    from tactful.store import x",
    ],
)
def test_reaching_past_bootstrap_is_seen(text: str) -> None:
    assert adapters_reached(module("service/bad.py", text))
    assert not adapters_reached(module("bootstrap.py", text.replace("..", ".")))


def test_an_adapter_may_import_itself_and_not_the_other() -> None:
    assert not adapters_reached(module("store/a.py", "from tactful.store import b\nfrom . import c"))
    assert adapters_reached(module("store/a.py", "from tactful.channels import b")) == {"channels"}
