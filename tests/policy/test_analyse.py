"""What analysis finds in small policies where one can see it, and that the shipped packs are clean, in seconds."""

from __future__ import annotations

import time
from importlib.resources import files

from tests.policy.policies import SHOP, load

from tactful.model.flow import Flow
from tactful.policy.analyse import Finding, analyse, breaks
from tactful.policy.compile import compile_policy
from tactful.policy.diff import diff_policies
from tactful.policy.domain import Domain, numbers_between
from tactful.policy.evaluate import truth
from tactful.policy.language import parse_condition
from tactful.policy.load import load_policy
from tactful.policy.rules import Policy
from tactful.policy.witness import lean

ALL = 'licences:\n  - {id: all, when: "true"}\n'
LIMITS = f"policy: small\n{ALL}limits:\n"


def findings(text: str) -> dict[str, Finding]:
    return {finding.rule: finding for finding in analyse(load(text)).findings}


def shipped(name: str) -> Policy:
    def packaged(name: str) -> tuple[str, str]:
        return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8"), f"{name}.yaml"

    return load_policy(name, packaged)


def test_a_shop_without_faults_has_none() -> None:
    found = analyse(load(SHOP))
    assert (found.findings, found.refuted, found.assumed_licence) == ((), (), False)
    assert found.rules == 18


def test_a_condition_that_contradicts_itself_is_unreachable_and_names_the_part() -> None:
    text = LIMITS + "  - {id: wild, tier: norm, at_most: hold, until: visit.over, when: "
    text += '\'act == "share" && scenario.audience < "staff" && scenario.audience > "household"\'}\n'
    text += "  - {id: strict, tier: norm, at_most: never, when: 'act == \"share\"'}\n"
    found = findings(text)["wild"]
    assert found.kind == "unreachable"
    assert "part 3 of its condition contradicts the parts before it" in found.message
    assert found.witness == {"act": "share", "scenario.audience": "self"}
    assert found.verdict == "never"


def test_a_limit_that_counts_only_for_what_is_not_known_is_unreachable_all_the_same() -> None:
    text = LIMITS + "  - {id: odd, tier: norm, at_most: silent, when: 'contact.last_7d > 5 && contact.last_7d < 3'}\n"
    assert compile_policy(load(text)).verdict({"act": "mention"}).name == "silent", "it does make a difference"
    found = findings(text)["odd"]
    assert (found.kind, found.witness) == ("unreachable", {"contact.last_7d": 6})
    assert found.message.endswith("never surely holds; it counts only where something is not known.")


def test_what_decides_instead_is_shown_where_the_verdict_is_freest() -> None:
    text = LIMITS + "  - {id: minors, tier: law, at_most: never, when: customer.minor}\n"
    text += "  - {id: sms, tier: norm, at_most: soften, when: 'scenario.channel == \"sms\"'}\n"
    text += "  - {id: others, tier: norm, at_most: soften, when: 'scenario.channel != \"sms\"'}\n"
    text += "  - {id: idle, tier: norm, at_most: soften, when: 'fact.about == \"child\"'}\n"
    found = findings(text)["idle"]
    assert (found.kind, found.verdict, found.witness["customer.minor"]) == ("never decides", "soften", False)
    assert set(found.others) <= {"sms", "others"}, "and not the law on minors"
    assert list(findings(text)) == ["idle"]


def test_a_shadow_is_shown_where_the_rule_surely_holds() -> None:
    text = LIMITS + "  - {id: minors, tier: law, at_most: never, when: customer.minor}\n"
    text += "  - {id: choice, tier: norm, oblige: [offer_choice], when: customer.minor}\n"
    assert findings(text)["choice"].witness == {"customer.minor": True}


def test_a_limit_that_another_covers_is_shadowed() -> None:
    text = LIMITS + "  - {id: wide, tier: law, at_most: silent, when: 'fact.category == \"health\"'}\n"
    text += "  - {id: narrow, tier: norm, at_most: soften, when: 'fact.category == \"health.condition\"'}\n"
    found = findings(text)
    assert list(found) == ["narrow"]
    assert (found["narrow"].kind, found["narrow"].others) == ("shadowed", ("wide",))
    judge = compile_policy(load(text))
    assert judge.verdict(found["narrow"].witness).because[0] == "wide"


