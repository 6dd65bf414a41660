"""A request to its calls: what a batch says for all of its calls, and what is done before the key is known."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.running import Server, viewed

from tactful.permission.consent import choices_of
from tactful.web.body import TooLarge
from tactful.web.calls import asks_not_to_be_followed
from tactful.web.taking import read_calls


def merged(batch: Any, call: dict[str, Any]) -> Any:
    """The context of a call in a batch with one."""
    (found,) = read_calls(json.dumps({"batch": [call], "context": batch}).encode(), "").calls
    assert isinstance(found, dict)
    return found.get("context")


NO = {"consent": {"categoryPreferences": {"Marketing": False}}}
DENIED = {"consentManagement": {"deniedConsentIds": ["Marketing"]}}
CALLS: list[dict[str, Any]] = [
    {},
    {"context": None},
    {"context": "x"},
    {"context": {}},
    {"context": {"consent": {}}},
    {"context": {"consent": None}},
    {"context": {"consent": {"gpc": False}}},
    {"context": {"consent": {"categoryPreferences": {"Marketing": True}}}},
    {"context": {"categoryPreferences": {"marketing": True}}},
    {"context": {"consentManagement": {"allowedConsentIds": ["Marketing"]}}},
    {"context": {"consentManagement": {"deniedConsentIds": []}}},
    {"context": {"consentManagement": None, "categoryPreferences": None}},
]


@pytest.mark.parametrize("batch", [NO, DENIED, NO["consent"]])
@pytest.mark.parametrize("call", CALLS)
def test_a_no_of_the_batch_is_one_for_each_of_its_calls(batch: Any, call: dict[str, Any]) -> None:
    assert choices_of(merged(batch, call)).said["marketing"] is False


def test_gpc_of_the_batch_is_heard_and_what_else_the_call_says_goes_before() -> None:
    assert choices_of(merged({"gpc": True}, {"context": {"gpc": False}})).gpc
    assert choices_of(merged({"consent": {"gpc": True}}, {"context": {"consent": {"gpc": False}}})).gpc
    found = merged(NO | {"locale": "en", "os": "a"}, {"context": {"locale": "fr", "ip": "::1"}})
    assert (found["locale"], found["os"], found["ip"]) == ("fr", "a", "::1")
    assert merged({"os": "a"}, {"context": {"ip": "::1"}}) == {"os": "a", "ip": "::1"}


PREFERENCES = st.none() | st.just("x") | st.dictionaries(st.sampled_from(["A", "a", "B", "C"]), st.booleans())
IDS = st.none() | st.lists(st.sampled_from(["A", "b", "B", "C"]), max_size=3)
CONTEXT = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "consent": st.none() | st.fixed_dictionaries({}, optional={"categoryPreferences": PREFERENCES, "gpc": IDS}),
        "categoryPreferences": PREFERENCES,
        "consentManagement": st.none()
        | st.fixed_dictionaries({}, optional={"allowedConsentIds": IDS, "deniedConsentIds": IDS}),
        "gpc": st.none() | st.booleans() | st.sampled_from([0, 1, "1", "0"]),
    },
)


@given(CONTEXT, CONTEXT)
def test_what_was_refused_in_either_is_refused_and_a_yes_is_never_made(batch: Any, own: Any) -> None:
    theirs, hers, both = choices_of(batch), choices_of(own), choices_of(merged(batch, {"context": own}))
    assert both.gpc == (theirs.gpc or hers.gpc)
    assert both.said.keys() == theirs.said.keys() | hers.said.keys()
    for name, chosen in both.said.items():
        assert chosen is (theirs.said.get(name, True) and hers.said.get(name, True))


def test_choices_are_not_read_again_and_again_without_bound() -> None:
    many = {"consentManagement": {"deniedConsentIds": [f"v{each}" for each in range(2_000)]}}
    for calls, fits in ((100, True), (4_000, False)):
        body = json.dumps({"batch": [{"context": {}}] * calls, "context": many}).encode()
        if fits:
            assert len(read_calls(body, "").calls) == calls
        else:
            with pytest.raises(TooLarge, match="choices"):
                read_calls(body, "")


def test_a_wrong_key_is_found_out_before_the_body_is_read(server: Server) -> None:
    bomb = gzip.compress(b"[" + b"0," * 1_000_000 + b"0]")
    assert server.ask("POST", "/v1/batch", bomb, server.keys["server"]).status == 413
    assert server.ask("POST", "/v1/batch", bomb, "WRITEKEY").status in (401, 429)


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ([], False),
        (["1"], True),
        (["0"], False),
        (["1, 1"], True),
        (["0", "1"], True),
        (["0,1"], True),
        (["11"], False),
    ],
)
def test_global_privacy_control_is_heard_however_often_it_stands_there(values: list[str], asked: bool) -> None:
    assert asks_not_to_be_followed(values) is asked


def test_a_body_is_packed_in_few_parts(server: Server) -> None:
    body = gzip.compress(json.dumps({"batch": [viewed("parts", 1)]}).encode())
    for empty, accepted in ((90, 1), (101, 0)):
        reply = server.ask("POST", "/v1/batch", gzip.compress(b"") * empty + body, server.keys["server"])
        assert (reply.status, reply.said["accepted"] + reply.said["repeated"]) == (200, accepted)
    assert "parts" in reply.said["refused"][0]["reason"]


@pytest.mark.parametrize("context", [5, "x", [1], True, {"a": 1}, None])
def test_whatever_a_batch_says_for_all(context: Any) -> None:
    assert len(read_calls(json.dumps({"context": context, "batch": [{"context": {}}] * 2}).encode(), "").calls) == 2


@pytest.mark.parametrize("keys", [0, 30_000])
def test_what_a_batch_says_for_all_is_not_multiplied_without_bound(keys: int) -> None:
    context = {f"k{n}": 1 for n in range(keys)}
    body = json.dumps({"context": context, "batch": [{"context": {}}] * (5_001 if not keys else 3_000)}).encode()
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_calls(body, "")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_batch_of_many_calls_may_say_much_for_all() -> None:
    body = json.dumps({"context": {f"k{n}": 1 for n in range(300)}, "batch": [{"context": {"a": 1}}] * 5_000}).encode()
    assert len(read_calls(body, "").calls) == 5_000
