"""`tactful store`, and every command on a store in PostgreSQL."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, NOW, process, refused, typed
from tests.postgres import Server, name_of

from tactful.bootstrap import STORE_FILE, reading_store
from tactful.cli import place

DECIDE = ("decide", "--campaign", CAMPAIGN, *NOW)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """No place named by an earlier command."""
    place.STORE_PLACE.set("")


def test_a_shop_moves_to_postgresql_and_goes_on_there(shop: Path, postgres_url: str) -> None:
    said = typed(shop, "store", "copy", "--from", str(shop), "--to", postgres_url)
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0].split() == ["table", "rows", "rows", "there", "digest", "digest", "there"]
    for line in lines[1:]:
        if line.startswith(("person ", "event ", "identifier ")):
            _, rows, rows_there, digest, digest_there = line.split()
            assert (rows, digest) == (rows_there, digest_there)
    assert "the same at both ends" in " ".join(lines[-2:])
    (shop / STORE_FILE).unlink()
    on = ("--store", postgres_url)
    decided = typed(shop, *on, *DECIDE, "--json")
    assert decided.exit_code == 0, decided.output
    with closing(reading_store(postgres_url)) as store:
        assert store.counts().decisions > 0
    assert not (shop / STORE_FILE).exists()
    assert typed(shop, *on, "report", "--json").exit_code == 0
    doctor = typed(shop, *on, "doctor", *NOW)
    assert "sound" in doctor.output, doctor.output
    by_variable = process(shop, "report", "--json", TACTFUL_STORE=postgres_url)
    assert (by_variable.returncode, by_variable.stderr) == (0, b"")
    assert "import something first" in refused(shop, "report", code=4)


def test_an_import_on_postgresql_is_the_same_as_on_sqlite(shop: Path, postgres_url: str) -> None:
    typed(shop, "store", "copy", "--from", str(shop), "--to", postgres_url)
    again = typed(shop, "--store", postgres_url, "import", "orders", "orders.csv", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["added"] == 0


def test_and_back_to_a_file(shop: Path, postgres_url: str, tmp_path: Path) -> None:
    typed(shop, "store", "copy", "--from", str(shop), "--to", postgres_url)
    back = typed(shop, "store", "copy", "--from", postgres_url, "--to", str(tmp_path / "back"), "--json")
    assert back.exit_code == 0, back.output
    tables = {each["table"]: each for each in json.loads(back.stdout)["tables"]}
    assert tables["event"]["rows"] == tables["event"]["rows_there"] > 0
    with closing(reading_store(shop)) as one, closing(reading_store(tmp_path / "back")) as other:
        assert one.counts() == other.counts()


def test_a_place_that_is_not_empty_is_refused(shop: Path, postgres_url: str) -> None:
    words = ("store", "copy", "--from", str(shop), "--to", postgres_url)
    assert typed(shop, *words).exit_code == 0
    assert "is not empty: copy into a new one" in refused(shop, *words, code=4)


def test_what_is_not_there_is_told(shop: Path, tmp_path: Path, postgres_server: Server) -> None:
    nowhere = f"postgresql://tactful@/nowhere?host={postgres_server.folder}"
    copy = ("store", "copy", "--from")
    assert "no store at" in refused(shop, *copy, str(tmp_path / "none"), "--to", str(tmp_path / "b"), code=4)
    assert "There is no database nowhere" in refused(shop, *copy, str(shop), "--to", nowhere, code=4)
    assert "There is no database nowhere" in refused(shop, "--store", nowhere, "report", code=4)
    assert "--store mysql://x: is no address" in refused(shop, "--store", "mysql://x", "report")


def test_migrating(shop: Path, postgres_url: str, postgres_server: Server) -> None:
    assert "already" in typed(shop, "store", "migrate").stdout
    assert typed(shop, "--store", postgres_url, "store", "migrate").stdout.startswith(
        "The store was brought from version 0 to"
    )
    postgres_server.say("UPDATE tactful.meta SET value = '999' WHERE name = 'schema'", name=name_of(postgres_url))
    assert "made by a newer Tactful" in refused(shop, "--store", postgres_url, "store", "migrate", code=4)


def test_months(shop: Path, postgres_url: str) -> None:
    typed(shop, "--store", postgres_url, "store", "migrate")
    on = ("--store", postgres_url, "store", "partitions")
    assert typed(shop, *on).stdout == "No month was missing.\n"
    made = json.loads(typed(shop, *on, "--ahead", "5", "--json").stdout)["made"]
    assert len(made) == 2
    assert "they are PostgreSQL's" in refused(shop, "store", "partitions", code=4)


def test_without_its_package_one_sentence_says_what_to_install(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('it is not here')")
    done = process(shop, "report", TACTFUL_STORE="postgresql://a@b/c", PYTHONPATH=f"{tmp_path}:{_source()}")
    assert (done.returncode, " ".join(done.stderr.decode().split())) == (
        4,
        "A store on PostgreSQL needs one more package: pip install '.[postgres]' in the folder of Tactful, inside the "
        "environment that has the command.",
    )


def _source() -> str:
    import tactful

    return str(Path(tactful.__file__).parent.parent)
