"""How long one verdict takes, and how much longer the same rules take in Cedar: `python benchmarks/judge.py [flows]`.

The flows are those of the shipped cases and variations of them in which nothing is absent. Cedar has no ladder of
verdicts, so that each rung is an action of its own (say, soften, silent, ask, hold) with the limits that forbid it and
the licences that permit it; the highest rung that Cedar allows is the verdict. Both must name the same verdict for
every flow, or nothing is timed. Cedar's policies are parsed once, beforehand, where that is not stated otherwise.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from tactful.model.flow import Flow
from tactful.model.verdict import NAMES, Point
from tactful.model.vocabulary import KEYS
from tactful.policy.compile import compile_policy
from tactful.policy.evaluate import truth_of_atom
from tactful.policy.judge import Judge
from tactful.policy.load import load_policy
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Pair, Policy, Rule
from tactful.policy.source import values_of

PACK = "norm/retail-cases"
RUNGS = ("say", "soften", "silent", "ask", "hold")
SCALE = 1_000_000
"""Cedar has whole numbers only: every number counts millionths."""


def packaged(name: str) -> tuple[str, str]:
    return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8"), f"{name}.yaml"


def complete_flows(policy: Policy, count: int) -> list[Flow]:
    """Case flows with every key of the policy present, and variations in two keys; the same ones each time."""
    chance = random.Random(11)
    keys = sorted({key for rule in policy.rules for key in keys_read(rule.when)})
    bases: list[Flow] = [{"norm.excess": -0.2, **case.given} for case in policy.cases]
    flows: list[Flow] = []
    while len(flows) < count:
        flow = dict(bases[len(flows) % len(bases)])
        varied = chance.sample(keys, 2) if len(flows) >= len(bases) else []
        for key in keys:
            if key not in flow or key in varied:
                flow[key] = some_value(key, chance)
        flows.append(flow)
    return flows


def some_value(key: str, chance: random.Random) -> Any:
    kind = KEYS[key].kind
    if key == "customer.jurisdiction":
        return chance.choice(["uk", "eu", "eu-fr", "us-ca", "us-wa"])
    if kind == "number":
        return chance.randrange(0, 5) / 5 if KEYS[key].high else chance.randrange(0, 5)
    if kind == "list":
        return tuple(sorted(chance.sample(KEYS[key].names, 4)))
    return chance.choice(values_of(key))


def keys_read(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Atom):
        yield condition.key
    elif isinstance(condition, Pair):
        yield from (condition.left, condition.right)
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from keys_read(part)


class Cedar:
    """The policy in Cedar's words."""

    def __init__(self, policy: Policy) -> None:
        self.waivers = policy.waivers
        rules = [self.rule(rung, rule) for rung in RUNGS for rule in (*policy.licences, *policy.limits)]
        self.text = "\n".join(rule for rule in rules if rule)

    def rule(self, rung: str, rule: Rule) -> str:
        opens = rule.kind == "licence"
        if reaches(rung, rule.point) != opens:
            return ""
        effect = "permit" if opens else "forbid"
        when = self.condition(rule.when, possibly=not opens)
        for waiver in self.waivers if rule.tier == "norm" else ():
            if "*" in waiver.waives or rule.id in waiver.waives:
                when = f"({when}) && !({self.condition(waiver.when, possibly=False)})"
        return f'@id("{rung}/{rule.id}") {effect} (principal, action == Action::"{rung}", resource) when {{ {when} }};'

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
            return "(" + " || ".join([*(f'!(context has "{key}")' for key in keys), test]) + ")"
        return "(" + " && ".join([*(f'context has "{key}"' for key in keys), test]) + ")"


def reaches(rung: str, point: Point) -> bool:
    """Whether a ceiling or an opening leaves this rung of the ladder."""
    least = {"say": (2, 2, 2), "soften": (2, 1, 2), "silent": (2, 0, 2), "ask": (1, 0, 2), "hold": (1, 0, 1)}[rung]
    return all(need <= has for need, has in zip(least, point, strict=True))


def atom(atom: Atom, possibly: bool) -> str:
    key, name = KEYS[atom.key], f'context["{atom.key}"]'
    if key.kind == "number":
        return f"{name} {atom.op} {round(float(atom.values[0]) * SCALE)}"  # type: ignore[arg-type]
    if key.kind == "bool":
        return f"{name} == {str(atom.values[0]).lower()}"
    if atom.key == "customer.jurisdiction":
        return place(atom, possibly)
    if key.kind == "ordered" and atom.op in ("<", "<=", ">", ">="):
        return f"{name} {atom.op} {key.names.index(str(atom.values[0]))}"
    wanted = (True, None) if possibly else (True,)
    values = [value for value in key.names if truth_of_atom(atom, value) in wanted]
    written = [str(key.names.index(value)) if key.kind == "ordered" else f'"{value}"' for value in values]
    return f"[{', '.join(written)}].contains({name})" if written else "false"