def test_a_norm_that_she_can_waive_shadows_nothing() -> None:
    text = LIMITS + "  - {id: wide, tier: norm, at_most: silent, when: 'fact.category == \"health\"'}\n"
    text += "  - {id: narrow, tier: law, at_most: soften, when: 'fact.category == \"health.condition\"'}\n"
    text += "waivers:\n  - {id: hers, tier: hers, waives: norm, when: hers.welcomes}\n"
    assert findings(text) == {}


def test_a_licence_that_a_limit_always_closes_is_contradictory() -> None:
    text = "policy: small\nlicences:\n  - {id: all, when: 'act == \"mention\"'}\n"
    text += '  - {id: shut, when: \'act == "share" && scenario.purpose == "sell"\'}\nlimits:\n'
    text += "  - {id: never-sell, tier: promise, at_most: never, when: 'scenario.purpose == \"sell\"'}\n"
    found = findings(text)["shut"]
    assert (found.kind, found.others, found.verdict) == ("contradictory", ("never-sell",), "never")


def test_a_key_compared_with_itself_is_the_same_on_both_sides() -> None:
    text = LIMITS + '  - {id: odd, tier: norm, at_most: soften, when: \'act == "mention" && '
    text += "scenario.audience > scenario.audience'}\n"
    text += '  - {id: even, tier: norm, at_most: soften, when: \'act == "share" && '
    text += "scenario.audience >= scenario.audience'}\n"
    claim = "act == 'mention' && scenario.audience > scenario.audience implies verdict == never"
    found = analyse(load(text + f'claims: ["{claim}"]'))
    assert found.refuted == (), "no audience is wider than itself"
    assert "even" not in {each.rule for each in found.findings}


def test_a_waiver_that_another_covers_is_shadowed() -> None:
    text = LIMITS + "  - {id: heard, tier: norm, at_most: silent, when: 'scenario.audience == \"public\"'}\n"
    text += "  - {id: often, tier: norm, at_most: hold, until: contact.window_open, when: 'contact.last_7d > 3'}\n"
    text += "waivers:\n  - {id: all-of-it, tier: hers, waives: norm, when: hers.welcomes}\n"
    wide, narrow = "  - {id: both, tier: hers, waives: [heard, often], ", "  - {id: one, tier: hers, waives: [heard], "
    when = "when: 'hers.welcomes && act == \"mention\"'}\n"
    found = findings(text + narrow + when)
    assert (found["one"].kind, found["one"].others) == ("shadowed", ("all-of-it",))
    apart = text.replace("waives: norm", "waives: [often]")
    assert findings(apart + narrow + when) == {}
    assert found.keys() == {"one"}
    assert findings(apart + narrow + when + wide + when)["one"].others == ("both",)


def test_a_limit_where_nothing_is_ever_opened_never_decides() -> None:
    text = "policy: small\nlicences:\n  - {id: agreed, when: 'permission.state == \"given\"'}\nlimits:\n"
    text += "  - {id: idle, tier: norm, at_most: silent, when: 'permission.state == \"refused\"'}\n"
    found = findings(text)["idle"]
    assert (found.kind, found.verdict) == ("never decides", "never")
    assert "no licence opens anything" in found.message


def test_a_norm_that_is_always_waived_has_no_flow_to_show() -> None:
    text = LIMITS + "  - {id: idle, tier: norm, at_most: soften, when: customer.minor}\n"
    text += "  - {id: strict, tier: law, at_most: silent, when: customer.objected}\n"
    text += "waivers:\n  - {id: always, tier: hers, waives: norm, when: 'true'}\n"
    assert findings(text)["idle"].witness == {}


def test_a_claim_that_says_nothing_holds() -> None:
    for claim in ("verdict <= say", "verdict >= never"):
        assert (
            analyse(load(CLAIMED.split("claims:")[0] + f"claims: [\"act == 'mention' implies {claim}\"]")).refuted == ()
        )


def test_a_list_that_cannot_be_shorter_stays() -> None:
    domain = Domain([parse_condition('scenario.purpose in fact.purposes && act == "mention"')])
    flow: Flow = {"fact.purposes": ("market", "order"), "scenario.purpose": "market", "act": "mention"}
    shown = lean(flow, lambda less: "market" in str(less.get("fact.purposes")), domain)
    assert shown == {"fact.purposes": ("market",)}
    assert lean(shown, lambda less: "market" in str(less.get("fact.purposes")), domain) == shown


