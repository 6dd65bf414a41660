"""Order files that are broken in every way a file can be: one sentence with the place, and nothing kept."""

from __future__ import annotations

import errno
import gzip
from pathlib import Path

import polars as pl
import pytest
from tests.cli.typed import HEADER, LINE, refused, typed

from tactful.bootstrap import store_for_reading

GOOD = f"{HEADER}\n{LINE}\n".encode()
_PACKED = gzip.compress(f"{HEADER}\n{LINE * 200}\n".encode())
BROKEN = {
    "empty": (b"", "is empty"),
    "only a header": (f"{HEADER}\n".encode(), "has a header but no lines"),
    "the first bytes of Parquet": (b"PAR1", "is a Parquet file that was cut off or damaged"),
    "Latin-1": (
        GOOD.replace(b"RED", b"R\xc9D"),
        ":2: is not in utf-8. If it comes from Windows, add --encoding cp1252",
    ),
    "UTF-16": (GOOD.decode().encode("utf-16"), ":1: is not in utf-8: it is in utf-16; add --encoding utf-16"),
    "two columns of one name": (GOOD.replace(b"Country\n", b"Quantity\n"), ":1: has more than one column `Quantity`"),
    "more cells than columns": (GOOD + b"1,2,3,4,5,6,7,8,9,10\n", ":3: has 10 cells where the header has 8"),
    "a quotation mark left open": (GOOD.replace(b"LUNCH", b'"LUNCH'), ":2: a quotation mark is opened here"),
    "no such columns": (b"a,b\n1,2\n", "no column for"),
    "half a gzip": (_PACKED[: len(_PACKED) // 2], "it was cut off or damaged"),
    "a picture": (bytes(range(256)) * 20, "is not in utf-8"),
}


def kept(shop: Path) -> int:
    store = store_for_reading(shop)
    try:
        return store.counts().events
    finally:
        store.close()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_sentence_and_keeps_nothing(shop: Path, name: str) -> None:
    content, sentence = BROKEN[name]
    (shop / "new.csv").write_bytes(content)
    before = kept(shop)
    said = refused(shop, "import", "orders", "new.csv", lines=6)
    assert said.startswith("new.csv")
    assert sentence in said
    assert kept(shop) == before


def test_a_parquet_file_cut_anywhere_is_one_sentence(shop: Path) -> None:
    pl.DataFrame({"InvoiceNo": ["1"] * 500}).write_parquet(shop / "whole.parquet")
    whole = (shop / "whole.parquet").read_bytes()
    for length in (5, 12, len(whole) // 2, len(whole) - 1):
        (shop / "cut.parquet").write_bytes(whole[:length])
        assert "cut off or damaged" in refused(shop, "import", "orders", "cut.parquet")


def test_a_folder_and_a_missing_file_are_one_sentence(shop: Path) -> None:
    assert refused(shop, "import", "orders", "campaigns") == "campaigns: cannot be opened: is a directory."
    assert refused(shop, "import", "orders", "no.csv") == "no.csv: cannot be opened: no such file or directory."


def test_a_file_that_may_not_be_read_is_one_sentence(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "secret.csv").write_bytes(GOOD)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "secret.csv")

    monkeypatch.setattr("tactful.service.table_file.Path.open", denied)
    monkeypatch.setattr("tactful.cli.importing.shop_of", lambda folder: None)
    assert refused(shop, "import", "orders", "secret.csv") == "secret.csv: cannot be opened: permission denied."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--map", "product=Nope"), "--map product=Nope: no such column"),
        (("--map", "prodct=StockCode"), "--map prodct=…: unknown name. Did you mean product?"),
        (("--map", "product"), "--map product: write it like --map order=InvoiceNo."),
        (
            ("--map", "order=InvoiceNo", "--map", "order=StockCode"),
            "order was mapped to InvoiceNo already",
        ),
        (("--map", "product=InvoiceNo"), "this column is order already"),
        (("--zone", "Mars/Olympus"), "--zone Mars/Olympus: no such time zone"),
        (("--encoding", "klingon"), "there is no encoding `klingon`"),
    ],
)
def test_a_wrong_flag_is_one_sentence(shop: Path, words: tuple[str, ...], sentence: str) -> None:
    (shop / "new.csv").write_bytes(GOOD)
    assert sentence in refused(shop, "import", "orders", "new.csv", *words)
    assert sentence in refused(shop, "import", "orders", "new.csv", *words, "--dry-run")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.replace("2011-11-11", "2999-11-11"), "its time is in the future"),
        (LINE.replace("LUNCH BAG RED", "A" * 10_000_000), "one of its cells holds more than 500 characters"),
        (LINE.replace("ada", "a\x00da"), "holds characters that nobody can read"),
        (LINE.replace("ada", "\x1b[31mada"), "holds characters that nobody can read"),
    ],
    ids=["future", "ten megabytes", "nul", "escape"],
)
def test_a_line_that_cannot_be_is_refused_with_its_number(shop: Path, line: str, reason: str) -> None:
    (shop / "new.csv").write_text(f"{HEADER}\n{LINE}\n{line.replace('77001', '77002')}\n")
    said = " ".join(typed(shop, "import", "orders", "new.csv").stdout.split())
    assert "refused 1 see below" in said
    assert "line 3: " in said
    assert reason in said
    assert "New in the store: 1. Already there: 0." in said


def test_what_can_be_read_is_read(shop: Path) -> None:
    lines = {name: GOOD.replace(b"77001", number) for name, number in (("bom", b"1"), ("gz", b"2"), ("utf16", b"3"))}
    (shop / "bom").write_bytes(b"\xef\xbb\xbf" + lines["bom"])
    (shop / "gz").write_bytes(gzip.compress(lines["gz"]))
    (shop / "utf16").write_bytes(lines["utf16"].decode().encode("utf-16"))
    for name, words in (("bom", ()), ("gz", ()), ("utf16", ("--encoding", "utf-16"))):
        assert "New in the store: 1. Already there: 0." in typed(shop, "import", "orders", name, *words).stdout
        assert "New in the store: 0. Already there: 1." in typed(shop, "import", "orders", name, *words).stdout


def test_the_table_of_an_import_is_at_most_96_columns(shop: Path) -> None:
    said = typed(shop, "import", "orders", "orders.csv").stdout
    assert max(map(len, said.splitlines())) <= 96
    assert "New in the store: 0." in said
