"""Hypothesis strategies, directed by the types of the vocabulary: values, flows, conditions, rules, policies.

Everything they make is well formed: the flows would pass `read_flow`, the policies would load. Words that a policy
names turn up in the flows made for it, so that rules meet flows often enough to be worth judging.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, cast

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tactful.model.flow import Flow, Value, read_value
from tactful.model.verdict import CEILINGS, FORMS, OPENINGS, Form
from tactful.model.vocabulary import KEYS, LISTS, TRUSTED_KEYS
from tactful.model.words import Key
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Op, Pair, Part, Policy, Rule
from tactful.testing.reference import USING_IS_NOT_SAYING, leaves

_ORDERS: tuple[Op, ...] = ("<", "<=", ">", ">=")
_OTHER_PLACES = ("eu-de", "us-ny", "au", "ca-qc")
_NUMBERS: dict[tuple[float | None, float | None], tuple[Value, ...]] = {
    (0, None): (0, 1, 2, 3, 30),
    (0, 1): (0, 0.15, 0.5, 0.7, 1),
    (0, 23): (0, 7, 8, 12, 21, 23),
    (-1, 1): (-1, 0, 0.1, 0.15, 0.2, 1),
}


class Removal(NamedTuple):
    """A flow that knows less: `key` was removed from it, or made coarser."""

    key: str
    flow: Flow


class Message(msgspec.Struct, frozen=True):
    """A candidate's flows: its reach, its uses by name, and its variants (use to form), fullest first."""

    reach: Flow
    uses: dict[str, Flow]
    variants: tuple[dict[str, Form], ...]


# -- values and flows ------------------------------------------------------------------------------------------


def pool(key: Key) -> tuple[Value, ...]:
    """The values that are tried for a key: all its words, or numbers around those that rules speak of."""
    if key.kind == "bool":
        return (False, True)
    if key.kind == "number":
        return _NUMBERS.get((key.low, key.high), tuple(each for each in (key.low, key.high) if each is not None))
    if key.kind == "list":
        return ((), *((name,) for name in key.names), tuple(sorted(key.names)))
    return (*key.names, *_OTHER_PLACES) if key.separator == "-" else key.names


def around(name: str, value: Value) -> Iterator[Value]:
    """Values that a careless reading takes for this one: a little more or less, coarser slugs, slugs spelt alike."""
    key = KEYS[name]
    if key.kind == "number" and isinstance(value, int | float):
        steps = (0.01,) if key.high is not None and key.high <= 1 else (1,)
        tried: list[Value] = [value + sign * step for step in steps for sign in (-1, 1)]
    else:
        tried = [*coarser(name, value)]
        tried += [f"{value}x", f"{value}-x", str(value)[:-1]] if key.separator == "-" else []
    yield from (each for each in tried if read_value(key, each)[0] is not None)


def values(key: Key) -> SearchStrategy[Value]:
    """Values that the key may have."""
    if key.kind == "list":
        return st.lists(st.sampled_from(key.names), unique=True, max_size=4).map(lambda names: tuple(sorted(names)))
    return st.sampled_from(pool(key))


