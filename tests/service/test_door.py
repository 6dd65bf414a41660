"""The door: what is kept of one call, whoever sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.service.doors import (
    DOORMAN,
    NOW,
    OPEN,
    OPEN_PAGE,
    OPEN_SERVER,
    PAGE,
    SERVER,
    SITE,
    arrived,
    call,
    point,
    refused,
)

from tactful.bootstrap import store_at
from tactful.model.arrivals import Arrival, Key
from tactful.model.problems import Problems
from tactful.profile.events import Traits
from tactful.service.door import Doorman, Sender, arrive, check_point, sender_of
from tactful.service.events_file import calls_of
from tactful.service.ingest import ingest, refuse_body

ANALYTICS = {"consent": {"categoryPreferences": {"Analytics": True}}}


def shown(arrival: Arrival) -> tuple[Any, ...]:
    """An arrival as the golden table has it."""
    events = tuple((each.kind, *(each.person or ()), each.point) for each in arrival.events)
    return events, arrival.names, tuple((p.purpose, p.state) for p in arrival.permissions)


U1, MAIL, BROWSER = (
    ("customer", "u1"),
    ("email", "a@example.com"),
    ("anonymous", "ae25d1b3-88af-45ba-bdfc-e72322f9d673"),
)
ALIAS, GPC = ("anonymous", "anon1"), (("sell", "refused"), ("advertise", "refused"))
SERVER_CALLS = [
    ((("traits", *U1, "open"),), (U1, MAIL), ()),
    ((("order_line", *U1, "open"),), (U1,), ()),
    ((("page_viewed", *U1, "open"),), (U1,), ()),
    ((("page_viewed", *U1, "open"),), (U1,), ()),
    ((), (U1, ALIAS), ()),
    "a group is not a person; nothing is kept of it.",
]
RECORDED: dict[str, list[Any]] = {
    "analytics-python/2.4.0": SERVER_CALLS * 2,
    "analytics-python/2.1.9": SERVER_CALLS[:2],
    "analytics-node-next/latest": SERVER_CALLS[:3],
    "analytics-node/3.0.13": SERVER_CALLS[:2],
    "browser": [
        ((("page_viewed", *BROWSER, "open"),), (BROWSER,), GPC),
        ((), (U1, MAIL, BROWSER), GPC),
        ((("product_viewed", *BROWSER, "open"),), (U1, BROWSER), GPC),
    ],
}


def recordings(folder: Path) -> Iterator[tuple[str, bool, object]]:
    """(client, whether GPC was on, call) of every recorded request in the shape of Segment."""
    for name in ("browser_sdks", "node_sdks", "py_sdks"):
        for line in (folder / "sdk_requests" / f"{name}.jsonl").read_text("utf-8").splitlines():
            request = json.loads(line)
            if request["body"] is None or "/v1/" not in request["path"]:
                continue
            headers = {key.lower(): value for key, value in request["headers"]}
            client = "browser" if "Mozilla" in headers["user-agent"] else headers["user-agent"]
            for each in calls_of(request["body"], 1):
                yield client, headers.get("sec-gpc") == "1", each.payload  # type: ignore[union-attr]


def test_what_the_sdks_really_send_becomes_what_one_expects(shared_data: Path) -> None:
    found: dict[str, list[Any]] = {}
    for client, gpc, payload in recordings(shared_data):
        answer = arrive(payload, OPEN_PAGE if client == "browser" else OPEN_SERVER, DOORMAN, NOW, gpc)
        found.setdefault(client, []).append(shown(answer) if isinstance(answer, Arrival) else answer.reason)
    assert found == RECORDED


def test_the_recorded_choices_are_read(shared_data: Path) -> None:
    """One recorded call says Advertising yes, Analytics no: its order is kept, since that needs neither."""
    said = [each for _, _, each in recordings(shared_data) if "consent" in (each["context"] or {})]  # type: ignore[index]
    assert len(said) == 1
    assert shown(arrived(said[0])) == ((("order_line", *U1, "site"),), (U1,), ())


def test_what_she_did_not_agree_to_is_left_out_and_only_counted() -> None:
    for sender in (SERVER, PAGE):
        left = arrived(call(), sender)
        assert (left.events, left.left_out) == ((), ("event product_viewed: Analytics not known",))
        assert arrived(call(context=ANALYTICS), sender).events[0].point == "site"
    assert arrived(call(context={"consent": {"categoryPreferences": {"Analytics": False}}})).left_out == (
        "event product_viewed: Analytics refused",
    )


def test_traits_are_left_out_one_by_one() -> None:
    traits = {"email": "grace@shop.example", "gender": "f", "birthday": "1980-02-03", "plan": "gold", "a@b.example": 1}
    kept = arrived(call("identify", traits=traits))
    assert msgspec.msgpack.decode(kept.events[0].body, type=Traits).values == {
        "contact.email:value": "grace@shop.example"
    }
    assert kept.left_out == (
        "trait plan: no fact",
        "a trait whose name is no plain word: no fact",
        "trait demographic.gender: not collected here",
        "trait life_event.birthday: not collected here",
    )


def test_an_identifier_that_is_not_collected_names_nobody() -> None:
    device = {"device": {"id": "d-1"}}
    assert ("device", "d-1") in arrived(call(context=device), OPEN_SERVER).names
    kept = arrived(call(context=device | ANALYTICS))
    assert kept.names == (("customer", "u1"), ("anonymous", "a1"))
    assert kept.left_out == ("identifier device: not collected here",)
    no_mail = Doorman([point(SITE.replace("collects: [contact,", "collects: ["))], DOORMAN.traits, DOORMAN.not_goods)
    only = arrive(call("identify", userId=None, traits={"email": "g@shop.example"}), SERVER, no_mail, NOW)
    assert isinstance(only, Arrival)
    assert only.names == (("anonymous", "a1"),)
    assert "g@shop.example" not in repr(only)


def test_global_privacy_control_refuses_for_her_and_for_the_browser() -> None:
    for sender, header, context in (
        (PAGE, True, {}),
        (PAGE, False, {"gpc": True}),
        (SERVER, False, {"consent": {"gpc": 1}}),
    ):
        found = arrived(call("page", context=context), sender, gpc=header)
        assert [(each.purpose, each.channel, each.state, each.proof) for each in found.permissions] == [
            ("sell", "*", "refused", "Global Privacy Control"),
            ("advertise", "*", "refused", "Global Privacy Control"),
        ]
        assert found.subjects == (("customer", "u1"), ("anonymous", "a1"))


def test_a_refusal_counts_also_where_we_have_no_use_for_the_event() -> None:
    preference = call(event="Segment Consent Preference Updated", properties={})
    assert refused(preference).wrong is False
    no = preference | {"context": {"consent": {"categoryPreferences": {"Marketing": False}}}}
    found = arrived(no, PAGE)
    assert (found.events, [each.purpose for each in found.permissions]) == ((), ["market"])


def test_an_end_of_e_mail_is_one() -> None:
    for name in ("Unsubscribed", "Email Marked as Spam"):
        for sender in (SERVER, PAGE):
            (said,) = arrived(call(event=name, properties={"list_id": "1"}), sender).permissions
            assert (said.purpose, said.channel, said.state) == ("market", "email", "withdrawn")


def test_a_yes_only_from_a_server() -> None:
    yes = {"consent": {"categoryPreferences": {"Marketing": True, "Analytics": True}}}
    assert [each.state for each in arrived(call(context=yes)).permissions] == ["given"]
    assert arrived(call(context=yes), PAGE).permissions == ()


def test_a_page_may_not_join() -> None:
    assert arrived(call("page"), PAGE).may_join is False
    assert arrived(call("page"), SERVER).may_join is True
    assert refused(call("alias", previousId="a1"), PAGE).wrong is False
    assert arrived(call("alias", previousId="old1")).names == (
        ("customer", "u1"), ("anonymous", "a1"), ("anonymous", "old1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sender", "named", "words"),
    [
        (SERVER, "sight", "Did you mean site?"),
        (SERVER, 7, "names no collection point that covers shop-server. There are: site, open."),
        (PAGE, "open", "a page cannot choose another"),
        (Sender("nobody", "site"), None, "the collection point site does not cover nobody."),
        (Sender("web", "gone"), None, "there is no collection point gone in force."),
        (Sender("nobody"), None, "no collection point covers nobody: what was she told there?"),
        (Sender("web"), None, "site and open cover web: `context.collection_point` must say which."),
    ],
)
def test_without_a_collection_point_nothing_is_taken(sender: Sender, named: Any, words: str) -> None:
    found = refused(call(context={"collection_point": named}), sender)
    assert words in found.reason
    assert found.wrong


def test_an_event_may_say_its_point_and_else_has_its_keys() -> None:
    assert arrived(call("page", context={"collection_point": "open"})).events[0].point == "open"
    assert arrived(call("page", context={"collection_point": "site"} | ANALYTICS), PAGE).events[0].point == "site"
    assert arrived(call("page"), Sender("pos")).events[0].point == "open"


def test_a_file_of_a_source_without_a_point_is_taken_without_one() -> None:
    found = arrived(call("page"), Sender("helpdesk", live=False), gpc=True)
    assert found.events[0].point == ""
    assert [each.purpose for each in found.permissions] == ["sell", "advertise"]


def test_a_key_is_made_only_for_a_point_that_covers_its_source() -> None:
    points = [point(SITE), point(OPEN)]
    check_point(points, "site", "web")
    for name, source, words in (
        ("", "web", "a key needs a collection point. There are: site, open."),
        ("sit", "web", "Did you mean site?"),
        ("site", "pos", "does not cover pos"),
    ):
        with pytest.raises(Problems) as caught:
            check_point(points, name, source)
        assert words in str(caught.value.problems[0])


def test_a_sender_is_what_its_key_says() -> None:
    key = Key("k", b"", "web", "site", ("ingest",), True, ("https://shop.example",), 0, 1)
    assert sender_of(key) == PAGE


def test_a_refusal_reaches_everybody_who_is_named_and_makes_nobody_twice(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    try:
        (known,) = store.resolve([("email", "p@shop.example")])
        traits = {"traits": {"email": "p@shop.example", "phone": "+44 20 7946 0958"}, "gpc": True}
        done = store.take_in([arrived(call("page", context=traits))], NOW)
        assert (done.appended.persons_created, done.permissions) == (2, 6)
        for kind, value in (("customer", "u1"), ("anonymous", "a1"), ("email", "p@shop.example")):
            person = store.find(kind, value)
            assert person is not None
            assert {each.purpose for each in store.permissions(person)} == {"sell", "advertise"}
        assert store.find("email", "p@shop.example") == known
        assert store.find("phone", "+442079460958") is None
        forged = call("page", messageId="m2", userId="u2", anonymousId="a2", context={"gpc": True})
        assert store.take_in([arrived(forged, PAGE)], NOW).appended.persons_created == 2
        waiting = store.find("customer", "u2")
        assert waiting is not None, "a no waits for whom it names"
        assert {each.state for each in store.permissions(waiting)} == {"refused"}
    finally:
        store.close()


def set_aside(tmp_path: Path, context: Any, sender: Sender) -> bytes:
    """What is kept for reading of a call that cannot be taken."""
    bad = call(event="Products Searched", context=context, properties={"query": "planted-4711"}, timestamp="yesterday")
    store = store_at(tmp_path)
    try:
        done = ingest(store, sender, DOORMAN, [bad], NOW)
        kept = store.aside(sender.source)
        assert (done.accepted, len(done.refused), len(kept)) in ((1, 0, 0), (0, 1, 1)), (
            "her no is taken, or it is set aside"
        )
        return kept[0].body if kept else b""
    finally:
        store.close()


@pytest.mark.parametrize("sender", [OPEN_SERVER, SERVER])
@pytest.mark.parametrize(
    "context",
    [
        {"consent": {"categoryPreferences": {"Analytics": False}}},
        {"categoryPreferences": {"Analytics": False}},
        {"consentManagement": {"deniedConsentIds": ["Analytics"]}},
        {"consentManagement": {"allowedConsentIds": ["Analytics"], "deniedConsentIds": ["Marketing"]}},
        {"gpc": True},
        {"gpc": "1"},
        {"consent": "no"},
        {"categoryPreferences": "no"},
    ],
)
def test_of_one_who_refused_nothing_is_set_aside_but_the_reason(tmp_path: Path, context: Any, sender: Sender) -> None:
    assert b"planted-4711" not in set_aside(tmp_path, context, sender)


@pytest.mark.parametrize(
    ("sender", "context", "kept"),
    [
        (OPEN_SERVER, {}, True),
        (OPEN_SERVER, None, True),
        (SERVER, {}, False),
        (PAGE, None, False),
        (PAGE, {"collection_point": "open"}, False),
        (Sender("web"), {}, False),
        (OPEN_SERVER, {"collection_point": "site"}, False),
        (SERVER, {"collection_point": "open"}, True),
        (SERVER, {"collection_point": "sight"}, False),
        (Sender("nobody"), {"collection_point": ["site"]}, False),
    ],
)
def test_where_something_needs_a_yes_silence_is_not_one(
    tmp_path: Path, sender: Sender, context: Any, kept: bool
) -> None:
    assert (b"planted-4711" in set_aside(tmp_path, context, sender)) is kept


def test_a_body_that_cannot_be_read_says_no_yes(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    try:
        for sender, gpc, kept in ((SERVER, False, False), (OPEN_SERVER, True, False), (OPEN_SERVER, False, True)):
            refuse_body(store, sender, DOORMAN, b"{planted-4711", "it is not JSON.", NOW, gpc)
            assert any(b"planted-4711" in each.body for each in store.aside(sender.source)) is kept
    finally:
        store.close()
