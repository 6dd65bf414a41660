"""What the shop sells, as far as its order lines show: names, last prices, first and last sale. No person is in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from tactful.model.arrivals import Arrival
from tactful.model.kept import Article
from tactful.model.records import HOUR
from tactful.profile.events import ORDER_LINE, OrderLine
from tactful.service.ports import Store

if TYPE_CHECKING:
    import polars as pl

__all__ = ["KIND", "Article", "Catalogue", "Shelf", "joined", "merged", "of_lines", "sold_in"]

KIND = "catalogue"
MOST_KNOWN = 200_000
_line = msgspec.msgpack.Decoder(OrderLine).decode


class Catalogue(msgspec.Struct, frozen=True):
    """Articles by code, in the order of codes."""

    articles: tuple[Article, ...] = ()

    def by_code(self) -> dict[str, Article]:
        """The articles, to look one up."""
        return {article.code: article for article in self.articles}

    def names(self) -> dict[str, str]:
        """Name of each product that is goods, by code."""
        return {article.code: article.name for article in self.articles if article.goods and article.name}

    def newest(self, now: int, most: int) -> list[Article]:
        """What came in last before `now`, newest first, ties by code; goods with a name and a price only."""
        known = [a for a in self.articles if a.goods and a.name and a.price > 0 and a.first_at <= now]
        return sorted(known, key=lambda article: (-article.first_at, article.code))[:most]


def of_lines(frame: pl.DataFrame) -> Catalogue:
    """The catalogue of kept order lines (see `orders_file`)."""
    import polars as pl

    sold = frame.filter(pl.col("nature") == "bought").sort("at", maintain_order=True)
    grouped = sold.group_by("product", maintain_order=True).agg(
        pl.col("name").filter(pl.col("name") != "").last().fill_null(""),
        pl.col("price").filter(pl.col("price") > 0).last().fill_null(0),
        pl.col("at").first().alias("first_at"),
        pl.col("at").last().alias("last_at"),
        pl.len().alias("sold"),
        pl.col("goods").all(),
    )
    return Catalogue(tuple(Article(*row) for row in grouped.sort("product").iter_rows()))


def merged(old: Catalogue, new: Catalogue) -> Catalogue:
    """Both catalogues as one: the later sale gives name and price."""
    articles = old.by_code()
    for article in new.articles:
        known = articles.get(article.code)
        articles[article.code] = article if known is None else joined(known, article)
    return Catalogue(tuple(articles[code] for code in sorted(articles)))


def joined(a: Article, b: Article) -> Article:
    """Both as one: the later sale gives name and price."""
    early, late = (a, b) if (a.last_at, a.name, a.price) <= (b.last_at, b.name, b.price) else (b, a)
    return Article(
        code=late.code,
        name=late.name or early.name,
        price=late.price or early.price,
        first_at=min(a.first_at, b.first_at),
        last_at=late.last_at,
        sold=max(a.sold, b.sold),
        goods=a.goods and b.goods,
    )


def sold_in(arrivals: Iterable[Arrival]) -> dict[str, Article]:
    """What was bought in calls, by code; of a sale without a name or a price nothing can be said of a product."""
    found: dict[str, Article] = {}
    for arrival in arrivals:
        for event in arrival.events:
            if event.kind != ORDER_LINE:
                continue
            line, at = _line(event.body), event.occurred_at
            if line.nature == "bought" and line.code and line.name and line.price > 0:
                new = Article(line.code, line.name, line.price, at, at, 1, line.goods)
                known = found.get(line.code)
                found[line.code] = new if known is None else joined(known, new)
    return found


class Shelf:
    """Keeps in the store what calls show to be sold, and only what it does not say already: a name, a price, a first
    sale, or that the last one was an hour later. What a page says of itself never comes here: anybody could price it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Article] = {}

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """What was sold in these calls, also in those that were there before. Raises StoreProblem."""
        fresh = [new for each in sold_in(arrivals).values() if (new := self._told(each)) is not None]
        if fresh:
            self._store.sold(fresh)
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known.update((each.code, each) for each in fresh)

    def _told(self, each: Article) -> Article | None:
        known = self._known.get(each.code)
        if known is None:
            return each
        both = joined(known, each)
        same = msgspec.structs.replace(both, last_at=known.last_at, sold=known.sold) == known
        return None if same and both.last_at - known.last_at < HOUR else both
