"""The permission that holds for one purpose, channel and category at an instant.

1. A record counts if it happened and was heard of by now, and matches purpose, channel and category. A refusal counts
   whatever its time: no wrong clock, and no decision for an earlier instant, undoes a no. `*` as category matches every
   category, a category matches itself and what is under it. `*` as purpose or channel matches only in a record that
   restricts: nobody says yes to everything. A no to `market` is a no to every purpose that promotes.
2. A refusal (refused, withdrawn, revoked, invalidated) or an end (expired) stands unless a grant (given, renewed)
   lifts it. A grant lifts what is earlier both in `occurred_at` and in `received_at` and has a category as wide as
   the grant's or wider: a yes to everything does not reopen what she closed by name.
3. If any stands, the strictest is the state. Else the grants and requests with the longest matching category decide:
   the latest, and of several at one instant the most restrictive. `never_asked` counts only if there is nothing else.
4. If nothing is on file, we looked and the state is `never_asked`; then a collection point that she has passed may
   give a basis. A refusal takes every basis away but the contract: her no to a kind of message is not a no to the
   order that she placed. Where the records could not be looked at (None), nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tactful.model.records import Permission, Standing
from tactful.model.said import (
    ENDS,
    EVERY,
    GRANTS,
    PROMOTING,
    RANK,
    REFUSALS,
    STRICTNESS,
    about_purpose,
    covers,
    known_by,
    standing_end,
)
from tactful.permission.points import Passed, Told, basis_told

__all__ = ["ENDS", "GRANTS", "PROMOTING", "REFUSALS", "STRICTNESS", "Standings", "permission_for"]

_SEVERAL = frozenset({EVERY, "market"})
_NOT_KNOWN = Standing(None, None, None, None)


def permission_for(
    permissions: Sequence[Permission] | None,
    passed: Iterable[Passed],
    purpose: str,
    channel: str,
    category: str,
    now: int,
    jurisdiction: str | None,
) -> Standing:
    """What holds for this purpose, channel and category. `permissions` None: nobody could look them up.

    `passed` are the collection points that she has passed (`points.passed`); `jurisdiction` is hers, None if not known.
    """
    if permissions is None:
        return _NOT_KNOWN
    return _About([each for each in known_by(permissions, now) if about_purpose(each, purpose)]).holds(
        basis_told(passed, purpose, channel, now, jurisdiction), channel, category
    )


class Standings:
    """Her permissions by purpose, channel and category, each looked up once. `alike`: no record names a category."""

    def __init__(
        self,
        permissions: Sequence[Permission] | None,
        passed: Sequence[Passed],
        now: int,
        jurisdiction: str | None,
    ) -> None:
        self.alike = all(each.category == EVERY for each in permissions or ())
        self._permissions = permissions
        self._passed, self._now, self._jurisdiction = passed, now, jurisdiction
        self._known: dict[tuple[str, str, str], Standing] = {}
        self._by_purpose: dict[str, list[Permission]] = {}
        self._of_several: list[Permission] = []
        for each in known_by(permissions or (), now):
            self._by_purpose.setdefault(each.purpose, []).append(each)
            if each.state in ENDS and each.purpose in _SEVERAL:
                self._of_several.append(each)
        self._about: dict[str, _About] = {}

    def of(self, purpose: str, channel: str, category: str) -> Standing:
        """What `permission_for` gives."""
        key = (purpose, channel, EVERY if self.alike else category)
        return self._known.get(key) or self._find(key)

    def _find(self, key: tuple[str, str, str]) -> Standing:
        purpose, channel, category = key
        if self._permissions is None:
            return _NOT_KNOWN
        about = self._about.get(purpose)
        if about is None:
            records = self._by_purpose.get(purpose, [])
            several = [each for each in self._of_several if each.purpose != purpose and about_purpose(each, purpose)]
            records = [*records, *several] if several else records
            about = self._about[purpose] = _About(records)
        told = basis_told(self._passed, purpose, channel, self._now, self._jurisdiction) if self._passed else None
        found = self._known[key] = about.holds(told, channel, category)
        return found


class _About:
    """What counts for one purpose."""

    def __init__(self, records: list[Permission]) -> None:
        self.by_channel: dict[str, list[Permission]] = {}
        for each in records:
            self.by_channel.setdefault(each.channel, []).append(each)
        self._strictest: list[tuple[int, str, str]] = []
        for channel, same in self.by_channel.items():
            state = same[0].state if len(same) == 1 else _strictest_in(same)
            if state is not None and channel != EVERY:
                self._strictest.append((RANK[state], state, channel))
        self._strictest.sort()

    def holds(self, told: Told | None, channel: str, category: str) -> Standing:
        """What holds in a channel for a category, where the points that she has passed tell this."""
        elsewhere = self._elsewhere(channel)
        known = self.by_channel.get(channel, [])
        if len(known) != 1 or known[0].category != EVERY:
            known = [each for each in known if covers(each.category, category)]
        everywhere = self.by_channel.get(EVERY)
        if everywhere and channel != EVERY:
            known = known + [each for each in everywhere if each.state in ENDS and covers(each.category, category)]
        holds = _resolve(known)
        if holds is not None and holds.state in GRANTS:
            return Standing(holds.state, holds.basis, holds.asked, elsewhere, holds.source)
        if holds is not None and holds.state != "never_asked":
            basis = "contract" if told is not None and told.basis == "contract" else "none"
            return Standing(holds.state, basis, holds.asked, elsewhere, holds.source)
        if told is not None:
            return Standing("never_asked", told.basis, "not_asked", elsewhere, told.point, told.assumes)
        return Standing("never_asked", "none", "not_asked", elsewhere, holds.source if holds is not None else "")

    def _elsewhere(self, channel: str) -> str:
        """The strictest state of this purpose in her other channels, whatever the category; `never_asked` if none."""
        for _, state, other in self._strictest:
            if other != channel:
                return state
        return "never_asked"


def _strictest_in(records: list[Permission]) -> str | None:
    """The strictest of the states of each category that records of one channel name."""
    by_category: dict[str, list[Permission]] = {}
    for each in records:
        by_category.setdefault(each.category, []).append(each)
    found = [_resolve(same) for same in by_category.values()]
    return min((each.state for each in found if each is not None), key=RANK.__getitem__, default=None)


def _length(record: Permission) -> int:
    return 0 if record.category == EVERY else record.category.count(".") + 1


def _resolve(records: list[Permission]) -> Permission | None:
    """The record that decides, or None if there is none."""
    if len(records) < 2:
        return records[0] if records else None
    end = standing_end(records)
    if end is not None:
        return end
    others = [each for each in records if each.state not in ENDS]
    asked = [each for each in others if each.state != "never_asked"] or others
    if not asked:
        return None
    return min(asked, key=lambda each: (-_length(each), -each.occurred_at, RANK[each.state], each.source))
