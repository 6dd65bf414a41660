"""Penny and a small shop: a case that may say something, to be changed one thing at a time."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tactful.appropriateness.context import FitTable, load_fit
from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.decide import Case
from tactful.model.records import (
    DAY,
    Candidate,
    Cap,
    Contact,
    Decision,
    Fact,
    Given,
    Outcome,
    Permission,
    QuietHours,
    Use,
    Variant,
)
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge
from tactful.policy.load import load_policy

NOON = 1_323_432_000_000_000  # 2011-12-09T12:00:00Z, a Friday
LONDON = ("Europe/London",)
TOLD = ("market", "order", "recommend", "service", "winback")

SCORECARD = """
scorecard: test
version: 1
evidence: opinion, for tests
scale: 24
leeway: {base: 0.25, per_trust: 0.15}
factors:
  - key: fact.provenance
    why: who said it
    points: {provided: 0, observed: 1, derived: 1, noted: 2, public: 2, inferred: 3, third_party: 5}
  - {key: fact.sensitivity, why: how near it is, points: {ordinary: 0, personal: 1, intimate: 3, special: 5}}
  - {key: scenario.fit, why: does it belong here, points: {expected: 0, related: 1, foreign: 3}}
  - {key: scenario.initiator, why: who began, points: {customer: 0, retailer: 1}}
  - key: scenario.audience
    why: who can notice
    points: {self: 0, staff: 0, household: 1, bystanders: 2, third_party: 4, public: 4}
  - {key: scenario.benefit, why: what she gets, points: {none: 2, relevance: 1, saving: 0, service: 0}}
  - {key: act, why: what is done, points: {mention: 2, share: 5, infer: 1, collect: 1}}
"""


def packaged(room: str, path: str) -> str:
    return files(f"tactful.{room}").joinpath(path).read_text("utf-8")


@cache
def judge() -> Judge:
    return compile_policy(load_policy("norm/retail", lambda name: (packaged("policy", f"packs/{name}.yaml"), name)))


@cache
def scorecard() -> Scorecard:
    return load_scorecard(SCORECARD, "test.yaml")


@cache
def fit() -> FitTable:
    return load_fit(packaged("appropriateness", "tables/fit.yaml"), "fit.yaml")


def fact(name: str, category: str = "", key: str = "", **other: Any) -> Fact:
    values: dict[str, Any] = {
        "provenance": "observed",
        "distance": 0,
        "sensitivity": "ordinary",
        "about": "self",
        "acquired_via": "web",
        "purposes": TOLD,
        "at": NOON - 5 * DAY,
        "confidence": 1.0,
        "known_to_her": True,
        "known_among": "self",
        "has_words": True,
    }
    return Fact(name=name, category=category or name, key=key, value={}, **(values | other))


EMAIL = fact("contact.email", provenance="provided")
PHONE = fact("contact.phone", provenance="provided")
ITEM = fact("purchase.item", key="22111")
DUE = fact("label.due_again", "label.propensity", provenance="derived", distance=1, known_to_her=False)
FACTS = {each.name: each for each in (EMAIL, PHONE, ITEM, DUE)}

SCENARIO: dict[str, Any] = {
    "scenario.initiator": "retailer",
    "scenario.place": "not_sensed",
    "scenario.moment": "idle",
    "scenario.audience": "self",
    "scenario.speaker": "system",
    "scenario.recognised": "by_herself",
    "scenario.sector": "retail",
    "scenario.benefit": "saving",
}
EXPLICIT = Variant("explicit", (Use("purchase.item", "explicit"),))
SOFTENED = Variant("softened", (Use("purchase.item", "softened"),))
SILENT = Variant("silent", ())


def candidate(name: str = "back-in-rhythm", **other: Any) -> Candidate:
    values: dict[str, Any] = {
        "purpose": "recommend",
        "channel": "email",
        "contact": "contact.email",
        "scenario": SCENARIO,
        "selects": ("label.due_again",),
        "variants": (EXPLICIT, SOFTENED, SILENT),
        "facts": FACTS,
        "value": 4000,
        "propensity": 50_000,
        "valid_from": NOON - DAY,
        "valid_until": NOON + 14 * DAY,
    }
    return Candidate(name=name, **(values | other))


def given(**values: Any) -> dict[str, Given]:
    return {name.replace("__", "."): Given(value, "from shop.yaml") for name, value in values.items()}


ATTRIBUTES = given(
    customer__complaint_open=False,
    customer__let_down=False,
    customer__minor=False,
    customer__vulnerable=False,
    customer__restricted=False,
    customer__objected=False,
    customer__jurisdiction="uk",
    agreement__owed=False,
    hers__at_most="say",
    hers__welcomes=False,
    relationship__depth="regular",
    relationship__with_speaker="acquaintance",
    relationship__trust=0.5,
)


def permission(state: str = "given", **other: Any) -> Permission:
    values: dict[str, Any] = {
        "purpose": "recommend",
        "channel": "email",
        "category": "*",
        "state": state,
        "basis": "consent" if state in ("given", "renewed") else "none",
        "asked": "plainly",
        "occurred_at": NOON - 90 * DAY,
        "received_at": NOON - 90 * DAY,
        "source": "test",
    }
    return Permission(**(values | other))


def case(*candidates: Candidate, **other: Any) -> Case:
    values: dict[str, Any] = {
        "now": NOON,
        "judge": judge(),
        "scorecard": scorecard(),
        "fit": fit(),
        "candidates": candidates or (candidate(),),
        "attributes": ATTRIBUTES,
        "permissions": (permission(),),
        "zones": LONDON,
        "contacts": (),
        "caps": (Cap(2, 7 * DAY),),
        "quiet": QuietHours(20 * 60, 8 * 60),
    }
    return Case(**(values | other))


def changed(old: Case, **fields: Any) -> Case:
    return msgspec.structs.replace(old, **fields)


def outcome(decision: Decision, name: str = "back-in-rhythm") -> Outcome:
    return next(each for each in decision.outcomes if each.candidate == name)


def contact(ago: int, purpose: str = "recommend", channel: str = "email") -> Contact:
    return Contact(channel, purpose, NOON - ago)
