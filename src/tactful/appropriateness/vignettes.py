"""The vignettes that a panel judges: their factors and levels from a table, their words from the vocabulary."""

from __future__ import annotations

from typing import Any

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import Flow, Value, read_value
from tactful.model.problems import suggestion
from tactful.model.vocabulary import KEYS


class Asked(msgspec.Struct, frozen=True):
    """One factor of a vignette and the levels that it takes, equally often."""

    key: str
    levels: tuple[Value, ...]


class Vignettes(msgspec.Struct, frozen=True):
    """What is asked: what always holds, what is varied, and what never occurs together."""

    version: int
    always: Flow
    factors: tuple[Asked, ...]
    not_together: tuple[Flow, ...]


def load_vignettes(text: str, file: str) -> Vignettes:
    """A table of vignettes from its file. Raises Problems with all of them."""
    top = read_document(text, file)
    factors = []
    for item in top.sections("factors"):
        name = item.text("key")
        levels = item.raw("levels")
        item.text("why", "")
        item.finish()
        good = tuple(_value(item, name, level, "levels") for level in levels) if isinstance(levels, list) else ()
        if len(good) < 2:
            item.complain("`levels` must be a list of at least two.", "levels")
        factors.append(Asked(name, tuple(each for each in good if each is not None)))
    always = top.section("always", None)
    found = Vignettes(
        version=top.integer("vignettes", low=1),
        always=_flow(always) if always is not None else {},
        factors=tuple(factors),
        not_together=tuple(_flow(item) for item in top.sections("not_together", ())),
    )
    if not factors:
        top.complain("`factors` is empty: there is nothing to ask.", "factors")
    top.finish()
    refuse(top.problems)
    return found


def worded(flow: Flow, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What a vignette says of these keys: the vocabulary's sentence of the key, and that of the value."""
    out = []
    for name in keys:
        key, value = KEYS[name], flow[name]
        said = next((word.sentence for word in key.values if word.name == value), None)
        if said is None:
            said = {True: "Yes.", False: "No."}[value] if isinstance(value, bool) else f"{value}."
        out.append((key.sentence.rstrip("."), said))
    return tuple(out)


def _flow(section: Section) -> Flow:
    flow = {name: _value(section, name, section.raw(name), name) for name in tuple(section.values)}
    return {name: value for name, value in flow.items() if value is not None}


def _value(section: Section, name: str, value: Any, where: str) -> Value | None:
    key = KEYS.get(name)
    if key is None:
        section.complain(f"`{name}` is not a key of a flow.{suggestion(name, KEYS)}", where)
        return None
    good, complaint = read_value(key, value)
    if complaint:
        section.complain(f"`{name}`: {complaint}", where)
    return good
