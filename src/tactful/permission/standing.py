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
from tactful.permission.points import Passed, basis_told

GRANTS = frozenset({"given", "renewed"})
STRICTNESS: tuple[str, ...] = (
    "withdrawn", "refused", "revoked", "invalidated", "expired", "request_deferred", "requested", "never_asked",
    "given", "renewed",
)  # fmt: skip
"""States, strictest first."""
ENDS = frozenset(STRICTNESS[:5])
REFUSALS = frozenset(STRICTNESS[:4])
PROMOTING = frozenset({"market", "recommend", "winback", "advertise"})
"""What a no to `market` is a no to: whoever wants no promotion wants none under another name (GDPR Art. 21(2))."""
_RANK = {state: rank for rank, state in enumerate(STRICTNESS)}
_EVERY = "*"


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
    known = [each for each in permissions if each.state in REFUSALS or max(each.occurred_at, each.received_at) <= now]
    about = [each for each in known if _purpose_fits(each, purpose)]
    elsewhere = _elsewhere(about, channel)
    holds = _resolve([each for each in about if _fits(each, channel, category)])
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
        self._by_category = any(each.category != _EVERY for each in permissions or ())
        self._known: dict[tuple[str, str, str], Standing] = {}
        self._by_purpose: dict[str, tuple[Permission, ...]] = {}

    def of(self, purpose: str, channel: str, category: str) -> Standing:
        """The permission that holds; the category does not matter where no record names one."""
        key = (purpose, channel, category if self._by_category else _EVERY)
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
            found = tuple(each for each in self.permissions if each.purpose in (purpose, _EVERY))
            self._by_purpose[purpose] = found
        return found


def _purpose_fits(record: Permission, purpose: str) -> bool:
    if record.purpose == purpose:
        return True
    if record.state not in ENDS:
        return False
    return record.purpose == _EVERY or (record.purpose == "market" and purpose in PROMOTING)


def _fits(record: Permission, channel: str, category: str) -> bool:
    in_channel = record.channel == channel or (record.channel == _EVERY and record.state in ENDS)
    return in_channel and _covers(record.category, category)


def _covers(general: str, special: str) -> bool:
    return general in (_EVERY, special) or special.startswith(general + ".")


def _length(record: Permission) -> int:
    return 0 if record.category == _EVERY else record.category.count(".") + 1


def _resolve(records: list[Permission]) -> Permission | None:
    """The record that decides, or None if there is none."""
    if len(records) < 2:
        return records[0] if records else None
    grants = [each for each in records if each.state in GRANTS]
    ends = [each for each in records if each.state in ENDS and not any(_lifts(grant, each) for grant in grants)]
    if ends:
        return min(ends, key=lambda each: (_RANK[each.state], -each.occurred_at, -each.received_at, each.source))
    others = [each for each in records if each.state not in ENDS]
    asked = [each for each in others if each.state != "never_asked"] or others
    if not asked:
        return None
    return min(asked, key=lambda each: (-_length(each), -each.occurred_at, _RANK[each.state], each.source))


def _lifts(grant: Permission, end: Permission) -> bool:
    return (
        _covers(end.category, grant.category)
        and grant.occurred_at > end.occurred_at
        and grant.received_at > end.received_at
    )


def _elsewhere(about: list[Permission], channel: str) -> str:
    """The strictest state of this purpose in her other channels, whatever the category; `never_asked` if none."""
    groups: dict[tuple[str, str], list[Permission]] = {}
    for each in about:
        if each.channel not in (channel, _EVERY):
            groups.setdefault((each.channel, each.category), []).append(each)
    states = [found.state for same in groups.values() if (found := _resolve(same)) is not None]
    return min(states, key=_RANK.__getitem__) if states else "never_asked"
