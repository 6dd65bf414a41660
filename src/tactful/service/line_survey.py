"""The vignette survey: a questionnaire for a panel, its answers read back, and the line that they draw."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined

from tactful.appropriateness.line_features import Level, levels_of, weights
from tactful.appropriateness.scorecard import Scorecard, Source
from tactful.appropriateness.vignettes import Vignettes, load_vignettes, worded
from tactful.learning.line import Rating, fit_ratings
from tactful.learning.panel import NoDesign, design
from tactful.model.flow import Flow, Value, read_flow
from tactful.model.problems import Problem, Problems
from tactful.service.line import ENOUGH_CODINGS, believed, falls, rounded, row_of
from tactful.service.line_cases import Kept, bounds
from tactful.service.packs import packaged, packaged_fit

WHO, WHICH, TEXT, RATING = "respondent", "vignette", "text", "rating"


class Answer(NamedTuple):
    """One vignette as one person rated it, from -100 (minds very much) to 100 (welcomes it)."""

    person: str
    flow: Flow
    rating: float


def packaged_vignettes() -> Vignettes:
    """The vignettes that come with Tactful: what no published study measured."""
    return load_vignettes(packaged("appropriateness", "tables/vignettes.yaml"), "vignettes.yaml")


def questionnaire(asked: Vignettes, people: int, vignettes: int, seed: str) -> list[tuple[Flow, ...]]:
    """The flows that each person judges. Raises Problems where what must not meet leaves none."""
    factors = {each.key: each.levels for each in asked.factors}
    try:
        made = list(design(factors, asked.not_together, people, vignettes, seed))
    except NoDesign as key:
        raise Problems([Problem("vignettes.yaml", 0, f"`not_together` leaves no vignettes for `{key}`.")]) from None
    return [tuple({**asked.always, **flow} for flow in each) for each in made]


def as_csv(asked: Vignettes, sheets: Sequence[Sequence[Flow]]) -> str:
    """One line per person and vignette: its keys, its text, and an empty rating for the panel to fill in."""
    keys = (*asked.always, *(each.key for each in asked.factors))
    shown = tuple(each.key for each in asked.factors)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow((WHO, WHICH, *keys, TEXT, RATING))
    for person, sheet in enumerate(sheets, start=1):
        for number, flow in enumerate(sheet, start=1):
            text = " ".join(f"{head}: {said}" for head, said in worded(flow, shown))
            table.writerow((person, number, *(_cell(flow[key]) for key in keys), text, ""))
    return out.getvalue()


def as_page(asked: Vignettes, sheets: Sequence[Sequence[Flow]]) -> str:
    """The questionnaire for print, one sheet per person."""
    shown = tuple(each.key for each in asked.factors)
    common = worded(
        asked.always, tuple(key for key in asked.always if key in ("scenario.purpose", "scenario.initiator"))
    )
    pages = [[worded(flow, shown) for flow in sheet] for sheet in sheets]
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    page = environment.from_string(packaged("service", "pages/survey.html.jinja"))
    return page.render(sheets=pages, common=common)


def read_answers(text: str, file: str) -> list[Answer]:
    """The answers of a panel; a vignette without a rating was not answered. Raises Problems with all of them."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = reader.fieldnames or ()
    problems = [
        Problem(file, 1, f"the column `{name}` is missing.", name) for name in (WHO, RATING) if name not in names
    ]
    answers: list[Answer] = []
    for row in reader if not problems else ():
        line = reader.line_num
        said = (row[RATING] or "").strip().replace("−", "-")
        if not said:
            continue
        raw = {name: _plain(value) for name, value in row.items() if (name and "." in name) or name == "act" if value}
        flow, wrong = read_flow(raw, file, line)
        problems += wrong
        rating = _number(said)
        if rating is None or not -100 <= rating <= 100:
            problems.append(Problem(file, line, f"`rating: {said}` must be a number from -100 to 100.", RATING))
        else:
            answers.append(Answer(row[WHO] or "", flow, rating))
    if not problems and not answers:
        problems.append(Problem(file, 0, "holds no rating at all."))
    if problems:
        raise Problems(problems)
    return answers


def fit_answers(prior: Scorecard, answers: Sequence[Answer], name: str, keeping: tuple[Kept, ...] = ()) -> Scorecard:
    """The line that a panel draws: the points of the prior, moved by each person's ratings against her own mean."""
    table = packaged_fit()
    ratings = [Rating(each.person, row_of(prior, (each.flow,), table), each.rating) for each in answers]
    points = fit_ratings(ratings, believed(prior), [*falls(prior), *bounds(prior, keeping)])
    people = len({each.person for each in answers})
    source = Source(name, f"a panel of our own, {people} people", len(answers), 0)
    known = {(each.key, level) for each in prior.factors for level in each.evidence}
    return rounded(prior, points, name, known | asked_levels(prior, answers), (*prior.sources, source))


def asked_levels(card: Scorecard, answers: Iterable[Answer]) -> set[Level]:
    """Levels that enough answers carry, of factors that the panel saw at more than one level."""
    counts = Counter(level for each in answers for level in weights(card, each.flow) if level[0] in each.flow)
    varied = Counter(key for key, _ in counts)
    return {level for level, count in counts.items() if count >= ENOUGH_CODINGS and varied[level[0]] > 1}


def covered(card: Scorecard, asked: Vignettes) -> tuple[Level, ...]:
    """The levels of the scorecard that a questionnaire asks about."""
    seen = {
        level
        for each in asked.factors
        for value in each.levels
        for level in weights(card, {each.key: value})
        if level[0] == each.key
    }
    return tuple(level for level in levels_of(card) if level in seen)


def _cell(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: str) -> Value:
    if value in ("true", "false"):
        return value == "true"
    number = _number(value)
    return value if number is None else number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number == int(number) else number
