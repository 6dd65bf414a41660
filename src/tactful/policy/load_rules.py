"""The rules of one policy file, and what each rule must keep to (SEMANTICS 5 to 9, 12, 17, 18)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tactful.model.document import Section
from tactful.model.flow import shown
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.verdict import CEILINGS, OPENINGS, Point
from tactful.model.vocabulary import TRUSTED_KEYS
from tactful.model.words_verdict import OBLIGATIONS, TIERS, UNTIL
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.language import parse_condition
from tactful.policy.rules import AllOf, Atom, Condition, Const, Rule, RuleKind

BUILT_IN = "built in"
"""The file that a built-in rule stands in."""

USING_IS_NOT_SAYING = Rule(
    kind="limit",
    id="using-is-not-saying",
    tier="promise",
    when=Atom("act", "in", ("select", "infer")),
    when_text='act in ["select", "infer"]',
    point=CEILINGS["silent"],
    staff="Let this guide what you offer. Do not let it show.",
    customer="We used this to choose what might suit you, and did not mention it.",
    source="SEMANTICS 12",
    file=BUILT_IN,
)
"""What is used is at most silent, in every policy; a policy may say it again in its own words, not otherwise."""

_PLACE = "customer.jurisdiction"
_KINDS: tuple[tuple[str, RuleKind], ...] = (("licences", "licence"), ("limits", "limit"), ("waivers", "waiver"))
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TIERS = tuple(word.name for word in TIERS)
_UNTIL = tuple(word.name for word in UNTIL)
_DUTIES = tuple(word.name for word in OBLIGATIONS)
_CEILINGS = tuple(name for name in CEILINGS if name != "say")
_TRUSTED_OPS = {"relationship.trust": ("<", "<="), "norm.excess": (">", ">=")}
_NOT_HERE = {
    "licence": {
        "tier": "a licence has no tier.",
        "oblige": "a licence has no duties; write a limit with `oblige`.",
        "at_most": "a licence opens; write `opens`, or a limit.",
        "until": "only a limit with `at_most: hold` has `until`.",
        "waives": "a licence waives nothing; write it under `waivers`.",
    },
    "limit": {
        "opens": "a limit never opens; write a licence.",
        "waives": "a limit waives nothing; write it under `waivers`.",
    },
    "waiver": {
        "opens": "a waiver never opens; write a licence.",
        "at_most": "a waiver does not limit; write it under `limits`.",
        "oblige": "a waiver has no duties; write a limit with `oblige`.",
        "until": "only a limit with `at_most: hold` has `until`.",
    },
}


def read_rules(top: Section) -> Iterator[Rule]:
    """Every rule of a file; problems are added to the file's."""
    for name, kind in _KINDS:
        for section in top.sections(name, ()):
            yield read_rule(section, kind)


def read_rule(section: Section, kind: RuleKind) -> Rule:
    """One rule. What is wrong with it is added to the section's problems."""
    for name, reason in _NOT_HERE[kind].items():
        if name in section:
            section.raw(name)
            section.complain(reason, name)
    when, text = _when(section)
    rule = Rule(
        kind=kind,
        id=_id(section),
        when=when,
        when_text=text,
        tier=section.text("tier", one_of=_TIERS) if kind != "licence" else "",
        point=_point(section, kind),
        oblige=section.texts("oblige", (), one_of=_DUTIES) if kind == "limit" else (),
        until=section.text("until", "", one_of=_UNTIL) if kind == "limit" else "",
        waives=_waives(section) if kind == "waiver" else (),
        staff=section.text("staff", ""),
        customer=section.text("customer", ""),
        source=section.text("source", ""),
        file=section.file,
        line=section.line,
    )
    if kind == "limit":
        _check_limit(section, rule)
    if kind == "waiver" and rule.tier in _TIERS and rule.tier != "hers":
        section.complain(f"{rule.id}: only she waives; write `tier: hers`.", "tier")
    _check_trust(section, rule, when)
    _check_built_in(section, rule)
    section.finish()
    return rule


