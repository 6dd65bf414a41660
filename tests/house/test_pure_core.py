"""From `decide` down nothing does input or output, or reads a clock, the environment or chance."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.house.source import Module, module, modules

CORE = {
    "appropriateness",
    "arbitration",
    "decide",
    "explain",
    "learning",
    "model",
    "permission",
    "policy",
    "profile",
    "treatment",
}
# What the core may import: modules that do no input or output and read no clock, environment or chance.
PURE = {
    "__future__", "abc", "ast", "base64", "binascii", "bisect", "collections", "contextlib", "copy", "csv",
    "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib",
    "heapq", "hmac", "html", "itertools", "json", "keyword", "math", "numbers", "operator", "re",
    "statistics", "string", "struct", "tactful", "textwrap", "types", "typing", "unicodedata", "zlib",
    "email_validator", "jinja2", "liquid", "markupsafe", "msgspec", "phonenumbers", "yaml",
}  # fmt: skip
ONLY_IN = {"zoneinfo": "arbitration"}
# Polars makes columns of columns and is pure as it is used here; nothing else of the core may import it, or these.
ON_COLUMNS = ("policy/columns/", "appropriateness/assess_columns.py")
IMPURE_CALLS = {"__import__", "breakpoint", "compile", "eval", "exec", "hash", "id", "input", "open", "print"}
CALLS_ALLOWED = {"policy/compile.py": {"compile", "exec"}}
CLOCKS = {"now", "today", "utcnow"}
CLOCK_OWNERS = {"datetime", "date"}


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def own_names(tree: ast.Module) -> set[str]:
    """Names that the module itself defines or imports at its top, so that they are not the built-ins."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def clock_names(tree: ast.Module) -> set[str]:
    """What `datetime` and `date` are called here."""
    renamed = {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.name in CLOCK_OWNERS and alias.asname
    }
    return CLOCK_OWNERS | renamed


def reads_clock(node: ast.AST, clocks: set[str]) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return node.attr in CLOCKS and name in clocks


def uses_local_zone(node: ast.AST, clocks: set[str]) -> bool:
    """`x.astimezone()` and `datetime.fromtimestamp(x)` without a zone read the zone of the machine."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    zones = len(node.args) + len(node.keywords)
    owner = node.func.value
    on_clock = isinstance(owner, ast.Name) and owner.id in clocks
    return (node.func.attr == "astimezone" and zones == 0) or (
        node.func.attr == "fromtimestamp" and on_clock and zones < 2
    )


def import_faults(each: Module) -> Iterator[str]:
    for line, name in imported(each.tree):
        root = name.split(".")[0]
        if root == "polars" and each.path.startswith(ON_COLUMNS):
            continue
        if root not in PURE and ONLY_IN.get(root) != each.room:
            yield f"{each.path}:{line} imports {name}"


def faults(each: Module) -> list[str]:
    """Every place where this module of the core is not pure."""
    found = list(import_faults(each))
    clocks = clock_names(each.tree)
    impure = IMPURE_CALLS - own_names(each.tree) - CALLS_ALLOWED.get(each.path, set())
    for node in ast.walk(each.tree):
        place = f"{each.path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in impure:
            found.append(f"{place} calls {node.func.id}()")
        elif reads_clock(node, clocks):
            found.append(f"{place} reads a clock")
        elif uses_local_zone(node, clocks):
            found.append(f"{place} reads the time zone of the machine")
    return found


def test_the_core_is_pure() -> None:
    assert [fault for each in modules() if each.room in CORE for fault in faults(each)] == []


@pytest.mark.parametrize(
    "name",
    [
        "os",
        "sys",
        "io",
        "pathlib",
        "time",
        "random",
        "secrets",
        "socket",
        "subprocess",
        "logging",
        "sqlite3",
        "urllib.request",
        "http.client",
        "shutil",
        "tempfile",
        "polars",
        "uuid",
        "importlib",
        "threading",
        "asyncio",
        "builtins",
        "zoneinfo",
        "locale",
        "getpass",
        "platform",
    ],
)
def test_an_impure_import_is_seen(name: str) -> None:
    for text in (
        f"import {name}",
        f"import {name} as x",
        f"from {name} import x",
        f"def f():\n    import {name}",
    ):
        assert faults(module("policy/bad.py", text)), text


@pytest.mark.parametrize(
    "text",
    [
        "open('x')",
        "print('x')",
        "input()",
        "eval('1')",
        "exec('1')",
        "compile('1', '', 'eval')",
        "__import__('os')",
        "order = hash('x')",
        "order = id('x')",
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import datetime as dt\nx = dt.now()",
        "from datetime import date\nx = date.today()",
        "from datetime import datetime\nread = datetime.utcnow",
        "from datetime import datetime\nx = datetime.fromtimestamp(1)",
        "x = y.astimezone()",
    ],
)
def test_an_impure_call_is_seen(text: str) -> None:
    assert len(faults(module("profile/bad.py", text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("policy/compile.py", "exec(compile('1', '', 'exec'))"),
        ("arbitration/quiet.py", "from zoneinfo import ZoneInfo"),
        ("policy/columns/judge.py", "import polars as pl"),
        ("appropriateness/assess_columns.py", "import polars as pl"),
        ("profile/good.py", "import re\nx = re.compile('a')\ny = case.now"),
        ("profile/good.py", "from datetime import datetime, UTC\nx = datetime.fromtimestamp(1, UTC)"),
        ("permission/good.py", "from tactful.policy.compile import compile\ncompile('x')"),
    ],
)
def test_what_is_pure_passes(path: str, text: str) -> None:
    assert faults(module(path, text)) == []


def test_every_core_room_is_watched() -> None:
    assert {each.room for each in modules()} & CORE, "the package has no core rooms: is the path still right?"


def test_only_what_is_on_columns_imports_it() -> None:
    """So that nothing at startup brings Polars."""
    found = {
        each.path
        for each in modules()
        for _, name in imported(each.tree)
        if name.startswith("tactful.policy.columns") or name == "tactful.appropriateness.assess_columns"
    }
    assert {path for path in found if not path.startswith(ON_COLUMNS)} <= {"service/judge_table.py"}
