"""What is missing in our own set-up, ranked by the people it affects, with what mends it and what that would change.

What it would change is not guessed: people are decided again with the gap mended, and nothing of that is kept.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from tactful.decide import decide
from tactful.explain.phrases import PHRASES
from tactful.model.kept import DecisionRow
from tactful.model.records import Decision, Given
from tactful.model.vocabulary import KEYS
from tactful.permission.points import CollectionPoint, Told
from tactful.service.case import Setting
from tactful.service.gap import Gap, gap_of
from tactful.service.ports import Store
from tactful.service.project import drafts
from tactful.service.report import ReadRun
from tactful.service.run import decoded

TRIED = 200
_NOTICES = ("permission", "place", "notice")


class FoundGap(msgspec.Struct, frozen=True):
    """A gap with the campaign that met it, the people affected, and how up to 200 of them would stand without it."""

    campaign: str
    people: int
    missing: str
    mend: str
    tried: int
    would_become: dict[str, int]


class SetUp(msgspec.Struct, frozen=True):
    """Something to look after that no single person's decision shows."""

    what: str
    mend: str


class Gaps(msgspec.Struct, frozen=True):
    """Everything that is ours to mend, the most people first."""

    gaps: tuple[FoundGap, ...]
    set_up: tuple[SetUp, ...]
    campaigns: tuple[str, ...]
    undecided: tuple[str, ...]


def gaps(store: Store, folder: Path, campaigns: list[str], now: int) -> Gaps:
    """The gaps that the last run of each campaign met, and what the folder and the sources show."""
    found: list[FoundGap] = []
    decided: list[str] = []
    for campaign in campaigns:
        run = store.latest_run(campaign)
        if run is None:
            continue
        decided.append(campaign)
        found += _of_run(ReadRun(store, run))
    found.sort(key=lambda gap: (-gap.people, gap.campaign, gap.missing))
    undecided = tuple(name for name in campaigns if name not in decided)
    return Gaps(tuple(found), tuple(_set_up(store, folder, campaigns, now)), tuple(decided), undecided)


def _of_run(read: ReadRun) -> list[FoundGap]:
    met: dict[Gap, list[tuple[DecisionRow, Decision]]] = {}
    for row, decision in read.decisions():
        gap = gap_of(decision.outcomes[0], read.project.points)
        if gap is not None:
            met.setdefault(gap, []).append((row, decision))
    return [_found(read, gap, rows) for gap, rows in met.items()]


def _found(read: ReadRun, gap: Gap, rows: list[tuple[DecisionRow, Decision]]) -> FoundGap:
    rows = sorted(rows, key=lambda item: decoded(item[0])[0].label)
    tried = [rows[n * len(rows) // TRIED] for n in range(TRIED)] if len(rows) > TRIED else rows
    setting = _mended(read, gap)
    becomes: Counter[str] = Counter()
    for row, _ in tried:
        _, inputs = read.rebuilt(row)
        becomes[decide(setting.build(inputs).case).outcomes[0].verdict] += 1
    named = {PHRASES[verdict].lower(): count for verdict, count in sorted(becomes.items(), key=lambda item: -item[1])}
    return FoundGap(read.project.campaign.name, len(rows), gap.text, gap.mend, len(tried), named)


def _mended(read: ReadRun, gap: Gap) -> Setting:
    """The run's setting as it would be without the gap."""
    old = read.setting
    if gap.kind in _NOTICES:
        return Setting(read.project, old.now, old.catalogue, old.heard, point=_notice(read))
    key = KEYS.get(gap.kind)
    supposed = {gap.kind: Given(False, "supposed")} if key is not None and key.kind == "bool" else {}
    return Setting(read.project, old.now, old.catalogue, old.heard, supposed=supposed)


def _notice(read: ReadRun) -> CollectionPoint:
    """A notice such as the one that is missing: shown everywhere and always, with a box to say no."""
    campaign = read.project.campaign
    sources = {source.name for source in read.project.shop.sources} | set(read.header.heard)
    return CollectionPoint(
        name="supposed",
        notice="supposed",
        digest="",
        seen_from=0,
        collects=(read.setting.contact, "purchase"),
        purposes=("order", "service"),
        permissions=(Told(campaign.purpose, campaign.channel, "soft_opt_in", "supposed"),),
        sources=tuple(sorted(sources)),
        shown_in=(),
        assumes="",
        approved_by="",
        approved_on="",
    )


def _set_up(store: Store, folder: Path, campaigns: list[str], now: int) -> list[SetUp]:
    found = [
        SetUp(
            f"{path} waits for approval: it allows nothing yet",
            "fill it in, have it approved, take .draft out of its name",
        )
        for path in drafts(folder)
    ]
    heard = store.heard()
    for campaign in campaigns:
        run = store.latest_run(campaign)
        if run is None:
            continue
        read = ReadRun(store, run)
        for source in read.project.shop.sources:
            known = heard.get(source.name)
            at = read.header.now
            if source.silence_means and (known is None or at - known.as_of > source.fresh_for):
                state = "was never heard" if known is None else "was last heard too long ago"
                keys = ", ".join(source.silence_means)
                mend = f"tactful source heard {source.name} --at TIME, or import its file"
                found.append(SetUp(f"{source.name} {state}, so {keys} is not known in {campaign}", mend))
    return list(dict.fromkeys(found))
