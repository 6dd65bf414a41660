"""Small policies and flows for the tests of this room."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge
from tactful.policy.load import load_text
from tactful.policy.rules import Policy

SHOP = """
policy: norm/shop
version: 2
licences:
  - id: she-agreed
    when: permission.state in ["given", "renewed"] && permission.asked == "plainly"
  - id: shape-only
    opens: silent
    when: permission.basis == "legitimate_interest" && act == "select"
  - id: may-ask
    opens: ask
    when: permission.state == "never_asked" && fact.sensitivity < "special"
  - id: british-buyers
    opens: soften
    when: permission.basis == "soft_opt_in" && customer.jurisdiction == "uk"
limits:
  - {id: she-said-no, tier: law, at_most: never, when: 'permission.state in ["refused", "withdrawn"]'}
  - {id: washington, tier: law, at_most: never, when: 'customer.jurisdiction == "us-wa" && fact.category == "location"'}
  - {id: told-purposes, tier: law, at_most: ask, when: '!(scenario.purpose in fact.purposes)'}
  - {id: say-no-here, tier: law, oblige: [offer_choice], when: 'scenario.purpose == "market"'}
  - {id: mend-first, tier: promise, at_most: hold, until: let_down.mended, when: customer.let_down}
  - {id: her-complaint, tier: promise, at_most: hold, until: complaint.closed, when: customer.complaint_open}
  - {id: not-others-sites, tier: promise, at_most: never, when: 'fact.category == "browsing.elsewhere"'}
  - {id: hers-silent, tier: hers, at_most: silent, when: 'hers.at_most == "silent"'}
  - {id: others-hear, tier: norm, at_most: silent, when: 'scenario.audience > fact.known_among && act == "mention"'}
  - {id: too-much, tier: norm, at_most: soften, when: 'contact.last_24h >= 1 || contact.last_7d >= 3'}
  - {id: little-trust, tier: norm, at_most: soften, when: 'relationship.trust < 0.2'}
  - {id: the-line, tier: norm, at_most: silent, when: 'norm.excess > 0.1'}
  - {id: tell-why, tier: norm, oblige: [explain_why], when: 'fact.provenance == "derived"'}
waivers:
  - {id: she-likes-it, tier: hers, waives: [others-hear, too-much], when: hers.welcomes}
"""

AGREED = {
    "act": "mention",
    "fact.category": "purchase.item",
    "fact.provenance": "observed",
    "fact.sensitivity": "ordinary",
    "fact.purposes": ("market", "recommend"),
    "fact.known_among": "self",
    "scenario.purpose": "recommend",
    "scenario.audience": "self",
    "permission.state": "given",
    "permission.asked": "plainly",
    "permission.basis": "consent",
    "customer.jurisdiction": "uk",
    "customer.let_down": False,
    "customer.complaint_open": False,
    "relationship.trust": 0.5,
    "contact.last_24h": 0,
    "contact.last_7d": 0,
    "hers.at_most": "say",
    "hers.welcomes": False,
    "norm.excess": -0.2,
}
"""A flow that the shop's policy lets through."""


def fetch_from(files: Mapping[str, str]):  # type: ignore[no-untyped-def]
    return lambda name: (textwrap.dedent(files[name]), f"{name}.yaml")


def load(text: str, **files: str) -> Policy:
    return load_text(textwrap.dedent(text), "mine.yaml", fetch_from(files))


def judge_of(text: str) -> Judge:
    return compile_policy(load(text))


def flow(**changes: object) -> dict:  # type: ignore[type-arg]
    """The agreed flow with changes; `fact__category` stands for `fact.category`, None takes a key away."""
    changed = {**AGREED, **{key.replace("__", "."): value for key, value in changes.items()}}
    return {key: value for key, value in changed.items() if value is not None}
