"""The answers to why not, how to and what if, line by line: for staff with rules, values and whose they are, for her
with nothing but what may be told to her.

She never reads a rule, a value, a fact she has not seen, nor what would be done with one. Where anything that was
judged is not known to her, is delicate or is about somebody else, or where the reason itself is delicate, the answer to
every question is the one sentence of `why`, and no way is listed: the ways could tell what is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tactful.explain.phrases import MEANINGS, NEUTRAL, PHRASES, STAFF_DUTIES, STAFF_UNTIL
from tactful.explain.sentences import DELICATE_CATEGORIES, is_delicate, rules_named, verdict_sentences
from tactful.model.answers import Blocked, Obstacle, Read, Way, WhatIf, Whose
from tactful.model.flow import Value, shown
from tactful.model.verdict import Verdict, VerdictName
from tactful.policy.rules import Policy

WHOSE: dict[Whose, str] = {"ours": "ours", "hers": "hers", "law": "the law's", "fixed": "fixed"}
NOTHING = "nothing of one or two changes that are ours to make"
NO_NEED = "It is so already."

WOULD: dict[VerdictName, str] = {
    "never": "We would leave it alone then.",
    "hold": "We would wait with it then.",
    "ask": "We would ask you first then.",
    "silent": "We would have you in mind then, and not bring it up.",
    "soften": "We would keep it general then.",
    "say": "We would tell you openly then.",
}
"""What she reads of what would be."""


class Row(NamedTuple):
    """One line for staff: a label, empty where the one above goes on, and the text."""

    label: str
    text: str


def why_rows(policy: Policy, verdict: Verdict) -> tuple[Row, ...]:
    """The verdict on a flow with the rules that decided it and those that held besides, for staff."""
    rows = [Row(PHRASES[verdict.name], MEANINGS[verdict.name]), *because_rows(policy, verdict.because)]
    rows += _labelled("also", (_of_rule(policy, name) for name in verdict.also))
    rows += _labelled("not known", (f"{key}: to know it could change this" for key in verdict.missing))
    rows += _labelled("waits", (STAFF_UNTIL[event] for event in verdict.until))
    rows += _labelled("must", (STAFF_DUTIES[duty] for duty in verdict.obligations))
    return tuple(rows)


def because_rows(policy: Policy, because: Iterable[str]) -> tuple[Row, ...]:
    """The rules that decided."""
    return tuple(_labelled("decided by", (_of_rule(policy, name) for name in because)))


def enough_rows(now: VerdictName) -> tuple[Row, ...]:
    """Nothing needs to change."""
    return (Row(PHRASES[now], NO_NEED),)


def why_not_rows(now: VerdictName, wanted: VerdictName, blocked: Iterable[Blocked], note: str = "") -> tuple[Row, ...]:
    """What stands between a verdict and the wanted one, for staff."""
    rows = [Row(PHRASES[now], f"and not {PHRASES[wanted]}")]
    found = tuple(blocked)
    if not found and not note:
        return enough_rows(now)
    for each in found:
        rows.append(Row("to " + each.act, each.use))
        rows += [Row("", line) for obstacle in each.obstacles for line in _of_obstacle(obstacle)]
    if note:
        rows.append(Row("note", note))
    return tuple(rows)


def how_to_rows(
    now: VerdictName,
    wanted: VerdictName,
    ways: Iterable[Way],
    nearer: Iterable[Way] = (),
    until: Iterable[str] = (),
) -> tuple[Row, ...]:
    """What would change it, for staff; each line was judged again. What is waited for no change of ours replaces."""
    rows = [Row(PHRASES[now], f"to get to {PHRASES[wanted]}"), *_labelled("would change", map(_of_way, ways))]
    if len(rows) == 1:
        rows.append(Row("would change", NOTHING))
    rows += _labelled("nearer", map(_of_way, nearer))
    return (*rows, *_labelled("waits for", (STAFF_UNTIL[event] for event in until)))


def what_if_rows(policy: Policy, asked: WhatIf) -> tuple[Row, ...]:
    """A flow as it is and as it would be, for staff."""
    rows = [Row("as it is", PHRASES[asked.before.name]), Row("then", PHRASES[asked.after.name])]
    rows += because_rows(policy, asked.after.because)
    rows += _labelled("not known", (f"{key}: to know it could change this" for key in asked.after.missing))
    if asked.forgotten:
        rows.append(Row("no longer", f"known after this change: {', '.join(asked.forgotten)}"))
    return tuple(rows)


def is_hushed(policy: Policy, judged: Iterable[tuple[Verdict, Mapping[str, Value]]]) -> bool:
    """Whether she may be told nothing but the sentence of `why`."""
    return any(_is_hushed(policy, verdict, flow) for verdict, flow in judged)


def for_her(sentence: str, ways: Iterable[Way], hushed: bool) -> tuple[str, ...]:
    """What she reads: the sentence of `why`, and what we could do instead."""
    told = (sentence,) if sentence else ()
    if hushed or sentence in NEUTRAL.values():
        return told
    return (*told, *dict.fromkeys(" ".join(step.customer for step in way.steps) for way in ways))


def what_if_for_her(policy: Policy, asked: WhatIf, flow: Mapping[str, Value]) -> tuple[str, ...]:
    """What she reads of a flow as it is, and as it would be."""
    before = verdict_sentences(policy, asked.before, flow).customer
    if is_hushed(policy, ((asked.before, flow), (asked.after, asked.flow))):
        return (before,) if before else ()
    return (before, WOULD[asked.after.name]) if before else (WOULD[asked.after.name],)


def _is_hushed(policy: Policy, verdict: Verdict, flow: Mapping[str, Value]) -> bool:
    if flow.get("act") == "reach":
        return any(is_delicate(rule) for rule in rules_named(policy, verdict.because) if rule.kind == "limit")
    plain = flow.get("fact.sensitivity") == "ordinary" and flow.get("fact.about") == "self"
    root = str(flow.get("fact.category", "")).split(".")[0]
    seen = flow.get("fact.known_to_her") is True and flow.get("fact.provenance") not in (
        None,
        "inferred",
        "third_party",
    )
    if not (plain and seen) or root in DELICATE_CATEGORIES or not root:
        return True
    return any(is_delicate(rule) for rule in rules_named(policy, verdict.because) if rule.kind == "limit")


def _labelled(label: str, texts: Iterable[str]) -> Iterator[Row]:
    for at, text in enumerate(texts):
        yield Row(label if at == 0 else "", text)


def _of_obstacle(each: Obstacle) -> Iterator[str]:
    if each.kind == "licence":
        yield f"no licence: {each.rule} would open {PHRASES[each.allows]}, and lacks {_of_reads(each.reads)}"
        return
    at_most = f"{each.rule} ({each.tier}, {WHOSE[each.whose]}) → at most {PHRASES[each.allows]}"
    if not each.sure:
        unknown = [read.key for read in each.reads if read.value is None]
        yield f"{at_most}, as long as it is not known: {', '.join(unknown)}"
        return
    yield f"{at_most}. {each.staff}".rstrip()
    yield f"  looks at {_of_reads(each.reads)}"


def _of_reads(reads: tuple[Read, ...]) -> str:
    """The keys by whom they belong to: `ours: scenario.place = store · fixed: scenario.purpose = market`."""
    groups = {whose: [read for read in reads if read.whose == whose] for whose in WHOSE}
    told = (f"{WHOSE[whose]}: {', '.join(map(_of_read, some))}" for whose, some in groups.items() if some)
    return " · ".join(told)


def _of_read(read: Read) -> str:
    return f"{read.key} {'is not known' if read.value is None else f'= {_plain(read.value)}'}"


def _plain(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return shown(value).replace('"', "")


def _of_way(way: Way) -> str:
    steps = " ".join(step.staff for step in way.steps)
    return f"{steps} → {PHRASES[way.verdict]} (checked)"


def _of_rule(policy: Policy, name: str) -> str:
    found = rules_named(policy, (name,))
    return f"{name} ({found[0].tier or found[0].kind}). {found[0].staff}" if found else name
