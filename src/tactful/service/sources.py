"""The systems that shop.yaml lists: what their silence means, and until when it may be believed."""

from __future__ import annotations

import msgspec

from tactful.model.flow import Value
from tactful.model.problems import Problem, Problems, suggestion
from tactful.profile.call import TIGHTENS
from tactful.service.ports import Store
from tactful.service.shop import Shop, Source

NEVER, FRESH, STALE, NOTHING = "never heard", "fresh", "stale", "means nothing"


GRAVE = ("call:", *(f"event {kind}:" for kind in sorted(TIGHTENS)))
"""With what the counts of what was left out begin, where it may be the very complaint that silence would deny."""


class SourceState(msgspec.Struct, frozen=True):
    """A source at an instant. `known_until` is None where its silence means nothing or it was never heard.

    `state` is never heard, fresh, stale, or means nothing (its silence does).
    """

    source: str
    tells_us: tuple[str, ...]
    silence_means: dict[str, Value]
    heard_as_of: int | None
    heard_at: int | None
    note: str
    known_until: int | None
    state: str


def attest(store: Store, shop: Shop, name: str, at: int, now: int, note: str, file: str) -> SourceState:
    """Somebody looked at a system and nothing was open at `at`. An older statement changes nothing.

    Raises Problems where shop.yaml does not list the system, or `at` has not happened yet.
    """
    names = [source.name for source in shop.sources]
    if name not in names:
        listed = f" It lists: {', '.join(names)}." if names else " It lists none."
        hint = suggestion(name, names) or listed
        raise Problems([Problem(file, 0, f"there is no source `{name}` under `sources`.{hint}")])
    if at > now:
        raise Problems([Problem(name, 0, "nobody can have looked at it in the future: that is later than now.")])
    store.hear(name, at, now, note)
    return next(state for state in list_sources(store, shop, now) if state.source == name)


def told_in_vain(store: Store, name: str) -> bool:
    """Whether something that a system told was not taken since it was last heard: set aside, or a complaint left out.

    What it says of its own silence is then not believed; somebody has to look (`tactful source heard`).
    """
    heard = store.heard().get(name)
    since = heard.at if heard is not None else 0
    if any(each.at > since for each in store.aside(name, 1)):
        return True
    return any(source == name and what.startswith(GRAVE) for source, what, _ in store.left_out(since))


def list_sources(store: Store, shop: Shop, now: int) -> tuple[SourceState, ...]:
    """Every source of shop.yaml as it stands at `now`, in the order of the file."""
    heard = store.heard()
    found = []
    for source in shop.sources:
        known = heard.get(source.name)
        until = known.as_of + source.fresh_for if known is not None and source.silence_means else None
        found.append(
            SourceState(
                source=source.name,
                tells_us=source.tells_us,
                silence_means=source.silence_means,
                heard_as_of=known.as_of if known else None,
                heard_at=known.at if known else None,
                note=known.note if known else "",
                known_until=until,
                state=_state(source, until, now),
            )
        )
    return tuple(found)


def _state(source: Source, until: int | None, now: int) -> str:
    if not source.silence_means:
        return NOTHING
    if until is None:
        return NEVER
    return FRESH if now <= until else STALE
