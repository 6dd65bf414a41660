"""Combinations only narrow: with any table no candidate gets freer, and to know less never frees beside them."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decide.shop import changed, outcome
from tests.laws.test_decide_laws import CATEGORIES, cases, freedom, less

from tactful.appropriateness.combinations import Combination, Combinations, Member
from tactful.decide import Case, decide, encode_decision
from tactful.model.records import Use, Variant


@st.composite
def tables(draw: st.DrawFn) -> Combinations:
    members = st.lists(st.sampled_from(sorted({*CATEGORIES, "purchase", "family"})), min_size=2, max_size=3)
    return Combinations(
        Combination("health", tuple(Member(each) for each in draw(members))) for _ in range(draw(st.integers(1, 4)))
    )


@given(cases(), tables())
@settings(max_examples=100)
def test_a_table_never_frees(old: Case, table: Combinations) -> None:
    was, now = decide(old), decide(changed(old, combinations=table))
    for each in old.candidates:
        assert freedom(outcome(now, each.name)) <= freedom(outcome(was, each.name)), each.name


@given(st.data(), tables())
@settings(max_examples=100)
def test_to_know_less_never_frees_beside_a_table(data: st.DataObject, table: Combinations) -> None:
    before = changed(data.draw(cases()), combinations=table)
    after = data.draw(st.composite(lambda draw: less(draw, before))())
    was, now = decide(before), decide(after)
    for each in before.candidates:
        assert freedom(outcome(now, each.name)) <= freedom(outcome(was, each.name)), each.name


@given(cases(), tables())
def test_one_more_use_never_frees(old: Case, table: Combinations) -> None:
    """A message that also uses one thing more, silently, in every variant, is no freer."""
    old = changed(old, combinations=table)
    for each in old.candidates:
        for name in each.facts:
            more = tuple(Variant(v.name, (*v.mentions, Use(name, "silent"))) for v in each.variants)
            wider = msgspec.structs.replace(each, variants=more)
            one, other = (decide(changed(old, candidates=(which,))) for which in (each, wider))
            assert freedom(outcome(other, each.name)) <= freedom(outcome(one, each.name))


@given(cases(), tables())
def test_the_short_record_decides_the_same_and_bytes_repeat(old: Case, table: Combinations) -> None:
    full = changed(old, combinations=table, detail="all")
    assert encode_decision(decide(full)) == encode_decision(decide(full))
    short = decide(changed(full, detail="chosen"))
    assert (short.chosen, short.variant, short.verdict) == (
        decide(full).chosen,
        decide(full).variant,
        decide(full).verdict,
    )
    if short.chosen:
        assert outcome(short, short.chosen) == outcome(decide(full), short.chosen)