def check_waivers(rules: tuple[Rule, ...]) -> list[Problem]:
    """What waivers name must be norm limits."""
    norms = {rule.id for rule in rules if rule.kind == "limit" and rule.tier == "norm"}
    others = {rule.id: rule for rule in rules if rule.id not in norms}
    problems = []
    for rule in rules:
        for name in rule.waives:
            if name == "*" or name in norms:
                continue
            other = others.get(name)
            kind = f"a {other.tier or 'licence'} rule" if other else "not a rule"
            hint = "" if other else suggestion(name, norms)
            message = f"{rule.id}: `waives` may name norm limits only, and {name} is {kind}.{hint}"
            problems.append(Problem(rule.file, rule.line, message, "waives"))
    return problems


def check_place(rule: Rule, place: str) -> list[Problem]:
    """In a file that holds the law of a place, each rule says that it is about people whom that law protects."""
    parts = rule.when.parts if isinstance(rule.when, AllOf) else (rule.when,)
    named = (part for part in parts if isinstance(part, Atom) and part.key == _PLACE and part.op in ("==", "in"))
    if not place or any(all(f"{value}-".startswith(f"{place}-") for value in part.values) for part in named):
        return []
    message = f'{rule.id}: this file is the law of {place}; write `{_PLACE} == "{place}" && …`.'
    return [Problem(rule.file, rule.line, message, "when")]


def _id(section: Section) -> str:
    name = section.text("id")
    if _ID.fullmatch(name) and name != "no-licence" and len(name) <= 80:
        return name
    if name == "no-licence":
        section.complain("no-licence is what a verdict says when there is none; no rule can have this name.", "id")
    elif name:
        section.complain(f"{shown(name)} is not a rule name; write lower case and hyphens, like she-agreed.", "id")
    return f"the rule in line {section.line}"


def _when(section: Section) -> tuple[Condition, str]:
    """The condition and its text. A condition that cannot be read never holds; the problem stops the policy."""
    written = section.raw("when")
    text = str(written).lower() if isinstance(written, bool) else section.text("when", "")
    if not text:
        if isinstance(written, str):
            section.complain("`when` is empty.", "when")
        return Const(False), text
    try:
        return parse_condition(text, section.file, section.line_of("when")), text
    except Problems as problems:
        section.problems += problems.problems
        return Const(False), text


def _point(section: Section, kind: RuleKind) -> Point:
    if kind == "licence":
        return OPENINGS.get(section.text("opens", "say", one_of=OPENINGS), OPENINGS["say"])
    if kind == "limit":
        return CEILINGS.get(section.text("at_most", "say", one_of=_CEILINGS), CEILINGS["say"])
    return CEILINGS["say"]


def _waives(section: Section) -> tuple[str, ...]:
    value = section.raw("waives")
    if isinstance(value, list):
        names = section.texts("waives")
        if not names:
            section.complain("`waives` names no rule.", "waives")
        return names
    if value != "norm" and "waives" in section:
        section.complain("`waives` is `norm`, or a list of norm limits.", "waives")
    return ("*",)


def _check_limit(section: Section, rule: Rule) -> None:
    if "at_most" not in section and not rule.oblige:
        section.complain(f"{rule.id}: a limit needs `at_most`, `oblige`, or both.")
    if rule.point.when == 1 and not rule.until:
        section.complain(f"{rule.id}: `at_most: hold` needs `until`: {', '.join(_UNTIL)}.", "at_most")
    if rule.point.when != 1 and "until" in section:
        section.complain(f"{rule.id}: only `at_most: hold` has `until`.", "until")


def _check_trust(section: Section, rule: Rule, when: Condition) -> None:
    trusted = TRUSTED_KEYS.intersection(keys_of(when))
    if trusted and not (rule.kind == "limit" and rule.tier == "norm"):
        section.complain(f"{rule.id}: only norm limits may look at {_all(trusted)}.", "when")
    for leaf in leaves(when):
        allowed = _TRUSTED_OPS.get(leaf.key) if isinstance(leaf, Atom) else None
        if allowed and isinstance(leaf, Atom) and leaf.op not in allowed:
            section.complain(
                f"{rule.id}: {leaf.key} may only be compared with {' or '.join(allowed)} in a limit, "
                "so that trust widens and discomfort narrows.",
                "when",
            )


def _check_built_in(section: Section, rule: Rule) -> None:
    ours = USING_IS_NOT_SAYING
    if rule.id == ours.id and (rule.kind, rule.when, rule.point) != (ours.kind, ours.when, ours.point):
        section.complain(
            f"{ours.id} is built in: a policy may give it other sentences, but it stays `at_most: silent` "
            f"when {ours.when_text}.",
            "id",
        )


def _all(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
