"""A list of people made ready to be compared: columns recognised, ids checked, every value in one form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from tactful.model.problems import Problem, Problems
from tactful.profile import people_values as values
from tactful.profile.people_columns import FIELDS, ID, NAMES, PeopleColumns, load_people_columns, recognise_people
from tactful.service.packs import packaged
from tactful.service.printable import printable

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 1_000
_MOST_SHOWN = 5
_FILLED = 0.02
"""A column is compared only if at least this share of its cells says something."""
_FORMS: dict[str, Callable[[str | None], str | None]] = {
    "first": values.name,
    "last": values.name,
    "birth_place": values.plain,
    "town": values.plain,
    "postcode": values.postcode,
    "street": values.plain,
    "email": values.email,
    "phone": values.phone,
    "occupation": values.plain,
}


class People(msgspec.Struct, frozen=True):
    """A list ready to be compared. `frame` has a line for each record, in the order of `ids` (as text), with `n` its
    place there and a column for each of `fields`; `places` is where each line of the file went."""

    ids: tuple[str, ...]
    places: tuple[int, ...]
    fields: tuple[str, ...]
    columns: PeopleColumns
    british: bool
    frame: object
    written: object


def recognise_list(frame: pl.DataFrame, given: dict[str, str], file: str) -> PeopleColumns:
    """Which column of a list is what. Raises Problems where that leaves a doubt."""
    import polars as pl

    table = load_people_columns(packaged("profile", "tables/people_columns.yaml"), "people_columns.yaml")
    step = max(1, frame.height // _SAMPLE)
    texts = frame.gather_every(step).select(pl.all().cast(pl.String, strict=False))
    found, problems = recognise_people({name: texts[name].to_list() for name in texts.columns}, table, given, file)
    if ID not in found.columns and not any("id may be" in each.message for each in problems):
        problems.append(Problem(file, 1, "no column for id: add --map id=COLUMN."))
    if not set(found.columns) - {ID}:
        known = "names, births, addresses, e-mail or phone"
        problems.append(Problem(file, 1, f"no column to compare ({known}) was recognised: add --map last=COLUMN …"))
    if problems:
        raise Problems(problems)
    return found


def prepare_people(frame: pl.DataFrame, columns: PeopleColumns, file: str) -> People:
    """The list in one form. Raises Problems: ids that are missing or not unique, or too little to compare."""
    import polars as pl

    written = frame.select(pl.col(column).cast(pl.String, strict=False) for column in columns.columns.values())
    written.columns = list(columns.columns)
    ids = _checked_ids([value and value.strip() for value in written[ID].to_list()], file)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    places = [0] * len(ids)
    for place, line in enumerate(order):
        places[line] = place
    made = _in_one_form(written.with_columns(pl.Series(ID, ids))[order])
    fields = tuple(each for each in _compared() if each in made and _filled(made[each]))
    _refuse_too_little(fields, file)
    frame = pl.DataFrame({"n": list(range(len(ids))), **{field: made[field] for field in fields}})
    codes = [code for code in made.get("postcode", ()) if code]
    british = sum(map(values.is_british, codes)) * 2 > len(codes)
    return People(
        tuple(ids[line] for line in order), tuple(places), fields, columns, british, _with_keys(frame), written[order]
    )


def _compared() -> tuple[str, ...]:
    return tuple(each for each in FIELDS if each != "full")


def _in_one_form(written: pl.DataFrame) -> dict[str, list[str | None]]:
    made: dict[str, list[str | None]] = {}
    for role in written.columns:
        if role == "born":
            dates = written[role].to_list()
            made[role] = _each(dates, partial(values.born, order=values.date_order(dates)))
        elif role in _FORMS:
            made[role] = _each(written[role].to_list(), _FORMS[role])
    if set(NAMES) & set(written.columns):
        nothing: list[str | None] = [None] * written.height
        full = written["full"].to_list() if "full" in written.columns else nothing
        given = list(zip(made.get("first", nothing), made.get("last", nothing), strict=True))
        names = [
            values.split_name(whole) if (first, last) == (None, None) else (first, last)
            for (first, last), whole in zip(given, full, strict=True)
        ]
        names = values.turned_round(names)
        made["first"], made["last"] = [first for first, _ in names], [last for _, last in names]
    return made


def _each(column: list[str | None], form: Callable[[str | None], str | None]) -> list[str | None]:
    known = {value: form(value) for value in set(column)}
    return [known[value] for value in column]


def _filled(column: list[str | None]) -> bool:
    present = [value for value in column if value is not None]
    return len(present) >= max(2, _FILLED * len(column)) and len(set(present)) > 1


def _checked_ids(ids: list[str | None], file: str) -> list[str]:
    lines: dict[str, list[int]] = {}
    problems = []
    for line, value in enumerate(ids, start=2):
        if not value:
            problems.append(Problem(file, line, "has no id."))
        else:
            lines.setdefault(value, []).append(line)
    for value, found in lines.items():
        if len(found) > 1:
            also = f"{len(found) - 1:,} other line{'s' if len(found) > 2 else ''}, first {found[1]:,}"
            problems.append(Problem(file, found[0], f"id {printable(value)} is on {also} as well: ids must be unique."))
    if problems:
        shown = sorted(problems)[:_MOST_SHOWN]
        if len(problems) > len(shown):
            shown.append(Problem(file, problems[-1].line, f"… and {len(problems) - len(shown):,} more ids like these."))
        raise Problems(shown)
    if len(ids) < 2:
        raise Problems([Problem(file, 2, "has one record only: there is nothing to compare it with.")])
    return [value for value in ids if value]


def _refuse_too_little(fields: tuple[str, ...], file: str) -> None:
    kinds = {"name" if field in NAMES else field for field in fields}
    if kinds in (set(), {"name"}) or len(kinds) < 2:
        what = " and ".join(sorted(kinds)) or "nothing"
        why = "two people can share that" if kinds else "the recognised columns are empty"
        raise Problems(
            [Problem(file, 1, f"there is only {what} to compare, and {why}: at least two kinds of things are needed, "
                              "such as name and date of birth, or name and postcode.")]
        )  # fmt: skip


def _with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """With the shorter keys that records are looked up by."""
    import polars as pl

    keys: list[pl.Expr | pl.Series] = []
    if "first" in frame.columns:
        keys += [pl.col("first").str.slice(0, 1).alias("initial"), pl.col("first").str.slice(0, 3).alias("first3")]
    if "last" in frame.columns:
        sounds = pl.Series("sound", _each(frame["last"].to_list(), values.sound), dtype=pl.String)
        keys += [pl.col("last").str.slice(0, 4).alias("last4"), sounds]
    if "born" in frame.columns:
        keys += [pl.col("born").str.slice(0, 4).alias("year"), pl.col("born").str.slice(5).alias("month_day")]
    if "postcode" in frame.columns:
        keys.append(pl.Series("district", _each(frame["postcode"].to_list(), values.district), dtype=pl.String))
    return frame.with_columns(keys)
