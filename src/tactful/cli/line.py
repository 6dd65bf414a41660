"""`tactful line …`: the line drawn by people's own judgements: fitted, measured, asked, compared, shown."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.appropriateness.vignettes import load_vignettes
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, fail, hang, say, say_json
from tactful.learning.accuracy import LEAST
from tactful.learning.judgements import beyond_noise, compared, read_judgements, read_orderings
from tactful.service.line import Study, differences, evaluate, fit_line, loaded, shipped, write
from tactful.service.line_cases import Kept, broken, kept_by_cases
from tactful.service.line_survey import as_csv, as_page, fit_answers, packaged_vignettes, questionnaire, read_answers
from tactful.service.line_verdicts import rank, sanity
from tactful.service.packs import DEFAULT_POLICY, load_rules, packaged_fit, read_text, with_its_cases

commands = typer.Typer(help="The line: how many people would mind, from their own judgements.", no_args_is_help=True)
app.add_typer(commands, name="line")

Pairs = Annotated[Path | None, typer.Option(help="Orderings as CSV: study, more_acceptable, less_acceptable.")]
PriorCard = Annotated[str, typer.Option("--prior", help="The scorecard to start from: opinion, published or a file.")]
Card = Annotated[str, typer.Argument(help="A scorecard: opinion, published or a file.")]
Keep = Annotated[bool, typer.Option(help="Keep the verdicts of the policy's own cases, as bounds of the fit.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
_SHIPPED = ("opinion", "published")


@commands.command("fit", short_help="Fit a scorecard to judgements, or to the answers of a panel.")
@answered
def fit(
    ratings: Annotated[Path, typer.Argument(help="Judgements of studies (.jsonl), or the answers of a panel (.csv).")],
    pairs: Pairs = None,
    prior: PriorCard = "",
    name: Annotated[str, typer.Option(help="What the new scorecard is called.")] = "fitted",
    keep_cases: Keep = True,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Where to write it; else to the screen.")] = None,
) -> None:
    """Fit a scorecard. Judgements are compared only within a study, ratings only with the same person's others."""
    kept = _kept() if keep_cases else ()
    if ratings.suffix == ".csv":
        card = fit_answers(_card(prior or "published"), read_answers(read_text(ratings), str(ratings)), name, kept)
    else:
        card = fit_line(_card(prior or "opinion"), _study(ratings, pairs), name, kept)
    text = write(card)
    if out is None:
        say(text.rstrip())
    else:
        out.write_text(text, "utf-8")
        say(f"{out}: {len(card.factors)} factors, {sum(len(each.levels) for each in card.factors)} levels")
    changed = broken(loaded(card), _kept())
    if changed and out is not None:
        say(f"{len(changed)} cases of {DEFAULT_POLICY} come out otherwise: {'; '.join(changed)}")


@commands.command("evaluate", short_help="Leave each whole study out, fit on the rest, and score it.")
@answered
def measure(
    ratings: Annotated[Path, typer.Argument(help="Judgements of studies (.jsonl).")],
    pairs: Pairs = None,
    prior: PriorCard = "opinion",
    card: Annotated[str, typer.Option(help="Measure this scorecard as it is, instead of refitting.")] = "",
    keep_cases: Keep = True,
    json: AsJson = False,
) -> None:
    """Leave each whole study out, fit on the rest, and score it; then the same for simpler rules."""
    study = _study(ratings, pairs)
    rules = load_rules()
    kept = _kept() if keep_cases else ()
    report = evaluate(_card(prior), study, kept, rank(rules), as_it_is=_card(card) if card else None)
    sane = sanity(rules, _card(card or "published"), study.judgements)
    if json:
        say_json({"measured": report.measured, "sanity": sane})
        return
    enough = sum(count >= LEAST for count in report.measured["constant"].pairs.values())
    say(f"accuracy within studies, mean over {enough} studies with at least {LEAST} orderings")
    for name, found in report.measured.items():
        say(f"  {name:<45} {found.mean:.3f}   {found.low:.3f} to {found.high:.3f}")
    say("by study: " + " · ".join(f"{name} {part:.2f}" for name, part in report.measured["discomfort"].studies.items()))
    say("verdicts, agreed plainly: " + " · ".join(f"{name} {share:.0%}" for name, share in sane.shares.items()))
    for title, names in (
        ("minded by 60 % and yet said", sane.said_though_creepy),
        ("welcomed by 70 % and yet left alone", sane.never_though_welcome),
    ):
        say(f"{title}: {', '.join(names) or 'none'}")
    if sane.said_though_creepy or sane.never_though_welcome:
        raise typer.Exit(NO)


