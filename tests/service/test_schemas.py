"""The schemas for editors say what the loaders say: every file that comes with Tactful, and thousands of small faults
in each, are taken or refused by both alike."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.service import a_shop
from typer.testing import CliRunner

from tactful.appropriateness.combinations import load_combinations
from tactful.appropriateness.context import load_fit
from tactful.appropriateness.scorecard import load_scorecard
from tactful.cli.main import app
from tactful.cli.screen import BAD_INPUT
from tactful.model.document import read_document
from tactful.model.problems import Problems
from tactful.model.vocabulary import KEYS
from tactful.permission.points import load_compatible, load_point
from tactful.policy.load import load_text
from tactful.profile.attributes import load_countries
from tactful.profile.dignity import load_undignified
from tactful.profile.identity import load_identity
from tactful.profile.labels import load_labels
from tactful.profile.names import load_qualifiers
from tactful.profile.orders import load_not_goods
from tactful.profile.revealing import load_revealing
from tactful.profile.traits import load_keeps
from tactful.service.packs import pack_names, packaged
from tactful.service.project import TABLES
from tactful.service.schema import SCHEMAS, SUFFIX, schema
from tactful.service.setup import first_files
from tactful.service.shop import load_shop
from tactful.treatment.campaign import load_campaign
from tactful.treatment.objects import load_objects
from tactful.treatment.render import load_footer
from tactful.treatment.template import _read_front, _says

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
Load = Callable[[str], object]
Path_ = tuple[str | int, ...]


def table(room: str, name: str) -> str:
    return packaged(room, f"tables/{name}.yaml")


def front(text: str) -> None:
    top = read_document(text, "x")
    _read_front(top, "x")
    _says(top, list(top.texts("variants", ())))
    if top.problems:
        raise Problems(top.problems)


def base(name: str) -> tuple[str, str]:
    if name != "base":
        raise LookupError(name)
    return "policy: base\nversion: 1\n", "base.yaml"


@cache
def undignified() -> Any:
    return load_undignified(table("profile", "undignified"), "x")


LOADERS: dict[str, Load] = {
    "shop": lambda text: load_shop(text, "x"),
    "labels": lambda text: load_labels(text, "x", undignified()),
    "collection-point": lambda text: load_point(text, "x"),
    "campaign": lambda text: load_campaign(text, "x", ("due_again", "reseller"), KEYS["fact.category"].names),
    "treatment": front,
    "policy": lambda text: load_text(text, "x", base),
    "scorecard": lambda text: load_scorecard(text, "x"),
    "fit": lambda text: load_fit(text, "x"),
    "compatible": lambda text: load_compatible(text, "x"),
    "combinations": lambda text: load_combinations(text, "x"),
    "countries": lambda text: load_countries(text, "x"),
    "keeps": lambda text: load_keeps(text, "x"),
    "identity": lambda text: load_identity(text, "x"),
    "not-a-kind": lambda text: load_qualifiers(text, "x"),
    "not-goods": lambda text: load_not_goods(text, "x"),
    "revealing-products": lambda text: load_revealing(text, "x"),
    "undignified": lambda text: load_undignified(text, "x"),
    "footer": lambda text: load_footer(text, "x"),
    "template-objects": lambda text: load_objects(text, "x"),
}
POLICY = """
policy: my-shop
version: 1
effective: 2018-05-25
imports: [base]
licences:
  - {id: one, opens: silent, when: 'scenario.purpose == "service"', staff: s, customer: c, source: o}
limits:
  - {id: two, tier: norm, at_most: hold, until: visit.over, when: customer.minor, staff: s, customer: c}
  - {id: three, tier: promise, oblige: [explain_why], when: 'act == "mention"'}
waivers:
  - {id: four, tier: hers, waives: norm, when: hers.welcomes}
  - {id: five, tier: hers, waives: [two], when: hers.welcomes}
cast:
  known: {fact: {category: purchase.item}, scenario.channel: email}
cases:
  - {name: a, cast: known, given: {act: mention, fact.age_days: 3}, expect: {verdict: never, because: [one]}, source: o}
  - name: b
    given: {act: reach, fact: {category: contact.email}}
    uses: {item: {fact: {category: purchase.item}}}
    variants: [{item: explicit}, {item: silent}]
    expect: {verdict: never, ask: [item], variant: 0, missing: [act], until: [visit.over], obligations: [explain_why]}
claims: ["customer.minor implies verdict == never"]
"""
LABELS = """
labels:
  - label: due_again
    kind: label.propensity
    means: Something she buys is running low.
    she_reads: "You often buy {{ item.plain_name }}."
    from: [purchase.item, purchase.recency]
    formula: times_bought >= 4 && days_since_last >= 10
    never_about: [POST]
    reveals: same_as_product
    used_only_to: [ask]
    replaces: [lapsed]
    per: item
    forget_after: 90 days
  - {label: expecting, refused: What it reveals is special.}
