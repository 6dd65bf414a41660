"""Files that a shop writes, broken: one sentence with the file, the line and the nearest allowed word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.typed import CAMPAIGN, NOW, refused, typed

TREATMENT = "treatments/back-in-rhythm.liquid"
POINT = "collection-points/checkout.yaml"
LABEL_WORDS = '  she_reads: "It is a while since you ordered from us."\n'
DECIDE = ("decide", "--campaign", CAMPAIGN, *NOW)
Edit = tuple[str, str, str]

EDITS: dict[str, tuple[Edit, str]] = {
    "campaign: unknown key": ((CAMPAIGN, "owner:", "ownr:"), ":3: unknown key `ownr`. Did you mean owner?"),
    "campaign: unknown run": ((CAMPAIGN, "run: watch", "run: wach"), "`run: wach` is not allowed. Did you mean watch?"),
    "campaign: no such day": ((CAMPAIGN, "from: 2011-12-10", "from: 2011-13-10"), "`from: 2011-13-10` is no day"),
    "campaign: unknown label": (
        (CAMPAIGN, "for:  label.due_again", "for:  label.due_agin"),
        "label.due_again?",
    ),
    "campaign: a path for a name": ((CAMPAIGN, "campaign: back-in-rhythm", "campaign: ../../x"), "`campaign: ../../x`"),
    "treatment: unknown fact": ((TREATMENT, "about now", "{{ birthday }} now"), "there is nothing called `birthday`"),
    "treatment: undeclared fact": ((CAMPAIGN, "  - {fact: purchase.item,", "  - {fact: purchase.recency,"), TREATMENT),
    "treatment: does not parse": ((TREATMENT, "about now", "{% if %}"), "`{% if %}` is never closed"),
    "treatment: unknown tag": ((TREATMENT, "about now", "{% frob %}"), "there is no tag `frob`"),
    "labels: refused word": (("labels.yaml", "label: a_while", "label: lapsed"), "lapsed"),
    "labels: no words": (("labels.yaml", LABEL_WORDS, "\n"), "a label without words cannot be used"),
    "point: no such notice": ((POINT, "notices/checkout.md", "notices/none.md"), "notices/none.md was not found"),
    "point: no notice": ((POINT, "notice:", "# notice:"), "`notice` is missing"),
    "point: nobody approved": ((POINT, "approved:", "# approved:"), "`approved` is missing"),
    "shop: no such zone": (
        ("shop.yaml", "Europe/London", "Europe/Londn"),
        ":6: `zone: Europe/Londn` is not",
    ),
    "shop: no such country": (("shop.yaml", 'home: "uk"', 'home: "narnia"'), '"narnia" is not a jurisdiction'),
    "shop: not YAML": (("shop.yaml", "shop:", "shop: [\n"), "this is not YAML"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_broken_file_is_said_with_its_place(shop: Path, name: str) -> None:
    (file, old, new), sentence = EDITS[name]
    text = (shop / file).read_text()
    assert old in text
    (shop / file).write_text(text.replace(old, new))
    said = refused(shop, *DECIDE, lines=4)
    assert sentence in said
    assert all(re.match(r"[\w./-]+\.(yaml|liquid)(:\d+)?: ", line) for line in said.splitlines()), said
    assert not (shop / "out").exists()


@pytest.mark.parametrize("file", [CAMPAIGN, TREATMENT, "labels.yaml", POINT, "shop.yaml"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- 1\n- 2\n"], ids=["empty", "no text", "a list"])
def test_a_file_of_another_kind_is_said_with_its_name(shop: Path, file: str, content: bytes) -> None:
    (shop / file).write_bytes(content)
    assert refused(shop, *DECIDE).startswith(f"{file}:1: ")


def test_a_shop_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for words in (("import", "orders", "x.csv"), DECIDE, ("source", "list")):
        assert refused(tmp_path, *words) == (
            "shop.yaml: there is no shop here yet: run `tactful init` first, or say --shop FOLDER."
        )


def test_two_campaigns_of_one_name_are_refused(shop: Path) -> None:
    (shop / "campaigns/other.yaml").write_text((shop / CAMPAIGN).read_text())
    assert "campaigns/other.yaml is called `back-in-rhythm` too" in refused(shop, *DECIDE)
    assert "give one of them another name" in refused(shop, "gaps")


POLICIES = {
    "empty": ("", "p.yaml:1: this file must be a set of `key: value` lines."),
    "typo": ("policy: own/p\nversion: 1\nlimts: []\n", "p.yaml:3: unknown key `limts`. Did you mean limits?"),
    "tab": ("policy: own/p\n\tversion: 1\n", "p.yaml:2: this is not YAML"),
    "twice": ("policy: own/p\nversion: 1\nversion: 2\n", "p.yaml:3: `version` stands here twice."),
    "itself": ("policy: p\nversion: 1\nimports: [p]\n", "p.yaml:3: the imports go in a circle: p -> p."),
    "category": (
        "policy: own/p\nversion: 1\nlimits:\n  - id: a-rule\n    tier: norm\n    when: fact.category == 'famly.child'\n"
        "    at_most: never\n    staff: 'A.'\n    customer: 'B.'\n",
        '"famly.child" is not allowed. Did you mean family.child?',
    ),
    "deep": (
        f"policy: own/p\nversion: 1\nlimits:\n  - id: a-rule\n    tier: norm\n    when: {'(' * 4000}true{')' * 4000}\n"
        "    at_most: never\n    staff: 'A.'\n    customer: 'B.'\n",
        "p.yaml:6: condition",
    ),
    "brackets": ("[" * 5000 + "]" * 5000, "p.yaml"),
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("verb", ["check", "test"])
def test_a_broken_policy_is_said_with_its_place(tmp_path: Path, name: str, verb: str) -> None:
    text, sentence = POLICIES[name]
    (tmp_path / "p.yaml").write_text(text)
    assert sentence in refused(tmp_path, "policy", verb, "p.yaml", lines=3)


@pytest.mark.parametrize("name", [".", "", "nope", "nope.yaml", "norm/retial", "../../etc/passwd"])
def test_no_such_policy_is_one_sentence(tmp_path: Path, name: str) -> None:
    refused(tmp_path, "policy", "check", name)


def test_a_policy_of_ones_own_is_good(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("policy: own/p\nversion: 1\nimports: [norm/retail]\n")
    assert typed(tmp_path, "policy", "check", "p.yaml").stdout.splitlines()[-1] == "good"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("not json", "flows.jsonl:1: this line is not JSON."),
        ('{"id": 1, "flow": {"act": "mention", "foo": 3}}', "flows.jsonl:1: foo: unknown key."),
        ("[" * 100_000, "flows.jsonl:1: this line is not JSON."),
    ],
    ids=["text", "unknown key", "deep"],
)
def test_flows_that_are_not_understood_are_said_with_their_line(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "flows.jsonl").write_text(line + "\n")
    assert refused(tmp_path, "judge", "flows.jsonl") == sentence
