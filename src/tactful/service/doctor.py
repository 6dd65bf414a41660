"""Why is something silent? The policy, the store, the sources, old holds, and refusals now against a week before.

Shares are in permille of the people that a campaign could be for. A share alarms when it has moved by more than `bound`
since the run about a week before, up or down alike: rules that suddenly refuse nothing are as suspicious as rules that
suddenly refuse everybody.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import msgspec

from tactful.model.kept import Publication, Run, StoreCounts
from tactful.model.problems import Problems, StoreProblem
from tactful.model.records import DAY
from tactful.service.case import NOT_IN
from tactful.service.ports import Store
from tactful.service.publishing import (
    NOTHING_PUBLISHED,
    NOTHING_PUBLISHED_MEND,
    differs_from_published,
    in_force,
    in_force_at,
    waiting_parts,
)
from tactful.service.report import ReadRun
from tactful.service.run import day_of, decoded, header_from
from tactful.service.shop import Shop
from tactful.service.sources import FRESH, NOTHING, SourceState, list_sources

BOUND = 100
"""By how many permille a share may move in a week without alarm."""
FEWEST = 20
"""Below so many people a share says nothing."""
PLAIN = 20
"""From so many permille on a rule that begins or ceases to refuse alarms, however small its share."""
OLD = 30 * DAY
"""From when on somebody held alarms."""
BACK = 12
_WEEK = 7 * DAY
_NEAR, _FAR = 2 * DAY, 14 * DAY


class Share(msgspec.Struct, frozen=True):
    """How many of a campaign's people a rule kept from it, in permille: now, and about a week before.

    `rule` is empty for all of them together. `before` is None where there is no run to compare with.
    """

    verdict: str
    rule: str
    now: int
    before: int | None


class Refusals(msgspec.Struct, frozen=True):
    """The `never` and `hold` of a campaign's last run; `compared` is the instant of the run about a week before."""

    campaign: str
    at: int
    compared: int | None
    people: int
    shares: tuple[Share, ...]


class OldHold(msgspec.Struct, frozen=True):
    """People that one campaign has held in every run since an instant, and what must happen first."""

    campaign: str
    since: int
    people: int
    until: tuple[str, ...]


class CheckUp(msgspec.Struct, frozen=True):
    """Everything on one screen. `notes` are worth knowing; with any of `alarms` somebody should look."""

    policy: Publication | None
    waiting: tuple[str, ...]
    store: StoreCounts
    sources: tuple[SourceState, ...]
    holds: tuple[OldHold, ...]
    refusals: tuple[Refusals, ...]
    notes: tuple[str, ...]
    alarms: tuple[str, ...]


def check_up(
    store: Store, folder: Path, shop: Shop, campaigns: list[str], now: int, at: int = 0, bound: int = BOUND
) -> CheckUp:
    """Look at everything at `now`; `at` is the clock: law waits as it would for a run. `bound` is in permille."""
    waiting, notes, alarms = _policy(store, folder, day_of(max(now, at)))
    sources = list_sources(store, shop, now)
    alarms += [_not_heard(each) for each in sources if each.state not in (FRESH, NOTHING)]
    holds: list[OldHold] = []
    refusals: list[Refusals] = []
    for name in campaigns:
        runs = store.runs(name)
        if not runs:
            notes.append(f"{name} was never decided: tactful decide --campaign FILE")
            continue
        holds += _holds(store, name, runs)
        refusals.append(_refusals(store, name, runs))
        alarms += _other_policy(store, name, runs[0])
    alarms += [alarm for each in refusals for alarm in _moved(each, bound)]
    alarms += [_held_long(each) for each in holds if now - each.since > OLD]
    holds.sort(key=lambda each: (each.since, -each.people, each.campaign))
    return CheckUp(
        store.active(), waiting, store.counts(), sources, tuple(holds), tuple(refusals), tuple(notes), tuple(alarms)
    )


def _policy(store: Store, folder: Path, today: dt.date) -> tuple[tuple[str, ...], list[str], list[str]]:
    """What of the policy in force waits for its day, notes, and alarms."""
    try:
        published = in_force(store)
        if published is None:
            return (), [], [f"{NOTHING_PUBLISHED}: {NOTHING_PUBLISHED_MEND}"]
        waiting = waiting_parts(published.on(today))
    except (StoreProblem, Problems) as problem:
        return (), [], [f"the policy in force cannot be used, so everything is held: {str(problem).splitlines()[0]}"]
    notes = [f"{folder / 'policy.yaml'} is not what is published"] if differs_from_published(folder, published) else []
    return waiting, notes, []


