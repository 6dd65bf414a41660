"""Order lines from a retailer's export, as events: every line accounted for, none guessed at.

A line's identity is its order and its place within that order, so the same file imported twice adds nothing, and two
lines that are equal to the letter are two things bought.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from tactful.model.problems import Problem, Problems
from tactful.model.records import DAY, NewEvent
from tactful.profile.events import OrderLine
from tactful.profile.orders import line_id
from tactful.service.printable import CONTROLS

if TYPE_CHECKING:
    import polars as pl

FIELDS = ("order", "product", "name", "units", "at", "price", "person", "country")
NEEDED = ("order", "product", "units", "at", "person")
_CHUNK = 20_000
_LONGEST = 500
_CODES = ("order", "product", "person", "country")
_TEXTS = (*_CODES, "name")
_TIME_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)


class Refused(msgspec.Struct, frozen=True):
    """A line that was not taken, with its number in the file (the header is line 1) and a sentence."""

    line: int
    reason: str


class Accounts(msgspec.Struct, frozen=True):
    """Every line of an import in exactly one of five heaps, and what is worth knowing of them.

    `not_goods` of the bought lines are postage, fees and the like; `repeats` of the bought lines equal another exactly.
    """

    lines: int
    bought: int
    returned: int
    free: int
    no_person: int
    refused: int
    not_goods: int
    repeats: int
    people: int
    buyers: int
    first_at: int
    last_at: int

    @property
    def adds_up(self) -> bool:
        """The five heaps are the file."""
        return self.bought + self.returned + self.free + self.no_person + self.refused == self.lines


class OrderFile(msgspec.Struct, frozen=True):
    """A file prepared for import: its accounts, its refused lines, and a frame that `events` reads."""

    accounts: Accounts
    refused: tuple[Refused, ...]
    frame: object
    zone: str
    zoned: bool


def prepare(
    frame: pl.DataFrame,
    columns: dict[str, str],
    zone: str,
    goods: str,
    not_goods: frozenset[str],
    now: int,
    file: str,
    time_format: str = "",
) -> OrderFile:
    """Check and account for every line. `columns` maps our names to the file's; `zone` reads times without one,
    `time_format` (strftime) those that are not written year first: day and month are never guessed.
    """
    import polars as pl

    missing = [name for name in NEEDED if not columns.get(name)]
    if missing:
        raise Problems([Problem(file, 1, f"no column for {', '.join(missing)}: add --map {missing[0]}=COLUMN.")])
    renamed = frame.select(
        *(pl.col(column).alias(name) for name, column in columns.items() if column),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in FIELDS if not columns.get(name)),
    )
    zoned = _has_zone(renamed)
    typed = _typed(renamed, zone, (time_format,) if time_format else _TIME_FORMATS)
    marked = _marked(typed, goods, not_goods, now)
    refused = marked.filter(pl.col("refused") != "").select("line", "refused")
    accounts = _accounts(marked)
    reasons = tuple(Refused(line, reason) for line, reason in refused.iter_rows())
    kept = marked.filter(pl.col("refused") == "").select(
        "order", "n", "product", "name", "units", "price", "country", "nature", "goods", "person", "at"
    )
    return OrderFile(accounts, reasons, kept, zone, zoned)


def events(prepared: OrderFile, source: str) -> Iterator[list[NewEvent]]:
    """The kept lines as events, in chunks."""
    import polars as pl

    frame = prepared.frame
    assert isinstance(frame, pl.DataFrame)
    encode = msgspec.msgpack.Encoder(order="deterministic").encode
    for part in frame.iter_slices(_CHUNK):
        chunk = []
        for order, n, code, name, units, price, country, nature, goods, person, at in part.iter_rows():
            line = OrderLine(order, n, code, name, units, price, country, nature, goods)
            chunk.append(
                NewEvent(
                    source,
                    line_id(order, n),
                    "order_line",
                    ("customer", person) if person is not None else None,
                    at,
                    encode(line),
                )
            )
        yield chunk


def _has_zone(frame: pl.DataFrame) -> bool:
    import polars as pl

    dtype = frame.schema["at"]
    if isinstance(dtype, pl.Datetime):
        return dtype.time_zone is not None
    if dtype == pl.String:
        return bool(frame["at"].head(100).str.contains(r"(Z|[+-]\d\d:?\d\d)$").any())
    return False


def _typed(frame: pl.DataFrame, zone: str, formats: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    return frame.with_row_index("line", offset=2).select(
        "line",
        _text("order"),
        _text("product"),
        _text("name").str.replace_all(f"(?:{CONTROLS}|[\\x00\\n\\t])+", " ").str.strip_chars().fill_null(""),
        _numeric(frame, "units").alias("units"),
        _numeric(frame, "price").alias("price"),
        pl.lit(bool(frame["price"].null_count() < frame.height)).alias("priced"),
        _whole_text(frame, "person").alias("person"),
        _text("country").fill_null(""),
        _micros(frame, zone, formats).alias("at"),
        pl.col("at").cast(pl.String).str.slice(0, 30).fill_null("(none)").alias("written"),
    )


def _text(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name).cast(pl.String).str.strip_chars()


def _numeric(frame: pl.DataFrame, name: str) -> pl.Expr:
    import polars as pl

    if frame.schema[name] == pl.String:
        return pl.col(name).str.strip_chars().str.replace_all(r"[£$€\s]", "").cast(pl.Float64, strict=False)
    return pl.col(name).cast(pl.Float64, strict=False)


def _whole_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A person's number as text: 17850.0 is 17850."""
    import polars as pl

    if frame.schema[name].is_float():
        return pl.col(name).cast(pl.Int64, strict=False).cast(pl.String)
    text = pl.col(name).cast(pl.String).str.strip_chars().str.replace(r"^(\d+)\.0$", "$1")
    return pl.when(text == "").then(None).otherwise(text)