def place(atom: Atom, possibly: bool) -> str:
    if atom.op in ("!=", "not in"):
        return f"!({place(Atom(atom.key, 'in', atom.values), not possibly)})"
    name, slugs = f'context["{atom.key}"]', [str(value) for value in atom.values]
    above = {"-".join(slug.split("-")[:n]) for slug in slugs for n in range(1, slug.count("-") + 1)}
    tests = [f'{name} == "{slug}" || {name} like "{slug}-*"' for slug in slugs]
    tests += [f'{name} == "{slug}"' for slug in sorted(above)] if possibly else []
    return f"({' || '.join(tests)})"


def pair(pair: Pair) -> str:
    left, right = f'context["{pair.left}"]', f'context["{pair.right}"]'
    if pair.op in ("in", "not in"):
        return f"{'!' if pair.op == 'not in' else ''}{right}.contains({left})"
    return f"{left} {pair.op} {right}"


def context(flow: Flow) -> dict[str, Any]:
    """A flow as Cedar's context; trust that is absent is nought."""
    found: dict[str, Any] = {"relationship.trust": 0}
    for name, value in flow.items():
        key = KEYS[name]
        if key.kind == "number":
            found[name] = round(float(value) * SCALE)  # type: ignore[arg-type]
        elif key.kind == "ordered":
            found[name] = key.names.index(str(value))
        else:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def request(rung: str, told: dict[str, Any]) -> dict[str, Any]:
    return {"principal": 'User::"us"', "action": f'Action::"{rung}"', "resource": 'Flow::"one"', "context": told}


def cedar_engines(policy: Policy) -> dict[str, Callable[[Flow], str]]:
    """Ways to ask Cedar for the name of a verdict, the best of them included."""
    import cedarpy  # the one part of `bench` that is not needed otherwise

    text = Cedar(policy).text
    parsed, nobody = cedarpy.PolicySet.from_str(text), cedarpy.Entities.from_json_str("[]")

    def climb(policies: Any) -> Callable[[Flow], str]:
        def name(flow: Flow) -> str:
            told = context(flow)
            for rung in RUNGS:
                answer = cedarpy.is_authorized(request(rung, told), policies, nobody)
                if answer.diagnostics.errors:
                    raise SystemExit(f"Cedar could not evaluate: {answer.diagnostics.errors}")
                if answer.allowed:
                    return rung
            return "never"

        return name

    def at_once(flow: Flow) -> str:
        told = context(flow)
        answers = cedarpy.is_authorized_batch([request(rung, told) for rung in RUNGS], parsed, nobody)
        return next((rung for rung, answer in zip(RUNGS, answers, strict=True) if answer.allowed), "never")

    return {
        "Cedar, policies parsed once, from the top": climb(parsed),
        "Cedar, policies parsed once, five at once": at_once,
        "Cedar, policies as text, from the top": climb(text),
    }


def microseconds(judge: Callable[[Flow], object], flows: Sequence[Flow], seconds: float = 1.0) -> float:
    """The least mean time per flow over repeated rounds."""
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        start = time.perf_counter()
        for flow in flows:
            judge(flow)
        best = min(best, time.perf_counter() - start)
    return best / len(flows) * 1e6


def own_figures(judge: Judge, flows: list[Flow]) -> float:
    thinned = [
        {key: flow[key] for place, key in enumerate(sorted(flow), number) if place % 7}
        for number, flow in enumerate(flows)
    ]
    start = time.perf_counter()
    for flow in flows:
        judge.verdict(flow)
    first = (time.perf_counter() - start) / len(flows) * 1e6
    verdict = microseconds(judge.verdict, flows)
    rows = {
        "verdict with all reasons, complete flow": verdict,
        "verdict with all reasons, one key in seven absent": microseconds(judge.verdict, thinned),
        "the same flows when the judge is new and has kept nothing yet": first,
        "point": microseconds(judge.point, flows),
        "how a use stands in one form": microseconds(lambda flow: judge.standing(flow, "explicit"), flows),
    }
    for name, figure in rows.items():
        print(f"{figure:10.2f} µs         {name}")
    return verdict


def main() -> None:
    policy = load_policy(PACK, packaged)
    start = time.perf_counter()
    judge = compile_policy(policy)
    made = time.perf_counter() - start
    flows = complete_flows(policy, int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    names = [verdict.name for verdict in map(compile_policy(policy).verdict, flows)]
    counts = {name: names.count(name) for name in NAMES}
    print(f"{PACK}: {len(policy.rules)} rules, compiled in {made * 1e3:.0f} ms; {len(flows)} flows: {counts}")
    ours = own_figures(judge, flows)
    try:
        engines = cedar_engines(policy)
    except ImportError:
        raise SystemExit("cedarpy is not here: `make bench` installs it.") from None
    sample = flows[:: max(1, len(flows) // 40)]
    for name, engine in engines.items():
        wrong = [flow for flow in sample if engine(flow) != judge.verdict(flow).name]
        if wrong:
            raise SystemExit(f"{name} disagrees on {len(wrong)} of {len(sample)} flows, for example {wrong[0]}")
        figure = microseconds(engine, sample, 3.0)
        print(f"{figure:10.2f} µs {figure / ours:6.0f} × {name}")


if __name__ == "__main__":
    main()
