"""Why a decision: everything for staff, only what she saw for her."""

from __future__ import annotations

from importlib.resources import files

import msgspec
import pytest
from tests.packs.shelf import judge_case, pack

from tactful.explain.phrases import LEFT_ALONE, NO_LICENCE
from tactful.explain.texts import load_texts
from tactful.explain.why import outcome_lines, why_decision
from tactful.model.flow import Value
from tactful.model.records import Decision, Judged, Outcome, Stage

POLICY = pack("norm/retail")
TEXTS = load_texts(files("tactful.explain").joinpath("catalogue/en.yaml").read_text("utf-8"), "en.yaml")
CASES = {case.name: case for case in pack("norm/retail-cases").cases}
STANDINGS = {"never": "never", "hold": "hold", "ask": "ask"}


def judged(case: str, form: str = "", **changes: Value) -> Judged:
    flow = {**CASES[case].given, **{key.replace("__", "."): value for key, value in changes.items()}}
    verdict = judge_case(flow)
    standing = STANDINGS.get(verdict.name, "now")
    return Judged(str(flow["act"]), str(flow["fact.category"]), form, standing, verdict, flow)


def outcome(name: str, stage: Stage, verdict: str, *uses: Judged, **more: object) -> Outcome:
    because = tuple(dict.fromkeys(rule for use in uses for rule in use.verdict.because))
    missing = tuple(sorted({key for use in uses for key in use.verdict.missing}))
    made = Outcome(name, stage, verdict, because=because, missing=missing, judged=uses)
    return msgspec.structs.replace(made, **more)


REACH = judged("x every offer says who writes, and how to say no")
WIPES = judged("demo 2", "explicit")
SAID = outcome(
    "wipes", "chosen", "say", REACH, WIPES, variant="explicit", obligations=("identify_sender", "offer_choice")
)
MIA = outcome("vouchers", "fitting", "never", judged("demo 10", "explicit"))
PENNY = outcome("come-back", "timely", "hold", judged("demo 7"), until=("let_down.mended",))
SAM = outcome("catalogue", "fitting", "never", judged("demo 9"))


def chosen(*outcomes: Outcome) -> Decision:
    return Decision("wipes", "explicit", "say", 0, outcomes)


def silent(*outcomes: Outcome) -> Decision:
    return Decision("", "", "never", 0, outcomes)


def for_her(decision: Decision) -> tuple[str, ...]:
    return why_decision(POLICY, decision, "customer", TEXTS)


def for_staff(decision: Decision) -> str:
    return "\n".join(why_decision(POLICY, decision, "staff"))


def test_she_reads_why_and_what_the_message_showed() -> None:
    assert for_her(chosen(SAID)) == (
        "You said yes to this.",
        "It mentions what you bought from us. We know it from what you did with us.",
        "You can tell us to stop at any time.",
    )


def test_without_texts_nothing_is_named() -> None:
    assert why_decision(POLICY, chosen(SAID), "customer") == ("You said yes to this.",)


@pytest.mark.parametrize("other", [MIA, PENNY, SAM], ids=lambda other: other.candidate)
def test_nothing_of_what_was_held_back_is_listed_beside_a_message(other: Outcome) -> None:
    assert for_her(chosen(other, SAID)) == for_her(chosen(SAID))


def test_what_was_used_silently_is_not_named() -> None:
    chooses = judged("a4 goods we know she likes", "silent")
    quiet = outcome("wipes", "chosen", "say", REACH, chooses, WIPES, variant="explicit", obligations=("offer_choice",))
    assert for_her(chosen(quiet)) == for_her(chosen(SAID))


def test_a_softened_mention_is_not_spelled_out() -> None:
    soft = judged("demo 6", "softened")
    general = outcome("cables", "chosen", "soften", soft)
    assert for_her(Decision("cables", "softened", "soften", 0, (general,))) == (
        "Others may see or hear this, so we kept it general.",
    )


def test_for_a_delicate_refusal_nothing_at_all_is_listed() -> None:
    assert for_her(silent(MIA)) == ()


@pytest.mark.parametrize(
    "name",
    [
        "x she told us that times are hard: offers stay general",
        "a0 creepy 2d: the baby's name even if the club covers offers",
    ],
)
def test_a_delicate_limit_that_brings_a_candidate_down_is_not_listed(name: str) -> None:
    assert for_her(silent(outcome("offer", "fitting", "never", judged(name, "explicit")))) == ()


def test_the_same_emptiness_stands_for_ordinary_reasons() -> None:
    ordinary = outcome("offer", "fitting", "never", judged("a1 irrelevant information is an unwelcome intrusion"))
    assert for_her(silent(ordinary)) == for_her(silent(MIA))


