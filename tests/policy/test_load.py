"""Loading a policy: imports, cases and claims; everything that is wrong at once; and its digest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.policies import SHOP, fetch_from, load

from tactful.model.problems import Problems
from tactful.model.verdict import Point
from tactful.policy.load import load_policy, load_text
from tactful.policy.load_rules import USING_IS_NOT_SAYING
from tactful.policy.rules import Policy


def complaints(text: str, **files: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(text, **files)
    return [str(problem) for problem in caught.value.problems]


def complaint(rule: str, kind: str = "limits") -> str:
    found = complaints(f"{kind}:\n  - {rule}\n")
    assert all(each.startswith("mine.yaml:2: ") for each in found)
    return " ".join(found)


def test_a_policy_as_written() -> None:
    policy = load(SHOP)
    assert (policy.name, policy.version, policy.parts) == ("norm/shop", 2, ("norm/shop 2",))
    assert [rule.id for rule in policy.licences] == ["she-agreed", "shape-only", "may-ask", "british-buyers"]
    assert [rule.point for rule in policy.licences] == [(2, 2, 2), (2, 0, 2), (1, 0, 2), (2, 1, 2)]
    by_name = {rule.id: rule for rule in policy.rules}
    assert by_name["mend-first"].until == "let_down.mended"
    assert by_name["mend-first"].point == Point(2, 2, 1)
    assert by_name["mend-first"].when_text == "customer.let_down"
    assert by_name["say-no-here"].oblige == ("offer_choice",)
    assert by_name["she-likes-it"].waives == ("others-hear", "too-much")
    assert (by_name["she-said-no"].file, by_name["she-said-no"].line) == ("mine.yaml", 17)


def test_what_is_used_is_never_said_in_any_policy() -> None:
    assert USING_IS_NOT_SAYING in load("policy: norm/none").limits
    own = """
        limits:
          - {id: using-is-not-saying, tier: promise, at_most: silent, when: 'act in ["select", "infer"]', staff: Mine}
    """
    assert [rule.staff for rule in load(own).limits] == ["Mine"]
    assert "built in" in complaint(
        "{id: using-is-not-saying, tier: promise, at_most: soften, when: 'act == \"select\"'}"
    )


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{id: x, tier: law, at_mst: never, when: customer.minor}", "Did you mean at_most?"),
        ("{id: x, tier: nrom, at_most: never, when: customer.minor}", "Did you mean norm?"),
        ("{id: x, at_most: never, when: customer.minor}", "`tier` is missing"),
        ("{id: x, tier: law, when: customer.minor}", "needs `at_most`, `oblige`, or both"),
        ("{id: x, tier: law, at_most: nevr, when: customer.minor}", "Did you mean never?"),
        ("{id: x, tier: law, at_most: say, when: customer.minor}", "`at_most: say` is not allowed"),
        ("{id: x, tier: law, at_most: hold, when: customer.minor}", "needs `until`"),
        ("{id: x, tier: law, at_most: hold, until: later, when: customer.minor}", "`until: later` is not allowed"),
        (
            "{id: x, tier: law, at_most: ask, until: hers.time, when: customer.minor}",
            "only `at_most: hold` has `until`",
        ),
        ("{id: x, tier: law, oblige: [explain_wy], when: customer.minor}", "Did you mean explain_why?"),
        ("{id: x, tier: law, oblige: explain_why, when: customer.minor}", "must be a list"),
        ("{id: x, tier: law, opens: say, at_most: ask, when: customer.minor}", "never opens"),
        ("{id: x, tier: law, waives: norm, at_most: ask, when: customer.minor}", "waives nothing"),
        ("{id: X-y, tier: law, at_most: ask, when: customer.minor}", "lower case and hyphens"),
        ("{id: x_y, tier: law, at_most: ask, when: customer.minor}", "lower case and hyphens"),
        ("{id: no-licence, tier: law, at_most: ask, when: customer.minor}", "no rule can have this name"),
        ("{id: x, tier: law, at_most: ask}", "`when` is missing"),
        ("{id: x, tier: law, at_most: ask, when: ''}", "`when` is empty"),
        ("{id: x, tier: law, at_most: ask, when: customer.mnor}", "condition, column 1: customer.mnor"),
        ("{id: x, tier: promise, at_most: ask, when: norm.excess > 0}", "only norm limits may look at norm.excess"),
        ("{id: x, tier: law, at_most: ask, when: relationship.trust < 0.3}", "only norm limits"),
        ("{id: x, tier: norm, at_most: ask, when: relationship.trust > 0.3}", "trust widens"),
        ("{id: x, tier: norm, at_most: ask, when: '!(relationship.trust < 0.3)'}", "trust widens"),
        ("{id: x, tier: norm, at_most: ask, when: norm.excess < 0.3}", "discomfort narrows"),
        ("{id: x, tier: norm, at_most: ask, when: norm.excess == 0.3}", "discomfort narrows"),
    ],
)
def test_a_bad_limit(rule: str, says: str) -> None:
    assert says in complaint(rule)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{id: x, opens: hold, when: customer.minor}", "`opens: hold` is not allowed"),
        ("{id: x, opens: never, when: customer.minor}", "`opens: never` is not allowed"),
        ("{id: x, tier: law, when: customer.minor}", "has no tier"),
        ("{id: x, oblige: [offer_choice], when: customer.minor}", "has no duties"),
        ("{id: x, at_most: ask, when: customer.minor}", "a licence opens"),
        ("{id: x, until: hers.time, when: customer.minor}", "`until`"),
        ("{id: x, when: relationship.trust < 0.5}", "only norm limits"),
    ],
)
def test_a_bad_licence(rule: str, says: str) -> None:
    assert says in complaint(rule, "licences")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{id: x, tier: norm, waives: norm, when: hers.welcomes}", "only she waives"),
        ("{id: x, tier: hers, when: hers.welcomes}", "`waives` is missing"),
        ("{id: x, tier: hers, waives: law, when: hers.welcomes}", "a list of norm limits"),
        ("{id: x, tier: hers, waives: [], when: hers.welcomes}", "names no rule"),
        ("{id: x, tier: hers, waives: [nothing-here], when: hers.welcomes}", "is not a rule"),
        ("{id: x, tier: hers, waives: [using-is-not-saying], when: hers.welcomes}", "is a promise rule"),
        ("{id: x, tier: hers, waives: norm, at_most: say, when: hers.welcomes}", "does not limit"),
        ("{id: x, tier: hers, waives: norm, when: relationship.trust < 1}", "only norm limits"),
    ],
)
def test_a_bad_waiver(rule: str, says: str) -> None:
    assert says in complaint(rule, "waivers")


def test_every_problem_at_once_with_its_line() -> None:
    found = complaints("""
        policy: Shop
        verson: 2
        licences:
          - id: open
            when: >-
              act == "selct"
        limits:
          - {id: open, tier: law, at_most: never, when: customer.minor}
          - {id: two, tier: law, at_most: never, when: custmer.minor}
    """)
    assert [line.split(" ")[0] for line in found] == [f"mine.yaml:{line}:" for line in (2, 3, 6, 9, 10)]


def test_imports_are_merged_once() -> None:
    common = "policy: common\nversion: 4\nlimits: [{id: one, tier: law, at_most: never, when: customer.minor}]"
    policy = load(
        "policy: top\nimports: [left, right]\nlicences: [{id: mine, when: true}]",
        left="imports: [common]",
        right="imports: [common]\nlicences: [{id: other, when: false}]",
        common=common,
    )
    assert [rule.id for rule in policy.rules] == ["other", "mine", "one", "using-is-not-saying"]
    assert policy.parts == ("top 1", "left 1", "common 4", "right 1")


@pytest.mark.parametrize(
    ("text", "files", "says"),
    [
        ("imports: [gone]", {}, "mine.yaml:1: there is no policy named gone."),
        ("imports: ['../secret']", {}, "is not the name of a policy"),
        ("imports: [/etc/passwd]", {}, "is not the name of a policy"),
        (
            "imports: [a]",
            {"a": "imports: [b]", "b": "imports: [a]"},
            "b.yaml:1: the imports go in a circle: a -> b -> a.",
        ),
        ("imports: [a]", {"a": "imports: [a]"}, "circle: a -> a"),
        ("imports: [a]", {"a": "policy: b"}, 'asked for as a and calls itself "b"'),
        ("imports: [a]", {"a": "limits: ["}, "a.yaml:2: this is not YAML"),
        ("imports: a", {}, "must be a list"),
        ("imports: [p0]", {f"p{at}": f"imports: [p{at + 1}]" for at in range(101)}, "may import at most 100 files"),
        ("licences: [{id: no-licence, when: true}]", {}, "no-licence is what a verdict says when there is none"),
        ("licences: [{when: true}]", {}, "`id` is missing"),
        (
            "imports: [a]\nlicences: [{id: x, when: true}]",
            {"a": "licences:\n  - {id: x, when: true}"},
            "mine.yaml:2: x: this name is taken already, at a.yaml:2.",
        ),
        ("version: 0", {}, "out of range"),
        ("version: two", {}, "must be a number"),
        ("policy: '../x'", {}, "is not the name of a policy"),
        ("licences: {id: x}", {}, "must be a list"),
        ("[]", {}, "must be a set of"),
        ("", {}, "must be a set of"),
        ("policy: a\0", {}, "not YAML"),
    ],
)
def test_a_bad_file(text: str, files: dict[str, str], says: str) -> None:
    assert any(says in found for found in complaints(text, **files)), complaints(text, **files)


def test_by_name() -> None:
    assert load_policy("shop", fetch_from({"shop": "version: 3"})).parts == ("shop 3",)
    with pytest.raises(Problems, match=r"orders\.yaml: there is no policy named shop\."):
        load_policy("shop", fetch_from({}), "orders.yaml")


CASES = """
cast:
  known: {fact: {category: purchase.item, provenance: observed}, act: mention, customer: {minor: false}}
  child: {customer: {minor: true}}
