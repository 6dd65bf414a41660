"""One rule for exit codes: 2 for what was given and is wrong or not there, 4 for a store that cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, refused, typed

BY = ("--by", "Ana", "--why", "asked her")
NOT_THERE = (
    ("person", "show", "nobody"),
    ("why", "d_nothing"),
    ("why-not", "d_nothing"),
    ("replay", "d_nothing"),
    ("why", "99"),
    ("identity", "show", "nobody"),
    ("identity", "merge", "customer:ada", "customer:nobody", *BY),
    ("identity", "unmerge", "99", *BY),
    ("identity", "settle", "99", "--answer", "same", *BY),
    ("key", "revoke", "nokey"),
    ("source", "heard", "nothing", "--at", "2011-12-10T09:00"),
    ("report", "--campaign", "nothing"),
    ("sample", "--campaign", "nothing"),
    ("decide", "--campaign", "campaigns/nothing.yaml"),
    ("gate", "nothing.csv", "--campaign", CAMPAIGN, "--out", "a.csv", "--refused", "b.csv"),
    ("import", "orders", "nothing.csv"),
    ("policy", "rollback", "--author", "Ana", "--to", "0123456789ab"),
    ("policy", "test", "norm/nothing"),
    ("schema", "nothing"),
    ("packaged", "nothing"),
    ("line", "show", "nothing.yaml"),
)
NEED_A_STORE = (
    ("person", "show", "ada"),
    ("report",),
    ("identity", "merges"),
    ("key", "list"),
    ("source", "list"),
    ("why", "d_nothing"),
    ("store", "migrate"),
)


@pytest.mark.parametrize("words", NOT_THERE, ids=" ".join)
def test_what_was_named_and_is_not_there_is_2(shop: Path, words: tuple[str, ...]) -> None:
    refused(shop, *words, code=2)


@pytest.mark.parametrize("words", NEED_A_STORE, ids=" ".join)
def test_a_store_that_is_not_there_is_4(shop: Path, words: tuple[str, ...]) -> None:
    (shop / "tactful.db").unlink()
    refused(shop, *words, code=4)


def test_nothing_to_tell_her_is_said(shop: Path) -> None:
    assert typed(shop, "why", "10", "--for", "customer").stdout == "Nothing is listed.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--out", "x.txt"), "--out x.txt: its name must end in .csv or .parquet, which says how it is written."),
        (("--review", "q.xlsx"), "--review q.xlsx: its name must end in .csv, which says how it is written."),
        (("--out", "no/x.csv"), "--out no/x.csv: there is no folder no."),
    ],
)
def test_where_a_linkage_goes_is_looked_at_first(shop: Path, words: tuple[str, ...], sentence: str) -> None:
    assert refused(shop, "identity", "match", "people.csv", *words) == sentence


def test_the_server_says_what_is_wrong_with_the_store(shop: Path) -> None:
    with closing(sqlite3.connect(shop / "tactful.db")) as store, store:
        store.execute("UPDATE meta SET value = 999 WHERE name = 'schema'")
    said = refused(shop, "serve", code=4)
    assert "made by a newer Tactful" in said
    assert said.endswith("Update Tactful.")


def test_the_server_says_what_to_install(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.cli.serve.NEEDED", ("litestar", "no_such_package"))
    assert refused(shop, "serve").startswith("The server needs no_such_package, which the base does not bring: pip ins")
