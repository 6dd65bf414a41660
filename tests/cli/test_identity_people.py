"""`tactful identity`: shown, merged, parted and settled by hand; every merge with its evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.typed import refused, typed

from tactful.bootstrap import store_at
from tactful.model.records import Permission
from tactful.service.identity import read_rules

BY = ("--by", "Ana", "--why", "she told us at the till")


def said(folder: Path, *words: str, code: int = 0) -> str:
    result = typed(folder, "identity", *words)
    assert result.exit_code == code, result.output + result.stderr
    assert all(len(line) <= 96 for line in result.stdout.splitlines()), result.stdout
    return " ".join(result.stdout.split())


@pytest.fixture
def people(shop: Path) -> list[str]:
    store = store_at(shop)
    try:
        return sorted(store.person_label(row.person_id) for row in store.read_documents(1))[:3]
    finally:
        store.close()


def test_merged_by_hand_shown_and_parted_again(shop: Path, people: list[str]) -> None:
    one, other = (f"customer:{each}" for each in people[:2])
    assert said(shop, "merges") == "Nobody was merged."
    told = said(shop, "merge", one, other, *BY)
    assert "is part of" in told
    assert "by hand" in told
    assert "Ana: she told us at the till" in told
    shown = said(shop, "show", people[1])
    assert one in shown
    assert other in shown
    assert "Ana: she told us at the till" in shown
    (merge,) = json.loads(typed(shop, "identity", "merges", "--json").stdout)
    assert merge["merge"]["how"] == "staff"
    assert {merge["loser"], merge["winner"]} == {one, other}
    assert "already" in refused(shop, "identity", "merge", one, other, *BY)
    assert "two again" in said(shop, "unmerge", "1", "--by", "Ana", "--why", "they were two")
    assert "Undone" in said(shop, "merges", one)
    assert "undone before" in refused(shop, "identity", "unmerge", "1", *BY)


def test_it_needs_somebody_who_says_so_and_why(shop: Path, people: list[str]) -> None:
    names = [f"customer:{each}" for each in people[:2]]
    assert "--by: is needed" in refused(shop, "identity", "merge", *names, "--by", " ", "--why", "x")
    assert "nobody of this name" in refused(shop, "identity", "merge", names[0], "customer:nobody", *BY)
    assert typed(shop, "identity", "merge", *names).exit_code == 2
    assert said(shop, "merges") == "Nobody was merged."


def test_a_conflict_is_told(shop: Path, people: list[str]) -> None:
    store = store_at(shop)
    ids = store.owners([("customer", each) for each in people[:2]])
    states = (("withdrawn", 10), ("given", 20))
    for person, (state, at) in zip(ids, states, strict=True):
        told = Permission("market", "sms", "*", state, "consent", "plainly", at, at, "form")
        store.record_permissions([(person, told)])
    store.close()
    assert "the no holds" in said(shop, "merge", *(f"customer:{each}" for each in people[:2]), *BY)
    assert "ask her about market by sms" in said(shop, "show", f"customer:{people[0]}")


def test_a_family_tablet_waits_for_somebody_to_look(shop: Path, people: list[str]) -> None:
    rules = read_rules(shop)
    store = store_at(shop)
    for number, each in enumerate(people):
        store.join((("customer", each), ("anonymous", "tablet")), rules, number + 1, "identify from web")
    store.close()
    told = said(shop, "reviews")
    assert "Two known people used the same anonymous id" in told
    assert len(json.loads(typed(shop, "identity", "reviews", "--json").stdout)) == 1
    assert "by a rule" in said(shop, "merges")
    assert "Allowed: same" in refused(shop, "identity", "settle", "1", "--answer", "perhaps", *BY)
    assert "no rule joins them" in said(shop, "settle", "1", "--answer", "different", *BY)
    assert said(shop, "reviews") == "Nothing waits."
    assert "Settled: different" in said(shop, "reviews", "--all")
    assert "no doubt 1 that waits" in refused(shop, "identity", "settle", "1", "--answer", "same", *BY)


def test_a_doubt_settled_as_the_same_merges(shop: Path, people: list[str]) -> None:
    (shop / "clusters.csv").write_text(f"id,cluster\n{people[0]},a\n{people[1]},a\n{people[1]},b\n{people[2]},b\n")
    assert "For review" in said(shop, "apply", "clusters.csv")
    assert "2 new doubts" in said(shop, "apply", "clusters.csv", "--yes", *BY)
    assert "0 new doubts" in said(shop, "apply", "clusters.csv", "--yes", *BY)
    assert "they are one person" in said(shop, "settle", "1", "--answer", "same", *BY)
    assert "(doubt 1)" in said(shop, "show", people[0])


def test_a_list_is_shown_first_and_then_done_once(shop: Path, people: list[str]) -> None:
    rows = [f"{people[0]},a,0.9", f"{people[1]},a,0.9", f"{people[2]},b,0.9", "stranger,b,0.5"]
    (shop / "clusters.csv").write_text("\n".join(["customer,cluster,probability", *rows]) + "\n")
    preview = said(shop, "apply", "clusters.csv")
    assert "2 clusters: 1 to merge, 0 for review" in preview
    assert "1 identifiers are not in the store" in preview
    assert "Nothing was written" in preview
    assert said(shop, "merges") == "Nobody was merged."
    assert "--by: is needed" in refused(shop, "identity", "apply", "clusters.csv", "--yes", lines=2)
    assert "Merged 1 times" in said(shop, "apply", "clusters.csv", "--yes", *BY)
    assert "Merged 0 times" in said(shop, "apply", "clusters.csv", "--yes", *BY)
    assert "after a list" in said(shop, "merges")
    said(shop, "unmerge", "1", *BY)
    assert "parted before" in said(shop, "apply", "clusters.csv", "--yes", *BY) + said(shop, "reviews")
    for text, sentence in (("a,b\n1,2\n", "no column is called `cluster`"), ("a,b,cluster\n1,2,3\n", "Call it `id`")):
        (shop / "wrong.csv").write_text(text)
        assert sentence in refused(shop, "identity", "apply", "wrong.csv")
    assert "Did you mean email?" in refused(shop, "identity", "apply", "clusters.csv", "--kind", "emial")


def test_a_name_moves_no_cursor_and_turns_no_line_round(shop: Path) -> None:
    odd = ("u\u202e1", "u2\x1b[2J")
    with store_at(shop) as store:
        store.owners([("customer", each) for each in odd])
        store.merge(*store.owners([("customer", each) for each in odd]), 1, "staff", "\x1b]0;mine\x07")
    shown = typed(shop, "identity", "merges").stdout
    assert "u\N{REPLACEMENT CHARACTER}1" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
