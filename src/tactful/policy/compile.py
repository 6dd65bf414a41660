"""One Python function per policy, made from its rules: `compile_policy(policy) -> Judge`."""

from __future__ import annotations

from typing import Any

from tactful.model.flow import read_value
from tactful.model.vocabulary import KEYS
from tactful.policy.judge import Judge, Pieces, unchanged
from tactful.policy.rules import Policy
from tactful.policy.source import OPEN, Layout, Split, source_of, source_of_split

_MOST_PLACES = 10_000


def compile_policy(policy: Policy) -> Judge:
    """The judge of a policy. The same policy gives the same `Judge.source`."""
    layout = Layout(policy.rules)
    source, places = source_of(layout), _Places(layout)

    def run(text: str) -> dict[str, Any]:
        names: dict[str, Any] = {"T_customer_jurisdiction": places}
        exec(compile(text, f"<policy {policy.name} {policy.version}>", "exec"), names)
        return names

    def cut(split: Split) -> Pieces:
        names = run(source_of_split(layout, split))
        return Pieces(
            tuple(names[f"piece_{number}"] for number in range(len(split.pieces))),
            tuple(names.get(f"joint_{number}", unchanged) for number in range(len(split.joints))),
        )

    return Judge(policy, run(source)["held"], source, cut)


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
