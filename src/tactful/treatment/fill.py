"""Putting values into a wording: only those that its uses name, and none that could be read as anything but a value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from liquid.ast import Node
from liquid.exceptions import LiquidError, LiquidTypeError, ResourceLimitError, UndefinedError
from liquid.template import BoundTemplate

from tactful.treatment.environment import ENVIRONMENT, MANNER, MOST_STEPS
from tactful.treatment.mentions import Used
from tactful.treatment.template import part_of, shown_values

LONGEST_VALUE = 2_000
"""The longest single value, in characters; a longer one is cut."""
LONGEST_RAW = 10 * LONGEST_VALUE


class NotRendered(Exception):
    """The message cannot be written; the text says why, without any value of hers."""


class Named(dict[str, Any]):
    """Several values under one name. It can be walked through, never shown as a whole."""

    def __str__(self) -> str:
        raise LiquidTypeError("a name that stands for several things is shown as a whole", token=None)


class Several(list[Any]):
    """A list. It can be looped over and joined, never shown as a whole."""

    def __str__(self) -> str:
        raise LiquidTypeError("a list is shown as a whole", token=None)


def context_of(used: Iterable[Used], values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values that a wording may see: one per use, at its path.

    `values` has the fields of each fact by the fact's name, and of what is not personal by its name in the table. A
    fact, or a field, that is not in it is absent; so is everything that no use names.
    """
    context: dict[str, Any] = Named()
    for use in used:
        fields = part_of(use, values)
        if fields is None:
            continue
        place = context
        for segment in use.segments[: len(use.entry.path)]:
            place = place.setdefault(str(segment), Named())
        if use.field in fields and (value := clean(fields[use.field])) not in (None, ""):
            place[use.field] = value
    return context


def values_of(facts: Mapping[str, Any], not_personal: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """What `context_of` reads: the fields of facts, and of offer, shop and sender."""
    return {**{name: shown_values(fact) for name, fact in facts.items()}, **not_personal}


def fill(nodes: Iterable[Node], context: Mapping[str, Any], currency: str, language: str) -> str:
    """The text of a part. Raises NotRendered where something shown is absent or a limit is reached."""
    template = BoundTemplate(ENVIRONMENT, list(nodes), globals={**context, MANNER: (currency, language)})
    try:
        return template.render()
    except UndefinedError as error:
        missing = str(error.message).replace(" is undefined", " is not there")
        raise NotRendered(f"the message cannot be written: {missing}.") from None
    except ResourceLimitError:
        raise NotRendered("the message cannot be written: it would become too long.") from None
    except (LiquidError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        raise NotRendered("the message cannot be written: a value is not of the kind the treatment takes.") from None


def clean(value: Any) -> Any:
    """A value that is only a value: one line, no control or direction characters, no markup of the template.

    Texts are never read as Liquid, so `{{` in a product name stays what it is. Whole numbers and true/false stay, a
    list keeps its first thousand, and what is nothing of this is not there.
    """
    if isinstance(value, str):
        seen = "".join(char for char in value[:LONGEST_RAW] if char.isspace() or _is_plain(char))
        return " ".join(seen.split())[:LONGEST_VALUE]
    if isinstance(value, Mapping):
        kept = ((str(name), clean(each)) for name, each in value.items())
        return Named((name, each) for name, each in kept if each is not None and each != "")
    if isinstance(value, list | tuple):
        return Several(clean(each) for each in value[:MOST_STEPS])
    return value if isinstance(value, bool | int) else None


def _is_plain(char: str) -> bool:
    """False for control characters, direction overrides and other characters that cannot be seen."""
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") or char == "\u200d"
