"""A whole candidate: what it rests on, speaking to her, and the variant that stands best."""

from __future__ import annotations

from typing import Any

from tests.decide.shop import EXPLICIT, FACTS, SILENT, SOFTENED, candidate

from tactful.appropriateness.message import ASK, NEVER, NOW, How, Stood
from tactful.appropriateness.weigh import MAY_NOT_BE_USED, Weighed, weigh
from tactful.model.records import Fact


def weighed(stood: dict[How, Stood], looked_at: list[How] | None = None, **other: Any) -> Weighed:
    """A candidate where each way to use a fact stands like this, else now."""

    def stands(fact: Fact | None, how: How) -> Stood:
        if looked_at is not None:
            looked_at.append(how)
        return stood.get(how, Stood(NOW, (), (f"{how}-allowed",)))

    return weigh(candidate(**other), stands, lambda variant: FACTS)


def never(rule: str, *unmet: str) -> Stood:
    return Stood(NEVER, (), (rule,), unmet)


def test_where_what_it_rests_on_may_not_be_used_nothing_else_is_looked_at() -> None:
    seen: list[How] = []
    found = weighed({"silent": never("not-this")}, seen)
    assert (found.reach, found.picked.variant, found.shown) == (None, None, None)
    assert (found.because, found.least, found.note) == (("not-this",), NEVER, MAY_NOT_BE_USED)
    assert seen == ["silent"]


def test_a_duty_that_nobody_meets_leaves_what_it_rests_on_to_the_variants() -> None:
    found = weighed({"silent": never("tell-her", "list_on_page")})
    assert found.reach is not None
    assert found.shown == SILENT
    assert found.note == "Nobody meets the duty to list it on her own page."


def test_where_she_may_not_be_spoken_to_no_variant_is_looked_at() -> None:
    seen: list[How] = []
    found = weighed({"reach": never("no-mail")}, seen)
    assert (found.uses, found.shown, found.because, found.note) == ((), None, ("no-mail",), "")
    assert seen == ["silent", "reach"]


def test_the_first_variant_that_stands_as_well_as_speaking_to_her_is_the_last_that_is_looked_at() -> None:
    seen: list[How] = []
    found = weighed({"explicit": never("not-so-plainly")}, seen)
    assert (found.shown, found.picked.variant, found.note) == (SOFTENED, 1, "")
    assert [form for _, form, _ in found.uses] == ["silent", "softened"]
    assert found.because == ("reach-allowed", "silent-allowed", "softened-allowed")
    assert seen == ["silent", "reach", "silent", "explicit", "silent", "softened"]


def test_the_best_of_those_that_stand_less_well_is_taken() -> None:
    asked = Stood(ASK, (), ("ask-first",))
    found = weighed({"explicit": asked, "softened": never("no")}, variants=(EXPLICIT, SOFTENED))
    assert (found.shown, found.picked.standing, found.picked.asks) == (EXPLICIT, ASK, ("purchase.item",))
    assert (found.least, found.because) == (ASK, ("ask-first",))


def test_of_one_that_falls_the_last_variant_is_shown_or_without_any_what_it_rests_on() -> None:
    no: dict[How, Stood] = {"explicit": never("no"), "softened": never("no")}
    assert weighed(no, variants=(EXPLICIT, SOFTENED)).shown == SOFTENED
    nothing = weighed(no, variants=())
    assert (nothing.shown, nothing.picked.variant) == (None, None)
    assert [name for name, _, _ in nothing.uses] == ["label.due_again"]
