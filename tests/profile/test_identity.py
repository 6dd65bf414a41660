"""`identity.yaml`: read strictly, and what follows from it, case by case."""

from __future__ import annotations

import pytest

from tactful.model.arrivals import Doubt, Linking, Named, Plan
from tactful.model.problems import Problems
from tactful.profile.identity import ANY, IdentityRules, Kind, load_identity
from tactful.service.packs import packaged

RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(Problems) as found:
        load_identity(text, "identity.yaml")
    return [str(each) for each in found.value.problems]


def test_every_mistake_is_said_with_its_line() -> None:
    text = """identity: 2
kinds:
  customer: {is: uniqe, priority: 1, per_person: 1}
  email: {is: unique, priority: 1, per_person: none, alone: maybe}
  address: {is: shared, priority: 3}
  phone: {is: unique, priority: 1, per_person: 0}
  till: {is: unique, per_peson: 1, priority: 7}
sometimes: 1
"""
    said = "\n".join(problems(text))
    for sentence in (
        "identity.yaml:1: `identity` must be 1",
        "identity.yaml:3: `is: uniqe` is not allowed. Did you mean unique?",
        "identity.yaml:4: `per_person` must be a number",
        "identity.yaml:4: `alone` must be true or false",
        "identity.yaml:5: `priority` says nothing of a kind that is shared",
        "identity.yaml:6: `per_person: 0` is out of range",
        "identity.yaml:6: `phone` has the priority of `customer`",
        "identity.yaml:7: unknown key `per_peson`. Did you mean per_person?",
        "identity.yaml:8: unknown key `sometimes`",
    ):
        assert sentence in said


def test_a_kind_that_nothing_brings_is_said() -> None:
    text = """identity: 1
kinds:
  costumer: {is: unique, priority: 1, per_person: 1}
  emial: {is: shared}
  crm: {is: unique, priority: 3, per_person: 1}
  household: {is: shared}
"""
    assert problems(text) == [
        "identity.yaml:3: there is no kind of identifier `costumer`. Did you mean customer?",
        "identity.yaml:4: there is no kind of identifier `emial`. Did you mean email?",
        "identity.yaml:5: nothing brings identifiers of the kind `crm`, so it would join nobody. The kinds are "
        "customer, loyalty, email, phone, device, anonymous.",
    ]


def test_somebody_must_be_known_by_something() -> None:
    assert (
        "nobody could ever be known"
        in problems("identity: 1\nkinds:\n  device: {is: unique, priority: 1, per_person: any, alone: true}")[0]
    )


def test_the_packaged_rules() -> None:
    assert RULES.alone == {"anonymous", "device"}
    assert RULES.kinds["customer"] == Kind(True, 1, 1, False)
    assert RULES.kinds["anonymous"].per_person == ANY
    assert not RULES.kinds["address"].unique
    names = [("address", "1"), ("anonymous", "x"), ("email", "b"), ("email", "a"), ("customer", "1"), ("email", "b")]
    assert RULES.in_order(names) == (
        ("customer", "1"), ("email", "b"), ("email", "a"), ("anonymous", "x"), ("address", "1"),
    )  # fmt: skip


def planned(*names: Named, apart: frozenset[tuple[int, int]] = frozenset(), **more: dict[str, int]) -> Plan:
    kinds: dict[int, dict[str, int]] = {each.now: {} for each in names if each.now is not None}
    for each in names:
        if each.now is not None and not each.shared:
            kinds[each.now][each.kind] = kinds[each.now].get(each.kind, 0) + 1
    for person, has in more.items():
        kinds[int(person[1:])] = has
    return RULES.plan(Linking(names, kinds, apart))


def test_an_unknown_address_is_bound_and_an_unknown_device_waits_to_be_made() -> None:
    plan = planned(Named("customer", 7, 7), Named("email", None, None), Named("anonymous", None, None))
    assert plan == Plan(bind=((1, 7),))


def test_a_visitor_becomes_somebody_who_is_known() -> None:
    assert planned(Named("customer", 7, 7), Named("anonymous", 3, 3)) == Plan(merge=((3, 7),))
    assert planned(Named("anonymous", 3, 3)) == Plan()
    assert planned(Named("device", 2, 2), Named("anonymous", 3, 3)) == Plan(), "two devices are nobody"


def test_two_who_are_known_are_one_only_within_the_limits() -> None:
    newsletter = planned(Named("customer", 7, 7), Named("email", 3, 3))
    assert newsletter == Plan(merge=((3, 7),)), "the one with the customer number goes on"
    two = planned(Named("customer", 7, 7), Named("email", 3, 3), p3={"customer": 1, "email": 1})
    assert two.merge == ()
    assert [each.kind for each in two.doubts] == ["two_people"]
    assert "more than 1 customer" in two.doubts[0].reason
    parted = planned(Named("customer", 7, 7), Named("email", 3, 3), apart=frozenset({(3, 7)}))
    assert (parted.merge, [each.kind for each in parted.doubts]) == ((), ["parted_before"])


def test_a_second_known_person_parts_the_tablet() -> None:
    plan = planned(Named("customer", 7, 7), Named("anonymous", 3, 5), p5={"customer": 1, "anonymous": 1})
    assert (plan.merge, plan.part) == ((), (1,))
    assert plan.doubts == (
        Doubt("shared_device", (5, 7), "Two known people used the same anonymous id: nobody is joined by it any more."),
    )
    assert planned(Named("customer", 7, 7), Named("anonymous", 3, 3, shared=True)) == Plan()


def test_one_too_many_is_a_doubt() -> None:
    plan = planned(Named("customer", 7, 7), Named("phone", None, None), p7={"customer": 1, "phone": 3})
    assert (plan.bind, [each.kind for each in plan.doubts]) == ((), ["too_many"])


def test_kinds_that_nobody_listed_or_that_are_shared_do_nothing() -> None:
    names = (Named("customer", 7, 7), Named("address", 3, 3), Named("shoe_size", 4, 4), Named("address", None, None))
    assert planned(*names) == Plan()
    assert IdentityRules({}).plan(Linking(names, {7: {}, 3: {}, 4: {}})) == Plan()
