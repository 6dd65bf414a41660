"""`tactful decide`, `sample`, `report`: one campaign for everybody, and the people behind the numbers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, CampaignFile, Folder, deciding_project, latest, opened_to_decide, read_only
from tactful.cli.instant import clock, instant
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, fail, hang, progress, say, say_json
from tactful.explain.phrases import PHRASES
from tactful.model.problems import suggestion
from tactful.service.heaps import Summary
from tactful.service.page import run_page
from tactful.service.project import OWN_POLICY
from tactful.service.publishing import (
    NOTHING_PUBLISHED,
    NOTHING_PUBLISHED_MEND,
    differs_from_published,
    in_force_at,
)
from tactful.service.report import ReadRun, local_time
from tactful.service.run import OpenRun, decide_everybody

CampaignName = Annotated[str, typer.Option("--campaign", help="The campaign's name, where there are several.")]


@app.command()
@answered
def decide(
    campaign: CampaignFile,
    now: Annotated[str, typer.Option("--now", help="Decide for this instant, such as 2011-12-10T10:00.")] = "",
    page: Annotated[Path | None, typer.Option("--out", help="Where to write the page of what each would read.")] = None,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Decide one campaign for everybody in the store. A campaign says `run: watch` (report only) or `run: live`."""
    project, published = deciding_project(shop, campaign)
    if published is None:
        fail(f"{project.campaign.name}: {NOTHING_PUBLISHED}. Publish a policy: {NOTHING_PUBLISHED_MEND}", NO)
    at = instant(now, project.shop.zone)
    live = project.campaign.run == "live"
    if live and now and abs(at - clock()) > 3_600_000_000:
        fail("A live run decides for now; --now is for `run: watch`.")
    target = page or shop / "out" / f"{project.campaign.name}.html"
    with opened_to_decide(shop) as store:
        total = store.persons()
        with progress("deciding", total, quiet=json) as moved:
            made = OpenRun(store, project, at, clock(), project.campaign.run, epoch=published.publication.number)
            decide_everybody(made, moved)
        run = store.run(made.run_id)
        assert run is not None
        read = ReadRun(store, run, made)
        summary, shown = read.shown()
        _write(target, run_page(shown))
        rules = rules_in_words(read)
    if json:
        say_json({"run": run.run_id, "page": str(target), "published": rules, **_as_dict(summary)})
        return
    _show(read, summary, target, rules)
    if differs_from_published(shop, published):
        say(f"{shop / OWN_POLICY} is not what is published. To use it: {NOTHING_PUBLISHED_MEND}")


@app.command()
@answered
def sample(
    people: Annotated[int, typer.Argument(min=1, max=1000, help="How many people to read through.")] = 10,
    verdict: Annotated[str, typer.Option(help="Only these: say, soften, silent, hold, never …")] = "",
    full: Annotated[bool, typer.Option("--full", help="Show the whole message.")] = False,
    campaign: CampaignName = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Read through some people of the last run: what each would read, or why she reads nothing."""
    if verdict and verdict not in PHRASES:
        fail(f"--verdict {verdict}: no such verdict.{suggestion(verdict, PHRASES)} They are: {', '.join(PHRASES)}.")
    with read_only(shop) as store:
        found = latest(store, shop, campaign).sample(people, verdict)
    if json:
        say_json(found)
        return
    if not found:
        say("Nobody of the last run is like that." if verdict else "The last run was for nobody.")
    for one in found:
        hang(f"{one.person:>8}  {one.phrase}", one.subject or one.why, 25)
        if one.subject:
            hang("", f"why: {one.why}", 25)
        if full and one.text:
            say("\n" + textwrap.indent(one.text, " " * 25) + "\n")
        hang("", f"tactful why {one.decision}", 25)


@app.command()
@answered
def report(
    rules: Annotated[bool, typer.Option("--rules", help="The ten rules that decided most.")] = False,
    campaign: CampaignName = "",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Show the last run of a campaign again: the heaps, or with --rules the ten rules that decided most."""
    with read_only(shop) as store:
        read = latest(store, shop, campaign)
        summary = read.summary()
        published = rules_in_words(read)
    if json:
        say_json({**_as_dict(summary), "published": published})
    elif rules:
        _show_rules(summary)
    else:
        _show(read, summary, None, published)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_suffix(target.suffix + ".part")
        waiting.write_text(text, "utf-8")
        waiting.replace(target)
    except OSError as error:
        fail(
            f"{target}: cannot be written: {(error.strerror or 'error').lower()}. The decisions are kept; run it again."
        )


def _as_dict(summary: Summary) -> dict[str, object]:
    values = {name: getattr(summary, name) for name in summary.__struct_fields__}
    values["gaps"] = [{"gap": gap, "people": people} for gap, people in summary.gaps]
    return values


def _show(read: ReadRun, summary: Summary, page: Path | None, rules: str) -> None:
    mode = "live: places in the ledger are taken" if read.header.mode == "live" else "watch: nothing is sent"
    say(f"{read.project.campaign.name} · {mode} · as of {read.when}")
    say(f"{summary.looked_at:,} people looked at; it could be for {summary.people:,} of them")
    if summary.not_told:
        hang("", f"of {summary.not_told:,} too little is known to tell", 2)
    for line in summary.assumptions:
        hang("Taken on trust:", line, 17)
    say()
    for heap in summary.heaps:
        remark = " ← ours to mend, not their refusal" if heap.ours else ""
        hang(f"  {heap.group:<13}{heap.people:>8,}", heap.text.rstrip(".") + remark, 26)
    say(f"  {'─' * 21}")
    say(f"  {'in all':<13}{summary.people:>8,}")
    if summary.people and not any(heap.group in ("said", "quiet", "asked") for heap in summary.heaps):
        say()
        say("  Nobody would hear anything yet. What is ours to mend: tactful gaps")
    say()
    say("Ten rules that decided most    tactful report --rules")
    say("Ten people to read through     tactful sample 10")
    if page is not None:
        say(f"What each would read    open   {page}")
    if rules:
        hang("The rules", rules, 31)


def rules_in_words(read: ReadRun) -> str:
    """Which published policy a run decided with, when it was published and by whom; empty where none was."""
    published = in_force_at(read.store, read.run.begun_at)
    if published is None:
        return ""
    return f"{published.name} · published {local_time(published.at, read.project.shop.zone)} by {published.author}"


def _show_rules(summary: Summary) -> None:
    for each in summary.rules:
        unsure = f" ({each.unsure:,} only because something is not known)" if each.unsure else ""
        tier = f"  ·  {each.tier}" if each.tier else ""
        say(f"{each.people:>8,}  {each.rule}{tier}{unsure}")
        hang("", each.staff, 10)
