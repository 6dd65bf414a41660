"""`tactful doctor`: on one screen, why something is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, Folder, project_of, read_only
from tactful.cli.instant import clock, instant
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, hang, say, say_json
from tactful.service.doctor import CheckUp, Refusals, Share, check_up, percent
from tactful.service.project import shop_of
from tactful.service.report import local_time
from tactful.service.shop import Shop

_HEAD = 10
_MOST = 4


@app.command()
@answered
def doctor(
    now: Annotated[str, typer.Option("--now", help="Look at it as of this instant.")] = "",
    bound: Annotated[
        float, typer.Option("--bound", min=0, max=100, help="By how many percent points a share may move in a week.")
    ] = 10,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Say on one screen why something is silent. Exit code 1 where somebody should look."""
    answers = shop_of(shop)
    at = instant(now, answers.zone)
    names = [project_of(shop, file).campaign.name for file in sorted((shop / "campaigns").glob("*.yaml"))]
    with read_only(shop) as store:
        damage = store.damage()
        size = store.size()
        found = check_up(store, shop, answers, names, at, clock(), round(bound * 10))
    if json:
        say_json({**{name: getattr(found, name) for name in found.__struct_fields__}, "damage": damage})
    else:
        _show(found, answers, size, damage)
    if found.alarms or damage:
        raise typer.Exit(NO)


def _show(found: CheckUp, shop: Shop, size: int, damage: str) -> None:
    zone = shop.zone
    policy = found.policy
    said = (
        "none"
        if policy is None
        else (
            f"{policy.name} · {policy.policy[:12]} · {policy.kind} of {local_time(policy.at, zone)} by {policy.author}"
        )
    )
    hang("policy", said, _HEAD)
    for waiting in found.waiting:
        hang("", f"not in force yet: {waiting}", _HEAD)
    counts = found.store
    state = f"damaged ({damage})" if damage else "sound"
    last = local_time(counts.last_occurred_at, zone) if counts.last_occurred_at is not None else "none"
    numbers = f"{counts.persons:,} people, {counts.events:,} events, the last of {last}"
    hang("store", f"{state}, {size / 1e6:,.1f} MB · {numbers}", _HEAD)
    known = [f"{each.source} {each.state}" for each in found.sources]
    hang("sources", " · ".join(known) or "shop.yaml lists none", _HEAD)
    for number, hold in enumerate(found.holds[:_MOST]):
        when = local_time(hold.since, zone)
        text = f"{hold.people:,} people since {when}, until {', '.join(hold.until) or 'judged again'} ({hold.campaign})"
        hang("holds" if not number else "", text, _HEAD)
    for refusals in found.refusals[:_MOST]:
        _show_refusals(refusals, zone)
    for note in found.notes[:_MOST]:
        hang("note", note, _HEAD)
    for alarm in found.alarms[: 2 * _MOST]:
        hang("ALARM", alarm, _HEAD)
    if len(found.alarms) > 2 * _MOST:
        hang("", f"… and {len(found.alarms) - 2 * _MOST} more: --json", _HEAD)
    if not found.alarms and not damage:
        say("Nothing alarms. Who hears nothing, and why: tactful report, tactful gaps")


def _show_refusals(refusals: Refusals, zone: str) -> None:
    when = local_time(refusals.at, zone)
    compared = "no run about a week before to compare with"
    if refusals.compared is not None:
        compared = f"against {local_time(refusals.compared, zone)}"
    hang("refusals", f"{refusals.campaign}, {refusals.people:,} people, {when}, {compared}", _HEAD)
    for share in refusals.shares[: 2 + _MOST]:
        hang("", _in_words(share), _HEAD)


def _in_words(share: Share) -> str:
    before = f"(was {percent(share.before)})" if share.before is not None else ""
    return f"{percent(share.now):>8} {before:<14} {share.verdict:<6} {share.rule or 'by any rule'}"