def test_a_claim_is_broken_only_where_it_speaks() -> None:
    policy = load(CLAIMED)
    judge = compile_policy(policy)
    claim = policy.claims[0]
    assert not breaks(claim, {"contact.last_7d": 3}, judge)
    assert not breaks(claim, {}, judge)


def test_numbers_compared_with_each_other_have_their_thresholds_in_common() -> None:
    text = "contact.last_7d > contact.last_24h && contact.last_24h >= 2 && contact.last_7d < 4"
    domain = Domain([parse_condition(text)])
    week, day = (domain.values[domain.index[f"contact.last_{name}"]] for name in ("7d", "24h"))
    assert set(week) == set(day)
    assert {0, 2, 4} < set(week)
    assert len([each for each in week if each is not None and 2 < each < 4]) == 2, "two numbers may differ there"
    assert domain.place({"contact.last_7d": 3.999, "contact.last_24h": 2}) is None


def test_other_duties_and_another_wait_are_a_difference_that_is_neither_freer_nor_stricter() -> None:
    text = LIMITS + "  - {id: one, tier: law, at_most: hold, until: visit.over, when: 'act == \"reach\"'}\n"
    text += "  - {id: why, tier: law, oblige: [explain_why], when: 'act == \"mention\"'}\n"
    other = text.replace("visit.over", "hers.time").replace("explain_why", "name_source")
    found = diff_policies(load(text), load(other))
    assert {(each.way, each.rule) for each in found.examples} >= {("otherwise", "one"), ("otherwise", "why")}
    assert not found.freer
    assert not found.stricter
    assert found.otherwise


def test_several_rules_together_leave_one_nothing() -> None:
    text = LIMITS + "  - {id: known, tier: law, at_most: never, when: customer.minor}\n"
    text += "  - {id: grown, tier: law, at_most: never, when: '!customer.minor'}\n"
    text += "  - {id: idle, tier: law, at_most: silent, when: 'act == \"mention\"'}\n"
    found = findings(text)
    assert found["idle"].kind == "never decides"
    assert set(found["idle"].others) <= {"known", "grown"}
    assert found["idle"].verdict == "never"
    assert set(found) == {"idle", "all"}


def test_what_holds_with_another_until_or_owes_another_duty_matters() -> None:
    text = LIMITS + "  - {id: one, tier: law, at_most: hold, until: visit.over, when: 'act == \"reach\"'}\n"
    text += "  - {id: two, tier: law, at_most: hold, until: hers.time, when: 'act == \"reach\"'}\n"
    text += "  - {id: why, tier: law, oblige: [explain_why], when: 'act == \"mention\"'}\n"
    text += "  - {id: why-too, tier: law, oblige: [explain_why], when: 'act == \"mention\" && customer.minor'}\n"
    found = findings(text)
    assert set(found) == {"why-too"}
    assert found["why-too"].others == ("why",)


HEALTH = "when: 'fact.category == \"health\"'"
CONDITION = "when: 'fact.category == \"health.condition\"'"


def test_law_behind_a_stricter_promise_binds_and_is_no_fault() -> None:
    law = f"  - {{id: act, tier: law, at_most: soften, {CONDITION}}}\n"
    found = analyse(load(LIMITS + f"  - {{id: ours, tier: promise, at_most: silent, {HEALTH}}}\n" + law))
    assert found.findings == ()
    (behind,) = found.behind
    assert (behind.kind, behind.rule, behind.others) == ("binds behind a stricter rule", "act", ("ours",))
    assert "stands behind ours" in behind.message
    assert behind.witness["fact.category"] == "health.condition"
    dropped = compile_policy(load(LIMITS + law)).verdict(behind.witness)
    assert (behind.verdict, "act" in (*dropped.because, *dropped.also)) == ("silent", True)


