"""One decision, stage by stage."""

from __future__ import annotations

import msgspec
import pytest
from tests.decide.shop import (
    ATTRIBUTES,
    EXPLICIT,
    FACTS,
    ITEM,
    NOON,
    SCENARIO,
    SILENT,
    SOFTENED,
    candidate,
    case,
    changed,
    contact,
    fact,
    given,
    outcome,
    permission,
)

from tactful.decide import decide, encode_decision, judge_again
from tactful.model.records import DAY, HOUR, Cap, Contact, Use, Variant
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_text


def test_it_says_what_she_agreed_to_hear() -> None:
    decision = decide(case())
    assert (decision.chosen, decision.variant, decision.verdict) == ("back-in-rhythm", "explicit", "say")
    found = outcome(decision)
    assert found.stage == "chosen"
    assert "she-agreed" in found.because
    assert "offer_choice" in found.obligations
    assert [item.act for item in found.judged] == ["reach", "select", "mention"]
    assert found.judged[2].flow["fact.category"] == "purchase.item"
    assert decision.takes == Contact("email", "recommend", NOON)
    assert decision.good_until == NOON + 8 * HOUR, "at eight in the evening it is quiet for her"


def test_without_a_permission_she_hears_nothing_and_it_is_named_missing() -> None:
    found = outcome(decide(case(permissions=None)))
    assert (found.stage, found.verdict) == ("eligible", "never")
    assert "permission.state" in found.missing


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"not_for_her": "She buys like a shop."}, "She buys like a shop."),
        ({"valid_from": NOON + 1}, "It is not open yet."),
        ({"valid_until": NOON}, "It is over."),
        ({"missing": ("purchase.recency",)}, "Whether it is for her is not known."),
    ],
)
def test_what_is_not_for_her_now_is_not_eligible(change: dict[str, object], note: str) -> None:
    decision = decide(case(candidate(**change)))
    found = outcome(decision)
    assert (decision.chosen, found.stage, found.verdict, found.note) == ("", "eligible", "never", note)


def test_the_holdout_hears_nothing() -> None:
    held_out = candidate(holdout=100_000)
    assert decide(case(held_out, draws={"back-in-rhythm": 99_999})).chosen == ""
    assert decide(case(held_out, draws={"back-in-rhythm": 100_000})).chosen == "back-in-rhythm"
    assert decide(case(held_out)).chosen == "", "who has no draw is left alone"


def test_a_fact_that_may_not_even_be_used_makes_it_not_eligible() -> None:
    guess = fact("label.expecting", "life_event.pregnancy", provenance="inferred", sensitivity="special")
    each = candidate(selects=("label.expecting",), facts=FACTS | {guess.name: guess})
    found = outcome(decide(case(each)))
    assert (found.stage, found.verdict) == ("eligible", "never")
    assert "special-only-if-she-told-us" in found.because


def test_a_fact_that_is_not_on_file_opens_nothing() -> None:
    found = outcome(decide(case(candidate(selects=("label.nobody_knows",)))))
    assert (found.stage, found.verdict) == ("eligible", "never")


def test_a_use_that_may_not_be_made_takes_only_its_variants_with_it() -> None:
    guess = fact("family.child", provenance="inferred", distance=2, sensitivity="personal", known_to_her=False)
    named = Variant("named", (Use("family.child", "explicit"),))
    decision = decide(case(candidate(variants=(named, SOFTENED), facts=FACTS | {guess.name: guess})))
    assert (decision.variant, decision.verdict) == ("softened", "soften")


def test_the_silent_variant_mentions_nothing() -> None:
    assert decide(case(candidate(variants=(SILENT,)))).verdict == "silent"


def test_mending_goes_before_promotion() -> None:
    attributes = ATTRIBUTES | given(customer__let_down=True)
    decision = decide(case(attributes=attributes))
    found = outcome(decision)
    assert (decision.verdict, found.stage, found.verdict) == ("hold", "timely", "hold")
    assert "let_down.mended" in found.until
    assert found.drop_after == NOON + 14 * DAY


def test_quiet_hours_hold_until_her_morning() -> None:
    late = NOON + 11 * HOUR
    decision = decide(case(now=late))
    found = outcome(decision)
    assert (found.stage, found.until) == ("timely", ("quiet_hours.over",))
    assert decision.good_until == NOON + 20 * HOUR


def test_what_would_open_after_its_end_is_dropped() -> None:
    late = NOON + 11 * HOUR
    found = outcome(decide(case(candidate(valid_until=late + HOUR), now=late)))
    assert (found.stage, found.verdict, found.until) == ("timely", "never", ())
    assert "after the end" in found.note


def test_an_unknown_zone_holds() -> None:
    found = outcome(decide(case(zones=())))
    assert "quiet_hours.over" in found.until
    assert "contact.local_hour_min" in found.missing


def test_a_cap_holds_until_the_window_opens() -> None:
    heard = (contact(3 * DAY, "market", "sms"), contact(2 * DAY, "recommend"))
    found = outcome(decide(case(contacts=heard)))
    assert (found.stage, found.until) == ("timely", ("contact.window_open",))
    assert (found.because, found.missing) == ((), ())
    assert "at most 2" in found.note
    assert outcome(decide(case(contacts=heard, caps=(Cap(3, 7 * DAY),)))).stage == "chosen"


def test_contacts_that_are_not_known_hold() -> None:
    assert outcome(decide(case(contacts=None))).verdict == "hold"


def test_an_order_message_is_not_held_by_the_shops_own_hours() -> None:
    each = candidate("parcel", purpose="order", selects=(), variants=(SOFTENED,), to_her=1000)
    decision = decide(case(each, permissions=(permission(purpose="order", basis="contract"),), now=NOON + 11 * HOUR))
    assert decision.chosen == "parcel"