@st.composite
def flows(draw: DrawFn, keys: Iterable[str] = tuple(KEYS), words: Mapping[str, Sequence[Value]] | None = None) -> Flow:
    """Flows over some keys, each of them absent now and then. `words` are values to prefer, by key."""
    flow: Flow = {}
    for name in keys:
        preferred = tuple((words or {}).get(name, ()))
        tried = (None, *preferred, *preferred, *pool(KEYS[name]))
        value = draw(st.sampled_from((None,) * (len(tried) // 5) + tried))
        if value is not None:
            flow[name] = value
    return flow


@st.composite
def near(draw: DrawFn, flow: Flow, keys: Iterable[str] = tuple(KEYS), changes: int = 4) -> Flow:
    """Flows like a given one: up to `changes` of the keys have another value, or none."""
    names = draw(st.lists(st.sampled_from(tuple(keys)), unique=True, max_size=changes))
    changed = dict(flow)
    for name in names:
        value = draw(st.none() | values(KEYS[name]))
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return changed


def coarser(key: str, value: Value) -> Iterator[Value]:
    """A slug at each higher level: `us` for `us-wa`."""
    separator = KEYS[key].separator
    while separator and separator in str(value):
        value = str(value).rpartition(separator)[0]
        yield value


ODD: dict[str, tuple[Any, ...]] = {
    "bool": (1, "true"),
    "number": (math.nan, math.inf, True, "0", -9),
    "list": (("nowhere",), "market"),
}
"""Values that no key of a kind may have."""
ODD_WORDS: tuple[Any, ...] = ("nowhere", ["nowhere"])
"""The same for words and slugs."""


def every_odd_value(flow: Flow, key: str) -> Iterator[Flow]:
    """The flow with values of a key that it may not have, as `read_flow` would leave out."""
    for value in ODD.get(KEYS[key].kind, ODD_WORDS):
        yield {**flow, key: value}


def every_single_removal(flow: Flow) -> Iterator[Removal]:
    """Every flow that knows one thing less: each key removed, each slug made coarser at each level."""
    for key, value in flow.items():
        yield Removal(key, {name: each for name, each in flow.items() if name != key})
        for less in coarser(key, value):
            yield Removal(key, {**flow, key: less})


@st.composite
def weaker(draw: DrawFn, flow: Flow) -> Flow:
    """Flows that know less than a given one: some keys removed, some slugs made coarser."""
    less = dict(flow)
    for key in draw(st.lists(st.sampled_from(sorted(flow)), unique=True)) if flow else []:
        value = draw(st.sampled_from((None, *coarser(key, flow[key]))))
        less.pop(key)
        if value is not None:
            less[key] = value
    return less


# -- conditions --------------------------------------------------------------------------------------------------


@st.composite
def atoms(draw: DrawFn, name: str) -> Condition:
    """A comparison that is allowed for a key. Trust is looked at from below, excess from above (SEMANTICS 9)."""
    key = KEYS[name]
    if name in TRUSTED_KEYS:
        trusted: tuple[Op, ...] = ("<", "<=") if name == "relationship.trust" else (">", ">=")
        return Atom(name, draw(st.sampled_from(trusted)), (draw(values(key)),))
    if key.kind == "list":
        return Pair("scenario.purpose", draw(st.sampled_from(("in", "not in"))), name)
    if key.kind == "bool":
        return Atom(name, "==", (draw(values(key)),))
    ops: tuple[Op, ...] = ("==", "!=")
    if key.kind != "number":
        ops += ("in", "not in", "in")
    if key.kind in ("number", "ordered"):
        ops += _ORDERS
    op = draw(st.sampled_from(ops))
    if op in ("in", "not in"):
        return Atom(name, op, tuple(draw(st.lists(values(key), min_size=1, max_size=4, unique=True))))
    return Atom(name, op, (draw(values(key)),))


def _comparable(left: Key, right: Key) -> bool:
    same = left.kind == right.kind == "ordered" and left.names == right.names
    return left is not right and (same or left.kind == right.kind == "number")


def _pairs(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Keys that may be compared with each other."""
    plain = [KEYS[name] for name in keys if name not in TRUSTED_KEYS]
    return [(left.name, right.name) for left in plain for right in plain if _comparable(left, right)]


@st.composite
def conditions(draw: DrawFn, keys: Sequence[str] = tuple(KEYS), depth: int = 2) -> Condition:
    """Conditions over some keys, in negation normal form."""
    shape = draw(st.sampled_from(("atom", "atom", "all", "any", "pair", "const") if depth else ("atom", "pair")))
    pairs = _pairs(keys)
    if shape == "const":
        return Const(draw(st.sampled_from((True, True, False))))
    if shape == "pair" and pairs:
        left, right = draw(st.sampled_from(pairs))
        return Pair(left, draw(st.sampled_from((*_ORDERS, "==", "!="))), right)
    if shape in ("all", "any"):
        parts = tuple(draw(st.lists(conditions(keys, depth - 1), min_size=2, max_size=3)))
        return AllOf(parts) if shape == "all" else AnyOf(parts)
    return draw(atoms(draw(st.sampled_from(tuple(keys)))))


def written(condition: Condition) -> str:
    """A condition as a person would write it in a policy file."""
    match condition:
        case Const(value):
            return json.dumps(value)
        case Atom(key, "in" | "not in" as op, several):
            return f"{key} in {json.dumps(several)}" if op == "in" else f"!({key} in {json.dumps(several)})"
        case Atom(key, op, (value,)):
            return f"{key} {op} {json.dumps(value)}"
        case Pair(left, op, right):
            return f"!({left} in {right})" if op == "not in" else f"{left} {op} {right}"
        case AllOf(parts):
            return "(" + " && ".join(map(written, parts)) + ")"
        case AnyOf(parts):
            return "(" + " || ".join(map(written, parts)) + ")"
        case _:
            raise ValueError(f"{condition!r} cannot be written")


# -- rules and policies ------------------------------------------------------------------------------------------


@st.composite
def licences(draw: DrawFn, id: str, keys: Sequence[str]) -> Rule:
    """Licences, every other one of them without condition; they never look at trust."""
    when = draw(st.just(Const(True)) | conditions([key for key in keys if key not in TRUSTED_KEYS]))
    opens = draw(st.sampled_from(("say", "say", "soften", "silent", "ask")))
    return Rule(kind="licence", id=id, when=when, when_text=written(when), point=OPENINGS[opens])


@st.composite
def limits(draw: DrawFn, id: str, keys: Sequence[str]) -> Rule:
    """Limits of any tier, with a ceiling, duties, or both."""
    tier = draw(st.sampled_from(("norm", *(word.name for word in LISTS["tier"]))))
    trusted = [key for key in keys if key in TRUSTED_KEYS]
    plain = [key for key in keys if key not in TRUSTED_KEYS]
    when = draw(conditions([*plain, *trusted, *trusted] if tier == "norm" else plain))
    at_most = draw(st.sampled_from(("", "soften", "silent", "ask", "hold", "never")))
    duties = st.sampled_from([word.name for word in LISTS["obligation"]])
    oblige = draw(st.lists(duties, unique=True, min_size=0 if at_most else 1, max_size=2))
    until = draw(st.sampled_from([word.name for word in LISTS["until"]])) if at_most == "hold" else ""
    return Rule(
        kind="limit",
        id=id,
        when=when,
        when_text=written(when),
        tier=tier,
        point=CEILINGS[at_most or "say"],
        oblige=tuple(oblige),
        until=until,
    )


@st.composite
def waivers(draw: DrawFn, id: str, keys: Sequence[str], norms: Sequence[str]) -> Rule:
    """Waivers of all norms, or of some by name."""
    when = draw(conditions([key for key in keys if key not in TRUSTED_KEYS], depth=1))
    every = st.just(("*",))
    some = st.lists(st.sampled_from(tuple(norms)), unique=True, min_size=1).map(tuple) if norms else every
    waives = draw(every | some)
    return Rule(kind="waiver", id=id, when=when, when_text=written(when), tier="hers", waives=waives)


def _few_keys() -> SearchStrategy[list[str]]:
    kinds = sorted({key.kind for key in KEYS.values()})
    by_kind = [[key.name for key in KEYS.values() if key.kind == kind] for kind in kinds]
    one = st.one_of(*(st.sampled_from(names) for names in by_kind), st.sampled_from(sorted(TRUSTED_KEYS)))
    return st.lists(one, min_size=3, max_size=6, unique=True).filter(lambda keys: bool(set(keys) - TRUSTED_KEYS))


@st.composite
def policies(draw: DrawFn, keys: Sequence[str] | None = None) -> Policy:
    """Small policies whose rules speak of few keys, so that they meet."""
    over = tuple(keys or draw(_few_keys()))
    opening = [draw(licences(f"may-{number}", over)) for number in range(draw(st.integers(1, 3)))]
    order = draw(st.permutations(range(draw(st.integers(0, 4)))))
    narrowing = [draw(limits(f"not-{number}", over)) for number in order]
    norms = [limit.id for limit in narrowing if limit.tier == "norm"]
    hers = [draw(waivers(f"she-{number}", over, norms)) for number in range(draw(st.integers(0, 2)))]
    return policy_of(opening, narrowing, hers)


def policy_of(licences: Sequence[Rule], limits: Sequence[Rule] = (), waivers: Sequence[Rule] = ()) -> Policy:
    """A policy of just these rules and the built-in one, without cases and claims."""
    limits = (*limits, USING_IS_NOT_SAYING)
    rules = (*licences, *limits, *waivers)
    return Policy(
        name="made/up",
        version=1,
        licences=tuple(licences),
        limits=limits,
        waivers=tuple(waivers),
        cases=(),
        claims=(),
        made_of=(Part("made/up", 1),),
        digest=sha256(msgspec.json.encode(rules)).hexdigest(),
    )


def words_of(policy: Policy) -> dict[str, list[Value]]:
    """The values that a policy names, by key; every key that it reads is there."""
    found: dict[str, list[Value]] = {"act": []}
    for rule in policy.rules:
        for leaf in leaves(rule.when):
            if isinstance(leaf, Atom):
                found.setdefault(leaf.key, []).extend(leaf.values)
            elif isinstance(leaf, Pair):
                found.setdefault(leaf.left, [])
                found.setdefault(leaf.right, [])
    return found


def flows_for(policy: Policy) -> SearchStrategy[Flow]:
    """Flows over the keys that a policy reads, with the values that it names and those around them."""
    words = words_of(policy)
    for name, named in words.items():
        named.extend([near for value in tuple(named) for near in around(name, value)])
    return flows(tuple(words), words)


@st.composite
def policies_and_flows(draw: DrawFn) -> tuple[Policy, Flow]:
    """A policy and a flow that it has something to say about."""
    policy = draw(policies())
    return policy, draw(flows_for(policy))


@st.composite
def messages(draw: DrawFn, policy: Policy) -> Message:
    """Messages of up to three uses and three variants that a policy has something to say about."""
    names = ("first", "second", "third")[: draw(st.integers(1, 3))]
    some = flows_for(policy)
    forms = cast(SearchStrategy[Form], st.sampled_from(FORMS))
    variant = st.dictionaries(st.sampled_from(names), forms, min_size=1)
    return Message(
        reach={**draw(some), "act": "reach"},
        uses={name: draw(some) for name in names},
        variants=tuple(draw(st.lists(variant, min_size=1, max_size=3))),
    )
