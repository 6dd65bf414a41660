"""How long the same rules take in CEL, compiled by Rust: `python benchmarks/judge_cel.py [flows]`.

The whole policy is one expression, compiled once: the ladder of verdicts as nested choices over the conditions of the
limits, read as `missing || comparison`, and of the licences, read as `present && comparison`. Such an expression names
a verdict and nothing else; a second one lists the rules that hold, as reasons. Both must agree with the judge on every
flow, or nothing is timed. The flows are those of `benchmarks/judge.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from judge import PACK, RUNGS, complete_flows, context, microseconds, packaged, reaches

from tactful.model.flow import Flow
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth_of_atom
from tactful.policy.load import load_policy
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Pair, Policy, Rule

SCALE = 1_000_000


class Cel:
    """The policy in CEL."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.name = '"never"'
        for rung in reversed(RUNGS):
            opened = either(self.holds(rule) for rule in policy.licences if reaches(rung, rule.point))
            shut = either(self.holds(rule) for rule in policy.limits if not reaches(rung, rule.point))
            self.name = f'({opened}) && !({shut}) ? "{rung}" : ({self.name})'
        rules = (*policy.licences, *policy.limits)
        self.held = "[" + ", ".join(f'{self.holds(rule)} ? "{rule.id}" : ""' for rule in rules) + "]"

    def holds(self, rule: Rule) -> str:
        """Whether a rule holds; a norm limit, if it is not waived."""
        when = self.condition(rule.when, possibly=rule.kind == "limit")
        for waiver in self.policy.waivers if rule.tier == "norm" else ():
            if "*" in waiver.waives or rule.id in waiver.waives:
                when = f"{when} && !({self.condition(waiver.when, possibly=False)})"
        return f"({when})"

    def condition(self, condition: Condition, possibly: bool) -> str:
        if isinstance(condition, Const):
            return str(condition.value).lower()
        if isinstance(condition, AllOf | AnyOf):
            word = " && " if isinstance(condition, AllOf) else " || "
            return "(" + word.join(self.condition(part, possibly) for part in condition.parts) + ")"
        keys = (condition.key,) if isinstance(condition, Atom) else (condition.left, condition.right)
        test = atom(condition, possibly) if isinstance(condition, Atom) else pair(condition)
        if keys == ("relationship.trust",):
            return test
        if possibly:
            return "(" + " || ".join([*(f'!("{key}" in f)' for key in keys), test]) + ")"
        return "(" + " && ".join([*(f'"{key}" in f' for key in keys), test]) + ")"


def either(parts: Iterable[str]) -> str:
    return " || ".join(parts) or "false"


def atom(atom: Atom, possibly: bool) -> str:
    key, name = KEYS[atom.key], f'f["{atom.key}"]'
    if key.kind == "number":
        return f"{name} {atom.op} {round(float(str(atom.values[0])) * SCALE)}"
    if key.kind == "bool":
        return f"{name} == {str(atom.values[0]).lower()}"
    if atom.key == "customer.jurisdiction":
        return place(atom, possibly)
    if key.kind == "ordered" and atom.op in ("<", "<=", ">", ">="):
        return f"{name} {atom.op} {key.names.index(str(atom.values[0]))}"
    wanted = (True, None) if possibly else (True,)
    values = [value for value in key.names if truth_of_atom(atom, value) in wanted]
    written = [str(key.names.index(value)) if key.kind == "ordered" else f'"{value}"' for value in values]
    return f"{name} in [{', '.join(written)}]"


def place(atom: Atom, possibly: bool) -> str:
    if atom.op in ("!=", "not in"):
        return f"!({place(Atom(atom.key, 'in', atom.values), not possibly)})"
    name, slugs = f'f["{atom.key}"]', [str(value) for value in atom.values]
    above = {"-".join(slug.split("-")[:n]) for slug in slugs for n in range(1, slug.count("-") + 1)}
    tests = [f'{name} == "{slug}" || {name}.startsWith("{slug}-")' for slug in slugs]
    tests += [f'{name} == "{slug}"' for slug in sorted(above)] if possibly else []
    return f"({' || '.join(tests)})"


def pair(pair: Pair) -> str:
    left, right = f'f["{pair.left}"]', f'f["{pair.right}"]'
    if pair.op in ("in", "not in"):
        return f"{'!' if pair.op == 'not in' else ''}({left} in {right})"
    return f"{left} {pair.op} {right}"


def engines(policy: Policy) -> tuple[Callable[[Flow], str], Callable[[Flow], list[str]]]:
    """Ways to ask CEL for the name of a verdict, and for the rules that hold."""
    import cel  # the one part of `bench` that is not needed otherwise

    written = Cel(policy)
    name, held = cel.compile(written.name), cel.compile(written.held)

    def name_of(flow: Flow) -> Any:
        return name.execute({"f": context(flow)})

    def held_of(flow: Flow) -> Any:
        return held.execute({"f": context(flow)})

    return name_of, held_of


def main() -> None:
    policy = load_policy(PACK, packaged)
    judge = compile_policy(policy)
    flows = complete_flows(policy, int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    try:
        name, held = engines(policy)
    except ImportError:
        raise SystemExit("common-expression-language is not here: `make bench` installs it.") from None
    unlisted = {"no-licence", *(waiver.id for waiver in policy.waivers)}
    for flow in flows:
        verdict = judge.verdict(flow)
        rules = {*verdict.because, *verdict.also} - {*verdict.waived, *unlisted}
        if name(flow) != verdict.name or {each for each in held(flow) if each} != rules:
            raise SystemExit(f"CEL disagrees, for example on {flow}")
    ours = microseconds(judge.verdict, flows)
    print(f"{PACK}: {len(policy.rules)} rules, {len(flows)} flows")
    print(f"{ours:10.2f} µs         verdict with all reasons, generated Python")
    for label, engine in (("the name alone", name), ("the rules that hold", held)):
        figure = microseconds(engine, flows, 3.0)
        print(f"{figure:10.2f} µs {figure / ours:6.0f} × CEL in Rust, one expression: {label}")


if __name__ == "__main__":
    main()
