"""What staff read in place of keys: what a fact is called and says, and permissions in as few lines as they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tactful.model.records import Permission
from tactful.model.vocabulary import KEYS
from tactful.profile.labels import Declared

_CATEGORIES = {word.name: word.sentence for word in KEYS["fact.category"].values}
_ALL = "*"


class Said(msgspec.Struct, frozen=True):
    """Permissions that were chosen or recorded at once, and differ in nothing but their purposes or channels."""

    at: int
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    category: str
    state: str
    basis: str
    source: str
    proof: str


def means_of(name: str, declared: Declared) -> str:
    """What a fact says, for staff, without a full stop: `A thing she bought`; its name where nothing says it."""
    kind, _, own = name.partition(".")
    if kind == "label" and own in declared.labels:
        return declared.labels[own].means.rstrip(".")
    derived = next((each for each in declared.derived.values() if each.fact == name), None)
    if derived is not None:
        return derived.means.rstrip(".")
    near = name
    while near not in _CATEGORIES and "." in near:
        near = near.rpartition(".")[0]
    return _CATEGORIES.get(near, name).rstrip(".")


def within(name: str) -> str:
    """A category in the middle of a sentence: `her e-mail address`; the name itself where nothing says it."""
    sentence = _CATEGORIES.get(name, "").rstrip(".")
    return sentence[:1].lower() + sentence[1:] or name


def value_in_words(value: Mapping[str, Any]) -> str:
    """The value of a fact as staff read it: `6 orders, every 14 days`; empty where it says nothing beside being so."""
    item = value.get("item")
    named = value.get("plain_name") or (item.get("plain_name") if isinstance(item, Mapping) else "")
    if named:
        return str(named)
    rhythm = value.get("rhythm")
    parts = [
        _counted(value.get("orders"), "order"),
        str(rhythm.get("how_often") or "") if isinstance(rhythm, Mapping) else "",
        _counted(value.get("days"), "day"),
        f"{value['last_year']} in the last year" if "last_year" in value else "",
    ]
    known = [each for each in parts if each]
    return ", ".join(known or (str(each) for key, each in value.items() if _plain(key, each)))


def folded(permissions: Iterable[Permission]) -> tuple[Said, ...]:
    """Permissions in the order given; those said at once about several purposes or channels in one."""
    purposes: dict[tuple[Any, ...], list[str]] = {}
    for each in permissions:
        rest = (each.occurred_at, each.category, each.state, each.basis, each.source, each.proof)
        purposes.setdefault((each.channel, *rest), []).append(each.purpose)
    channels: dict[tuple[Any, ...], list[str]] = {}
    for (channel, *others), named in purposes.items():
        channels.setdefault((tuple(sorted(set(named))), *others), []).append(channel)
    return tuple(
        Said(at, named, tuple(where), category, state, basis, source, proof)
        for (named, at, category, state, basis, source, proof), where in channels.items()
    )


def said_in_words(said: Said) -> str:
    """One line: what for, where, and what she said: `market and sell by email: refused (web: her own form)`."""
    purposes = "for everything" if _ALL in said.purposes else listed(said.purposes)
    channels = "everywhere" if _ALL in said.channels else f"by {listed(said.channels)}"
    about = f", about {within(said.category)}" if said.category != _ALL else ""
    basis = f", {said.basis.replace('_', ' ')}" if said.basis != "none" else ""
    proof = f": {said.proof}" if said.proof else ""
    return f"{purposes} {channels}{about}: {said.state}{basis} ({said.source}{proof})"


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _counted(number: object, what: str) -> str:
    return "" if not isinstance(number, int) else f"{number:,} {what}{'' if number == 1 else 's'}"


def _plain(key: str, value: object) -> bool:
    return key != "means" and isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