def test_silence_has_one_sentence_at_most() -> None:
    assert for_her(silent(SAM)) == ("You told us to stop, so we stopped everywhere.",)
    assert for_her(silent(MIA, PENNY, SAM)) == ("We want to be sure first that all is well with what you ordered.",)
    assert for_her(silent()) == ()
    assert for_her(silent(outcome("tea", "eligible", "never", note="It is over."))) == ()


def test_what_the_shop_itself_holds_back_waits_in_her_words() -> None:
    night = outcome(
        "wipes", "timely", "hold", REACH, WIPES, until=("quiet_hours.over",), note="It is a quiet hour for her."
    )
    assert for_her(silent(night)) == ("We leave this for later, when it is day where you are.",)
    assert why_decision(POLICY, silent(night), "customer") == ("We wait with this for now.",)


@pytest.mark.parametrize(("stage", "verdict"), [("best", "say"), ("reserved", "say"), ("fitting", "ask")])
def test_what_lost_to_silence_or_had_to_be_asked_is_not_listed(stage: Stage, verdict: str) -> None:
    assert for_her(silent(outcome("wipes", stage, verdict, REACH, WIPES))) == ()


def test_she_never_reads_the_neutral_sentence_as_an_answer_to_silence() -> None:
    for case in CASES.values():
        if not case.uses and judge_case(case.given).name == "never":
            assert LEFT_ALONE not in for_her(silent(outcome("offer", "fitting", "never", judged(case.name))))


def test_staff_read_the_whole_reason() -> None:
    assert for_staff(silent(MIA, SAM)).startswith("LEAVE ALONE   nothing is said\n\nLEAVE ALONE   vouchers (fitting)\n")
    text = for_staff(silent(MIA))
    assert text.startswith("LEAVE ALONE   vouchers (fitting)\n")
    assert "decided by    special-needs-consent" not in text
    assert "decided by    special-only-if-she-told-us     law      This is of a specially protected kind" in text
    assert "life_event.pregnancy: inferred, till, 5 days old, 2 steps from what she gave" in text
    assert "sources       GDPR Art. 9; CJEU C-184/20" in text
    assert "also          " in text


def test_staff_read_what_it_waits_for_and_what_must_be_done() -> None:
    assert "waits         What we broke is put right." in for_staff(silent(PENNY))
    text = for_staff(chosen(PENNY, SAID))
    assert text.startswith("SAY           wipes, explicit (chosen)\n")
    assert "must          Say who we are and where we can be written to." in text
    assert text.index("wipes") < text.index("come-back")


def test_staff_read_what_is_not_known_and_taken_on_trust() -> None:
    flow = {key: value for key, value in CASES["demo 2"].given.items() if key != "permission.state"}
    use = Judged("mention", "purchase.item", "explicit", "never", judge_case(flow), flow)
    lines = outcome_lines(POLICY, outcome("wipes", "fitting", "never", use, assumptions=("The notice was shown.",)))
    assert "not known     permission.state: to know it could change this" in lines
    assert "on trust      The notice was shown." in lines
    assert any(NO_LICENCE.staff in line for line in lines)


def test_staff_see_what_she_waived() -> None:
    lines = outcome_lines(
        POLICY, outcome("tea", "chosen", "say", judged("x she asked for a mail each time, so one more is not too much"))
    )
    assert any(line.lstrip().startswith(("also", "not-too-much")) and line.endswith("Waived by her.") for line in lines)


def test_what_keeps_the_rest_unsaid_is_the_reason_for_less() -> None:
    """The decision names what lets it be said; what keeps it general is the reason that somebody asks for."""
    use = judged("demo 6", "softened")
    cables = outcome("cables", "chosen", "soften", REACH, use, because=REACH.verdict.because)
    decision = Decision("cables", "softened", "soften", 0, (cables,))
    assert for_her(decision)[0] == "Others may see or hear this, so we kept it general."
    assert "decided by    others-share-this-screen" in for_staff(decision)
    tom = outcome("usual", "chosen", "silent", REACH, judged("demo 5", "silent"), because=REACH.verdict.because)
    decision = Decision("usual", "silent", "silent", 0, (tom,))
    assert for_her(decision)[0] == "We had you in mind when we chose this. You can ask us not to."


def test_where_a_fact_comes_from_counts_its_steps() -> None:
    assert "rests on      purchase.frequency: derived, till, 5 days old, 1 step from what she gave" in outcome_lines(
        POLICY, outcome("recipes", "chosen", "say", judged("demo 1", "explicit"))
    )
