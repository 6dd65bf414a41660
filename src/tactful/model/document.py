"""Reading a YAML file that a person wrote: strictly, with the line of every value, and all problems at once.

Scalars are read as in YAML 1.2: only `true` and `false` are booleans, `on` and `no` are words, a date stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from tactful.model.problems import Problem, Problems, suggestion

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_MOST_NODES = 1_000_000
_NO_DEFAULT: Any = object()


class Section:
    """A mapping in a file. Each value is asked for by name and kind; `finish` reports the keys nobody asked for.

    A missing or ill-typed value adds a problem and gives a harmless value, so that reading goes on to the next
    problem.
    """

    def __init__(
        self, values: dict[str, Any], lines: dict[str, int], file: str, line: int, problems: list[Problem]
    ) -> None:
        self.values = values
        self.lines = lines
        self.file = file
        self.line = line
        self.problems = problems
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def line_of(self, name: str) -> int:
        """The line of a key, or of the section where the key is absent."""
        return self.lines.get(name, self.line)

    def complain(self, message: str, name: str = "") -> None:
        """Add a problem at a key of this section."""
        self.problems.append(Problem(self.file, self.line_of(name), message, name))

    def raw(self, name: str, default: Any = _NO_DEFAULT) -> Any:
        """The value as it stands: text, bool, int, float, None, list, or Section."""
        self._asked.add(name)
        if name in self.values:
            return self.values[name]
        if default is _NO_DEFAULT:
            self.complain(f"`{name}` is missing.", name)
            return None
        return default

    def text(self, name: str, default: Any = _NO_DEFAULT, one_of: Iterable[str] | None = None) -> str:
        """A text; with `one_of`, one of these words."""
        value = self.raw(name, default)
        if name not in self.values:
            return value if isinstance(value, str) else ""
        if isinstance(value, bool | list | Section) or value is None:
            self.complain(f"`{name}` must be a text.", name)
            return ""
        value = str(value)
        if one_of is not None:
            allowed = tuple(one_of)
            if value not in allowed:
                hint = suggestion(value, allowed) or f" Allowed: {', '.join(allowed)}."
                self.complain(f"`{name}: {value}` is not allowed.{hint}", name)
        return value

    def number(
        self, name: str, default: Any = _NO_DEFAULT, low: float | None = None, high: float | None = None
    ) -> float:
        """A number within bounds, both included."""
        value = self.raw(name, default)
        if name not in self.values:
            return value if isinstance(value, int | float) else 0
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.complain(f"`{name}` must be a number.", name)
            return 0
        if (low is not None and value < low) or (high is not None and value > high):
            self.complain(f"`{name}: {value}` is out of range ({_range(low, high)}).", name)
        return value

    def integer(self, name: str, default: Any = _NO_DEFAULT, low: int | None = None, high: int | None = None) -> int:
        """A whole number within bounds, both included."""
        value = self.number(name, default, low, high)
        if value != int(value):
            self.complain(f"`{name}: {value}` must be a whole number.", name)
        return int(value)

    def flag(self, name: str, default: Any = _NO_DEFAULT) -> bool:
        """true or false."""
        value = self.raw(name, default)
        if name in self.values and not isinstance(value, bool):
            self.complain(f"`{name}` must be true or false.", name)
            return False
        return bool(value)

    def texts(self, name: str, default: Any = _NO_DEFAULT, one_of: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of texts; with `one_of`, of these words."""
        value = self.raw(name, default)
        if name not in self.values:
            return tuple(value) if isinstance(value, tuple | list) else ()
        if not isinstance(value, list) or any(
            isinstance(item, bool | list | Section) or item is None for item in value
        ):
            self.complain(f"`{name}` must be a list of texts, like [one, two].", name)
            return ()
        items = tuple(str(item) for item in value)
        allowed = tuple(one_of) if one_of is not None else items
        for item in items:
            if item not in allowed:
                hint = suggestion(item, allowed) or f" Allowed: {', '.join(allowed)}."
                self.complain(f"`{name}: {item}` is not allowed.{hint}", name)
        return items

    def section(self, name: str, default: Any = _NO_DEFAULT) -> Section | None:
        """A mapping under this key, or None (with a problem where it is required and absent)."""
        value = self.raw(name, default)
        if name not in self.values:
            return None
        if not isinstance(value, Section):
            self.complain(f"`{name}` must be a set of `key: value` lines.", name)
            return None
        return value

    def sections(self, name: str, default: Any = _NO_DEFAULT) -> list[Section]:
        """A list of mappings under this key."""
        value = self.raw(name, default)
        if name not in self.values:
            return []
        if not isinstance(value, list):
            self.complain(f"`{name}` must be a list.", name)
            return []
        good = [item for item in value if isinstance(item, Section)]
        if len(good) != len(value):
            self.complain(f"every item of `{name}` must be a set of `key: value` lines.", name)
        return good

    def finish(self) -> None:
        """Report every key that was never asked for."""
        for name in self.values:
            if name not in self._asked:
                self.complain(f"unknown key `{name}`.{suggestion(name, self._asked)}", name)

    def plain(self) -> dict[str, Any]:
        """The section as plain nested dicts and lists; counts every key as asked for."""
        self._asked.update(self.values)
        return {name: _plain(value) for name, value in self.values.items()}


def read_document(text: str, file: str) -> Section:
    """The top mapping of a YAML text. Raises Problems where it is not YAML or not a mapping.

    Problems of content are collected in the section's `problems`; the caller raises them with `refuse`.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = (error.problem or "cannot be read").split("\n")[0]
        raise Problems([Problem(file, mark.line + 1 if mark else 0, f"this is not YAML: {reason}.")]) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Problems(
            [Problem(file, 0, "this is not YAML: it has characters or nesting that cannot be read.")]
        ) from None
    problems: list[Problem] = []
    try:
        value = _Builder(file, problems).build(node) if node is not None else None
    except RecursionError:
        raise Problems([Problem(file, 0, "this file is nested too deeply.")]) from None
    if not isinstance(value, Section):
        raise Problems([Problem(file, 1, "this file must be a set of `key: value` lines.")])
    return value


def refuse(problems: Iterable[Problem]) -> None:
    """Raise Problems if there are any."""
    found = list(problems)
    if found:
        raise Problems(found)


class _Builder:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.count = 0

    def build(self, node: Any) -> Any:
        self.count += 1
        if self.count > _MOST_NODES:
            raise Problems([Problem(self.file, 0, "this file has more than a million values.")])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item) for item in node.value]
        return _scalar(node)

    def _mapping(self, node: Any) -> Section:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(self.file, line, "a key must be a word."))
                continue
            name = key_node.value
            if name in values:
                self.problems.append(Problem(self.file, line, f"`{name}` stands here twice.", name))
                continue
            values[name] = self.build(value_node)
            lines[name] = line
        return Section(values, lines, self.file, node.start_mark.line + 1, self.problems)


def _scalar(node: Any) -> Any:
    value: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return value
    if value in ("true", "false"):
        return value == "true"
    if value in ("null", "~", ""):
        return None
    if _INTEGER.fullmatch(value) and len(value) <= 18:
        return int(value)
    if _FLOAT.fullmatch(value):
        number = float(value)
        return number if abs(number) != float("inf") else value
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return value.plain()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
