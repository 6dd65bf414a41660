"""The verdict of one flow, by the rules of judgement."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.policies import SHOP, flow, judge_of, load

from tactful.model.flow import Flow
from tactful.model.verdict import FORMS, Point
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth
from tactful.policy.source import values_of

JUDGE = judge_of(SHOP)


def test_a_licence_opens() -> None:
    verdict = JUDGE.verdict(flow())
    assert (verdict.name, verdict.because, verdict.also, verdict.missing) == ("say", ("she-agreed",), (), ())


def test_nothing_is_open_without_a_licence() -> None:
    verdict = JUDGE.verdict(flow(permission__state="requested"))
    assert (verdict.name, verdict.point, verdict.because) == ("never", Point(0, 0, 0), ("no-licence",))


def test_no_licence_stands_after_the_limits() -> None:
    verdict = JUDGE.verdict(flow(permission__state="refused", customer__let_down=True))
    assert verdict.because == ("she-said-no", "no-licence")
    assert verdict.also == ("mend-first",)
    assert verdict.until == ()


@pytest.mark.parametrize(
    ("changes", "name", "because"),
    [
        ({"permission.state": "never_asked"}, "ask", ("may-ask",)),
        ({"permission.state": "withdrawn"}, "never", ("she-said-no", "no-licence")),
        ({"fact.purposes": ()}, "ask", ("told-purposes",)),
        ({"fact.purposes": None}, "ask", ("told-purposes",)),
        ({"customer.let_down": True}, "hold", ("mend-first",)),
        ({"customer.let_down": None}, "hold", ("mend-first",)),
        ({"scenario.audience": "staff"}, "silent", ("others-hear",)),
        ({"fact.known_among": None}, "silent", ("others-hear",)),
        ({"contact.last_7d": 3}, "soften", ("too-much",)),
        ({"contact.last_7d": 2}, "say", ("she-agreed",)),
        ({"contact.last_24h": None}, "soften", ("too-much",)),
        ({"relationship.trust": 0.1}, "soften", ("little-trust",)),
        ({"relationship.trust": None}, "soften", ("little-trust",)),
        ({"norm.excess": 0.11}, "silent", ("the-line",)),
        ({"norm.excess": None}, "silent", ("the-line",)),
        ({"hers.at_most": "silent", "norm.excess": 0.2}, "silent", ("hers-silent", "the-line")),
        ({"act": "select"}, "silent", ("using-is-not-saying",)),
        ({"fact.category": "browsing"}, "never", ("not-others-sites",)),
        ({"fact.category": "browsing.own"}, "say", ("she-agreed",)),
        ({"fact.category": None}, "never", ("not-others-sites",)),
    ],
)
def test_limits_narrow(changes: dict[str, Any], name: str, because: tuple[str, ...]) -> None:
    verdict = JUDGE.verdict(flow(**{key.replace(".", "__"): value for key, value in changes.items()}))
    assert (verdict.name, verdict.because) == (name, because)


@pytest.mark.parametrize(
    ("place", "category", "name"),
    [
        ("us-wa", "location", "never"),
        ("us-wa-sea", "location.trace", "never"),
        ("us", "location.trace", "never"),
        (None, "location", "never"),
        ("us-ca", "location", "say"),
        ("us-w", "location", "never"),  # not a jurisdiction: read as absent
        ("uk", "location", "say"),
        ("us-wa", "purchase", "say"),
        ("us-wa", None, "never"),
    ],
)
def test_a_coarse_place_binds(place: str | None, category: str | None, name: str) -> None:
    assert JUDGE.verdict(flow(customer__jurisdiction=place, fact__category=category)).name == name


@pytest.mark.parametrize(
    ("place", "name"), [("uk", "soften"), ("uk-sct", "soften"), ("us", "never"), (None, "never"), ("ukr", "never")]
)
def test_a_licence_tied_to_a_place_needs_it(place: str | None, name: str) -> None:
    bought = flow(permission__state="requested", permission__basis="soft_opt_in", customer__jurisdiction=place)
    assert JUDGE.verdict(bought).name == name


def test_not_equal_is_not_known_for_a_coarse_slug() -> None:
    judge = judge_of("""
        licences:
          - {id: open, when: true}
          - {id: elsewhere, opens: ask, when: 'customer.jurisdiction != "us-wa" && fact.category != "location.trace"'}
        limits:
          - {id: not-at-home, tier: law, at_most: hold, until: hers.time, when: 'customer.jurisdiction != "us-wa"'}
          - {id: either, tier: law, at_most: soften, when: 'customer.jurisdiction != "eu-fr" || customer.minor'}
    """)

    def held(place: str, category: str) -> set[str]:
        verdict = judge.verdict(
            {"act": "mention", "customer.jurisdiction": place, "fact.category": category, "customer.minor": False}
        )
        return {*verdict.because, *verdict.also} - {"open"}

    assert held("us-wa", "location.store") == {"either"}
    assert held("us-wa-sea", "purchase") == {"either"}
    assert held("us", "purchase") == {"not-at-home", "either"}
    assert held("uk", "purchase") == {"elsewhere", "not-at-home", "either"}
    assert held("uk", "location") == {"not-at-home", "either"}
    assert held("eu-fr", "purchase") == {"elsewhere", "not-at-home"}
    assert held("eu-fr-idf", "purchase") == {"elsewhere", "not-at-home"}
    assert held("eu", "purchase") == {"elsewhere", "not-at-home", "either"}


def test_waivers_waive_what_they_name() -> None:
    heard = flow(scenario__audience="staff", contact__last_24h=2)
    welcome = {**heard, "hers.welcomes": True}
    assert JUDGE.verdict(heard).name == "silent"
    verdict = JUDGE.verdict(welcome)
    assert (verdict.name, verdict.waived, verdict.also) == (
        "say",
        ("others-hear", "too-much"),
        ("she-likes-it", "others-hear", "too-much"),
    )
    assert JUDGE.verdict({**welcome, "norm.excess": 0.5}).because == ("the-line",)
    assert JUDGE.verdict({**welcome, "customer.let_down": True}).name == "hold"


def test_a_waived_limit_has_no_duty_and_no_until() -> None:
    judge = judge_of("""
        licences: [{id: open, when: true}]
        limits:
          - {id: wait, tier: norm, at_most: hold, until: visit.over, oblige: [offer_choice], when: true}
        waivers: [{id: hers, tier: hers, waives: norm, when: hers.welcomes}]
    """)
    waived, held = judge.verdict({"act": "mention", "hers.welcomes": True}), judge.verdict({"act": "mention"})
    assert (waived.name, waived.until, waived.obligations, waived.waived) == ("say", (), (), ("wait",))
    assert (held.name, held.until, held.obligations, held.waived) == ("hold", ("visit.over",), ("offer_choice",), ())


def test_until_is_every_limit_that_holds_back() -> None:
    verdict = JUDGE.verdict(flow(customer__let_down=True, customer__complaint_open=True))
    assert verdict.until == ("complaint.closed", "let_down.mended")
    assert verdict.because == ("her-complaint", "mend-first")


def test_duties_are_dropped_where_they_cannot_be_met() -> None:
    told = {"scenario__purpose": "market", "fact__provenance": "derived"}
    assert JUDGE.verdict(flow(**told)).obligations == ("explain_why", "offer_choice")
    assert JUDGE.verdict(flow(**told, norm__excess=0.3)).obligations == ("offer_choice",)
    assert JUDGE.verdict(flow(**told, permission__state="refused")).obligations == ()


def test_the_order_of_reasons_is_tier_then_name() -> None:
    verdict = JUDGE.verdict(flow(norm__excess=0.3, contact__last_7d=5, hers__at_most="silent", fact__purposes=()))
    assert verdict.because == ("told-purposes",)
    assert verdict.also == ("hers-silent", "the-line", "too-much", "she-agreed")


def test_ask_keeps_its_mention() -> None:
    verdict = JUDGE.verdict(flow(permission__state="never_asked"))
    assert (verdict.use, verdict.mention, verdict.when) == ("ask", "none", "now")


def test_ask_and_hold_is_hold() -> None:
    verdict = JUDGE.verdict(flow(permission__state="never_asked", customer__let_down=True))
    assert (verdict.name, verdict.point) == ("hold", Point(1, 0, 1))


class TestMissing:
    def test_nothing_where_it_changes_nothing(self) -> None:
        assert JUDGE.verdict(flow(permission__state="refused", fact__category=None)).missing == ()
        assert JUDGE.verdict(flow(scenario__place=None, fact__provenance=None)).missing == ()

    def test_absent_keys_of_rules_not_known(self) -> None:
        assert JUDGE.verdict(flow(customer__let_down=None)).missing == ("customer.let_down",)
        both = JUDGE.verdict(flow(fact__known_among=None, contact__last_7d=None))
        assert both.missing == ("contact.last_7d", "fact.known_among")

    def test_a_coarse_key_is_missing(self) -> None:
        assert JUDGE.verdict(flow(customer__jurisdiction="us", fact__category="location")).missing == (
            "customer.jurisdiction",
        )

    def test_absent_trust_is_nought_and_not_missing(self) -> None:
        assert JUDGE.verdict(flow(relationship__trust=None)).missing == ()

    def test_what_was_assumed_upstream(self) -> None:
        worst, best = flow(norm__excess=0.3), flow(norm__excess=-0.3)
        assert JUDGE.verdict(worst).missing == ()
        assert JUDGE.verdict(worst, best, ("relationship.depth",)).missing == ("relationship.depth",)
        assert JUDGE.verdict(worst, flow(norm__excess=0.2), ("relationship.depth",)).missing == ()
        assert JUDGE.verdict(worst, best).missing == ()

    def test_what_is_kept_does_not_leak_into_another_flow(self) -> None:
        owed, unheard = flow(customer__let_down=None), flow(customer__let_down=None, customer__complaint_open=None)
        worst, best = flow(norm__excess=0.3), flow(norm__excess=-0.3)
        for _ in range(2):
            assert JUDGE.verdict(owed).missing == ("customer.let_down",)
            assert JUDGE.verdict(unheard).missing == ("customer.complaint_open", "customer.let_down")
            assert JUDGE.verdict(worst, best, ("scenario.fit",)).missing == ("scenario.fit",)
            assert JUDGE.verdict(worst, best, ("fact.about",)).missing == ("fact.about",)
            for coarse, missing in (("us", ("customer.jurisdiction",)), ("us-wa", ()), ("uk", ())):
                here = flow(customer__jurisdiction=coarse, fact__category="location")
                assert JUDGE.verdict(here).missing == missing

    def test_a_licence_that_might_open(self) -> None:
        verdict = JUDGE.verdict(flow(permission__state=None))
        assert (verdict.name, verdict.missing) == ("never", ("permission.state",))


@pytest.mark.parametrize(
    ("changes", "form", "stands", "because"),
    [
        ({}, "explicit", ("now", ()), ("she-agreed",)),
        ({"contact.last_7d": 9}, "explicit", ("never", ()), ("too-much",)),
        ({"contact.last_7d": 9}, "softened", ("now", ()), ("she-agreed",)),
        ({"norm.excess": 1}, "softened", ("never", ()), ("the-line",)),
        ({"norm.excess": 1}, "silent", ("now", ()), ("she-agreed",)),
        ({"permission.state": "never_asked"}, "explicit", ("ask", ()), ("may-ask",)),
        ({"permission.state": "never_asked"}, "silent", ("ask", ()), ("may-ask",)),
        ({"fact.purposes": ()}, "explicit", ("ask", ()), ("told-purposes",)),
        ({"customer.let_down": True}, "explicit", ("hold", ("let_down.mended",)), ("mend-first",)),
        ({"customer.let_down": True, "norm.excess": 1}, "explicit", ("never", ()), ("the-line",)),
        ({"permission.state": "refused"}, "silent", ("never", ()), ("she-said-no", "no-licence")),
        ({"permission.state": "requested"}, "explicit", ("never", ()), ("no-licence",)),
        (
            {"permission.state": "requested", "permission.basis": "soft_opt_in"},
            "explicit",
            ("never", ()),
            ("no-licence",),
        ),
        (
            {"permission.state": "never_asked", "permission.basis": "soft_opt_in"},
            "explicit",
            ("ask", ()),
            ("may-ask",),
        ),
        (
            {"permission.state": "requested", "permission.basis": "soft_opt_in"},
            "softened",
            ("now", ()),
            ("british-buyers",),
        ),
    ],
)
def test_how_a_use_stands_in_a_form(changes: dict[str, Any], form: Any, stands: Any, because: Any) -> None:
    changed = flow(**{key.replace(".", "__"): value for key, value in changes.items()})
    changed["act"] = "select" if form == "silent" else "mention"
    assert JUDGE.standing(changed, form) == stands
    assert JUDGE.explain_standing(changed, form) == because


def test_fired_names_every_rule_by_its_bit() -> None:
    use, mention, when, licences, limits, waived = JUDGE.fired(
        flow(scenario__audience="staff", hers__welcomes=True, customer__let_down=True)
    )
    assert (use, mention, when) == (2, 2, 1)
    assert JUDGE.licence_names(licences) == ("she-agreed",)
    assert JUDGE.limit_names(limits) == ("mend-first",)
    assert JUDGE.limit_names(waived) == ("others-hear",)


@pytest.mark.parametrize(
    "bad",
    [
        {"fact.category": "no.such"},
        {"act": ["mention"]},
        {"contact.last_7d": "many"},
        {"customer.jurisdiction": 7},
        {"customer.jurisdiction": "../x"},
        {"scenario.audience": "everyone"},
        {"customer.let_down": "no"},
        {"fact.purposes": 3},
        {"hers.welcomes": {}},
        {"contact.last_24h": float("nan")},
    ],
)
def test_what_is_out_of_vocabulary_counts_as_absent(bad: dict[str, Any]) -> None:
    absent = {key: value for key, value in flow().items() if key not in bad}
    assert JUDGE.verdict({**flow(), **bad}) == JUDGE.verdict(absent)
    assert JUDGE.point({**flow(), **bad}) == JUDGE.point(absent)
    assert JUDGE.standing({**flow(), **bad}, "explicit") == JUDGE.standing(absent, "explicit")


def test_a_key_nobody_knows_changes_nothing() -> None:
    assert JUDGE.verdict({**flow(), "fact.colour": "red", "": object()}) == JUDGE.verdict(flow())


def test_an_evaluation_that_fails_opens_nothing() -> None:
    def broken(_: object) -> int:
        raise TypeError

    judge = compile_policy(load(SHOP))
    judge._held = broken
    verdict = judge.verdict(flow())
    assert verdict.name == "never"
    assert {"no-licence", "she-said-no"} <= {*verdict.because, *verdict.also}


def test_the_source_is_the_same_each_time() -> None:
    assert compile_policy(load(SHOP)).source == JUDGE.source


def test_an_empty_policy_opens_nothing() -> None:
    judge = judge_of("policy: norm/none")
    assert judge.verdict(flow()).because == ("no-licence",)
    assert judge.verdict({}).name == "never"


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactful.policy.judge._MOST_KEPT", 5)
    judge = judge_of(SHOP)
    for purpose, form, state in itertools.product(
        ("market", "order"), ("mention", "select"), ("given", "refused", None)
    ):
        judge.point(flow(scenario__purpose=purpose, act=form, permission__state=state))
        assert len(judge._findings) <= 5


READ = sorted({key for key in KEYS if f"'{key}'" in JUDGE.source})


def _values(name: str) -> st.SearchStrategy[Any]:
    key = KEYS[name]
    if name == "customer.jurisdiction":
        return st.sampled_from(["uk", "us", "us-wa", "us-wa-sea", "us-ca", "eu"])
    if key.kind == "number":
        return st.sampled_from([0, 0.1, 0.15, 0.2, 0.5, 1] if key.high else [0, 1, 2, 3, 9])
    if key.kind == "list":
        return st.lists(st.sampled_from(key.names), unique=True).map(tuple)
    return st.sampled_from(values_of(name))


FLOWS: st.SearchStrategy[Flow] = st.fixed_dictionaries({}, optional={key: _values(key) for key in READ})


@given(FLOWS)
def test_the_generated_function_holds_what_the_conditions_say(given_flow: Flow) -> None:
    """The fast reading agrees, rule by rule, with the plain one."""
    held, rules = JUDGE._held(given_flow), JUDGE.policy.rules
    for bit, rule in enumerate(rules):
        found = truth(rule.when, given_flow)
        possibly, definitely = found is not False, found is True
        judged, hopeful = (possibly, definitely) if rule.kind == "limit" else (definitely, possibly)
        assert bool(held >> bit & 1) == judged, rule.id
        assert bool(held >> len(rules) + bit & 1) == hopeful, rule.id


@given(FLOWS, st.data())
def test_knowing_less_never_frees(given_flow: Flow, data: st.DataObject) -> None:
    if given_flow:
        gone = data.draw(st.sampled_from(sorted(given_flow)))
        less = {key: value for key, value in given_flow.items() if key != gone}
        assert JUDGE.point(less) <= JUDGE.point(given_flow)
        stands = ("never", "hold", "ask", "now")
        for form in FORMS:
            assert stands.index(JUDGE.standing(less, form)[0]) <= stands.index(JUDGE.standing(given_flow, form)[0])


@given(FLOWS)
def test_nothing_missing_means_that_filling_in_changes_nothing(given_flow: Flow) -> None:
    verdict = JUDGE.verdict(given_flow)
    assert verdict.because
    assert set(verdict.missing) <= {*KEYS} - {key for key in given_flow if not KEYS[key].separator}


def test_a_name_made_elsewhere_stays_a_name() -> None:
    policy = load(SHOP)
    odd = "x\n    return 0  # \u2028"
    limits = tuple(msgspec.structs.replace(rule, id=odd) if rule.id == "the-line" else rule for rule in policy.limits)
    judge = compile_policy(msgspec.structs.replace(policy, limits=limits))
    assert judge.verdict(flow(norm__excess=0.5)).because == (odd,)
    assert JUDGE.source.replace("'the-line'", ascii(odd)) == judge.source