derived:
  - {derived: looks, count: product_viewed, within: 30 days, means: m, she_reads: "You looked at {{ number }}."}
  - {derived: spent, sum: value, within: 90 days, means: m, she_reads: "We add up {{ number }}.", kind: purchase.value}
  - {derived: size, last: preference.size, means: m, she_reads: "Your size is {{ value }}."}
  - {derived: best, top: kind, by: days, most: 3, means: m, she_reads: "You like {{ list }}."}
  - {derived: pace, rhythm: orders, means: m, she_reads: "You order every {{ rhythm.in_words }}."}
  - derived: left
    sequence: [product_viewed, product_added]
    unless: ordered
    within: 3 days
    means: m
    she_reads: "You left {{ number }} in the basket."
  - derived: likely
    score: repeat
    from: [purchase.frequency]
    reveals: nothing
    forget_after: 30 days
    means: m
    she_reads: "We think it {{ percent }} % likely."
"""
POINT = """
collection_point: checkout
notice: notices/checkout.md
seen_from: 2010-12-01
sources: [orders]
shown_in: [uk, eu-fr]
collects: [contact.email, purchase]
purposes: [order, service]
permissions:
  - {purpose: recommend, channel: email, basis: soft_opt_in, conditions: {details_from_a_sale: true,
     own_similar_products: true, could_refuse_then: true, can_refuse_each_time: true}}
  - {purpose: service, basis: contract}
assumes: They saw it.
consent:
  Analytics: {needed_for: [browsing]}
  Ads: {refuses: [advertise], grants: [{purpose: market, channel: email, asked: plainly,
     notice: notices/news.md, category: purchase}]}
