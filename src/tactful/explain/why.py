"""Why a decision came out as it did, line by line: for staff with everything, for her with what she saw.

Staff read, for each candidate: what became of it, which rules decided and which held besides, what is not known and
could change it, what it waits for and what must be done, the facts that it rests on and where they come from, and the
articles or laws behind the rules.

She reads the reason for the message that she got, what it openly showed and how we know that. Of what was held back
nothing is listed; where nothing was said at all she reads at most one sentence, and none where the reason is neutral.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from tactful.explain.phrases import NEUTRAL, NO_LICENCE, PHRASES, STAFF_DUTIES, STAFF_UNTIL
from tactful.explain.sentences import customer_sentence, rules_named
from tactful.explain.texts import CustomerTexts
from tactful.model.records import Decision, Judged, Outcome
from tactful.model.verdict import CEILINGS, Point, Verdict
from tactful.policy.rules import Policy, Rule

Register = Literal["staff", "customer"]

_COLUMN = 14
_TOLD_DUTIES = ("offer_choice", "confirm_first", "give_in_return")
_AXES = {"never": 0, "hold": 2, "ask": 0}


def why_decision(
    policy: Policy, decision: Decision, register: Register, texts: CustomerTexts | None = None
) -> tuple[str, ...]:
    """The lines for one register. Without `texts` nothing that she saw is named to her beyond the rules' sentences."""
    if register == "customer":
        return tuple(_for_her(policy, decision, texts))
    return tuple(_for_staff(policy, decision))


def _for_staff(policy: Policy, decision: Decision) -> Iterator[str]:
    ordered = sorted(decision.outcomes, key=lambda outcome: outcome.candidate != decision.chosen)
    headed = not decision.chosen and len(ordered) != 1
    if headed:
        yield _line(PHRASES[decision.verdict], "nothing is said")
    for outcome in ordered:
        if headed or outcome is not ordered[0]:
            yield ""
        yield from outcome_lines(policy, outcome)


def deciding(outcome: Outcome) -> tuple[str, ...]:
    """The names of the rules that decided on a candidate; where less than everything is said or used silently, those
    that keep the rest unsaid."""
    kept = [each.verdict for each in outcome.judged if each.form and each.verdict.name == outcome.verdict]
    if outcome.verdict in ("soften", "silent") and kept:
        return tuple(dict.fromkeys(rule for verdict in kept for rule in verdict.because))
    return outcome.because


def outcome_lines(policy: Policy, outcome: Outcome) -> tuple[str, ...]:
    """What staff read of one candidate; its phrase first."""
    because = deciding(outcome)
    decided = rules_named(policy, because)
    also = dict.fromkeys(rule for each in outcome.judged for rule in (*each.verdict.because, *each.verdict.also))
    others = rules_named(policy, (name for name in also if name not in because and name != NO_LICENCE.id))
    waived = {name for each in outcome.judged for name in each.verdict.waived}
    named = f"{outcome.candidate}, {outcome.variant}" if outcome.variant else outcome.candidate
    rows: list[tuple[str, Iterable[str]]] = [
        (PHRASES[outcome.verdict], [f"{named} ({outcome.stage})"]),
        ("decided by", [_of_rule(rule) for rule in decided]),
        ("also", [_of_rule(rule) + (" Waived by her." if rule.id in waived else "") for rule in others]),
        ("not known", [f"{key}: to know it could change this" for key in outcome.missing]),
        ("waits", [STAFF_UNTIL[event] for event in outcome.until]),
        ("must", [STAFF_DUTIES[duty] for duty in outcome.obligations]),
        ("ask about", outcome.ask),
        ("rests on", dict.fromkeys(_of_fact(each) for each in outcome.judged if each.flow.get("fact.category"))),
        ("on trust", outcome.assumptions),
        ("sources", dict.fromkeys(rule.source for rule in decided if rule.source)),
        ("note", [outcome.note] if outcome.note else []),
    ]
    return tuple(_line(label if not at else "", text) for label, texts in rows for at, text in enumerate(texts))


def _line(label: str, text: str) -> str:
    return f"{label:<{_COLUMN}}{text}"


def _of_rule(rule: Rule) -> str:
    return f"{rule.id:<31} {rule.tier or rule.kind:<9}{rule.staff}".rstrip()


def _of_fact(judged: Judged) -> str:
    flow = judged.flow
    known = [str(flow[key]) for key in ("fact.provenance", "fact.acquired_via") if key in flow]
    if "fact.age_days" in flow:
        known.append(f"{flow['fact.age_days']} days old")
    distance = flow.get("fact.distance")
    if distance:
        known.append(f"{distance} step{'s' if distance != 1 else ''} from what she gave")
    return f"{judged.fact}: {', '.join(known) or 'where it comes from is not known'}"


def _for_her(policy: Policy, decision: Decision, texts: CustomerTexts | None) -> Iterator[str]:
    chosen = next((each for each in decision.outcomes if each.candidate == decision.chosen), None)
    if chosen is None:
        yield from _of_silence(policy, decision.outcomes, texts)
        return
    yield _sentence(policy, chosen, texts)
    if texts is None:
        return
    yield from dict.fromkeys(line for each in chosen.judged if (line := _shown(each, texts)))
    yield from (texts.duties[duty] for duty in _TOLD_DUTIES if duty in chosen.obligations)


def _of_silence(policy: Policy, outcomes: Iterable[Outcome], texts: CustomerTexts | None) -> Iterator[str]:
    """At most one sentence, and none that is neutral: of what may tell somebody, not even the silence is listed.

    What only lost to silence, and what would have had to be asked, gives her nothing to read.
    """
    refused = (each for each in outcomes if each.because and each.verdict in ("never", "hold"))
    told = (_sentence(policy, each, texts) for each in refused)
    first = next((sentence for sentence in told if sentence not in NEUTRAL.values()), None)
    if first is not None:
        yield first


def _shown(judged: Judged, texts: CustomerTexts) -> str:
    """What the message openly showed, and how we know it; nothing where her words for it are missing."""
    if judged.act != "mention" or judged.form != "explicit" or judged.standing != "now":
        return ""
    words = texts.fact(str(judged.flow.get("fact.category", "")))
    known = texts.provenance.get(str(judged.flow.get("fact.provenance", "")), "")
    return f"{texts.mentions.replace('{what}', words)} {known}".rstrip() if words else ""


def _sentence(policy: Policy, outcome: Outcome, texts: CustomerTexts | None) -> str:
    """Her sentence for a candidate as a whole, of the rules that decided it."""
    because = deciding(outcome)
    verdict = Verdict(CEILINGS[outcome.verdict], because, missing=outcome.missing)
    rules = rules_named(policy, because)
    decisive = _decisive(rules, outcome.verdict)
    if outcome.verdict == "hold" and not decisive and texts is not None and outcome.until:
        return texts.waits.replace("{when}", ", ".join(texts.until[event] for event in outcome.until))
    return customer_sentence(decisive or rules, verdict)


def _decisive(rules: tuple[Rule, ...], verdict: str) -> tuple[Rule, ...]:
    """The limits that bring about this very verdict: the rules of silent uses beside it do not explain it to her."""
    axis = _AXES.get(verdict, 1)
    wanted = CEILINGS[verdict][axis]
    return tuple(rule for rule in rules if rule.kind == "limit" and _narrows(rule.point) and rule.point[axis] == wanted)


def _narrows(point: Point) -> bool:
    return point != CEILINGS["say"]
