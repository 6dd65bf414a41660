"""Each moment decided, and what the person in it would read if she asked why.

Her sentence comes from one of four places, by what was decided:
1. Something was said in full: the words of the facts that the message itself showed, or else the licence's sentence.
2. A question was chosen: the question.
3. Something was said in general terms, used quietly, held or left alone: the deciding rule's sentence.
4. Where that sentence is neutral: nothing at all, if one of the refused facts is intimate or special (`UNSPEAKABLE`);
   the words of the refused facts, if all of them are ordinary, about herself and on her own page already; else the
   neutral sentence.
"""

from __future__ import annotations

from functools import cache

import msgspec

from tactful.decide import Case, decide
from tactful.explain.phrases import LEFT_ALONE
from tactful.explain.sentences import verdict_sentences
from tactful.explain.why import why_decision
from tactful.model.records import Decision, Fact, Outcome
from tactful.policy.rules import Policy
from tactful.service.demo.moments import Moment, case_of, demo
from tactful.service.packs import DEFAULT_POLICY, load_rules

UNSPEAKABLE = ("intimate", "special")
"""Of facts this sensitive not even the silence is listed; nor of those whose sensitivity is not known."""


class Shown(msgspec.Struct, frozen=True):
    """One moment as decided. `she_reads` is empty where nothing is listed."""

    number: int
    moment: Moment
    case: Case
    decision: Decision
    she_reads: str

    @property
    def outcome(self) -> Outcome:
        """What became of the one candidate."""
        return self.decision.outcomes[0]


class Played(msgspec.Struct, frozen=True):
    """All moments, decided by one policy."""

    policy: Policy
    moments: tuple[Shown, ...]

    def of(self, who: str) -> tuple[Shown, ...]:
        """The moments of one person."""
        return tuple(each for each in self.moments if each.moment.who == who)


@cache
def play(policy: str = DEFAULT_POLICY) -> Played:
    """Decide every moment."""
    rules = load_rules(policy)
    shown = []
    for number, moment in enumerate(demo().moments, start=1):
        case = case_of(moment, rules.judge)
        decision = decide(case)
        shown.append(Shown(number, moment, case, decision, _she_reads(rules.policy, moment, decision)))
    return Played(rules.policy, tuple(shown))


def cast() -> tuple[str, ...]:
    """Everybody in the demo, in the order of appearance."""
    return tuple(dict.fromkeys(moment.who for moment in demo().moments))


def _she_reads(policy: Policy, moment: Moment, decision: Decision) -> str:
    person, outcome = demo().people[moment.who], decision.outcomes[0]
    if decision.verdict == "say":
        shown = [each.fact for each in outcome.judged if each.form == "explicit" and each.standing == "now"]
        words = [fact.she_reads for name in shown if (fact := person.facts.get(name)) and fact.she_reads]
        return " ".join(dict.fromkeys(words)) or _rule_sentence(policy, decision)
    if decision.verdict == "ask":
        return " ".join(person.asks[name] for name in outcome.ask if name in person.asks)
    if decision.verdict in ("soften", "silent"):
        return _why_no_more(policy, decision)
    return _rule_sentence(policy, decision) or _instead_of_neutral(person.facts, outcome)


def _why_no_more(policy: Policy, decision: Decision) -> str:
    """The sentence of what keeps a message general, or a use quiet: of the uses that were judged just so."""
    kept = [each for each in decision.outcomes[0].judged if each.verdict.name == decision.verdict]
    sentences = [verdict_sentences(policy, each.verdict, each.flow).customer for each in kept]
    return sentences[0] if sentences else _rule_sentence(policy, decision)


def _rule_sentence(policy: Policy, decision: Decision) -> str:
    """The sentence of the deciding rules; empty where it is a neutral one about silence."""
    lines = why_decision(policy, decision, "customer")
    return lines[0] if lines else ""


def _instead_of_neutral(facts: dict[str, Fact], outcome: Outcome) -> str:
    refused = [facts.get(each.fact) for each in outcome.judged if each.form and each.standing == "never"]
    if any(fact is None or fact.sensitivity in (None, *UNSPEAKABLE) for fact in refused):
        return ""
    if refused and all(fact is not None and _on_her_page(fact) for fact in refused):
        return " ".join(fact.she_reads for fact in refused if fact is not None)
    return LEFT_ALONE


def _on_her_page(fact: Fact) -> bool:
    known = fact.known_to_her is True and bool(fact.she_reads)
    return known and fact.sensitivity == "ordinary" and fact.about == "self"
