"""What is left of a policy when some keys are settled beforehand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.laws.judged import flows_of_cases, retail
from tests.policy.policies import SHOP, flow, load

from tactful.model.flow import Flow
from tactful.model.verdict import FORMS
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import compile_columns
from tactful.policy.columns.names import OnColumns
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth
from tactful.policy.load_rules import USING_IS_NOT_SAYING
from tactful.policy.residual import residual
from tactful.policy.rules import Atom, Const, Policy
from tactful.testing import Reading, flows_for, policies
from tactful.testing.strategies import words_of

MAKERS = {"reference": Reading, "compiled": compile_policy}


def same(policy: Policy, whole: Flow, settled: set[str]) -> None:
    """The residual on the rest says what the policy says of the whole."""
    known = {key: value for key, value in whole.items() if key in settled}
    rest = {key: value for key, value in whole.items() if key not in settled}
    left = residual(policy, known, settled - known.keys())
    assert not settled.intersection(key for rule in left.rules for key in keys_of(rule.when))
    for make in MAKERS.values():
        before, after = make(policy), make(left)
        full, found = before.verdict(whole), after.verdict(rest)
        assert [getattr(found, name) for name in ("point", "until", "obligations")] == [
            getattr(full, name) for name in ("point", "until", "obligations")
        ]
        assert (found.because, found.waived) == (full.because, full.waived)
        assert found.also == full.also
        for form in FORMS:
            assert after.standing(rest, form) == before.standing(whole, form)
        assert set(found.missing) <= set(full.missing) - settled
        if decided(policy, known, settled):
            assert set(found.missing) == set(full.missing) - settled
    assert OnColumns(compile_columns(left)).verdicts([rest]) == [compile_policy(left).verdict(rest)]


def decided(policy: Policy, known: Flow, settled: set[str]) -> bool:
    """Whether every comparison of a settled key is true or false, or waits for another key."""
    for rule in policy.rules:
        for leaf in leaves(rule.when):
            keys = () if isinstance(leaf, Const) else keys_of(leaf)
            if settled.intersection(keys) - known.keys() - {"relationship.trust"}:
                return False
            if settled.issuperset(keys) and truth(leaf, known) is None:
                return False
    return True


@given(st.data())
def test_residual_then_rest_is_full(data: st.DataObject) -> None:
    policy = data.draw(policies())
    whole = data.draw(flows_for(policy))
    settled = set(data.draw(st.lists(st.sampled_from(sorted(words_of(policy))), unique=True)))
    same(policy, whole, settled)


def test_residual_then_rest_is_full_at_every_case() -> None:
    """With what a campaign settles: the scenario, without who is before us."""
    for number, whole in enumerate(flows_of_cases()):
        if number % 3 == 0:
            same(retail(), whole, {"act", "scenario.purpose", "scenario.channel", "scenario.initiator"})
        if number % 3 == 1:
            same(retail(), whole, {key for key in KEYS if key.startswith(("fact.", "customer."))})


SETTLED = {"permission.state": "given", "permission.asked": "plainly", "act": "mention"}


def test_rules_that_can_never_hold_are_gone() -> None:
    left = residual(load(SHOP), SETTLED)
    ids = [rule.id for rule in left.rules]
    assert "may-ask" not in ids
    assert "she-said-no" not in ids
    assert "shape-only" not in ids
    whole = [rule.id for rule in load(SHOP).rules]
    assert ids == [name for name in whole if name in ids]
    assert next(rule for rule in left.licences if rule.id == "she-agreed").when == Const(True)


def test_what_stays_keeps_its_words() -> None:
    left, whole = residual(retail(), SETTLED), {rule.id: rule for rule in retail().rules}
    for rule in left.rules:
        before = whole[rule.id]
        assert (rule.staff, rule.customer, rule.source, rule.tier) == (
            before.staff,
            before.customer,
            before.source,
            before.tier,
        )
    assert left.cases == left.claims == ()
    assert left.digest != retail().digest


def test_the_built_in_rule_stays() -> None:
    left = residual(load(SHOP), {"act": "reach"})
    assert [rule.when for rule in left.limits if rule.id == USING_IS_NOT_SAYING.id] == [Const(False)]


def test_nothing_settled_changes_nothing() -> None:
    assert residual(load(SHOP), {}).rules == load(SHOP).rules


def test_a_key_known_to_be_absent_is_read_strictly() -> None:
    left = residual(load(SHOP), {}, absent=["customer.let_down", "permission.state"])
    assert next(rule for rule in left.limits if rule.id == "mend-first").when == Const(True)
    assert "she-agreed" not in {rule.id for rule in left.licences}


def test_a_value_that_is_not_allowed_counts_as_absent() -> None:
    assert residual(load(SHOP), {"permission.state": "perhaps"}) == residual(load(SHOP), {}, ["permission.state"])


def test_a_word_settled_leaves_a_list_that_every_engine_reads() -> None:
    text = "policy: small\nlicences: [{id: all, when: 'true'}]\nlimits:\n  - {id: told, tier: law, at_most: ask, "
    policy = load(text + "when: '!(scenario.purpose in fact.purposes)'}\n")
    for told in (("market",), ("order", "recommend"), (), None):
        whole: Flow = {"scenario.purpose": "market", "act": "mention"}
        same(policy, whole if told is None else {**whole, "fact.purposes": told}, {"scenario.purpose"})


def test_one_of_two_keys_settled() -> None:
    policy = load(SHOP)
    told = residual(policy, {"scenario.purpose": "market"})
    assert _when(told, "told-purposes") == Atom("fact.purposes", "not in", ("market",))
    listed = residual(policy, {"fact.purposes": ("market", "order")})
    assert _when(listed, "told-purposes") == Atom("scenario.purpose", "not in", ("market", "order"))
    audience = residual(policy, {"scenario.audience": "household", "act": "mention"})
    assert _when(audience, "others-hear") == Atom("fact.known_among", "<", ("household",))
    nothing = residual(policy, {"fact.purposes": ()})
    whole = flow(fact__purposes=())
    rest = {key: value for key, value in whole.items() if key != "fact.purposes"}
    assert compile_policy(nothing).verdict(rest) == compile_policy(policy).verdict(whole)


def _when(policy: Policy, name: str) -> object:
    return next(rule.when for rule in policy.rules if rule.id == name)
