"""Reading a flow: flat dotted keys in, validated values out, every problem named with the nearest allowed word.

A flow is a plain dict. A key that is absent is not known; `unknown` and null are read as absent (SEMANTICS 1). A key
out of the vocabulary or a value out of range is left out and reported (SEMANTICS 19).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tactful.model.problems import Problem, suggestion
from tactful.model.vocabulary import KEYS
from tactful.model.words import Key

Value = str | bool | int | float | tuple[str, ...]
Flow = dict[str, Value]

_JURISDICTION = re.compile(r"[a-z]{2}(-[a-z0-9]{2,3})*")
_NAMES: dict[str, frozenset[str]] = {key.name: frozenset(key.names) for key in KEYS.values()}


class NamedFlow(msgspec.Struct, frozen=True):
    """One line of a flow file: its id (any text, or the line number) and the flow."""

    id: str
    flow: Flow
    line: int


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as flat dotted keys: `{fact: {category: x}}` becomes `{"fact.category": x}`."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def read_flow(raw: Mapping[str, Any], file: str = "flow", line: int = 0) -> tuple[Flow, list[Problem]]:
    """A validated flow and the problems found; what is wrong is left out of the flow."""
    flow: Flow = {}
    problems: list[Problem] = []
    for name, value in raw.items():
        if (value is None or value == "unknown") and name in KEYS:
            continue
        key = KEYS.get(name)
        if key is None:
            problems.append(Problem(file, line, f"{name}: unknown key.{suggestion(name, KEYS)}", name))
            continue
        good, complaint = read_value(key, value)
        if complaint:
            problems.append(Problem(file, line, f"{name}: {complaint}", name))
        elif good is not None:
            flow[name] = good
    return flow, problems


def read_value(key: Key, value: Any) -> tuple[Value | None, str]:
    """The value as a flow carries it, or a complaint in words."""
    if key.kind == "bool":
        return (value, "") if isinstance(value, bool) else (None, f"must be true or false, not {shown(value)}.")
    if key.kind == "number":
        return _number(key, value)
    if key.kind == "list":
        return _list(key, value)
    if not isinstance(value, str):
        return None, f"must be a word, not {shown(value)}.{_one_of(key)}"
    if value in _NAMES[key.name] or (key.separator == "-" and _JURISDICTION.fullmatch(value)):
        return value, ""
    if key.separator == "-":
        return None, f"{shown(value)} is not a jurisdiction; write `uk`, `eu-fr` or `us-ca`."
    return None, f"{shown(value)} is not allowed.{suggestion(value, key.names) or _one_of(key)}"


def shown(value: Any) -> str:
    """A value as it may stand in a message: short, in JSON, and harmless on a terminal."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        text = '"(a value that cannot be shown)"'
    return text if len(text) <= 60 else text[:57] + "…"


def _one_of(key: Key) -> str:
    names = key.names
    return f" Allowed: {', '.join(names)}." if len(names) <= 14 else ""


def _number(key: Key, value: Any) -> tuple[Value | None, str]:
    whole = isinstance(value, int) and not isinstance(value, bool)  # however big: no float need hold it
    if not whole and not (isinstance(value, float) and math.isfinite(value)):
        return None, f"must be a number, not {shown(value)}."
    if key.low is not None and value < key.low:
        return None, f"{shown(value)} is below {key.low:g}."
    if key.high is not None and value > key.high:
        return None, f"{shown(value)} is above {key.high:g}."
    return value, ""


def _list(key: Key, value: Any) -> tuple[Value | None, str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return None, f"must be a list of words, not {shown(value)}."
    for item in value:
        if item not in _NAMES[key.name]:
            return None, f"{shown(item)} is not allowed.{suggestion(item, key.names) or _one_of(key)}"
    return tuple(sorted(set(value))), ""


def read_flows(lines: Iterable[bytes], file: str) -> tuple[list[NamedFlow], list[Problem]]:
    """A JSONL file of `{"id": …, "flow": {…}}`; blank lines are passed over; all problems of the file at once."""
    flows: list[NamedFlow] = []
    problems: list[Problem] = []
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            item = msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            problems.append(Problem(file, number, "this line is not JSON."))
            continue
        if not isinstance(item, dict) or not isinstance(item.get("flow"), dict):
            problems.append(Problem(file, number, 'a line must be {"id": …, "flow": {…}}.'))
            continue
        extra = [name for name in item if name not in ("id", "flow")]
        problems += [
            Problem(file, number, f"{name}: unknown key.{suggestion(name, ('id', 'flow'))}", name) for name in extra
        ]
        flow, found = read_flow(item["flow"], file, number)
        problems += found
        flows.append(NamedFlow(str(item.get("id", number)), flow, number))
    return flows, problems
