"""Match a list: which of its records are one person. Nothing is written into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tactful.profile.clusters import Link, Question, Rule, belonging, cluster, cluster_name, questions
from tactful.profile.match_settings import MatchSettings, weight_of
from tactful.profile.same_answers import Answers, Settled, settle
from tactful.service.match_list import People, prepare_people, recognise_list
from tactful.service.match_splink import Scored, score

if TYPE_CHECKING:
    import polars as pl

_NOTHING = Settled((), ())
_ONE_BIT = 1_000
_HERS_ALONE = {"first": 2, "born": 2, "email": 2}
"""What is hers and not her family's, and the level from which it agrees: a name alike, a date or an address at most a
slip apart or the same before the @."""


class Matched(msgspec.Struct, frozen=True):
    """`of`: for each record of `people.ids` its cluster's id; `probability`: how sure it is that it belongs there, None
    where it stands alone. `questions`: what a person should look at, strongest first. `too_large`: clusters that were
    left apart because together they have more records than one person may have. `unlikely`: answers `yes` that the
    evidence speaks against, as sentences."""

    people: People
    scored: Scored
    of: tuple[str, ...]
    probability: tuple[float | None, ...]
    questions: tuple[Question, ...]
    too_large: tuple[tuple[str, str], ...] = ()
    settled: Settled = _NOTHING
    unlikely: tuple[str, ...] = ()

    @property
    def clusters(self) -> dict[str, str]:
        """For each record the id of its cluster."""
        return dict(zip(self.people.ids, self.of, strict=True))


def match(
    frame: pl.DataFrame,
    settings: MatchSettings,
    file: str,
    answers: Answers | None = None,
    answers_file: str = "",
) -> Matched:
    """The records of a list, put together. Raises Problems, and StoreProblem where Splink is not installed."""
    columns = recognise_list(frame, settings.columns, file)
    kept = {role: column for role, column in columns.columns.items() if role not in settings.not_compared}
    left = tuple(column for role, column in columns.columns.items() if role in settings.not_compared)
    columns = msgspec.structs.replace(columns, columns=kept, unused=(*columns.unused, *left))
    people = prepare_people(frame, columns, file)
    scored = score(people, file)
    links = _links(scored, people, settings)
    settled = settle(answers.answers, answers_file) if answers else _NOTHING
    place = {record: n for n, record in enumerate(people.ids)}
    same = [[place[record] for record in group] for group in settled.same]
    different = [(place[a], place[b]) for a, b in settled.different]
    line = weight_of(settings.same_from)
    rule = Rule(line, unscored=line - _ONE_BIT, largest=settings.largest)
    made = cluster(len(people.ids), links, rule, same, different)
    names = {first: cluster_name(people.ids[first]) for first in set(made.of)}
    return Matched(
        people,
        scored,
        tuple(names[first] for first in made.of),
        tuple(belonging(made, links, rule)),
        tuple(questions(made, links, weight_of(settings.review_from), different)),
        tuple((people.ids[a], people.ids[b]) for a, b in made.refused if made.of[a] != made.of[b]),
        settled,
        _unlikely(answers, links, place, answers_file, weight_of(settings.review_from)),
    )


def _links(scored: Scored, people: People, settings: MatchSettings) -> list[Link]:
    """The weights of the pairs. Relatives share a last name, an address and a phone: where neither first name nor birth
    nor e-mail agrees, a pair stays just below the line and becomes a question."""
    import polars as pl

    pairs = scored.pairs
    assert isinstance(pairs, pl.DataFrame)
    own = [pl.col(field) >= level for field, level in _HERS_ALONE.items() if field in people.fields]
    if settings.families and own:
        below = pl.min_horizontal("weight", pl.lit(weight_of(settings.same_from) - 1))
        pairs = pairs.with_columns(weight=pl.when(pl.any_horizontal(own)).then("weight").otherwise(below))
    return list(pairs.select("a", "b", "weight").iter_rows())


def _unlikely(
    answers: Answers | None, links: list[Link], place: dict[str, int], file: str, review_from: int
) -> tuple[str, ...]:
    if answers is None:
        return ()
    weights = {(min(a, b), max(a, b)): weight for a, b, weight in links}
    found = []
    for each in answers.answers:
        a, b = sorted((place[each.a], place[each.b]))
        weight = weights.get((a, b))
        if each.same and each.a != each.b and weight is not None and weight < review_from:
            against = f"though what the list says of them speaks against it ({weight / 1000:.1f} bits)"
            found.append(f"{file}:{each.line}: {each.a} and {each.b} are joined as you said, {against}.")
    return tuple(found)
