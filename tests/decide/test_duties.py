"""One who cannot meet an obligation must not speak: duties that nobody meets."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.decide.shop import EXPLICIT, ITEM, SILENT, candidate, case, changed, outcome
from tests.policy.policies import judge_of

from tactful.appropriateness.message import MET_BY_MESSAGES
from tactful.decide import Case, decide, judge_again
from tactful.model.records import Outcome, Use, Variant
from tactful.policy.judge import Judge
from tactful.treatment.render import MET_HERE

SAYS = "Nobody meets the duty to list it on her own page."


@cache
def judge(*more: str) -> Judge:
    return judge_of(
        """
        policy: norm/duties
        version: 1
        licences:
          - {id: she-agreed, when: 'permission.state == "given"'}
          - {id: may-ask, opens: ask, when: 'permission.state != "given"'}
          - {id: asking, when: 'act == "collect" || act == "reach"'}
        limits:
          - {id: who-we-are, tier: law, oblige: [identify_sender, offer_choice], when: act == "reach"}
          - {id: on-her-page, tier: promise, oblige: [list_on_page], when: 'act == "mention"'}
        """
        + "".join(f"  - {each}\n        " for each in more)
    )


def found(*more: str, meets: tuple[str, ...] | None = (), **other: Any) -> Outcome:
    return outcome(decide(of(*more, meets=meets, **other)))


def of(*more: str, meets: tuple[str, ...] | None = (), **other: Any) -> Case:
    return case(candidate(**other), judge=judge(*more), meets=meets)


def test_a_message_with_a_duty_that_nobody_meets_is_not_sent() -> None:
    fell = found(variants=(EXPLICIT,))
    assert (fell.stage, fell.verdict, fell.note, fell.because) == ("fitting", "never", SAYS, ("on-her-page",))
    assert [(each.act, each.standing) for each in fell.judged] == [
        ("reach", "now"),
        ("select", "now"),
        ("mention", "never"),
    ]


def test_a_variant_without_the_duty_is_taken_instead() -> None:
    taken = found(variants=(EXPLICIT, SILENT))
    assert (taken.stage, taken.variant, taken.verdict) == ("chosen", "silent", "silent")
    assert taken.obligations == ("identify_sender", "offer_choice")


@pytest.mark.parametrize("meets", [None, ("list_on_page",), ("give_in_return", "list_on_page")])
def test_a_duty_that_is_met_stops_nothing(meets: tuple[str, ...] | None) -> None:
    taken = found(variants=(EXPLICIT,), meets=meets)
    assert (taken.stage, taken.verdict, taken.note) == ("chosen", "say", "")
    assert "list_on_page" in taken.obligations


def test_every_duty_that_nobody_meets_is_named_with_the_rules_that_oblige() -> None:
    more = "{id: in-return, tier: norm, oblige: [give_in_return, list_on_page], when: 'act == \"mention\"'}"
    fell = found(more, variants=(EXPLICIT,))
    assert fell.note == "Nobody meets the duty to give her something for it and to list it on her own page."
    assert fell.because == ("in-return", "on-her-page")


def test_a_duty_of_what_it_rests_on_stops_every_variant() -> None:
    fell = found("{id: chosen-by, tier: law, oblige: [confirm_first], when: 'act == \"select\"'}", variants=(SILENT,))
    assert (fell.stage, fell.because) == ("fitting", ("chosen-by",))
    assert fell.note == "Nobody meets the duty to have her confirm before it takes effect."


def test_a_duty_of_reaching_her_stops_it() -> None:
    fell = found("{id: first, tier: law, oblige: [confirm_first], when: 'act == \"reach\"'}", variants=(SILENT,))
    assert (fell.stage, fell.verdict, fell.because) == ("fitting", "never", ("first",))


def test_what_waits_is_not_waited_for_in_vain() -> None:
    hold = "{id: wait, tier: norm, at_most: hold, until: complaint.closed, when: 'act == \"mention\"'}"
    assert found(hold, variants=(EXPLICIT,)).note == SAYS
    assert found(hold, variants=(EXPLICIT,), meets=("list_on_page",)).verdict == "hold"


def test_she_is_not_asked_where_nobody_meets_the_duties_of_asking() -> None:
    duty = "{id: what-for, tier: law, oblige: [say_what_for], when: 'act == \"collect\"'}"
    scene = candidate().scenario | {"scenario.initiator": "customer"}
    uses = {"variants": (Variant("asks", (Use(ITEM.name, "explicit"),)),), "selects": (), "scenario": scene}
    asked = changed(of(duty, meets=("say_what_for", "list_on_page"), **uses), permissions=())
    assert outcome(decide(asked)).verdict == "ask"
    assert outcome(decide(asked)).stage == "chosen"
    fell = outcome(decide(changed(asked, meets=("list_on_page",))))
    assert (fell.stage, fell.verdict) == ("fitting", "ask")
    assert fell.note == "Nobody meets the duty to say what it is for when asking."


def test_the_short_record_and_judging_again_say_the_same() -> None:
    whole = of(variants=(EXPLICIT,))
    brief = outcome(decide(changed(whole, detail="chosen")))
    assert (brief.note, brief.because, brief.judged) == (SAYS, ("on-her-page",), ())
    assert judge_again(whole, brief.candidate) == outcome(decide(whole))


def test_the_parts_of_a_message_meet_what_its_rendering_says_they_meet() -> None:
    assert MET_BY_MESSAGES == MET_HERE
