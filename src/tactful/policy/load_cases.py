"""The cases and claims of one policy file: flows laid over a cast with what is expected, and what always holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tactful.model.document import Section
from tactful.model.flow import flatten, read_flow, shown
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.verdict import FORMS, NAMES
from tactful.model.vocabulary import KEYS
from tactful.model.words_verdict import OBLIGATIONS, UNTIL
from tactful.policy.language import parse_condition
from tactful.policy.rules import Case, Claim, Op

DEFAULT_CAST = "known"

_CLAIM = re.compile(r"(?s)(.*)\simplies\s+verdict\s*(==|!=|<=|>=|<|>)\s*(\S+)\s*")
_OPS: dict[str, Op] = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_UNTIL = tuple(word.name for word in UNTIL)
_DUTIES = tuple(word.name for word in OBLIGATIONS)
_MESSAGE_VERDICTS = ("never", "hold", "ask", "say")


def read_casts(top: Section) -> dict[str, dict[str, Any]]:
    """The people that cases start from, each as flat keys that may still hold `unknown`."""
    section = top.section("cast", None)
    if section is None:
        return {}
    casts = {}
    for name in section.values:
        person = section.section(name)
        casts[name] = _flat(person) if person else {}
    return casts


def read_cases(top: Section, casts: Mapping[str, Mapping[str, Any]]) -> list[Case]:
    """Every case of a file; problems are added to the file's."""
    return [_read_case(section, casts) for section in top.sections("cases", ())]


def read_claims(top: Section, whole: str) -> list[Claim]:
    """Every claim of a file: `CONDITION implies verdict OPERATOR NAME`. `whole` is its text, to find the lines in."""
    lines = whole.splitlines()
    line = top.line_of("claims")
    claims = []
    for text in top.texts("claims", ()):
        line = _line_of(text, lines, line)
        try:
            claims.append(_read_claim(text, top.file, line))
        except Problems as problems:
            top.problems += problems.problems
    return claims


def _read_claim(text: str, file: str, line: int) -> Claim:
    match = _CLAIM.fullmatch(text) if len(text) <= 20_000 else None
    if match is None:
        message = f"{shown(text)} is not a claim; write `CONDITION implies verdict == never`."
        raise Problems([Problem(file, line, message, "claims")])
    when, op, name = match.groups()
    name = name.strip("\"'")
    if name not in NAMES:
        message = f"{shown(name)} is not a verdict.{suggestion(name[:80], NAMES)}"
        raise Problems([Problem(file, line, message, "claims")])
    return Claim(text, parse_condition(when, file, line), _OPS[op], name, file, line)


def _line_of(claim: str, lines: list[str], after: int) -> int:
    """The line that a claim begins in: the first from `after` on that holds its first words as they are written."""
    start = claim[:40].split(" implies")[0].strip()
    found = (number for number in range(after, len(lines) + 1) if start and start in lines[number - 1])
    return next(found, after)


def check_names(cases: Iterable[Case], rules: set[str]) -> list[Problem]:
    """Every rule that a case expects must exist."""
    known = rules | {"no-licence"}
    return [
        Problem(case.file, case.line, f"{case.name}: there is no rule {name}.{suggestion(name, known)}", key)
        for case in cases
        for key in ("because", "also")
        for name in case.expect.get(key, ())
        if name not in known
    ]


def _flat(section: Section) -> dict[str, Any]:
    """Nested or dotted keys as flat ones, each checked where it stands; `unknown` stays, to remove what it covers."""
    flat: dict[str, Any] = {}
    for name, value in section.plain().items():
        words = flatten({name: value})
        section.problems += read_flow(words, section.file, section.line_of(name))[1]
        flat.update(words)
    return flat


def _read_case(section: Section, casts: Mapping[str, Mapping[str, Any]]) -> Case:
    name = section.text("name")
    given = section.section("given", None)
    cast = _cast(section, casts)
    said = _flat(given) if given else {}
    uses = _uses(section, cast, said)
    case = Case(
        name=name,
        given=dict(read_flow({**cast, **said})[0]),
        expect=_expect(section, set(uses)),
        source=section.text("source", ""),
        uses=uses,
        variants=_variants(section, set(uses)),
        file=section.file,
        line=section.line,
    )
    section.finish()
    return case


def _cast(section: Section, casts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    name = section.text("cast", DEFAULT_CAST)
    if name not in casts and "cast" in section:
        section.complain(f"there is no cast {name}.{suggestion(name, casts)}", "cast")
    return casts.get(name, {})


def _uses(section: Section, cast: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each use as a flow: the scenario of the case, and the facts of the use laid over the cast's."""
    written = section.section("uses", None)
    if written is None:
        return {}
    scene = {key: value for key, value in said.items() if key != "act" and not key.startswith("fact.")}
    uses = {}
    for name in written.values:
        use = written.section(name)
        uses[name] = dict(read_flow({**cast, **scene, **(_flat(use) if use else {})})[0])
    return uses


def _variants(section: Section, uses: set[str]) -> tuple[dict[str, str], ...]:
    variants = []
    for variant in section.sections("variants", ()):
        forms = {}
        for name in variant.values:
            forms[name] = variant.text(name, one_of=FORMS)
            if name not in uses:
                variant.complain(f"there is no use {name}.{suggestion(name, uses)}", name)
        variants.append(forms)
    if bool(uses) != bool(variants):
        section.complain("`uses` and `variants` go together.", "uses")
    return tuple(variants)


def _expect(section: Section, uses: set[str]) -> dict[str, Any]:
    expect = section.section("expect")
    if expect is None:
        return {}
    found: dict[str, Any] = {"verdict": expect.text("verdict", one_of=_MESSAGE_VERDICTS if uses else NAMES)}
    lists: dict[str, Iterable[str] | None] = {"because": None, "also": None, "missing": KEYS}
    lists |= {"until": _UNTIL, "obligations": _DUTIES, "ask": uses}
    for name, allowed in lists.items():
        wanted = expect.texts(name, (), one_of=allowed)
        if name in expect:
            found[name] = wanted
    variant = expect.integer("variant", 0, low=0)
    if "variant" in expect:
        found["variant"] = variant
    for name in ("variant", "ask"):
        if name in expect and not uses:
            expect.complain(f"only a message with `uses` expects `{name}`.", name)
    expect.finish()
    return found
