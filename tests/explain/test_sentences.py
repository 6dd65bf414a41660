"""Which sentence is told to whom, of the rules that decided."""

from __future__ import annotations

import msgspec
import pytest

from tactful.explain.phrases import LEFT_ALONE, NO_LICENCE, PHRASES, UNSAID, UNSURE, phrase
from tactful.explain.sentences import is_delicate, rules_named, verdict_sentences
from tactful.model.verdict import CEILINGS, Verdict
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_text
from tactful.policy.rules import Policy

TEXT = """
policy: shop/sentences
licences:
  - {id: agreed, when: 'permission.state == "given"', staff: She agreed., customer: You said yes.}
limits:
  - {id: "no", tier: law, at_most: never, when: 'permission.state == "refused"',
     staff: She refused., customer: You told us no.}
  - {id: guessed, tier: law, at_most: never, when: 'fact.sensitivity == "special"',
     staff: Protected., customer: Too much is known.}
  - {id: hers, tier: hers, at_most: never, when: 'hers.at_most == "never"',
     staff: She set it., customer: You asked us to leave it.}
  - {id: first, tier: promise, at_most: hold, until: complaint.closed, when: customer.complaint_open,
     staff: Answer her., customer: You wait for our answer.}
  - {id: mute, tier: taste, at_most: ask, when: 'scenario.channel == "voice"'}
"""
SETTLED = {
    "permission.state": "given",
    "fact.sensitivity": "ordinary",
    "hers.at_most": "say",
    "customer.complaint_open": False,
    "scenario.channel": "email",
    "act": "mention",
}


def no_imports(name: str) -> tuple[str, str]:
    raise LookupError(name)


POLICY: Policy = load_text(TEXT, "sentences.yaml", no_imports)
JUDGE = compile_policy(POLICY)


def told(without: str = "", **changes: object) -> tuple[str, str]:
    flow = {**SETTLED, **{key.replace("__", "."): value for key, value in changes.items()}}
    flow.pop(without, None)
    verdict = JUDGE.verdict(flow)  # type: ignore[arg-type]
    reasons = verdict_sentences(POLICY, verdict, flow)  # type: ignore[arg-type]
    return reasons.staff, reasons.customer


def test_a_licence_explains_what_is_said() -> None:
    assert told() == ("She agreed.", "You said yes.")


def test_a_limit_explains_before_a_licence() -> None:
    assert told(customer__complaint_open=True) == ("Answer her.", "You wait for our answer.")


def test_what_is_not_known_is_not_told_to_her_as_if_it_were() -> None:
    staff, customer = told(without="customer.complaint_open")
    assert customer == UNSURE["hold"]
    assert staff == "Not known, so read strictly: customer.complaint_open. Answer her."


def test_without_the_flow_missing_tells_the_same() -> None:
    flow = {key: value for key, value in SETTLED.items() if key != "customer.complaint_open"}
    assert verdict_sentences(POLICY, JUDGE.verdict(flow)).customer == UNSURE["hold"]


def test_a_gap_is_not_her_refusal() -> None:
    staff, customer = told(permission__state="never_asked")
    assert (staff, customer) == (NO_LICENCE.staff, NO_LICENCE.customer)
    staff, customer = told(without="permission.state")
    assert staff == f"{NO_LICENCE.staff} Not known, so read strictly: permission.state."
    assert customer == NO_LICENCE.customer


def test_her_refusal_is_not_called_a_gap() -> None:
    assert told(permission__state="refused") == ("She refused.", "You told us no.")


def test_her_own_setting_comes_first_for_her_and_staff_read_all() -> None:
    staff, customer = told(permission__state="refused", hers__at_most="never")
    assert customer == "You asked us to leave it."
    assert staff == "She refused. She set it."


@pytest.mark.parametrize("state", ["given", "refused", "never_asked"])
@pytest.mark.parametrize("hers", ["say", "never"])
def test_what_is_delicate_is_neutral_whatever_the_rule_says(state: str, hers: str) -> None:
    staff, customer = told(permission__state=state, hers__at_most=hers, fact__sensitivity="special")
    assert customer == LEFT_ALONE
    assert "Protected." in staff


def test_not_knowing_how_delicate_it_is_reads_the_same() -> None:
    assert told(without="fact.sensitivity")[1] == LEFT_ALONE


def test_a_rule_without_sentences_still_gives_reasons() -> None:
    assert told(scenario__channel="voice") == ("mute.", UNSAID["ask"])


def test_delicate_is_what_reads_something_delicate() -> None:
    assert [rule.id for rule in POLICY.limits if is_delicate(rule)] == ["guessed"]


def test_names_that_the_policy_does_not_have_are_passed_over() -> None:
    assert [rule.id for rule in rules_named(POLICY, ("gone", "no", "no-licence"))] == ["no", "no-licence"]


@pytest.mark.parametrize("name", list(CEILINGS))
def test_every_verdict_has_words_even_of_an_empty_policy(name: str) -> None:
    empty = msgspec.structs.replace(POLICY, licences=(), limits=())
    reasons = verdict_sentences(empty, Verdict(CEILINGS[name], ()))
    assert reasons.customer == UNSAID[name]


def test_phrases() -> None:
    assert [phrase(name) for name in PHRASES] == [
        "SAY",
        "GENERAL TERMS",
        "USE QUIETLY",
        "ASK HER",
        "WAIT",
        "LEAVE ALONE",
    ]
    assert phrase("never", plain_words=True) == "never"
