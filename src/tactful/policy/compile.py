"""One Python function per policy, made from its rules: `compile_policy(policy) -> Judge`."""

from __future__ import annotations

import math
from typing import Any

from tactful.model.flow import read_value
from tactful.model.vocabulary import KEYS
from tactful.policy.judge import Judge, Pieces, unchanged
from tactful.policy.rules import Policy
from tactful.policy.source import OPEN, Layout, Split, name_in_source, source_of, source_of_split

_MOST_MET = 10_000
LISTS = tuple(key.name for key in KEYS.values() if key.kind == "list")


def compile_policy(policy: Policy) -> Judge:
    """The judge of a policy. The same policy gives the same `Judge.source`."""
    layout = Layout(policy.rules)
    source = source_of(layout)
    given = {"INF": math.inf, "checked": _checked, **_tables(layout)}

    def run(text: str) -> dict[str, Any]:
        names = dict(given)
        exec(compile(text, f"<policy {policy.name} {policy.version}>", "exec"), names)
        return names

    def cut(split: Split) -> Pieces:
        names = run(source_of_split(layout, split))
        return Pieces(
            tuple(names[f"piece_{number}"] for number in range(len(split.pieces))),
            tuple(names.get(f"joint_{number}", unchanged) for number in range(len(split.joints))),
        )

    return Judge(policy, run(source)["held"], source, cut)


def _checked(key: str, value: Any) -> None:
    """Raise ValueError unless the key may have this value. The generated function asks where it cannot tell itself."""
    if read_value(KEYS[key], value)[1]:
        raise ValueError(key)


def _tables(layout: Layout) -> dict[str, _Unlisted]:
    """The tables of the keys whose values are not listed, by their names in the generated text."""
    return {f"T_{name_in_source(key)}": _Unlisted(layout, key) for key in (OPEN, *LISTS)}


class _Unlisted(dict[Any, int]):
    """The table of a key whose values are not listed, so that each is worked out when it is first met."""

    def __init__(self, layout: Layout, key: str) -> None:
        super().__init__()
        self.layout = layout
        self.key = key

    def __missing__(self, value: Any) -> int:
        if value is not None:
            _checked(self.key, value)
        mask = self.layout.allowed(self.key, value)
        if len(self) < _MOST_MET:
            self[value] = mask
        return mask