@commands.command("survey", short_help="Make a questionnaire for a panel.")
@answered
def survey(
    out: Annotated[Path, typer.Option("-o", "--out", help="A folder for survey.csv and survey.html.")] = Path("survey"),
    respondents: Annotated[int, typer.Option(min=1, max=100_000, help="How many people are asked.")] = 300,
    vignettes: Annotated[int, typer.Option(min=2, max=60, help="How many vignettes each of them judges.")] = 12,
    sheets: Annotated[int, typer.Option(min=1, max=1000, help="How many of the sheets are printed.")] = 3,
    seed: Annotated[str, typer.Option(help="The same seed gives the same questionnaire.")] = "1",
    table: Annotated[Path | None, typer.Option(help="Your own vignettes.yaml instead of ours.")] = None,
) -> None:
    """Make a questionnaire for a panel: every level equally often, at random; fill in `rating` and `line fit` it."""
    asked = load_vignettes(read_text(table), str(table)) if table else packaged_vignettes()
    made = questionnaire(asked, respondents, vignettes, seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "survey.csv").write_text(as_csv(asked, made), "utf-8")
    (out / "survey.html").write_text(as_page(asked, made[:sheets]), "utf-8")
    say(f"{out / 'survey.csv'}: {respondents} people × {vignettes} vignettes")
    say(f"{out / 'survey.html'}: {min(sheets, respondents)} sheets to print")


@commands.command("compare", short_help="Where two scorecards differ.")
@answered
def compare(
    one: Card,
    other: Card,
    json: AsJson = False,
) -> None:
    """Where two scorecards differ: points that a level adds to the least of its factor, in per cent of people."""
    first, second = _card(one), _card(other)
    found = differences(first, second)
    if json:
        say_json([{"key": level[0], "level": level[1], "one": a, "other": b} for level, a, b in found])
        return
    say(f"{'':<44} {first.name:>12} {second.name:>12}")
    for (key, level), a, b in found:
        say(f"{key + ' ' + level:<44} {_per_cent(a, first):>12} {_per_cent(b, second):>12}")
    say(f"{len(found)} levels differ")


@commands.command("show", short_help="A scorecard on one page.")
@answered
def show(card: Card = "published") -> None:
    """A scorecard on one page: its points, what they rest on, and its sources. ° marks opinion."""
    shown = _card(card)
    say(f"{shown.name} {shown.version}: {shown.scale} points are everybody; all begin at {shown.start}")
    say(f"leeway {shown.base:.0%}, and {shown.per_trust:.0%} more with full trust")
    for factor in shown.factors:
        say()
        say(factor.key)
        hang("", f"  {factor.why}", 2)
        levels = sorted(factor.levels.items(), key=lambda each: each[1])
        hang("", " · ".join(f"{name}{'' if name in factor.evidence else '°'} {points}" for name, points in levels), 2)
    say()
    for source in shown.sources:
        say(f"{source.study}: {source.what}, {source.judgements} judgements, {source.pairs} orderings")


def _card(name: str) -> Scorecard:
    if name in _SHIPPED:
        return shipped(name)
    path = Path(name)
    return load_scorecard(read_text(path), str(path))


def _kept() -> tuple[Kept, ...]:
    return kept_by_cases(load_rules(with_its_cases(DEFAULT_POLICY)))


def _study(ratings: Path, pairs: Path | None) -> Study:
    judgements = read_judgements(read_text(ratings), str(ratings))
    if pairs is not None:
        try:
            orderings = read_orderings(read_text(pairs), str(pairs), judgements)
        except csv.Error:
            fail(f"{pairs}: is not a CSV file.")
    else:
        orderings = beyond_noise(compared(judgements))
    return Study(judgements, orderings, packaged_fit())


def _per_cent(points: int | None, card: Scorecard) -> str:
    return "not scored" if points is None else f"{100 * points / card.scale:.1f} %"
