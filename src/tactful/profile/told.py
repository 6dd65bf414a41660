"""What she was told where we learned something: the purposes of a fact."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.profile.origin import point_named, source_of


class Told(msgspec.Struct, frozen=True):
    """A collection point, as far as facts need it.

    `sources` are the event sources whose customers see its notice, `purposes` what the notice says (already closed
    under the compatibility table), `seen_from` when it was first shown (µs). What was learned before that was
    learned without it.
    """

    point: str
    sources: tuple[str, ...]
    purposes: tuple[str, ...]
    seen_from: int


def told_at(told: Iterable[Told], source: str, at: int) -> tuple[Told, ...]:
    """The collection points whose notice covered this source (see `origin`) at this instant: of one that names a
    point, that point alone."""
    name, point = source_of(source), point_named(source)
    return tuple(each for each in told if name in each.sources and at >= each.seen_from and point in ("", each.point))


def purposes_of(told: Iterable[Told], occasions: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The purposes she was told on any of these occasions (source, µs), sorted.

    A union: the same knowledge came on each occasion, so that to forget one can only take purposes away. Without a
    covering notice the answer is the empty tuple: what she was told is known, and it is nothing.
    """
    points = tuple(told)
    latest: dict[str, int] = {}
    for source, at in occasions:
        if at > latest.get(source, at - 1):
            latest[source] = at
    found: set[str] = set()
    for source, at in latest.items():
        for each in told_at(points, source, at):
            found.update(each.purposes)
    return tuple(sorted(found))


def point_of(told: Iterable[Told], source: str, at: int) -> str | None:
    """The name of the newest notice that covered this source at this instant, or None."""
    covering = told_at(told, source, at)
    return max(covering, key=lambda each: (each.seen_from, each.point)).point if covering else None
