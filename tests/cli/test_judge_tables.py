"""`tactful judge` of a table: the same answers as line by line, from Parquet and CSV, to files and to the screen."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import polars as pl
import pytest
from tests.cli.typed import refused, typed
from tests.laws.judged import flows_of_cases, retail

from tactful.model.flow import Flow
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.schema import flows_frame, word_lists
from tactful.testing import every_single_removal


@pytest.fixture(scope="module")
def flows() -> list[Flow]:
    """Cases, and what knows one thing less: limits that hold only because something is not known."""
    base = [flow for number, flow in enumerate(flows_of_cases()) if number % 4 == 0]
    return [known for flow in base for known in (flow, *(less for _, less in list(every_single_removal(flow))[::3]))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, flows: list[Flow]) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    lines = [{"id": f"f{number}", "flow": flow} for number, flow in enumerate(flows)]
    (folder / "flows.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    ids = pl.Series("id", [line["id"] for line in lines])
    table = flows_frame(flows).with_columns(word_lists(KEYS)).insert_column(0, ids)
    table.write_parquet(folder / "flows.parquet")
    told = pl.col("fact.purposes")
    words = pl.when(told.list.len() == 0).then(pl.lit("[]")).otherwise(told.list.join("|")).alias("fact.purposes")
    table.with_columns(words).write_csv(folder / "flows.csv")
    result = typed(folder, "judge", "flows.jsonl", "--policy", "norm/retail-cases")
    assert result.exit_code == 0
    (folder / "one-by-one.jsonl").write_text(result.stdout)
    return folder


COLUMNS = {
    "act": "mention",
    "fact.category": "purchase.item",
    "fact.provenance": "provided",
    "scenario.channel": "email",
    "permission.state": "given",
    "customer.jurisdiction": "uk",
}


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["flows.parquet", "flows.csv"])
def test_on_the_screen(folder: Path, name: str) -> None:
    result = typed(folder, "judge", name, "--policy", "norm/retail-cases")
    assert result.exit_code == 0, result.stderr
    expected = rows((folder / "one-by-one.jsonl").read_text())
    found = rows(result.stdout)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == other


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.jsonl"])
def test_into_a_file(folder: Path, name: str) -> None:
    result = typed(folder, "judge", "flows.parquet", "--policy", "norm/retail-cases", "--out", name)
    assert result.exit_code == 0, result.stderr
    expected = rows((folder / "one-by-one.jsonl").read_text())
    assert f"{len(expected)} flows judged:" in " ".join(result.stderr.split())
    assert not list(folder.glob("*.part"))
    if name.endswith(".jsonl"):
        assert rows((folder / name).read_text()) == expected
    elif name.endswith(".parquet"):
        assert pl.read_parquet(folder / name).to_dicts() == expected
    else:
        table = pl.read_csv(folder / name, infer_schema=False)
        assert table.get_column("verdict").to_list() == [row["verdict"] for row in expected]
        assert table.get_column("because").to_list() == ["|".join(row["because"]) for row in expected]  # type: ignore[arg-type]


def test_masks(folder: Path) -> None:
    assert typed(folder, "judge", "flows.parquet", "--masks", "--out", "masks.parquet").exit_code == 0
    found = pl.read_parquet(folder / "masks.parquet")
    expected = rows((folder / "one-by-one.jsonl").read_text())
    names = [rule.id for rule in retail().licences]
    for row, one in zip(found.iter_rows(named=True), expected, strict=True):
        assert row["verdict"] == one["verdict"]
        decided = {name for bit, name in enumerate(names) if row["because_licences"] >> bit & 1}
        assert decided == set(one["because"]) & set(names)  # type: ignore[call-overload]


def test_a_value_that_is_not_allowed_is_read_as_absent_and_reported(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "act": ["mention", "shout", "unknown", None],
            "customer.jurisdiction": ["uk", "Britain", None, None],
            "contact.last_24h": [1.0, -1.0, float("nan"), None],
            "fact.purposes": [["market"], ["marketing"], [], None],
        }
    )
    table.write_parquet(tmp_path / "flows.parquet")
    result = typed(tmp_path, "judge", "flows.parquet")
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    for part in (
        'flows.parquet:2: act: "shout" is not allowed.',
        '"Britain" is not a jurisdiction',
        "contact.last_24h: -1.0 is below 0.",
        "contact.last_24h: must be a number",
        'fact.purposes: "marketing" is not allowed. Did you mean market?',
        "(1 row; read as absent)",
    ):
        assert part in said, said
    assert "unknown" not in said
    found = rows(result.stdout)
    assert [row["id"] for row in found] == ["1", "2", "3", "4"]
    bare = typed(tmp_path, "judge", "flows.parquet")
    assert rows(bare.stdout)[1]["because"] == found[1]["because"]


@pytest.mark.parametrize("gone", [*COLUMNS, ""])
def test_a_table_without_a_column_is_judged_as_if_it_were_empty(tmp_path: Path, gone: str) -> None:
    kept = {key: [value] * 3 for key, value in COLUMNS.items() if key != gone}
    pl.DataFrame(kept).write_csv(tmp_path / "flows.csv")
    flow = {key: value for key, value in COLUMNS.items() if key != gone}
    (tmp_path / "flow.jsonl").write_text(json.dumps({"flow": flow}) + "\n")
    table, single = (rows(typed(tmp_path, "judge", name).stdout) for name in ("flows.csv", "flow.jsonl"))
    assert len(table) == 3
    for key in ("verdict", "because", "missing", "obligations", "reason_customer"):
        assert {json.dumps(each[key]) for each in table} == {json.dumps(single[0][key])}


def test_a_table_of_ids_alone_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("id\na\nb\n")
    found = rows(typed(tmp_path, "judge", "flows.csv").stdout)
    assert [(row["id"], row["verdict"]) for row in found] == [("a", "never"), ("b", "never")]


def test_in_csv_the_line_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("act,scenario.channel\nmention,email\nshout,email\nshout,email\n")
    result = typed(tmp_path, "judge", "flows.csv")
    said = " ".join(result.stderr.split())
    assert 'flows.csv:3: act: "shout" is not allowed.' in said
    assert "(2 rows; read as absent)" in said


def test_what_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"act": ["mention"], "fact.catgory": ["health"], "customer.minor": [1]}).write_parquet(
        tmp_path / "a.parquet"
    )
    said = refused(tmp_path, "judge", "a.parquet", lines=4)
    assert "fact.catgory: unknown column. Did you mean fact.category?" in " ".join(said.split())
    assert "customer.minor: this column must hold true and false." in " ".join(said.split())
    (tmp_path / "b.parquet").write_text("nothing of the kind")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 cut off")
    for name in ("b.parquet", "c.parquet"):
        assert "cannot be read as a table" in refused(tmp_path, "judge", name, lines=2)
    assert "cannot be opened" in refused(tmp_path, "judge", "none.csv", lines=2)
    (tmp_path / "flows.jsonl").write_text('{"flow": {"act": "mention"}}')
    assert "--out and --masks are for tables" in refused(tmp_path, "judge", "flows.jsonl", "--masks")
    pl.DataFrame({"act": ["mention"]}).write_parquet(tmp_path / "d.parquet")
    assert "cannot be written" in refused(tmp_path, "judge", "d.parquet", "--out", "no/such/folder.parquet", lines=2)


def test_a_table_without_lines(tmp_path: Path) -> None:
    pl.DataFrame({"act": []}, schema={"act": pl.String}).write_parquet(tmp_path / "none.parquet")
    result = typed(tmp_path, "judge", "none.parquet", "--out", "out.jsonl")
    assert result.exit_code == 0
    assert "0 flows judged: none." in result.stderr
    assert (tmp_path / "out.jsonl").read_text() == ""
