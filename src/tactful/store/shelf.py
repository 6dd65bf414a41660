"""What the shop sells, as its sales show it: one row a product. No person is in it."""

from __future__ import annotations

from collections.abc import Sequence

from tactful.model.kept import Article
from tactful.store.base import StorePart, read, written

LATER = "(excluded.last_at, excluded.name, excluded.price) > (article.last_at, article.name, article.price)"
SOLD = f"""INSERT INTO article (code, name, price, first_at, last_at, sold, goods) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (code) DO UPDATE SET
    name = CASE WHEN {LATER} THEN excluded.name ELSE article.name END,
    price = CASE WHEN {LATER} THEN excluded.price ELSE article.price END,
    first_at = CASE WHEN excluded.first_at < article.first_at THEN excluded.first_at ELSE article.first_at END,
    last_at = CASE WHEN excluded.last_at > article.last_at THEN excluded.last_at ELSE article.last_at END,
    sold = CASE WHEN excluded.sold > article.sold THEN excluded.sold ELSE article.sold END,
    goods = article.goods * excluded.goods"""


class ShelfVerbs(StorePart):
    """Products by their codes."""

    def sold(self, articles: Sequence[Article]) -> None:
        """Keep what sales show of products; the later sale gives name and price, in whatever order they come."""
        rows = [
            (written(a.code), written(a.name), a.price, a.first_at, a.last_at, a.sold, int(a.goods))
            for a in sorted(articles, key=lambda each: written(each.code))
        ]
        with self._db.writing() as connection:
            connection.executemany(SOLD, rows)

    def articles(self) -> list[Article]:
        """What is sold, in the order of codes."""
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT code, name, price, first_at, last_at, sold, goods FROM article ORDER BY code"
            ).fetchall()
        return [
            Article(read(code), read(name), price, first_at, last_at, sold, bool(goods))
            for code, name, price, first_at, last_at, sold, goods in rows
        ]