def test_law_behind_other_law_is_shadowed_whatever_stands_before_both() -> None:
    text = LIMITS + f"  - {{id: wide, tier: law, at_most: silent, {HEALTH}}}\n"
    text += f"  - {{id: narrow, tier: law, at_most: soften, {CONDITION}}}\n"
    for before in ("", f"  - {{id: ours, tier: promise, at_most: never, {HEALTH}}}\n"):
        found = analyse(load(text + before))
        assert [(each.rule, each.kind) for each in found.findings] == [("narrow", "shadowed")]
        assert [each.rule for each in found.behind] == (["wide"] if before else [])


def test_law_that_cannot_hold_is_unreachable_all_the_same() -> None:
    text = LIMITS + '  - {id: odd, tier: law, at_most: soften, when: \'act == "reach" && act == "mention"\'}\n'
    text += "  - {id: ours, tier: promise, at_most: never, when: 'act == \"reach\"'}\n"
    assert findings(text)["odd"].kind == "unreachable"


def test_law_behind_several_rules_together_names_those_that_decide() -> None:
    text = LIMITS + "  - {id: known, tier: promise, at_most: never, when: 'customer.minor && act == \"mention\"'}\n"
    text += "  - {id: grown, tier: norm, at_most: never, when: '!customer.minor && act == \"mention\"'}\n"
    text += "  - {id: act, tier: law, at_most: silent, when: 'act == \"mention\"'}\n"
    found = analyse(load(text))
    assert found.findings == ()
    assert [each.rule for each in found.behind] == ["act"]
    assert {"known"} <= set(found.behind[0].others) <= {"known", "grown"}


def test_law_where_nothing_is_ever_opened_stands_behind_the_licences() -> None:
    text = "policy: small\nlicences:\n  - {id: agreed, when: 'permission.state == \"given\"'}\nlimits:\n"
    text += "  - {id: act, tier: law, at_most: silent, when: 'permission.state == \"refused\"'}\n"
    found = analyse(load(text))
    assert found.findings == ()
    assert (found.behind[0].others, found.behind[0].verdict) == ((), "never")
    assert "none of which opens anything" in found.behind[0].message


def test_limits_alone_are_looked_at_as_if_everything_were_licensed() -> None:
    text = LIMITS.replace(ALL, "") + "  - {id: minors, tier: law, at_most: never, when: customer.minor}\n"
    found = analyse(load(text))
    assert (found.findings, found.assumed_licence) == ((), True)


CLAIMED = """
policy: small
licences:
  - {id: agreed, when: 'permission.state == "given"'}
limits:
  - {id: too-much, tier: norm, at_most: hold, until: contact.window_open, when: 'contact.last_7d >= 3'}
  - {id: seen, tier: promise, at_most: silent, when: 'scenario.audience > fact.known_among && act == "mention"'}
claims:
  - "contact.last_7d > 2.5 && contact.last_7d < 3 implies verdict <= hold"
  - "contact.last_7d >= 3 implies verdict <= hold"
  - "act == 'mention' && scenario.audience == 'public' && fact.known_among == 'staff' implies verdict <= silent"
  - "act == 'mention' && scenario.audience == 'public' implies verdict <= silent"
  - "scenario.purpose in fact.purposes implies verdict == never"
"""


def test_claims_are_decided_for_every_flow_between_every_threshold() -> None:
    policy = load(CLAIMED)
    refuted = {policy.claims.index(claim): each for each in analyse(policy).refuted for claim in policy.claims
               if claim.text == each.claim}  # fmt: skip
    assert sorted(refuted) == [0, 3, 4], "a number between 2.5 and 3, and an audience that knows it already"
    judge = compile_policy(policy)
    for each in refuted.values():
        assert judge.verdict(each.counterexample).name == each.verdict
    assert 2.5 < float(str(refuted[0].counterexample["contact.last_7d"])) < 3
    assert refuted[3].counterexample["fact.known_among"] == "public"
    assert refuted[4].counterexample["fact.purposes"] != ()


def test_the_shipped_packs_are_looked_at_within_ten_seconds_and_every_claim_holds() -> None:
    """No rule is idle; five of the law decide nothing while stricter ones of ours stand before them."""
    policy = shipped("norm/retail-cases")
    began = time.process_time()
    found = analyse(policy)
    assert time.process_time() - began < 10
    assert found.refuted == ()
    assert found.findings == ()
    assert {each.rule: each.others for each in found.behind} == {
        "eu-mail-needs-a-yes": (),
        "eu-a-question-may-be-an-offer": (),
        "uk-mail-needs-a-yes": (),
        "uk-a-question-may-be-an-offer": (),
        "us-calling-hours": ("quiet-hours",),
    }