approved: {by: privacy@shop.example, on: 2011-01-01}
"""
FRONT = "{treatment: a, purpose: recommend, channel: email, language: en, variants: [explicit, silent],\n"
FRONT += "always: [sender, why_this, stop], says: {explicit: [purchase.item], silent: []}}"
SMALL = {
    "fit": "{fit: 1, entries: [{fit: expected, categories: [purchase], sectors: [retail], purposes: ['*'], why: w}]}",
    "compatible": "{compatible: 1, covers: {order: [service], market: [winback]}}",
    "combinations": "{combinations: 1, entries: [{reveals: sexuality, why: w, together: [family.partner,"
    " {category: purchase.item, words: [a, b]}]}]}",
    "countries": "{version: 1, countries: [{names: [France], jurisdiction: eu-fr, zones: [Europe/Paris]}]}",
    "keeps": "{version: 1, keeps: {purchase: 90 days, contact: always}}",
    "identity": "{identity: 1, kinds: {customer: {is: unique, priority: 1, per_person: 1}, anonymous: {is: unique,"
    " priority: 2, per_person: any, alone: true}, address: {is: shared}}}",
    "not-a-kind": "{version: 1, colours: [red], sizes: [small]}",
    "not-goods": "{version: 1, codes: [POST], codes_beginning_with: [GIFT], names_with: [postage]}",
    "revealing-products": "{version: 1, products: [{reveals: life_event.pregnancy, sensitivity: special, about: self,"
    " words: [bump], codes: ['1'], together: [[a, b], [c]], unless: [bump cap]}]}",
    "undignified": "{version: 1, words: [{because: b, words: [whale]}], special: [{reveals: health, words: [ill]}]}",
    "footer": "{footer: {en: {sender: '{name}, {post}', why_this: 'w {link}', stop: 's {link}'}}}",
    "template-objects": "{objects: {item: {fact: purchase.item, at: a, fields: [b, c], general: [c], always: explicit,"
    " plain: false}}}",
    "scorecard": "{scorecard: s, version: 1, evidence: opinion, scale: 24, leeway: {base: 0.25, per_trust: 0.15},"
    " factors: [{key: fact.provenance, why: w, points: {provided: 0, inferred: 3}}, {key: fact.age_days, why: w,"
    " points: {'0': 1, '30': 2}}, {key: fact.known_to_her, why: w, points: {'true': 0, 'false': 2}}]}",
}


@cache
def good() -> dict[str, str]:
    """One good file of each kind, small and with every key."""
    files = first_files(a_shop.ANSWERS, dt.date(2026, 1, 31))
    return {
        "shop": files["shop.yaml"],
        "labels": LABELS,
        "collection-point": POINT,
        "campaign": packaged("treatment", "starter/back-in-rhythm.yaml") + "place: not_sensed\n",
        "treatment": FRONT,
        "policy": POLICY,
        **SMALL,
    }


@cache
def validator(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMAS[name]())
    return Draft202012Validator(SCHEMAS[name]())


def taken_by_loader(name: str, text: str) -> bool:
    try:
        LOADERS[name](text)
    except Problems:
        return False
    return True


def taken_by_schema(name: str, text: str) -> bool:
    return bool(validator(name).is_valid(read_document(text, "x").plain()))


def nodes(tree: Any, at: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    yield at, tree
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in parts:
        yield from nodes(part, (*at, key))


def changed(tree: Any, at: Path_, change: Callable[[Any, Any], None]) -> Any:
    tree = copy.deepcopy(tree)
    parent = tree
    for key in at[:-1]:
        parent = parent[key]
    change(parent, at[-1])
    return tree


def faults(tree: Any) -> Iterator[tuple[str, Any]]:
    """The tree with one thing otherwise, and what that was."""
    for at, value in nodes(tree):
        if isinstance(value, dict):
            grown = copy.deepcopy(tree)
            inner = grown
            for key in at:
                inner = inner[key]
            inner["xyzzy"] = "xyzzy"
            yield f"{at} + xyzzy", grown
        if not at:
            continue
        if isinstance(at[-1], str):
            yield f"{at} missing", changed(tree, at, lambda parent, key: parent.pop(key))
        for other in (None, True, 7, -1, 2.5, "xyzzy", "", [], ["xyzzy"], [None], {}, {"xyzzy": "xyzzy"}):
            if type(other) is not type(value) or other != value:
                put = changed(tree, at, lambda parent, key, new=other: parent.__setitem__(key, copy.deepcopy(new)))
                yield f"{at} = {other!r}", put


ONLY_THE_LOADER_KNOWS: dict[str, tuple[str, ...]] = {
    "shop": ("'zone',) = 'xyzzy'", "tells_us"),
    "labels": ("'from',) = []", "'from') = []", "'formula') = 'xyzzy'", "'used_only_to') = []"),
    "campaign": ("'fact') = 'label", "'for',)"),
    "policy": (
        "'imports'", "'when') = 'xyzzy'", "'waives'", "'cast'", "'because'", "'ask'", "'id') = 'xyzzy'",
        "('licences',)", "('limits',)",
    ),
    "template-objects": ("'fields'", "'general'"),
    "identity": ("('kinds',) = {}", "'customer') missing"),
}  # fmt: skip
"""What needs the meaning (a condition, a name that exists, two lines that agree): faults that a schema may take."""
ONLY_THE_SCHEMA_MINDS = {
    "policy": (" = {}", "('policy',) = 7"),
    "revealing-products": ("'together') = None", "'together') = ''", "'together') = []"),
}
"""What a loader takes for nothing, or reads as a text, and an editor may still point at."""


@pytest.mark.parametrize("name", LOADERS)
def test_a_good_file_is_taken_by_both(name: str) -> None:
    assert taken_by_schema(name, good()[name])
    LOADERS[name](good()[name])


@pytest.mark.parametrize("name", LOADERS)
def test_every_fault_is_refused_by_both(name: str) -> None:
    tree = read_document(good()[name], "x").plain()
    told = []
    for what, wrong in faults(tree):
        text = yaml.dump(wrong, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
        loader, editor = taken_by_loader(name, text), taken_by_schema(name, text)
        allowed = (ONLY_THE_SCHEMA_MINDS if loader else ONLY_THE_LOADER_KNOWS).get(name, ())
        if loader != editor and not any(part in what for part in allowed):
            told.append(f"{what}: {'only the loader takes it' if loader else 'only the schema takes it'}")
    assert told == []


def test_every_file_that_comes_with_tactful_is_taken() -> None:
    for name in pack_names():
        assert taken_by_schema("policy", packaged("policy", f"packs/{name}.yaml")), name
    assert taken_by_schema("scorecard", packaged("policy", "packs/scorecards/opinion.yaml"))
    assert taken_by_schema("labels", packaged("service", "starter/labels.yaml"))
    assert taken_by_schema("identity", packaged("profile", "tables/identity.yaml"))
    for table_file in TABLES:
        room, _, file = table_file.partition("/")
        assert taken_by_schema(Path(file).stem.replace("_", "-"), packaged(room, file)), table_file
    treatment = packaged("treatment", "starter/back-in-rhythm.liquid")
    assert taken_by_schema("treatment", treatment.split("---")[1])


def test_every_table_that_a_shop_may_bring_has_a_schema() -> None:
    assert {Path(each).stem.replace("_", "-") for each in TABLES} <= set(SCHEMAS)
    assert set(LOADERS) == set(SCHEMAS)


def test_the_words_are_those_of_the_vocabulary() -> None:
    flow = SCHEMAS["policy"]()["$defs"]["flow"]["properties"]
    assert set(KEYS) <= set(flow)
    assert flow["scenario.channel"]["anyOf"][0]["enum"] == list(KEYS["scenario.channel"].names)


RUNNER = CliRunner()


def test_the_command_writes_them(tmp_path: Path) -> None:
    import tactful.cli.schema  # noqa: F401

    one = RUNNER.invoke(app, ["schema", "policy"])
    assert one.exit_code == 0
    assert json.loads(one.stdout) == json.loads(schema("policy"))
    every = RUNNER.invoke(app, ["schema", "--all", str(tmp_path / "schemas")])
    assert every.exit_code == 0
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == {f"{name}{SUFFIX}" for name in SCHEMAS}
    assert "yaml-language-server: $schema=" in every.stdout
    for words, sentence in ((["schema", "polcy"], "Did you mean policy?"), (["schema"], "--all")):
        wrong = RUNNER.invoke(app, words)
        assert wrong.exit_code == BAD_INPUT
        assert sentence in " ".join(wrong.stderr.split())
