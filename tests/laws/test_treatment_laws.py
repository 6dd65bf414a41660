"""Laws of treatments: what is not reported is never shown, and nothing but a decision makes a message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from tests.treatment.made import LINKS, OBJECTS, STARTER, decided, fact, front, judgement, load, one, written

from tactful.model.problems import Problems
from tactful.model.records import Decision, Fact
from tactful.treatment.fill import Named, NotRendered, fill
from tactful.treatment.render import NotDecided
from tactful.treatment.template import Treatment, Wording

PERSONAL = [entry for entry in OBJECTS.entries if entry.fact]
PLACES = [
    (tuple("due_again" if part == "*" else part for part in entry.path), field, entry)
    for entry in PERSONAL
    for field in entry.fields or ()
]
PATHS = [".".join((*path, field)) for path, field, _ in PLACES]
WHOLE = sorted({".".join(path) for path, _, _ in PLACES})
FACT_OF = {".".join((*path, field)): entry.fact_at(path) for path, field, entry in PLACES}
MARKERS = {path: f"{81000 + number}" for number, path in enumerate(PATHS)}
OTHERS = {path: f"{94000 + 7 * number}" * 2 for number, path in enumerate(PATHS)}

# Templates: mostly good ones, with some that try to hide what they show.

NAMES = st.sampled_from(["a", "b"])
EVASIVE = st.sampled_from(
    [
        "purchase",
        "contact",
        "a.item.plain_name",
        "a.given",
        "contact[a]",
        "offer.shelf[contact.name.given]",
        "['contact'].name.given",
        "forloop.index",
    ]
)
SHADOWS = st.sampled_from(["a", "b", "contact", "purchase", "offer"])
ANY_PATH = st.one_of(st.sampled_from(PATHS), st.sampled_from(PATHS), NAMES, st.sampled_from(WHOLE), EVASIVE)
GOOD_PATH = st.one_of(st.sampled_from(PATHS), st.sampled_from(PATHS), NAMES)
FILTERS = st.sampled_from(
    ["", " | upcase", " | truncate: 3, ''", " | size", " | default: 'x'", " | append: 'y' | first"]
)


def expressions(paths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}".format, paths, FILTERS),
        st.builds("{} | default: {}".format, paths, paths),
        st.builds("'z' | append: {}".format, paths),
    )


def conditions(paths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        paths,
        st.builds("{} == '81000'".format, paths),
        st.builds("{} contains '8100'".format, paths),
        st.builds("{} {} {}".format, paths, st.sampled_from(["and", "or", "=="]), paths),
    )


def pieces(paths: st.SearchStrategy[str], names: st.SearchStrategy[str] = NAMES) -> st.SearchStrategy[str]:
    shown = st.builds("{{{{ {} }}}}".format, expressions(paths))
    assigned = st.builds("{{% assign {} = {} %}}".format, names, expressions(paths))
    leaf = st.one_of(shown, shown, assigned, st.sampled_from(["word ", "\n", "{{ offer.price | money }}"]))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map("".join),
            st.builds("{{% if {} %}}p{}{{% else %}}{}{{% endif %}}".format, conditions(paths), inner, inner),
            st.builds(
                "{{% if x %}}{{% elsif {} %}}q{}{{% endif %}}".replace("x", "false").format, conditions(paths), inner
            ),
            st.builds("{{% unless {} %}}r{}{{% endunless %}}".format, conditions(paths), inner),
            st.builds("{{% case {} %}}{{% when {} %}}s{}{{% else %}}t{{% endcase %}}".format, paths, paths, inner),
            st.builds("{{% for i in {} %}}u{}{{{{ i }}}}{{% endfor %}}".format, paths, inner),
            st.builds("{{% capture {} %}}{}{{% endcapture %}}".format, names, inner),
        ),
        max_leaves=8,
    )


def whole_context(values: dict[str, str], without: str = "") -> dict[str, Any]:
    """Every fact there is, with no regard to any analysis; `without` leaves one fact out."""
    context: dict[str, Any] = Named(offer=Named(price=1650))
    for path, value in values.items():
        if FACT_OF[path] == without:
            continue
        *parts, field = path.split(".")
        place = context
        for part in parts:
            place = place.setdefault(part, Named())
        place[field] = value
    return context


def output(wording: Wording, context: dict[str, Any]) -> str:
    try:
        return fill(wording.body, context, "GBP", "en")
    except NotRendered:
        return "(nothing)"


def reported(wording: Wording) -> set[str]:
    return {use.fact for use in wording.used if use.fact}


def leaks(wording: Wording, said: Iterable[str]) -> set[str]:
    """Facts that are not in `said` and that the words show, or depend on, given everything that we know."""
    text = output(wording, whole_context(MARKERS))
    found = set()
    for path in PATHS:
        name = FACT_OF[path]
        if name in said:
            continue
        others = {each: OTHERS[each] if FACT_OF[each] == name else MARKERS[each] for each in PATHS}
        changed = {output(wording, whole_context(others)), output(wording, whole_context(MARKERS, name))}
        if MARKERS[path] in text or changed != {text}:
            found.add(name)
    return found


@given(pieces(ANY_PATH, SHADOWS))
def test_a_variant_is_refused_or_shows_nothing_that_was_not_reported(body: str) -> None:
    try:
        treatment = one(body)
    except Problems:
        event("refused")
        return
    event("taken")
    wording = treatment.wordings[0]
    assert leaks(wording, reported(wording)) == set()


@given(pieces(GOOD_PATH))
def test_what_is_shown_is_always_among_the_mentions(body: str) -> None:
    treatment = taken(body)
    wording = treatment.wordings[0]
    assert {use.fact for use in treatment.variants[0].mentions} == reported(wording)
    assert leaks(wording, reported(wording)) == set()


def taken(body: str, variant: str = "explicit") -> Treatment:
    try:
        return one(body, variant)
    except Problems:
        assume(False)
        raise


@pytest.mark.parametrize(
    "body",
    [
        "{{ purchase.item.kind }}",
        "{{ purchase.item.kind | size }}",
        "{{ 'x' | append: purchase.item.kind }}",
        "{% if false %}{% assign a = 'x' %}{% endif %}{{ a | default: purchase.item.kind }}",
        "{% assign a = purchase.item.kind %}{{ a }}",
        "{% capture a %}{{ purchase.item.kind }}{% endcapture %}{{ a }}",
        "{% if purchase.item.kind %}x{% endif %}",
        "{% if false %}{% elsif purchase.item.kind %}x{% endif %}",
        "{% unless purchase.item.kind %}x{% endunless %}",
        "{% if purchase.item.kind == '81001' %}x{% endif %}",
        "{% case purchase.item.kind %}{% when '81001' %}x{% endcase %}",
        "{% case '81001' %}{% when purchase.item.kind %}x{% endcase %}",
        "{% for i in purchase.item.kind %}{{ i }}{% endfor %}",
    ],
)
def test_the_law_would_notice_a_use_that_is_not_reported(body: str) -> None:
    wording = one(body).wordings[0]
    assert "purchase.item" in reported(wording)
    assert leaks(wording, reported(wording) - {"purchase.item"}) == {"purchase.item"}


def marked_facts() -> dict[str, Fact]:
    facts: dict[str, dict[str, Any]] = {}
    for path, (_, field, entry) in zip(PATHS, PLACES, strict=True):
        value = facts.setdefault(FACT_OF[path], {})
        (value.setdefault(entry.at, {}) if entry.at else value)[field] = MARKERS[path]
    return {name: fact(name, **value) for name, value in facts.items()}


@given(pieces(GOOD_PATH), st.data())
def test_a_fact_that_a_variant_leaves_out_is_not_in_its_message(body: str, data: st.DataObject) -> None:
    treatment = taken(body)
    spoken = data.draw(st.sampled_from(treatment.spoken))
    said = {use.fact for use in spoken.variant.mentions}
    assert not said & set(spoken.left_out)
    try:
        message = written(treatment, spoken.variant.name, marked_facts())
    except NotRendered:
        return
    for path, marker in MARKERS.items():
        shared = {other for other in PATHS if MARKERS[other] == marker}
        if FACT_OF[path] not in said and len(shared) == 1:
            assert marker not in message.text


@given(st.lists(st.sampled_from(["contact.name.given", "purchase.item.plain_name", "rhythm.in_words"]), max_size=4))
def test_what_stands_in_an_if_on_itself_can_be_left_out(paths: list[str]) -> None:
    body = "Hello" + "".join(f"{{% if {path} %}} {{{{ {path} }}}}{{% endif %}}" for path in paths)
    treatment = one(body)
    facts = list(dict.fromkeys(FACT_OF[path] for path in paths))
    assert len(treatment.variants) == 2 ** min(len(facts), 2)
    sizes = [len(variant.mentions) for variant in treatment.variants]
    assert sizes == sorted(sizes, reverse=True), "fullest first"
    for spoken in treatment.spoken:
        message = written(treatment, spoken.variant.name, marked_facts())
        shown = {FACT_OF[path] for path, marker in MARKERS.items() if marker in message.text}
        assert shown == {use.fact for use in spoken.variant.mentions} & set(facts)


@given(pieces(GOOD_PATH))
def test_a_softened_variant_shows_general_terms_only_and_a_silent_one_nothing(body: str) -> None:
    general = {
        path for path, (_, field, entry) in zip(PATHS, PLACES, strict=True) if field in entry.general or entry.explicit
    }
    for variant, allowed in (("softened", general), ("silent", set())):
        try:
            treatment = one(body, variant)
        except Problems:
            continue
        assert {use.path for use in treatment.wordings[0].used if use.fact} <= allowed
        for use in treatment.variants[0].mentions:
            assert use.form == ("explicit" if use.fact == "contact.name" else "softened")


EMAIL = load(STARTER)
VARIANTS = [variant.name for variant in EMAIL.variants]


@given(
    st.sampled_from(VARIANTS),
    st.sampled_from(VARIANTS),
    st.sampled_from(["never", "hold", "ask", "say", "soften", "silent"]),
)
def test_only_the_decided_variant_of_a_speaking_decision_is_rendered(asked: str, chosen: str, verdict: str) -> None:
    decision = decided(EMAIL, chosen, verdict)
    if asked == chosen and verdict in ("say", "soften", "silent"):
        assert written(EMAIL, asked, decision=decision).variant == chosen
    else:
        with pytest.raises(NotDecided):
            written(EMAIL, asked, decision=decision)


@given(st.sampled_from(VARIANTS), st.data())
def test_taking_a_judgement_away_or_narrowing_it_never_leaves_a_message(chosen: str, data: st.DataObject) -> None:
    decision = decided(EMAIL, chosen)
    judged = decision.outcomes[0].judged
    assume(judged)
    hurt = data.draw(st.sampled_from(judged))
    standing = data.draw(st.sampled_from(["never", "hold", "ask"]))
    instead = data.draw(
        st.sampled_from(
            [(), (judgement(hurt.fact, "silent", "select"),), (judgement(hurt.fact, hurt.form, standing=standing),)]
        )
    )
    outcome = msgspec.structs.replace(
        decision.outcomes[0], judged=tuple(each for each in judged if each is not hurt) + instead
    )
    with pytest.raises(NotDecided):
        written(EMAIL, chosen, decision=msgspec.structs.replace(decision, outcomes=(outcome,)))


def test_silence_is_never_rendered() -> None:
    for variant in VARIANTS:
        with pytest.raises(NotDecided):
            written(EMAIL, variant, decision=Decision("", "", "never", 0, ()))


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_no_value_changes_the_shape_of_a_message(name: str, given_name: str) -> None:
    facts = {
        "purchase.item": fact("purchase.item", plain_name=f"bag {name}", kind="x"),
        "contact.name": fact("contact.name", given=given_name),
    }
    usual, message = written(EMAIL), written(EMAIL, facts=facts)
    assert len(message.text.split("\n")) == len(usual.text.split("\n"))
    assert message.subject.isprintable()
    assert re.findall(r"<[^>]*>", message.html) == re.findall(r"<[^>]*>", usual.html)
    for part in (LINKS.why, LINKS.stop, "1 High Street, Anytown"):
        assert part in message.text
        assert part in message.html


@given(st.text(alphabet="{}%|.'\" \n-abexifdnorvits=[]()#", max_size=80))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        load(front() + "{% variant explicit %}" + text + "{% endvariant %}")
    except Problems as refused:
        for problem in refused.problems:
            assert problem.message.endswith((".", "?"))
            assert "object" not in problem.message
            assert "Traceback" not in problem.message
