"""Beginning a policy and explaining its rules: what is written passes its own test, and every rule has words."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from tactful.cli.main import app
from tactful.cli.screen import BAD_INPUT, NO
from tactful.explain.conditions import condition_lines
from tactful.model.document import read_document
from tactful.model.problems import Problems
from tactful.policy.check import check_cases
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.language import parse_condition
from tactful.policy.load_rules import BUILT_IN
from tactful.policy.rules import Rule
from tactful.service.check_policy import _choose, _judge_case, check_policy
from tactful.service.explain_rule import explain_rule
from tactful.service.new_policy import new_policy
from tactful.service.packs import Rules, load_rules
from tactful.service.schema import SCHEMAS

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _commands() -> None:
    import tactful.cli.policy
    import tactful.cli.policy_publishing  # noqa: F401


@cache
def retail() -> Rules:
    return load_rules("norm/retail-cases")


def run(*words: str, code: int = 0) -> str:
    found = RUNNER.invoke(app, list(words))
    assert found.exit_code == code, found.output + found.stderr
    return found.stdout if code == 0 else " ".join(found.stderr.split())


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    run("policy", "new", "gift-shop", "--into", str(tmp_path))
    return tmp_path


def test_what_is_begun_passes_its_own_test(begun: Path) -> None:
    assert sorted(path.name for path in begun.iterdir()) == ["gift-shop-cases.yaml", "gift-shop.yaml"]
    assert "good" in run("policy", "test", str(begun / "gift-shop.yaml"))
    assert "good" in run("policy", "check", str(begun / "gift-shop.yaml"))


def test_analysis_finds_no_fault_in_what_is_begun(begun: Path) -> None:
    assert "of which 0 have a fault" in run("policy", "analyse", str(begun / "gift-shop.yaml"))


def test_an_import_that_is_mistyped_is_told_the_nearest_name(begun: Path) -> None:
    path = begun / "gift-shop.yaml"
    path.write_text(path.read_text().replace("[norm/retail]", "[norm/retial]"))
    assert "named norm/retial. Did you mean norm/retail?" in run("policy", "check", str(path), code=BAD_INPUT)
    with pytest.raises(Problems, match=r"Did you mean gift-shop\?"):
        load_rules("gift-shp", begun)


def test_it_has_a_rule_of_each_kind_and_each_decides_one_of_its_own_cases(begun: Path) -> None:
    rules = load_rules("gift-shop-cases.yaml", begun)
    own = [rule for rule in rules.policy.rules if rule.file.endswith("gift-shop.yaml")]
    assert {rule.kind for rule in own} == {"licence", "limit", "waiver"}
    assert any(rule.oblige for rule in own)
    assert any(rule.point.mention == 0 for rule in own)
    cases = {case.name for case in rules.policy.cases if case.file.endswith("gift-shop-cases.yaml")}
    for rule in own:
        assert cases.intersection(explain_rule(rules, rule.id).cases), rule.id


def test_if_one_of_its_rules_is_changed_it_does_not_pass(begun: Path) -> None:
    path = begun / "gift-shop.yaml"
    path.write_text(path.read_text().replace("at_most: silent", "at_most: soften"))
    report = check_policy(load_rules("gift-shop-cases.yaml", begun), with_cases=True)
    assert not report.good
    found = RUNNER.invoke(app, ["policy", "test", str(path)])
    assert found.exit_code == NO


def test_an_editor_takes_what_is_begun(begun: Path) -> None:
    for path in begun.iterdir():
        tree = read_document(path.read_text(), path.name).plain()
        assert Draft202012Validator(SCHEMAS["policy"]()).is_valid(tree)


def test_nothing_is_overwritten_and_a_name_is_a_name(begun: Path) -> None:
    before = {path.name: path.read_text() for path in begun.iterdir()}
    assert "exists already" in run("policy", "new", "gift-shop", "--into", str(begun), code=BAD_INPUT)
    assert {path.name: path.read_text() for path in begun.iterdir()} == before
    for name in ("Gift Shop", "../x", "a/b", "", "x-cases"):
        with pytest.raises(Problems):
            new_policy(name, begun)
    assert {path.name for path in begun.iterdir()} == set(before)


@pytest.mark.parametrize("rule", retail().policy.rules, ids=lambda rule: rule.id)
def test_every_packaged_rule_has_words_for_all_that_it_says(rule: Rule) -> None:
    found = explain_rule(retail(), rule.id)
    text = "\n".join(found.when)
    for key in keys_of(rule.when):
        assert f"({key})" in text
    for leaf in leaves(rule.when):
        for value in getattr(leaf, "values", ()):
            assert isinstance(value, bool) or str(value) in text
    assert found.does
    assert found.cases or rule.file == BUILT_IN
    assert (found.staff, found.customer, found.source) == (rule.staff, rule.customer, rule.source)


def test_a_rule_decides_a_case_where_the_check_says_that_it_decides_one() -> None:
    rules = retail()
    report = check_cases(rules.policy, _judge_case(rules), _choose(rules))
    assert {rule.id for rule in rules.policy.rules if not explain_rule(rules, rule.id).cases} == set(
        report.undetermined
    )


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ("customer.minor", ["- she is under age (customer.minor)"]),
        ("!customer.minor", ["- not so: she is under age (customer.minor)"]),
        ("true", ["- always"]),
        ("contact.last_7d >= 3", ["- attempts to reach her in the last 7 days, all channels and people together "
                                  "(contact.last_7d): at least 3"]),
        ("fact.sensitivity < 'special'", ["- how delicate the knowledge is (fact.sensitivity): less than special (of a "
                                          "kind that the law protects specially, or that reveals it)"]),
        ("!(act in ['select', 'share'])", ["- what is done with the knowledge (act): anything but select (let it "
                                           "decide who gets what, or when) or share (pass it to another party)"]),
        ("scenario.audience > fact.known_among", ["- who can notice (scenario.audience): more than the widest circle "
                                                  "that knows it already, as far as she told us (fact.known_among)"]),
        ("customer.minor && (hers.welcomes || customer.objected)",
         ["all of this:", "  - she is under age (customer.minor)", "  - one of these:",
          "    - she asked for exactly this use, in this channel (hers.welcomes)",
          "    - she objected to direct marketing (customer.objected)"]),
    ],
)  # fmt: skip
def test_conditions_in_words(condition: str, lines: list[str]) -> None:
    assert list(condition_lines(parse_condition(condition))) == lines


def test_the_command_explains_and_suggests(begun: Path) -> None:
    text = run("policy", "explain", "mend-what-we-broke")
    for part in ("limit ", "promise: What our notices", "At most WAIT (hold)", "Until: What we broke is put right.",
                 "holds when", "norm/retail.yaml:", "We want to be sure first"):  # fmt: skip
        assert part in text
    assert max(map(len, text.splitlines())) <= 96
    own = run("policy", "explain", "presents-are-surprises", "--policy", str(begun / "gift-shop.yaml"))
    assert "she-speaks-of-the-present" in own
    assert "the scarf that she bought for her sister" in own
    assert "Did you mean quiet-hours?" in run("policy", "explain", "quiet-hour", code=BAD_INPUT)
    plain = json.loads(run("policy", "explain", "she-objected", "--json"))
    assert plain["reads"] == ["customer.objected", "scenario.purpose"]
