"""One Python function per policy, made from its rules: `compile_policy(policy) -> Judge`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tactful.model.flow import Value, read_value
from tactful.model.vocabulary import KEYS
from tactful.policy.judge import Judge
from tactful.policy.rules import Policy
from tactful.policy.source import OPEN, Layout, source_of

_MOST_PLACES = 10_000


def compile_policy(policy: Policy) -> Judge:
    """The judge of a policy. The same policy gives the same `Judge.source`."""
    layout = Layout(policy.rules)
    source = source_of(layout)
    names: dict[str, Any] = {"T_customer_jurisdiction": _Places(layout)}
    exec(compile(source, f"<policy {policy.name} {policy.version}>", "exec"), names)
    held: Callable[[Mapping[str, Value]], int] = names["held"]
    return Judge(policy, held, source)


class _Places(dict[Any, int]):
    """The table of jurisdictions. They are not listed, so that each is worked out when it is first met."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout

    def __missing__(self, place: Any) -> int:
        if place is not None and read_value(KEYS[OPEN], place)[1]:
            raise KeyError(place)
        mask = self.layout.allowed(OPEN, place)
        if len(self) < _MOST_PLACES:
            self[place] = mask
        return mask
