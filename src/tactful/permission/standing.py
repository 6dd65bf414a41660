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
    about_channel,
    about_purpose,
    known_by,
    standing_end,
)
from tactful.permission.points import Passed, basis_told

__all__ = ["ENDS", "GRANTS", "PROMOTING", "REFUSALS", "STRICTNESS", "Standings", "permission_for"]


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
        return Standing(None, None, None, None)
    about = [each for each in known_by(permissions, now) if about_purpose(each, purpose)]
    elsewhere = _elsewhere(about, channel)
    holds = _resolve([each for each in about if about_channel(each, channel, category)])
    told = basis_told(passed, purpose, channel, now, jurisdiction)
    if holds is not None and holds.state in GRANTS:
        return Standing(holds.state, holds.basis, holds.asked, elsewhere, holds.source)
    if holds is not None and holds.state != "never_asked":
        basis = "contract" if told is not None and told.basis == "contract" else "none"
        return Standing(holds.state, basis, holds.asked, elsewhere, holds.source)
    if told is not None:
        return Standing("never_asked", told.basis, "not_asked", elsewhere, told.point, told.assumes)
    return Standing("never_asked", "none", "not_asked", elsewhere, holds.source if holds is not None else "")


class Standings:
    """Her permissions by purpose, channel and category, each looked up once."""

    def __init__(
        self,
        permissions: Sequence[Permission] | None,
        passed: Sequence[Passed],
        now: int,
        jurisdiction: str | None,
    ) -> None:
        self.permissions = permissions
        self.passed = passed
        self.now = now
        self.jurisdiction = jurisdiction
        self._by_category = any(each.category != EVERY for each in permissions or ())
        self._known: dict[tuple[str, str, str], Standing] = {}
        self._by_purpose: dict[str, tuple[Permission, ...]] = {}

    def of(self, purpose: str, channel: str, category: str) -> Standing:
        """The permission that holds; the category does not matter where no record names one."""
        key = (purpose, channel, category if self._by_category else EVERY)
        known = self._known.get(key)
        if known is None:
            about = self._about(purpose)
            known = permission_for(about, self.passed, purpose, channel, category, self.now, self.jurisdiction)
            self._known[key] = known
        return known

    def _about(self, purpose: str) -> tuple[Permission, ...] | None:
        if self.permissions is None:
            return None
        found = self._by_purpose.get(purpose)
        if found is None:
            found = tuple(each for each in self.permissions if about_purpose(each, purpose))
            self._by_purpose[purpose] = found
        return found


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


def _elsewhere(about: list[Permission], channel: str) -> str:
    """The strictest state of this purpose in her other channels, whatever the category; `never_asked` if none."""
    groups: dict[tuple[str, str], list[Permission]] = {}
    for each in about:
        if each.channel not in (channel, EVERY):
            groups.setdefault((each.channel, each.category), []).append(each)
    states = [found.state for same in groups.values() if (found := _resolve(same)) is not None]
    return min(states, key=RANK.__getitem__) if states else "never_asked"