cases:
  - name: laid over
    given: {fact: {category: label}, scenario.purpose: market, customer: {minor: unknown}}
    expect: {verdict: never, because: [no-licence]}
  - name: another cast
    cast: child
    given: {act: reach}
    expect: {verdict: never}
    source: an article
  - name: a message
    given: {act: reach, fact: {category: contact.email, provenance: provided}, scenario: {purpose: market}}
    uses: {item: {fact: {category: purchase.item}}, size: {fact: {category: family.size}}}
    variants: [{item: explicit, size: softened}, {item: silent}]
    expect: {verdict: hold, variant: 1, until: [visit.over], ask: [size]}
claims:
  - "customer.minor && scenario.purpose == 'market' implies verdict == never"
  - act == "select" implies verdict <= silent
"""


def test_cases_are_laid_over_their_cast() -> None:
    first, second, message = load(CASES).cases
    assert first.given == {
        "fact.category": "label",
        "fact.provenance": "observed",
        "act": "mention",
        "scenario.purpose": "market",
    }
    assert (first.name, first.line) == ("laid over", 6)
    assert second.given == {"customer.minor": True, "act": "reach"}
    assert second.source == "an article"
    assert message.given["fact.category"] == "contact.email"
    assert message.uses["item"] == {
        "fact.category": "purchase.item",
        "fact.provenance": "observed",
        "act": "mention",
        "customer.minor": False,
        "scenario.purpose": "market",
    }
    assert message.variants == ({"item": "explicit", "size": "softened"}, {"item": "silent"})
    assert message.expect == {"verdict": "hold", "variant": 1, "until": ("visit.over",), "ask": ("size",)}


def test_cases_may_stand_in_their_own_file_and_share_a_cast() -> None:
    cases = "imports: [cast]\ncases: [{name: x, given: {act: mention}, expect: {verdict: never}}]"
    cast = "cast: {known: {customer: {minor: true}}}"
    policy = load("imports: [cases]", cases=cases, cast=cast)
    assert policy.cases[0].given == {"customer.minor": True, "act": "mention"}
    assert policy.cases[0].file == "cases.yaml"


def test_claims() -> None:
    first, second = load(CASES).claims
    assert (first.op, first.verdict) == ("==", "never")
    assert (second.op, second.verdict) == ("<=", "silent")
    assert (first.line, second.line) == (20, 21)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("cast: child", "cast: chid", 10, "Did you mean child?"),
        ("category: label}", "catgory: label}", 7, "Did you mean fact.category?"),
        ("category: label}", "category: labl}", 7, "Did you mean label?"),
        ("minor: true", "minor: yes", 4, "must be true or false"),
        ("verdict: never, because: [no-licence]", "verdict: no", 8, "`verdict: no` is not allowed"),
        ("because: [no-licence]", "because: [no-license]", 6, "Did you mean no-licence?"),
        ("because: [no-licence]", "becaus: [no-licence]", 8, "Did you mean because?"),
        ("because: [no-licence]", "variant: 1", 8, "only a message"),
        ("    variants:", "    variant:", 16, "`uses` and `variants` go together"),
        ("expect: {verdict: never", "expects: {verdict: never", 6, "`expect` is missing"),
        ("{item: silent}", "{items: silent}", 17, "Did you mean item?"),
        ("{item: silent}", "{item: quiet}", 17, "`item: quiet` is not allowed"),
        ("ask: [size]", "ask: [sizes]", 18, "Did you mean size?"),
        ("until: [visit.over]", "until: [visit]", 18, "Did you mean visit.over?"),
        ("expect: {verdict: hold", "expect: {verdict: silent", 18, "`verdict: silent` is not allowed"),
        ("verdict <= silent", "verdict <= quiet", 21, "is not a verdict"),
        ("implies verdict <= silent", "means verdict <= silent", 21, "is not a claim"),
        ('act == "select" implies', 'acts == "select" implies', 21, "Did you mean act?"),
        ("source: an article", "sauce: an article", 13, "Did you mean source?"),
    ],
)
def test_a_bad_case(old: str, new: str, line: int, says: str) -> None:
    assert old in CASES
    found = complaints(CASES.replace(old, new, 1))
    assert any(says in each and each.startswith(f"mine.yaml:{line}:") for each in found), found


def digest(text: str) -> str:
    return load(text).digest


ONE = '{id: one, tier: law, at_most: never, when: \'customer.minor && act in ["select", "infer"]\'}'
TWO = "{id: two, tier: law, at_most: ask, when: customer.objected, staff: Stop}"


def test_the_digest_does_not_see_order_place_or_layout() -> None:
    base = digest(f"limits:\n  - {ONE}\n  - {TWO}\n")
    assert len(base) == 64
    assert base == digest(f"# a comment\n\nlimits:\n  - {TWO}\n\n  - {ONE}\n")
    turned = ONE.replace('customer.minor && act in ["select", "infer"]', '(act in ["infer","select"])&& customer.minor')
    assert base == digest(f"limits:\n  - {turned}\n  - {TWO}\n")
    imported = load(f"imports: [a]\nlimits:\n  - {TWO}\n", a=f"limits:\n  - {ONE}\n")
    assert base == imported.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: two", "id: three"),
        ("tier: law, at_most: ask", "tier: promise, at_most: ask"),
        ("at_most: ask", "at_most: silent"),
        ("at_most: ask", "at_most: ask, oblige: [offer_choice]"),
        ("customer.objected", "customer.restricted"),
        ("staff: Stop", "staff: Go"),
        ("staff: Stop", "customer: Stop"),
        ("staff: Stop", "staff: Stop, source: GDPR"),
        ('"infer"]', '"reach"]'),
        ("&&", "||"),
    ],
)
def test_the_digest_sees_meaning_and_sentences(old: str, new: str) -> None:
    text = f"limits:\n  - {ONE}\n  - {TWO}\n"
    assert digest(text) != digest(text.replace(old, new, 1))


def test_a_loaded_policy_is_a_value() -> None:
    assert load(SHOP) == load(SHOP)
    assert isinstance(load(SHOP), Policy)


@given(st.integers(0, len(SHOP + CASES)), st.integers(0, 40), st.text(alphabet="\n -:{}[]'\"!&*|x1\0é", max_size=6))
def test_a_damaged_file_is_read_or_refused_in_words(at: int, gone: int, put: str) -> None:
    text = SHOP + CASES
    try:
        assert load_text(text[:at] + put + text[at + gone :], "mine.yaml", fetch_from({})).digest
    except Problems as problems:
        assert problems.problems  # noqa: PT017 - both endings are right


def test_hostile_files_are_refused_in_words() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 8)}]\n" for n in range(8)
    )
    for text in (bomb, "limits: " + "[" * 5_000, "policy: !!python/object:os.system x\nlimits: []\nx: y"):
        assert all(found.isprintable() for found in complaints(text))
    huge = f"licences:\n  - id: x\n    when: '{'customer.minor || ' * 70_000}'\n"
    assert "the most is 10000" in complaints(huge)[0]