def _micros(frame: pl.DataFrame, zone: str, formats: tuple[str, ...]) -> pl.Expr:
    import polars as pl

    dtype = frame.schema["at"]
    column = pl.col("at")
    if dtype == pl.String:
        stripped = column.str.strip_chars()
        aware = stripped.str.to_datetime(time_unit="us", time_zone="UTC", strict=False, format="%+")
        naive = pl.coalesce(*(stripped.str.to_datetime(form, time_unit="us", strict=False) for form in formats))
        return pl.coalesce(aware.dt.epoch("us"), _local(naive, zone))
    if dtype == pl.Date:
        return _local(column.cast(pl.Datetime("us")), zone)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return column.dt.epoch("us")
    if isinstance(dtype, pl.Datetime):
        return _local(column.cast(pl.Datetime("us")), zone)
    return pl.lit(None, dtype=pl.Int64)


def _local(naive: pl.Expr, zone: str) -> pl.Expr:
    """Local time as UTC: the earlier reading of the repeated hour; the skipped hour as if no clock had moved."""
    kept = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    shifted = naive.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return kept.fill_null(shifted).dt.epoch("us")


def _marked(frame: pl.DataFrame, goods: str, not_goods: frozenset[str], now: int) -> pl.DataFrame:
    import polars as pl

    text = pl.col("units").cast(pl.Int64, strict=False)
    back = pl.col("order").str.starts_with("C") | (pl.col("units") < 0)
    nature = (
        pl.when(back)
        .then(pl.lit("returned"))
        .when(pl.col("priced") & (pl.col("price") <= 0))
        .then(pl.lit("free"))
        .otherwise(pl.lit("bought"))
    )
    fits = pl.col("product").str.contains(goods) if goods else pl.lit(True)
    goods_mark = fits & ~pl.col("product").str.to_uppercase().is_in(sorted(not_goods))
    return frame.with_columns(
        refused=_why_refused(now),
        nature=nature,
        goods=goods_mark.fill_null(False),
        n=pl.int_range(pl.len()).over("order"),
    ).with_columns(
        units=text.fill_null(0),
        price=(pl.col("price").fill_null(0) * 1000).round().cast(pl.Int64, strict=False).fill_null(0),
    )


def _why_refused(now: int) -> pl.Expr:
    """Why a line is not taken; empty where it is."""
    import polars as pl

    text = pl.col("units").cast(pl.Int64, strict=False)
    return (
        pl.when(pl.col("order").is_null() | (pl.col("order") == ""))
        .then(pl.lit("it has no order number"))
        .when(pl.col("product").is_null() | (pl.col("product") == ""))
        .then(pl.lit("it has no product code"))
        .when(pl.any_horizontal(*(pl.col(name).str.len_chars() > _LONGEST for name in _TEXTS)))
        .then(pl.lit(f"one of its cells holds more than {_LONGEST} characters"))
        .when(pl.any_horizontal(*(pl.col(name).str.contains(f"{CONTROLS}|[\\x00]") for name in _CODES)))
        .then(pl.lit("its order, product, person or country holds characters that nobody can read"))
        .when(pl.col("units").is_null() | (pl.col("units") != text))
        .then(pl.lit("its number of units is not a whole number"))
        .when(pl.col("at").is_null())
        .then(pl.format("its time {} cannot be read: say how it is written, --time-format %d/%m/%Y", pl.col("written")))
        .when(pl.col("at") > now + DAY)
        .then(pl.lit("its time is in the future"))
        .when(pl.col("priced") & pl.col("price").is_null())
        .then(pl.lit("its price is not a number"))
        .when(pl.col("price").abs() > 1e9)
        .then(pl.lit("its price is beyond belief"))
        .when(pl.col("units").abs() > 1e9)
        .then(pl.lit("its number of units is beyond belief"))
        .otherwise(pl.lit(""))
    )


def _accounts(frame: pl.DataFrame) -> Accounts:
    import polars as pl

    good = frame.filter(pl.col("refused") == "")
    known = good.filter(pl.col("person").is_not_null())
    bought = known.filter(pl.col("nature") == "bought")
    same = ("order", "product", "name", "units", "at", "price", "person", "country")
    return Accounts(
        lines=frame.height,
        bought=bought.height,
        returned=known.filter(pl.col("nature") == "returned").height,
        free=known.filter(pl.col("nature") == "free").height,
        no_person=good.height - known.height,
        refused=frame.height - good.height,
        not_goods=bought.filter(~pl.col("goods")).height,
        repeats=bought.height - bought.unique(subset=same).height,
        people=known["person"].n_unique(),
        buyers=bought["person"].n_unique(),
        first_at=_whole(good["at"].min()),
        last_at=_whole(good["at"].max()),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
