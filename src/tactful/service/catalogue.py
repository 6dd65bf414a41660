"""What the shop sells, as far as its order lines show: names, last prices, first and last sale. No person is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import polars as pl

KIND = "catalogue"


class Article(msgspec.Struct, frozen=True, array_like=True):
    """One product: last name, last price above 0 (thousandths; 0 if none), first and last sale (µs), lines sold."""

    code: str
    name: str
    price: int
    first_at: int
    last_at: int
    sold: int
    goods: bool


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
        articles[article.code] = article if known is None else _joined(known, article)
    return Catalogue(tuple(articles[code] for code in sorted(articles)))


def _joined(a: Article, b: Article) -> Article:
    early, late = (a, b) if (a.last_at, a.name) <= (b.last_at, b.name) else (b, a)
    return Article(
        code=late.code,
        name=late.name or early.name,
        price=late.price or early.price,
        first_at=min(a.first_at, b.first_at),
        last_at=late.last_at,
        sold=max(a.sold, b.sold),
        goods=a.goods and b.goods,
    )
