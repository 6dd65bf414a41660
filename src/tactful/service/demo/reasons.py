"""Why a moment came out as it did: `tactful why 3`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Literal

from tactful.decide import decide
from tactful.explain.phrases import MEANINGS, PHRASES, STAFF_DUTIES, STAFF_UNTIL
from tactful.explain.sentences import rules_named
from tactful.model.problems import Problem, Problems
from tactful.model.verdict import FORMS, Point
from tactful.policy.rules import Policy, Rule
from tactful.service.demo.judged import Shown, play
from tactful.service.demo.moments import case_of, changed

Register = Literal["staff", "customer"]

WIDTH = 96
_COLUMN = 14
_RULE = 42


def why(number: int, register: Register = "staff") -> tuple[str, ...]:
    """The lines for one moment, at most 96 columns wide. For the customer at most one sentence, none for some moments.

    Raises Problems where there is no moment of this number.
    """
    played = play()
    if not 1 <= number <= len(played.moments):
        raise Problems([Problem("demo", 0, f"there is no moment {number}; they go from 1 to {len(played.moments)}.")])
    shown = played.moments[number - 1]
    if register == "customer":
        return (shown.she_reads,) if shown.she_reads else ()
    return tuple(_for_staff(played.policy, shown))


def _for_staff(policy: Policy, shown: Shown) -> Iterator[str]:
    verdict, outcome = shown.decision.verdict, shown.outcome
    yield f"{PHRASES[verdict]:<{_COLUMN}}{shown.moment.short}"
    yield ""
    decided = rules_named(policy, _deciding(shown))
    also = [rule for rule in rules_named(policy, dict.fromkeys(_barring(policy, shown))) if rule not in decided]
    yield from _block("decided by", map(_of_rule, decided), _RULE)
    yield from _block("also", map(_of_rule, also), _RULE)
    yield from _block("not known", outcome.missing)
    yield from _block("waits", (STAFF_UNTIL[event] for event in outcome.until))
    yield from _block("must", (STAFF_DUTIES[duty] for duty in outcome.obligations))
    yield from _block("means", [MEANINGS[verdict]])
    yield from _alternatives(policy, shown)
    yield from _block("she reads", [shown.she_reads or "Nothing: even the reason could tell somebody."])
    yield from _block("rests on", [shown.moment.rests_on])


def _deciding(shown: Shown) -> tuple[str, ...]:
    """The rules that decide; where less than everything is said, those that keep the rest unsaid."""
    kept = [each.verdict for each in shown.outcome.judged if each.form and each.verdict.name == shown.decision.verdict]
    if shown.decision.verdict in ("soften", "silent") and kept:
        return tuple(dict.fromkeys(rule for verdict in kept for rule in verdict.because))
    return shown.outcome.because


def _barring(policy: Policy, shown: Shown) -> Iterator[str]:
    """Every limit that by itself bars a use in the form that was wanted, or speaking to her at all."""
    for each in shown.outcome.judged:
        wanted = Point(2, FORMS.index(each.form) if each.form in FORMS else 0, 2)
        for rule in rules_named(policy, (*each.verdict.because, *each.verdict.also)):
            if rule.kind == "limit" and rule.id not in each.verdict.waived and not wanted <= rule.point:
                yield rule.id


def _alternatives(policy: Policy, shown: Shown) -> Iterator[str]:
    """What is ours to change, each decided again: shown as checked only where the verdict really changes."""
    changes, useless = [], []
    for instead in shown.moment.instead:
        verdict = decide(case_of(changed(shown.moment, instead), shown.case.judge)).verdict
        if verdict != shown.decision.verdict:
            changes.append(f"{instead.change} → {PHRASES[verdict]} (checked)")
        else:
            useless.append(f"{instead.change} → still {PHRASES[verdict]}")
    if useless and not changes:
        changes = ["nothing that we tried of what is ours to do"]
    yield from _block("would change", changes)
    yield from _block("would not", useless)


def _of_rule(rule: Rule) -> str:
    return f"{rule.id:<33}{rule.tier or rule.kind:<9}{rule.staff}".rstrip()


def _block(label: str, texts: Iterable[str], indent: int = 2) -> Iterator[str]:
    for at, text in enumerate(texts):
        start = f"{label if at == 0 else '':<{_COLUMN}}"
        yield from textwrap.wrap(start + text, WIDTH, subsequent_indent=" " * (_COLUMN + indent), drop_whitespace=True)
