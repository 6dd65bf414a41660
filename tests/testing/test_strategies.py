"""The strategies make what would be read and loaded, and knowing less is what it says."""

from __future__ import annotations

import importlib

import msgspec
import yaml
from hypothesis import given
from hypothesis import strategies as st

import tactful.testing
from tactful.model.flow import Flow, read_flow
from tactful.model.vocabulary import KEYS
from tactful.policy.load import load_text
from tactful.policy.rules import Policy, Rule
from tactful.testing import every_single_removal, flows, flows_for, messages, near, policies, weaker
from tactful.testing.reference import USING_IS_NOT_SAYING
from tactful.testing.strategies import coarser

FLOW: Flow = {"fact.category": "location.trace", "customer.jurisdiction": "us-ca-sf", "fact.age_days": 3}


def test_every_single_removal() -> None:
    removals = list(every_single_removal(FLOW))
    assert [removal.key for removal in removals] == [
        "fact.category", "fact.category", *["customer.jurisdiction"] * 3, "fact.age_days",
    ]  # fmt: skip
    assert [removal.flow.get("customer.jurisdiction") for removal in removals[2:5]] == [None, "us-ca", "us"]
    assert all(len(removal.flow) >= 2 and removal.flow != FLOW for removal in removals)


def test_coarser_is_for_slugs_only() -> None:
    assert list(coarser("fact.category", "location.trace")) == ["location"]
    assert list(coarser("fact.category", "location")) == []
    assert list(coarser("scenario.place", "near_store")) == []


@given(flows())
def test_flows_are_read_without_a_problem(flow: Flow) -> None:
    assert read_flow(flow) == (flow, [])


@given(st.data())
def test_flows_for_a_policy_are_too(data: st.DataObject) -> None:
    policy = data.draw(policies())
    flow = data.draw(flows_for(policy))
    message = data.draw(messages(policy))
    for each in (flow, data.draw(near(flow)), data.draw(weaker(flow)), message.reach, *message.uses.values()):
        assert read_flow(each) == (each, [])
    assert {name for variant in message.variants for name in variant} <= set(message.uses)


@given(st.data())
def test_weaker_knows_less(data: st.DataObject) -> None:
    flow = data.draw(flows(("fact.category", "customer.jurisdiction", "act")))
    for key, value in data.draw(weaker(flow)).items():
        assert flow[key] == value or value in coarser(key, flow[key])


@given(policies())
def test_policies_load(policy: Policy) -> None:
    """Written as a file and loaded, they are the same rules."""
    said = [
        {"licences": _written(policy.licences), "limits": _written(policy.limits), "waivers": _written(policy.waivers)}
    ]
    loaded = load_text(yaml.safe_dump(said[0]), "made/up.yaml", _nothing, "made/up")
    for kind in ("licences", "limits", "waivers"):
        expected = [_bare(rule) for rule in getattr(policy, kind)]
        assert [_bare(rule) for rule in getattr(loaded, kind)] == expected


def _nothing(name: str) -> tuple[str, str]:
    raise LookupError(name)


def _bare(rule: Rule) -> tuple[object, ...]:
    return (rule.kind, rule.id, rule.tier, rule.point, rule.oblige, rule.until, rule.waives)


def _written(rules: tuple[Rule, ...]) -> list[dict[str, object]]:
    return [_as_mapping(rule) for rule in rules if rule.id != USING_IS_NOT_SAYING.id]


def _as_mapping(rule: Rule) -> dict[str, object]:
    names = {(2, 2, 2): "say", (2, 1, 2): "soften", (2, 0, 2): "silent", (2, 2, 1): "hold", (0, 0, 0): "never"}
    word = names.get(tuple(rule.point), "ask")
    said: dict[str, object] = {"id": rule.id, "when": rule.when_text}
    if rule.kind == "licence":
        return {**said, "opens": word}
    if rule.kind == "waiver":
        return {**said, "tier": "hers", "waives": "norm" if rule.waives == ("*",) else list(rule.waives)}
    ceiling = {} if word == "say" else {"at_most": word}
    wait = {"until": rule.until} if rule.until else {}
    return {**said, "tier": rule.tier, **ceiling, **wait, **({"oblige": list(rule.oblige)} if rule.oblige else {})}


def test_every_exported_name_is_there() -> None:
    module = importlib.import_module("tactful.testing")
    assert module is tactful.testing
    assert sorted(module.__all__, key=str.lower) == sorted(set(module.__all__), key=str.lower)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_every_key_has_values_to_try() -> None:
    for key in KEYS.values():
        assert len(tactful.testing.strategies.pool(key)) >= 2, key.name
        assert msgspec.json.encode(tactful.testing.strategies.pool(key))
