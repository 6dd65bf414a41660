"""Files stay within 400 lines and functions within 40, their docstrings not counted."""

from __future__ import annotations

import ast

from tests.house.source import Module, module, modules

FILE_LINES = 400
FUNCTION_LINES = 40


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        docstring = node.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def faults(each: Module) -> list[str]:
    lines = len(each.text.splitlines())
    found = [f"{each.path} has {lines} lines"] if lines > FILE_LINES else []
    for node in ast.walk(each.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (long := function_lines(node)) > FUNCTION_LINES:
            found.append(f"{each.path}:{node.lineno} {node.name} has {long} lines")
    return found


def function_of(lines: int, docstring: str = "") -> str:
    body = [docstring] if docstring else []
    return "\n".join(["def f():", *(f"    {line}" for line in [*body, *["x = 1"] * (lines - 1)])])


def test_sizes() -> None:
    assert [fault for each in modules() for fault in faults(each)] == []


def test_a_long_file_is_seen() -> None:
    assert faults(module("a.py", "x = 1\n" * FILE_LINES)) == []
    assert faults(module("a.py", "x = 1\n" * (FILE_LINES + 1))) == ["a.py has 401 lines"]


def test_a_long_function_is_seen() -> None:
    assert faults(module("a.py", function_of(FUNCTION_LINES))) == []
    assert faults(module("a.py", function_of(FUNCTION_LINES + 1))) == ["a.py:1 f has 41 lines"]
    assert faults(module("a.py", "class A:\n" + function_of(41).replace("\n", "\n ").replace("def", " def")))


def test_a_docstring_is_not_counted() -> None:
    assert faults(module("a.py", function_of(FUNCTION_LINES, '"""What\n    it\n    means."""'))) == []
