"""A condition in plain English, made of the vocabulary's own sentences."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.model.flow import Value, shown
from tactful.model.vocabulary import KEYS
from tactful.model.words import Key
from tactful.policy.rules import AllOf, Atom, Condition, Const, Pair

_ORDER = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_TIME = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least"}


def condition_lines(condition: Condition, indent: int = 0) -> Iterator[str]:
    """One line for each comparison, alternatives and conjunctions as nested lists."""
    start = "  " * indent
    if isinstance(condition, Const):
        yield f"{start}- {'always' if condition.value else 'never'}"
    elif isinstance(condition, Atom):
        yield f"{start}- {_atom(condition)}"
    elif isinstance(condition, Pair):
        yield f"{start}- {_pair(condition)}"
    else:
        yield f"{start}{'- ' if indent else ''}{'all of this:' if isinstance(condition, AllOf) else 'one of these:'}"
        for part in condition.parts:
            yield from condition_lines(part, indent + 1)


def _atom(atom: Atom) -> str:
    key = KEYS[atom.key]
    if key.kind == "bool":
        so = bool(atom.values[0]) == (atom.op in ("==", "in"))
        return f"{'' if so else 'not so: '}{_phrase(key)} ({key.name})"
    if atom.op in _ORDER:
        than = (_TIME if key.kind == "number" else _ORDER)[atom.op]
        return f"{_named(key)}: {than} {_value(key, atom.values[0])}"
    values = " or ".join(_value(key, value) for value in atom.values)
    return f"{_named(key)}: {'' if atom.op in ('==', 'in') else 'anything but '}{values}"


def _pair(pair: Pair) -> str:
    left, right = KEYS[pair.left], KEYS[pair.right]
    if pair.op in ("in", "not in"):
        return f"{_named(left)}: {'one' if pair.op == 'in' else 'none'} of {_named(right)}"
    than = {"==": "the same as", "!=": "not the same as", **_ORDER}[pair.op]
    return f"{_named(left)}: {than} {_named(right)}"


def _named(key: Key) -> str:
    return f"{_phrase(key)} ({key.name})"


def _phrase(key: Key) -> str:
    """What a key means, as part of a sentence: without what is said behind the first semicolon."""
    return _inside(key.sentence.split(";")[0])


def _value(key: Key, value: Value) -> str:
    meaning = next((word.sentence for word in key.values if word.name == value), "")
    text = shown(value).strip('"')
    return f"{text} ({_inside(meaning)})" if meaning else text


def _inside(sentence: str) -> str:
    """A sentence inside another; a word that begins with two capitals keeps them."""
    text = sentence.strip().rstrip(".")
    return text if text[:2].isalpha() and text[:2].isupper() else text[:1].lower() + text[1:]
