"""What facts reveal together: each allowed by itself, refused together, silently too."""

from __future__ import annotations

import msgspec
import pytest
from tests.decide.shop import EMAIL, NOON, candidate, case, fact, outcome, packaged, permission

from tactful.appropriateness.combinations import NO_COMBINATIONS, load_combinations
from tactful.decide import decide, encode_decision, judge_again
from tactful.model.problems import Problems
from tactful.model.records import Fact, Outcome, Use, Variant
from tactful.model.verdict import FORMS, Form

TABLE = load_combinations(packaged("appropriateness", "tables/combinations.yaml"), "combinations.yaml")


def product(name: str, code: str, called: str) -> Fact:
    return msgspec.structs.replace(fact(name, "purchase.item", code), value={"plain_name": called})


PARTNER = fact("family.partner")
GENDER = fact("demographic.gender")
LOTION = product("purchase.item", "1", "Unscented lotion")
ZINC = product("second", "2", "Zinc, 60 tablets")
SOAP = product("third", "3", "Soap")
PAIRS = [(PARTNER, GENDER), (LOTION, ZINC)]


def judged(*mentioned: tuple[Fact, Form], selects: tuple[Fact, ...] = (), table: object = TABLE) -> Outcome:
    """What becomes of a message that uses these facts in these forms."""
    facts = {each.name: each for each in (EMAIL, *(each for each, _ in mentioned), *selects)}
    mail = candidate(
        facts=facts,
        selects=tuple(each.name for each in selects),
        variants=(Variant("only", tuple(Use(each.name, form) for each, form in mentioned)),),
    )
    return outcome(decide(case(mail, combinations=table)))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].name)
@pytest.mark.parametrize("form", FORMS)
def test_each_is_allowed_by_itself_and_both_are_refused(pair: tuple[Fact, Fact], form: Form) -> None:
    for each in pair:
        assert judged((each, "silent")).stage == "chosen"
    together = judged(*((each, form) for each in pair))
    assert together.stage == "fitting"
    assert "special-only-if-she-told-us" in together.because
    assert judged(*((each, "silent") for each in pair), table=NO_COMBINATIONS).stage == "chosen"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].name)
def test_also_where_one_or_both_only_chose_whom_it_is_for(pair: tuple[Fact, Fact]) -> None:
    one, other = pair
    assert judged(selects=(one,)).stage == judged(selects=(other,)).stage == "chosen"
    assert judged(selects=pair).stage == "eligible"
    assert judged((other, "silent"), selects=(one,)).stage == "fitting"
    assert judged((one, "softened"), selects=(other,)).stage == "fitting"


def test_the_variant_that_has_not_both_may_be_taken() -> None:
    facts = {each.name: each for each in (EMAIL, LOTION, ZINC)}
    both = Variant("both", (Use(LOTION.name, "explicit"), Use(ZINC.name, "silent")))
    one = Variant("one", (Use(LOTION.name, "explicit"),))
    mail = candidate(facts=facts, selects=(), variants=(both, one))
    asked = case(mail, combinations=TABLE)
    found = outcome(decide(asked))
    assert (found.stage, found.variant, found.verdict) == ("chosen", "one", "say")
    assert {each.flow.get("fact.sensitivity") for each in found.judged} == {"ordinary"}
    assert outcome(decide(case(mail))).variant == "both"
    assert encode_decision(decide(asked)) == encode_decision(decide(asked))


def test_what_was_judged_is_what_is_recorded() -> None:
    facts = {each.name: each for each in (EMAIL, LOTION, ZINC, SOAP)}
    uses = tuple(Use(name, "explicit") for name in (LOTION.name, ZINC.name, SOAP.name))
    mail = candidate(facts=facts, selects=(), variants=(Variant("all", uses),))
    found = judge_again(case(mail, combinations=TABLE), mail.name)
    delicate = {each.fact: each.flow["fact.sensitivity"] for each in found.judged if each.form}
    assert delicate == {LOTION.name: "special", ZINC.name: "special", SOAP.name: "ordinary"}


def test_what_she_told_us_and_agreed_to_may_be_used() -> None:
    facts = tuple(msgspec.structs.replace(each, provenance="provided") for each in PAIRS[0])
    assert judged(*((each, "silent") for each in facts)).stage == "chosen"
    lapsed = {each.name: each for each in (EMAIL, *facts)}
    uses = tuple(Use(each.name, "silent") for each in facts)
    mail = candidate(facts=lapsed, selects=(), variants=(Variant("only", uses),))
    found = outcome(decide(case(mail, permissions=(permission("expired"),), combinations=TABLE)))
    assert found.stage in ("eligible", "fitting")


def test_what_may_be_a_member_counts() -> None:
    family = fact("family")
    assert TABLE.revealing({"a": family, "b": GENDER}).keys() == {"a", "b"}
    nameless = fact("fourth", "purchase.item", key="4")
    assert TABLE.revealing({"a": nameless, "b": LOTION}).keys() == {"a", "b"}
    assert TABLE.revealing({"a": LOTION}) == {}
    assert TABLE.revealing({"a": SOAP, "b": LOTION}) == {}
    assert TABLE.revealing({}) == {}


def test_each_member_needs_a_fact_of_its_own() -> None:
    both = product("purchase.item", "5", "Zinc and unscented lotion")
    assert TABLE.revealing({"a": both}) == {}
    assert TABLE.revealing({"a": both, "b": ZINC}).keys() == {"a", "b"}


def test_nothing_else_about_a_fact_changes_and_less_is_never_freer() -> None:
    for pair in PAIRS:
        facts = {each.name: each for each in pair}
        for name, found in TABLE.revealing(facts).items():
            assert found.flow(NOON) == facts[name].flow(NOON) | {"fact.sensitivity": "special"}
            assert found.reveals
        more = TABLE.revealing({**facts, SOAP.name: SOAP})
        assert set(TABLE.revealing(facts)) <= set(more)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("entries: []", "`combinations` is missing"),
        ("combinations: 1\nentries: [{reveals: health, together: [body]}]", "two to four"),
        ("combinations: 1\nentries: [{reveals: health, together: [body, wings]}]", "wings is not a category"),
        ("combinations: 1\nentries: [{reveals: helth, together: [body, mood]}]", "Did you mean health?"),
        ("combinations: 1\nentries: [{reveals: health, together: [body, {category: mood}]}]", "`words` is missing"),
        ("combinations: 1\nentries: [{reveals: health, together: [body, {category: mood, words: []}]}]", "names none"),
        ("combinations: 1\nentries: [{reveals: health, together: body}]", "two to four"),
        ("combinations: 1\nentries: [{reveals: health, together: [body, mood], unless: x}]", "unknown key `unless`"),
    ],
)
def test_a_bad_table(text: str, says: str) -> None:
    with pytest.raises(Problems) as caught:
        load_combinations(text, "combinations.yaml")
    assert says in str(caught.value)
