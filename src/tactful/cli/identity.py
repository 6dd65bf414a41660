"""`tactful identity …`: which records of a list without keys are one person. Nothing is written into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson
from tactful.cli.household import commands as household
from tactful.cli.identity_people import commands
from tactful.cli.screen import NO, answered, fail, hang, say, say_json
from tactful.learning.pairs import PairAccuracy
from tactful.profile.match_settings import MatchSettings, load_match_settings, weight_of
from tactful.profile.same_answers import read_answers, settle
from tactful.service.match import Matched, match
from tactful.service.match_comparisons import TITLES
from tactful.service.match_files import measure, read_labels, write_clusters, write_review
from tactful.service.match_list import recognise_list
from tactful.service.match_splink import need_splink
from tactful.service.packs import read_text
from tactful.service.table_file import read_table

commands.add_typer(household, name="household")
_HEAD = 18
Encoding = Annotated[str, typer.Option(help="Encoding of CSV files.")]


@commands.command("match", short_help="Put the records of a list together.")
@answered
def matching(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file, one line per record.")],
    labels: Annotated[Path | None, typer.Option(help="Who really is who: only to print precision and recall.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where clusters go: .csv or .parquet.")] = None,
    review: Annotated[Path | None, typer.Option(help="Where the questions for a person go, as CSV.")] = None,
    answers: Annotated[Path | None, typer.Option(help="A review queue that somebody filled in.")] = None,
    settings: Annotated[Path | None, typer.Option(help="Columns and thresholds, as YAML.")] = None,
    map: Annotated[list[str] | None, typer.Option("--map", help="NAME=COLUMN, for example --map born=DOB.")] = None,
    encoding: Encoding = "utf-8",
    json: AsJson = False,
) -> None:
    """Which records are one person. What is in doubt is never joined: it becomes a question."""
    _check_name("--out", out, (".csv", ".parquet"))
    _check_name("--review", review, (".csv",))
    need_splink()
    chosen = _settings(settings, map or [])
    frame = read_table(file, encoding)
    column = recognise_list(frame, chosen.columns, str(file)).columns["id"]
    ids = {str(each).strip() for each in frame[column].to_list()}
    said = read_answers(read_text(answers), str(answers), ids) if answers else None
    truth = read_labels(labels, column, ids, encoding) if labels else None
    matched = match(frame, chosen, str(file), said, str(answers or ""))
    measured = measure(matched, truth) if truth else None
    if out is not None:
        write_clusters(matched, out)
    if review is not None:
        write_review(matched, review)
    if json:
        say_json(_as_json(matched, chosen, measured))
        return
    _show_columns(matched)
    _show_result(matched, chosen, out, review)
    _show_answers(matched)
    if measured:
        _show_accuracy(*measured)


@commands.command("review", short_help="Read back what somebody answered.")
@answered
def reviewing(
    file: Annotated[Path, typer.Argument(help="A review queue that somebody filled in.")],
    json: AsJson = False,
) -> None:
    """What was answered, what is open, and what contradicts itself (exit code 1)."""
    answers = read_answers(read_text(file), str(file))
    settled = settle(answers.answers, str(file))
    yes = sum(each.same for each in answers.answers)
    if json:
        say_json({"same": yes, "different": len(answers.answers) - yes, "open": answers.open, "settled": settled})
    else:
        say(f"{file}: {yes:,} the same, {len(answers.answers) - yes:,} different, {answers.open:,} open.")
        for conflict in settled.conflicts:
            hang("  ", conflict, 2)
        if answers.answers:
            say(f"They hold from the next run on: tactful identity match LIST --answers {file}")
    if settled.conflicts:
        raise typer.Exit(NO)


def _check_name(flag: str, path: Path | None, suffixes: tuple[str, ...]) -> None:
    """That a file will be written which says by its name what it is, in a folder that is there."""
    if path is not None and path.suffix not in suffixes:
        fail(f"{flag} {path}: its name must end in {' or '.join(suffixes)}, which says how it is written.")
    if path is not None and not path.parent.is_dir():
        fail(f"{flag} {path}: there is no folder {path.parent}.")


def _settings(path: Path | None, pairs: list[str]) -> MatchSettings:
    chosen = load_match_settings(read_text(path), str(path)) if path else MatchSettings()
    columns = dict(chosen.columns)
    for item in pairs:
        role, equals, column = item.partition("=")
        if not equals or not role.strip() or not column.strip():
            fail(f"--map {item}: write it like --map born=DOB.")
        columns[role.strip()] = column.strip()
    return MatchSettings(
        columns, chosen.not_compared, chosen.same_from, chosen.review_from, chosen.largest, chosen.families
    )


def _show_columns(matched: Matched) -> None:
    columns = matched.people.columns
    written = "  ".join(f"{role}={column}" for role, column in columns.columns.items())
    hang("Columns", f"{written}  wrong? --map born=COLUMN", _HEAD)
    if columns.by_content:
        hang("", f"{', '.join(columns.by_content)}: recognised by what is in the column", _HEAD)
    if columns.unused:
        hang("Left out", ", ".join(columns.unused), _HEAD)
    hang("Compared", ", ".join(TITLES[field] for field in matched.people.fields), _HEAD)
    hang("Looked up by", " · ".join("+".join(rule) for rule in matched.scored.looked_up), _HEAD)
    if matched.scored.too_wide:
        wide = " · ".join("+".join(rule) for rule in matched.scored.too_wide)
        hang("", f"not by {wide}: too many records share these", _HEAD)


def _show_result(matched: Matched, settings: MatchSettings, out: Path | None, review: Path | None) -> None:
    sizes: dict[str, int] = {}
    for each in matched.of:
        sizes[each] = sizes.get(each, 0) + 1
    alone = sum(size == 1 for size in sizes.values())
    height = getattr(matched.scored.pairs, "height", 0)
    hang("Pairs compared", f"{height:,}", _HEAD)
    line = f"joined from {settings.same_from:g} on ({weight_of(settings.same_from) / 1000:.2f} bits)"
    hang(
        "Threshold", f"{line}, on average over all pairs of two clusters; asked from {settings.review_from:g} on", _HEAD
    )
    say()
    hang("People", f"{len(matched.of):,} records are {len(sizes):,} people; {alone:,} records stand alone; "
                   f"the most for one person: {max(sizes.values()):,}", _HEAD)  # fmt: skip
    where = f" in {review}" if review else "; --review FILE writes them"
    hang("Questions", f"{len(matched.questions):,} pairs a person should look at{where}", _HEAD)
    for a, b in matched.too_large[:5]:
        what = f"those of {a} and of {b} stay apart: together they are more than {settings.largest:,} records"
        hang("Too large", f"{what}; a value that many share (a placeholder?) makes such heaps", _HEAD)
    if out is not None:
        hang("Written", str(out), _HEAD)


def _show_answers(matched: Matched) -> None:
    settled = matched.settled
    if settled.same or settled.different or settled.conflicts:
        counts = f"{len(settled.same):,} groups joined, {len(settled.different):,} pairs kept apart"
        hang("Answers", counts, _HEAD)
    for sentence in (*settled.conflicts, *matched.unlikely):
        hang("", sentence, _HEAD)


def _show_accuracy(found: PairAccuracy, counted: str) -> None:
    say()
    hang("By the labels", f"{counted}; they were used for nothing else", _HEAD)
    hang(
        "  precision",
        f"{_share(found.precision)}   of {found.together:,} pairs joined, {found.both:,} are right",
        _HEAD,
    )
    hang("  recall", f"{_share(found.recall)}   of {found.really:,} real pairs, {found.both:,} are joined", _HEAD)


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _as_json(matched: Matched, settings: MatchSettings, measured: tuple[PairAccuracy, str] | None) -> dict[str, object]:
    found = measured[0] if measured else None
    return {
        "columns": matched.people.columns.columns,
        "unused": matched.people.columns.unused,
        "records": len(matched.of),
        "people": len(set(matched.of)),
        "pairs": getattr(matched.scored.pairs, "height", 0),
        "same_from": settings.same_from,
        "review_from": settings.review_from,
        "questions": len(matched.questions),
        "too_large": matched.too_large,
        "conflicts": matched.settled.conflicts,
        "precision": found.precision if found else None,
        "recall": found.recall if found else None,
        "counted": found,
    }
