"""Reading flows: what is right comes through, what is wrong is named with its place and the nearest word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.model.flow import flatten, read_flow, read_flows
from tactful.model.vocabulary import KEYS


def test_values_of_every_kind_come_through() -> None:
    raw = {
        "act": "mention",
        "fact.category": "purchase.item",
        "fact.sensitivity": "personal",
        "fact.purposes": ["service", "order"],
        "fact.known_to_her": True,
        "contact.last_24h": 2,
        "customer.jurisdiction": "us-wa",
    }
    flow, problems = read_flow(raw)
    assert not problems
    assert flow == {**raw, "fact.purposes": ("order", "service")}


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("fact.provenence", "provided", "Did you mean fact.provenance?"),
        ("fact.provenance", "obsrved", "Did you mean observed?"),
        ("fact.category", "purchase.itm", "Did you mean purchase.item?"),
        ("fact.category", "zzz", "is not allowed"),
        ("fact.known_to_her", "yes", "must be true or false"),
        ("fact.confidence", 1.5, "is above 1"),
        ("contact.last_24h", -1, "is below 0"),
        ("contact.last_24h", True, "must be a number"),
        ("fact.purposes", ["markt"], "Did you mean market?"),
        ("fact.purposes", "market", "must be a list of words"),
        ("customer.jurisdiction", "United Kingdom", "is not a jurisdiction"),
        ("act", ["mention"], "must be a word"),
    ],
)
def test_a_wrong_value_is_absent_and_reported(key: str, value: object, hint: str) -> None:
    flow, problems = read_flow({key: value, "act": "mention"} if key != "act" else {key: value}, "f.jsonl", 7)
    assert key not in flow
    assert len(problems) == 1
    assert hint in problems[0].message
    assert problems[0].line == 7
    assert key in str(problems[0])


def test_unknown_and_null_are_absence() -> None:
    assert read_flow({"permission.state": "unknown", "act": None}) == ({}, [])


def test_all_problems_of_a_file_come_at_once_with_their_lines() -> None:
    lines = [
        b'{"id": "a", "flow": {"act": "mention"}}',
        b"not json",
        b"",
        b'{"id": "b", "flow": {"act": "mentoin", "fact.provenence": "x"}}',
        b'{"id": "c"}',
        b'{"id": "d", "flow": {}, "flw": 1}',
    ]
    flows, problems = read_flows(lines, "flows.jsonl")
    assert [problem.line for problem in problems] == [2, 4, 4, 5, 6]
    assert [flow.id for flow in flows] == ["a", "b", "d"]


def test_nested_mappings_flatten_to_dotted_keys() -> None:
    assert flatten({"fact": {"category": "search"}, "act": "select"}) == {"fact.category": "search", "act": "select"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(KEYS)) | st.text(), _json, max_size=6))
def test_any_json_gives_a_valid_flow_and_sentences(raw: dict[str, object]) -> None:
    flow, problems = read_flow(raw)
    again, none = read_flow(flow)
    assert again == flow
    assert not none
    assert all(len(problem.message) < 2_000 for problem in problems if len(problem.key) < 100)


@given(st.binary(max_size=200))
def test_any_bytes_give_flows_or_problems(raw: bytes) -> None:
    flows, problems = read_flows(raw.split(b"\n"), "f")
    assert isinstance(flows, list)
    assert isinstance(problems, list)


def test_a_line_without_an_id_is_known_by_its_number() -> None:
    flows, _ = read_flows([json.dumps({"flow": {"act": "mention"}}).encode()], "f")
    assert flows[0].id == "1"
