"""`tactful gate` and `tactful gaps`: in front of the tool that sends, and what is ours to mend."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, CampaignFile, Folder, deciding_project, opened, project_of, read_only
from tactful.cli.instant import clock, instant
from tactful.cli.main import app
from tactful.cli.screen import LIMIT, NO, answered, err, fail, hang, progress, say, say_json
from tactful.model.problems import Problem, Problems
from tactful.service.gaps import FoundGap
from tactful.service.gaps import gaps as found_gaps
from tactful.service.gate import ADDED, REFUSED, Gate, Gated, all_held, as_csv, read_list
from tactful.service.publishing import NOTHING_PUBLISHED, NOTHING_PUBLISHED_MEND


@app.command()
@answered
def gate(
    file: Annotated[Path, typer.Argument(help="A CSV exported from your sending tool, one row per person.")],
    campaign: CampaignFile,
    allowed: Annotated[Path, typer.Option("--out", help="Where to write the rows that may be written to.")],
    refused: Annotated[Path, typer.Option("--refused", help="Where to write the others, with a sentence each.")],
    id: Annotated[str, typer.Option("--id", help="The column that says who is meant, where it is not plain.")] = "",
    kind: Annotated[str, typer.Option(help="What kind of identifier that column holds.")] = "customer",
    now: Annotated[str, typer.Option("--now", help="Decide for this instant; only for `run: watch`.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of the CSV file.")] = "utf-8",
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Split a list: the same rows out, each with the variant to send and how long that is good, or why not.

    We vouch for what the campaign declares, not for a text written elsewhere. Exit code 3 if a limit on how often was
    reached for anybody.
    """
    project, published = deciding_project(shop, campaign)
    at = instant(now, project.shop.zone)
    if project.campaign.run == "live" and now:
        fail("A live campaign decides for now; --now is for `run: watch`.")
    text = _text(file, encoding)
    header, rows, who = read_list(text, str(file), id)
    _check_places(file, allowed, refused)
    if published is None:
        _write_both(allowed, refused, all_held(header, rows, NOTHING_PUBLISHED))
        fail(f"{NOTHING_PUBLISHED}; all {len(rows):,} rows are in {refused}. Publish: {NOTHING_PUBLISHED_MEND}", NO)
    with opened(shop) as store, progress("deciding", len(rows), quiet=json) as moved:
        done = Gate(store, project, at, clock(), project.campaign.run, text, published.publication.number)
        done.split(rows, who, kind, moved)
        result = done.result(header)
    _write_both(allowed, refused, result)
    if json:
        say_json(
            {name: getattr(result, name) for name in ("run", "unknown", "twice", "full", "heaps")} | _counts(result)
        )
    else:
        _show(result, len(rows), allowed, refused, project.campaign.run == "live")
    if rows and result.unknown == len(rows):
        err().print(f"Nobody of this list is known here as `{kind}`: are --id and --kind right?")
    if result.full:
        raise typer.Exit(LIMIT)


@app.command()
@answered
def gaps(shop: Folder = Path(), json: AsJson = False) -> None:
    """What is missing in our own set-up, the most people first, with what mends it. Refusals are not in it."""
    files = sorted((shop / "campaigns").glob("*.yaml"))
    names = [project_of(shop, file).campaign.name for file in files]
    with read_only(shop) as store:
        found = found_gaps(store, shop, names, clock())
    if json:
        say_json(found)
        return
    for gap in found.gaps:
        _show_gap(gap)
    for one in found.set_up:
        hang("  set-up", f"{one.what}", 12)
        hang("", f"mend: {one.mend}", 12)
    for name in found.undecided:
        hang("  set-up", f"{name} was never decided: run `tactful decide --campaign FILE` to see its gaps", 12)
    if not (found.gaps or found.set_up or found.undecided):
        say("Nothing is missing on our side. Whoever hears nothing does so for a reason of hers, or of a rule.")


def _show_gap(gap: FoundGap) -> None:
    hang(f"{gap.people:>8,}", f"{gap.missing}   ({gap.campaign})", 12)
    hang("", f"mend: {gap.mend}", 12)
    becomes = ", ".join(f"{count:,} {name}" for name, count in gap.would_become.items())
    tried = f"of {gap.tried:,} tried: " if gap.tried < gap.people else ""
    hang("", f"then: {tried}{becomes}", 12)


def _check_places(file: Path, allowed: Path, refused: Path) -> None:
    """Leave with one sentence where the answer cannot be written."""
    if len({allowed.resolve(), refused.resolve(), file.resolve()}) < 3:
        fail("the list, --out and --refused must be three different files.")
    for path in (allowed, refused):
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            fail(f"{path}: cannot be written: there is no such folder, or it may not be written to.")


def _text(file: Path, encoding: str) -> str:
    try:
        return file.read_bytes().decode(encoding)
    except OSError as error:
        fail(f"{file}: cannot be opened: {(error.strerror or 'error').lower()}.")
    except (UnicodeDecodeError, LookupError):
        raise Problems([Problem(str(file), 0, f"is not in {encoding}; add --encoding, such as cp1252.")]) from None


def _write_both(allowed: Path, refused: Path, result: Gated) -> None:
    """Both files or neither: what is allowed never stands there without what is refused."""
    texts = {
        allowed: as_csv(result.header, ADDED, result.allowed),
        refused: as_csv(result.header, REFUSED, result.refused),
    }
    waiting = {path: path.with_suffix(path.suffix + ".part") for path in texts}
    try:
        for path, text in texts.items():
            waiting[path].write_text(text, "utf-8")
        for path in (refused, allowed):
            waiting[path].replace(path)
    except OSError as error:
        for part in waiting.values():
            part.unlink(missing_ok=True)
        fail(f"{allowed} and {refused} cannot be written: {(error.strerror or 'error').lower()}. Nothing stands there.")


def _counts(result: Gated) -> dict[str, int]:
    return {"allowed": len(result.allowed), "refused": len(result.refused)}


def _show(result: Gated, rows: int, allowed: Path, refused: Path, live: bool) -> None:
    allowed_count, refused_count = len(result.allowed), len(result.refused)
    each = ", each with the variant to send" if allowed_count else ""
    say(f"in {rows:,} → allowed {allowed_count:,}{each} · refused {refused_count:,}")
    reasons = dict(result.heaps)
    if result.unknown:
        reasons["not known here"] = result.unknown
    if result.twice:
        reasons["on the list twice"] = result.twice
    for reason, count in reasons.items():
        hang(f"{count:>8,}", reason, 11)
    if allowed_count and live:
        say(f"put {allowed} back into your sending tool before good_until")
    elif allowed_count:
        hang("", "watch: a rehearsal, no place was taken. For a real sending the campaign says `run: live`.", 0)
    if refused_count:
        say(f"{refused} says why for each of the others")
