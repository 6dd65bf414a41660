"""Derived facts worked out at an instant: their number or list, and what they rest on.

Times are µs: a window of a day reaches back 24 hours, whatever clocks were put forward or back meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import msgspec

from tactful.model.records import DAY, Fact
from tactful.profile.derived import Derived
from tactful.profile.document import Line, Seen
from tactful.profile.evidence import REPORTED, Occasion, bought, counted, looks, noticed, ordered_since
from tactful.profile.measures import NEVER, Item, Person, median
from tactful.profile.names import kind_of, plain_name
from tactful.profile.revealing import Revealed, more_delicate
from tactful.profile.rhythm import rhythm


class Worked(msgspec.Struct, frozen=True):
    """A derived fact of hers. `number` is None where it has none; `value` is what can be shown of it, `shown` the same
    as her sentence needs it. It rests on `occasions` or on the facts `inputs`. `revealed` is the most delicate thing
    that what was counted reveals.
    """

    number: float | None
    value: dict[str, Any]
    shown: dict[str, dict[str, str | None]]
    occasions: tuple[Occasion, ...] = ()
    inputs: tuple[Fact, ...] = ()
    revealed: Revealed | None = None
    at: int = 0


def reading(derived: Derived, of_item: bool) -> Callable[[Any], float | None]:
    """How a formula reads it, from a Person, or from an Item of hers."""

    def read(scope: Item | Person) -> float | None:
        person = scope.person if isinstance(scope, Item) else scope
        found = worked(derived, person)
        return found.number if found else None

    return read


def worked(derived: Derived, person: Person) -> Worked | None:
    """The derived fact, or None where it is not known: where nothing of what it rests on is."""
    if derived.name not in person.worked:
        scope = person
        for name in (derived.fact, *derived.inputs):
            scope = scope.for_fact(name)
        person.worked[derived.name] = _FORMS[derived.form](derived, scope)
    found: Worked | None = person.worked[derived.name]
    return found


def _number(number: float, occasions: Iterable[Occasion], text: str = "", revealed: Revealed | None = None) -> Worked:
    rests_on = tuple(occasions)
    shown = text or f"{number:g}"
    return Worked(number, {"number": shown}, {"": {"number": shown}}, rests_on, (), revealed, rests_on[-1].at)


def _within(derived: Derived, person: Person, occasions: list[Occasion]) -> list[Occasion]:
    start = person.now - derived.within if derived.within else NEVER
    return [each for each in occasions if each.at > start]


def _count(derived: Derived, person: Person) -> Worked | None:
    occasions = _counted(derived, person)
    if not occasions:
        return None
    window = _within(derived, person, occasions)
    number = len({each.about for each in window}) if derived.of == "orders" else len(window)
    return _number(number, occasions, revealed=_revealed(derived.of, person, occasions))


def _recency(derived: Derived, person: Person) -> Worked | None:
    occasions = _counted(derived, person)
    if not occasions:
        return None
    days = (person.now - occasions[-1].at) // DAY
    return _number(days, occasions, revealed=_revealed(derived.of, person, occasions))


def _rhythm(derived: Derived, person: Person) -> Worked | None:
    occasions = _counted(derived, person)
    days = sorted({each.at // DAY for each in occasions})
    gap = median(later - earlier for earlier, later in pairwise(days))
    usual = rhythm(gap)
    if gap is None or usual is None:
        return None
    words = {"in_words": usual.in_words, "how_often": usual.how_often}
    revealed = _revealed(derived.of, person, occasions)
    return Worked(gap, {"rhythm": words}, {"rhythm": {**words}}, tuple(occasions), (), revealed, occasions[-1].at)


def _sum(derived: Derived, person: Person) -> Worked | None:
    occasions = bought(person.lines)
    if not occasions:
        return None
    window = _within(derived, person, occasions)
    if derived.of == "units":
        return _number(sum(each.units for each in window), occasions)
    thousandths = sum(each.units * each.price for each in window)
    return _number(thousandths / 1000, occasions, f"{thousandths / 1000:.2f}")


def _last(derived: Derived, person: Person) -> Worked | None:
    facts = [fact for fact in _facts(derived.of, person) if isinstance(fact.value.get("value"), str)]
    if not facts:
        return None
    newest = max(facts, key=lambda fact: (fact.at, fact.key))
    text = newest.value["value"]
    number = float(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    return Worked(number, {"value": text}, {"": {"value": text}}, (), (newest,), None, newest.at)


def _score(derived: Derived, person: Person) -> Worked | None:
    """The last score that this model gave, while it is believed, and as long as anything that it rests on is known."""
    score = person.document.scores.get(derived.of)
    since = max(person.kept(derived.kind), person.now - derived.forget_after + 1)
    if score is None or not since <= score.at <= person.now:
        return None
    if any(score.at <= person.denied(name) for name in (derived.fact, *derived.inputs)):
        return None
    inputs = tuple(fact for name in derived.inputs for fact in _facts(name, person))
    if not inputs:
        return None
    percent = f"{score.value / 10_000:.0f}"
    value = {"percent": percent, "model": derived.of, "version": score.version}
    occasion = Occasion(score.at, score.key, score.source, derived.of)
    return Worked(score.value / 1_000_000, value, {"": {"percent": percent}}, (occasion,), inputs, None, score.at)


def _top(derived: Derived, person: Person) -> Worked | None:
    start = person.now - derived.within if derived.within else NEVER
    weights: dict[str, float] = {}
    revealed: Revealed | None = None
    occasions: list[Occasion] = []
    for item in person.items.values():
        lines = [line for line in item.bought if line.at > start]
        gives_away = _reveals(item.code, item.product.name, person)
        word = plain_name(item.product.name) if derived.of == "product" else _kind(item, gives_away, person)
        if not lines or not word:
            continue
        weights[word] = weights.get(word, 0) + _weight(derived.by, lines)
        occasions += bought(lines)
        revealed = more_delicate(revealed, gives_away)
    best = sorted(weights, key=lambda word: (-weights[word], word))[: derived.most]
    if not best:
        return None
    occasions.sort()
    text = best[0] if len(best) == 1 else f"{', '.join(best[:-1])} and {best[-1]}"
    return Worked(None, {"list": best}, {"": {"list": text}}, tuple(occasions), (), revealed, occasions[-1].at)


def _kind(item: Item, revealed: Revealed | None, person: Person) -> str:
    """The general word for a product; none for one that gives something away."""
    shop = person.shop
    if shop is None or shop.catalogue is None or revealed is not None:
        return ""
    return kind_of(item.product.name, shop.catalogue) or ""


def _weight(by: str, lines: list[Line]) -> float:
    if by == "units":
        return sum(line.units for line in lines)
    return sum(line.units * line.price for line in lines) if by == "value" else len({line.at // DAY for line in lines})


def _sequence(derived: Derived, person: Person) -> Worked | None:
    """With how many products she took these steps in this order. With `unless`, only once `within` has passed since the
    last step, and as long as that did not follow; without it, only if the last step lies within it."""
    if person.shop is None:
        return None
    steps = [_by_product(step, person) for step in derived.steps]
    if not steps[-1]:
        return None
    took: list[Occasion] = []
    for product, last in sorted(steps[-1].items()):
        way = _way_back(steps, product)
        passed = person.now - last[-1].at >= derived.within
        if way and passed == bool(derived.unless) and not _followed(derived.unless, product, last[-1].at, person):
            took += way
    rests_on = sorted({*took, *(each[-1] for each in steps[-1].values())})
    number = len({each.about for each in took})
    return _number(number, rests_on, revealed=_revealed(derived.steps[-1], person, rests_on))


def _by_product(step: str, person: Person) -> dict[str, list[Occasion]]:
    found: dict[str, list[Occasion]] = {}
    for each in looks(step, person, person.shop) if person.shop else ():
        found.setdefault(each.about, []).append(each)
    return found


def _way_back(steps: list[dict[str, list[Occasion]]], product: str) -> list[Occasion]:
    """From the last time of the last step back over the latest earlier time of each step before; empty if one lacks."""
    way = [steps[-1][product][-1]]
    for step in reversed(steps[:-1]):
        before = [each for each in step.get(product, ()) if each.at <= way[-1].at]
        if not before:
            return []
        way.append(before[-1])
    return way


def _followed(what: str, product: str, at: int, person: Person) -> bool:
    if what == "ordered":
        return ordered_since(person.document, product, at, person.now)
    seen = person.document.seen.get(what, {}).get(product)
    return seen is not None and at <= seen.at <= person.now


def _counted(derived: Derived, person: Person) -> list[Occasion]:
    if person.shop is None:
        return []
    return counted(derived.of, person, person.shop)


def _facts(name: str, person: Person) -> list[Fact]:
    return [fact for fact in (person.every(name) if person.every else ()) if fact.at >= person.floor]


def _revealed(what: str, person: Person, occasions: Iterable[Occasion]) -> Revealed | None:
    """The most delicate thing that the products or searches among these give away. Orders and complaints as such give
    nothing away."""
    if what in ("orders", "returned", *REPORTED):
        return None
    texts = _texts(what, person)
    found: Revealed | None = None
    for about in sorted({each.about for each in occasions}):
        code = "" if what == "products_searched" else about
        found = more_delicate(found, _reveals(code, texts.get(about, about), person))
    return found


def _texts(what: str, person: Person) -> dict[str, str]:
    if what == "requested":
        return {ref: remark.text for ref, remark in person.document.requests.items()}
    seen: list[tuple[str, Seen]] = noticed(what, person, person.shop) if person.shop else []
    return {about: each.text or about for about, each in seen}


def _reveals(code: str, name: str, person: Person) -> Revealed | None:
    if person.shop is None:
        return None
    alone = person.shop.revealing.look_up(code, name)
    return more_delicate(alone, person.together(person.shop.revealing).get(code))


_FORMS: dict[str, Callable[[Derived, Person], Worked | None]] = {
    "count": _count,
    "recency": _recency,
    "sum": _sum,
    "last": _last,
    "top": _top,
    "rhythm": _rhythm,
    "sequence": _sequence,
    "score": _score,
}