def _not_heard(source: SourceState) -> str:
    keys = ", ".join(source.silence_means)
    return f"{source.source}: {source.state}, so {keys} is not known. tactful source heard {source.source} --at TIME"


def _held_long(hold: OldHold) -> str:
    until = ", ".join(hold.until) or "judged again"
    return f"{hold.campaign}: {hold.people:,} people are held for more than {OLD // DAY} days, until {until}"


def _other_policy(store: Store, campaign: str, run: Run) -> list[str]:
    """A campaign that was last decided under a policy that is no longer in force."""
    then, last = in_force_at(store, run.begun_at), store.active()
    if last is None or (then is not None and then.policy == last.policy):
        return []
    return [f"{campaign} was last decided before {last.name} came into force: decide it again"]


def _holds(store: Store, campaign: str, runs: list[Run]) -> list[OldHold]:
    """Whom the last run holds, and since which run without a break; at most `BACK` runs are looked back."""
    last = header_from(runs[0]).now
    waits: dict[int, tuple[str, ...]] = {}
    for row in store.decisions(runs[0].run_id):
        if row.verdict == "hold":
            waits[row.person_id] = decoded(row)[1].outcomes[0].until
    since = dict.fromkeys(waits, last)
    unbroken = set(waits)
    for run in runs[1:BACK]:
        then = header_from(run).now
        if not unbroken or then > last:
            continue
        unbroken &= {row.person_id for row in store.decisions(run.run_id) if row.verdict == "hold"}
        since.update(dict.fromkeys(unbroken, then))
    found = Counter((since[person], until) for person, until in waits.items())
    return [OldHold(campaign, at, people, until) for (at, until), people in found.items()]


def _refusals(store: Store, campaign: str, runs: list[Run]) -> Refusals:
    last = header_from(runs[0]).now
    earlier = [run for run in runs[1:] if _NEAR <= last - header_from(run).now <= _FAR]
    week = min(earlier, key=lambda run: abs(last - _WEEK - header_from(run).now), default=None)
    people, now = _counted(ReadRun(store, runs[0]))
    people_then, before = _counted(ReadRun(store, week)) if week is not None else (0, Counter[tuple[str, str]]())
    if min(people, people_then) < FEWEST:
        week = None
    keys = {*now, *(before if week is not None else ()), ("never", ""), ("hold", "")}
    shares = [
        Share(
            verdict=verdict,
            rule=rule,
            now=_permille(now[verdict, rule], people),
            before=_permille(before[verdict, rule], people_then) if week is not None else None,
        )
        for verdict, rule in keys
    ]
    shares.sort(key=lambda each: (each.rule != "", -max(each.now, each.before or 0), each.verdict, each.rule))
    compared = header_from(week).now if week is not None else None
    return Refusals(campaign, last, compared, people, tuple(shares))


def _counted(read: ReadRun) -> tuple[int, Counter[tuple[str, str]]]:
    """The people of a run, and how many of them each rule kept from it; the empty name counts all."""
    people, found = 0, Counter[tuple[str, str]]()
    for _, decision in read.decisions():
        outcome = decision.outcomes[0]
        if outcome.note == NOT_IN:
            continue
        people += 1
        if outcome.verdict in ("never", "hold"):
            found[outcome.verdict, ""] += 1
            found.update((outcome.verdict, rule) for rule in outcome.because)
    return people, found


def _permille(part: int, whole: int) -> int:
    return round(1000 * part / whole) if whole else 0


def _moved(refusals: Refusals, bound: int) -> list[str]:
    """What moved by more than the bound, or began or ceased altogether, in either direction."""
    found = []
    for share in refusals.shares:
        if share.before is None:
            continue
        least, most = sorted((share.now, share.before))
        began_or_ceased = bool(share.rule) and least == 0 and most >= PLAIN and most * refusals.people >= 1000 * FEWEST
        if most - least > bound or (began_or_ceased and most > bound // 5):
            what = f"{share.verdict} by {share.rule}" if share.rule else share.verdict
            moved = "rose" if share.now > share.before else "fell"
            shares = f"from {percent(share.before)} to {percent(share.now)}"
            found.append(f"{refusals.campaign}: {what} {moved} {shares} in a week")
    return found


def percent(permille: int) -> str:
    """A share as a person reads it: 12.5 %."""
    return f"{permille / 10:.1f} %"