def test_the_shops_own_hours_and_caps_do_not_silence_an_answer() -> None:
    answer = candidate(scenario=SCENARIO | {"scenario.initiator": "customer"})
    heard = tuple(contact(ago * DAY) for ago in (1, 2, 3))
    assert decide(case(answer, contacts=heard, now=NOON + 11 * HOUR)).chosen == "back-in-rhythm"
    assert decide(case(contacts=heard)).chosen == ""


def asked_about_her_size(**scenario: object) -> object:
    size = fact("family.size", provenance="provided", sensitivity="personal", purposes=("benefit",))
    presence = fact("contact.presence", provenance="provided", purposes=("recommend", "service"))
    return candidate(
        selects=(),
        contact="contact.presence",
        channel="app",
        scenario=SCENARIO | scenario,
        variants=(Variant("sized", (Use("family.size", "softened"),)),),
        facts={size.name: size, presence.name: presence},
    )


def test_what_must_be_asked_becomes_a_question_where_she_is_before_us() -> None:
    each = asked_about_her_size()
    decision = decide(case(each, permissions=(permission(channel="app"),)))
    found = outcome(decision)
    assert (decision.chosen, decision.verdict, found.ask) == ("back-in-rhythm", "ask", ("family.size",))
    assert "say_what_for" in found.obligations
    assert found.judged[-1].act == "collect"


def test_nobody_is_mailed_in_order_to_be_asked() -> None:
    each = msgspec.structs.replace(
        asked_about_her_size(), contact="contact.email", channel="email", facts=FACTS | asked_about_her_size().facts
    )
    decision = decide(case(each))
    found = outcome(decision)
    assert (decision.chosen, found.stage, found.verdict, found.ask) == ("", "fitting", "ask", ("family.size",))
    assert "at the till" in found.note


HALF_HEARTED = """
policy: half-hearted
version: 1
licences:
  - {id: may-reach, when: 'act == "reach"', staff: "Fine.", customer: "Fine."}
  - {id: may-collect, when: 'act == "collect"', staff: "Fine.", customer: "Fine."}
  - {id: may-ask, opens: ask, when: 'act == "mention"', staff: "Ask.", customer: "May we?"}
limits:
  - {id: in-a-low-voice, tier: taste, at_most: soften, when: 'act == "reach" && scenario.place == "store"',
     staff: "Softly.", customer: "Softly."}
"""


@pytest.mark.parametrize(("place", "chosen"), [("home", "back-in-rhythm"), ("store", "")])
def test_a_question_needs_an_exchange_in_which_one_may_speak_openly(place: str, chosen: str) -> None:
    rules = compile_policy(load_text(HALF_HEARTED, "half.yaml", lambda name: (name, name)))
    each = asked_about_her_size(**{"scenario.place": place})
    assert decide(case(each, judge=rules)).chosen == chosen


def test_the_best_wins_and_the_others_keep_their_scores() -> None:
    decision = decide(case(candidate("a", value=1000), candidate("b", value=2000)))
    assert decision.chosen == "b"
    loser = outcome(decision, "a")
    assert (loser.stage, loser.verdict) == ("best", "say")
    assert 0 < loser.score < outcome(decision, "b").score
    assert loser.factors["value"] == 1000


def test_of_two_equals_the_first_by_name_wins() -> None:
    assert decide(case(candidate("b"), candidate("a"))).chosen == "a"


def test_silence_wins_ties() -> None:
    each = candidate(value=1000, propensity=1_000_000)
    assert decide(case(each, attention_price=999)).chosen == "back-in-rhythm"
    decision = decide(case(each, attention_price=1000))
    assert (decision.chosen, outcome(decision).stage, outcome(decision).score) == ("", "best", 0)


def test_an_answer_in_her_own_exchange_takes_no_contact() -> None:
    each = candidate(scenario=SCENARIO | {"scenario.initiator": "customer"})
    decision = decide(case(each))
    assert (decision.chosen, decision.takes) == ("back-in-rhythm", None)


def test_two_candidates_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        decide(case(candidate(), candidate()))


def test_the_short_record_decides_the_same() -> None:
    dull = candidate("dull", value=1)
    barred = candidate("barred", purpose="sell")
    whole = case(candidate(), dull, barred)
    long, short = decide(whole), decide(changed(whole, detail="chosen"))
    assert (short.chosen, short.verdict, short.good_until) == (long.chosen, long.verdict, long.good_until)
    assert [(each.candidate, each.stage, each.verdict) for each in short.outcomes] == [
        (each.candidate, each.stage, each.verdict) for each in long.outcomes
    ]
    assert outcome(short) == outcome(long)
    assert outcome(short, "barred").because == outcome(long, "barred").because
    assert outcome(short, "barred").judged == ()
    assert judge_again(whole, "barred") == outcome(long, "barred")


def test_a_decision_has_the_same_bytes_every_time() -> None:
    assert encode_decision(decide(case())) == encode_decision(decide(case()))


def test_the_kinds_of_a_fact_are_kept_apart() -> None:
    """Two candidates speak of two things of the same name; what holds for one must not be read for the other."""
    secret = fact("purchase.item", key="99", sensitivity="special", provenance="inferred")
    both = case(candidate("a"), candidate("b", facts=FACTS | {secret.name: secret}, variants=(EXPLICIT,)))
    decision = decide(both)
    assert outcome(decision, "a").variant == "explicit"
    assert outcome(decision, "b").verdict == "never"
    assert ITEM.key != secret.key