def test_common_law_alone_says_nothing_twice() -> None:
    assert analyse(shipped("law/common")).findings == ()


def test_the_domain_has_a_class_for_all_that_conditions_tell_apart() -> None:
    text = 'customer.jurisdiction == "us-wa" && fact.category == "location.trace" && fact.confidence < 0.7'
    domain = Domain([parse_condition(text), parse_condition("scenario.purpose in fact.purposes")])
    values = dict(zip(domain.keys, domain.values, strict=True))
    assert set(values["customer.jurisdiction"]) >= {None, "us-wa"}
    assert len(values["customer.jurisdiction"]) == 3, "coarse is as good as absent; and one that is neither"
    assert set(values["fact.category"]) >= {None, "location.trace"}
    both = Domain([parse_condition('customer.jurisdiction in ["us-wa", "us"]'), parse_condition(text)])
    assert {"us", "us-wa"} < set(both.values[both.index["customer.jurisdiction"]])
    assert len(values["fact.confidence"]) == 3
    assert len(values["fact.purposes"]) == 3
    for flow in ({"customer.jurisdiction": "us-wa-sea"}, {"customer.jurisdiction": "fr"}, {"fact.confidence": 0.12}):
        placed = domain.place(flow)
        assert placed is not None
        stands_for = domain.flow(placed)
        assert truth(parse_condition(text), stands_for) == truth(parse_condition(text), flow)


def test_numbers_stand_at_every_threshold_and_between() -> None:
    assert numbers_between([1.0, 3.0], 0, None, 1) == (0, 0.5, 1, 2, 3, 4)
    assert numbers_between([0.5], 0, 1, 1) == (0, 0.25, 0.5, 0.75, 1)
    assert numbers_between([], None, None, 1)
    between = [each for each in numbers_between([0.0, 1.0], 0, 1, 3) if 0 < float(str(each)) < 1]
    assert len(between) == 3


def test_a_comparison_shows_each_rule_with_a_small_flow() -> None:
    old = load(SHOP)
    new = load(
        SHOP.replace("contact.last_7d >= 3", "contact.last_7d >= 4").replace(' && permission.asked == "plainly"', "")
    )
    found = diff_policies(old, new)
    freer = {example.rule: example for example in found.of("freer")}
    assert set(freer) == {"she-agreed", "too-much"}
    assert "permission.asked" not in freer["she-agreed"].flow
    assert freer["she-agreed"].before == "never"
    assert freer["too-much"].flow["contact.last_7d"] == 3
    assert found.of("stricter") == ()
    assert [len(example.flow) for example in found.examples] == sorted(len(example.flow) for example in found.examples)
    for example in found.examples:
        for key in example.flow:
            less = {name: value for name, value in example.flow.items() if name != key}
            assert _name(old, less) == _name(new, less) or len(less) < len(example.flow)


def _name(policy: Policy, flow: dict) -> str:  # type: ignore[type-arg]
    return compile_policy(policy).verdict(flow).name


def test_a_rule_by_another_name_is_no_difference() -> None:
    assert diff_policies(
        load(SHOP), load(SHOP.replace("id: too-much", "id: enough").replace("too-much]", "enough]"))
    ).same


def test_what_only_a_message_would_feel_matters() -> None:
    """Asked or not, the flow says `ask`; but in plain words the use falls where a limit keeps it silent."""
    asking = "policy: small\nlicences:\n  - {id: may-ask, opens: ask, when: 'act == \"mention\"'}\n"
    quiet = asking + "limits:\n  - {id: quiet, tier: norm, at_most: silent, when: customer.vulnerable}\n"
    assert findings(quiet) == {}
    (example,) = diff_policies(load(quiet), load(asking)).examples
    assert (example.way, example.rule, example.before, example.after) == ("freer", "quiet", "ask", "ask")
    (back,) = diff_policies(load(asking), load(quiet)).examples
    assert (back.way, back.rule, back.flow) == ("stricter", "quiet", example.flow)
    shaping = asking + "  - {id: shape, opens: silent, when: 'act == \"mention\"'}\n"
    assert findings(shaping) == {}
