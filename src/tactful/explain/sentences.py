"""Why a flow was judged as it was, in one sentence for her and one or several for staff.

For her, in this order:
1. A deciding limit that looks at something delicate gives the neutral sentence, whatever it says itself and whatever
   else decided. So a refusal does not show what was refused.
2. Deciding limits before licences; of the limits only those that surely hold. If none surely holds, she reads that we
   were not sure: an unknown complaint is not told to her as a complaint.
3. Of several, her own settings first, then law, promise, norm, taste; and within one tier the order of `because`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tactful.explain.phrases import NEUTRAL, NO_LICENCE, UNSAID, UNSURE
from tactful.model.flow import Value
from tactful.model.verdict import Verdict
from tactful.policy.comparisons import keys_of, leaves
from tactful.policy.evaluate import not_known, truth
from tactful.policy.rules import Atom, Policy, Rule

DELICATE_KEYS = frozenset({"fact.sensitivity", "fact.about", "customer.minor", "customer.vulnerable"})
"""A limit that reads one of these may give away what it protects."""
DELICATE_CATEGORIES = (
    "belief",
    "biometric",
    "body",
    "ethnicity",
    "family",
    "financial",
    "health",
    "life_event",
    "mood",
    "politics",
    "sexuality",
)
_FOR_HER = ("hers", "law", "promise", "norm", "taste")


class Reasons(msgspec.Struct, frozen=True):
    """The reasons for one verdict in both registers."""

    staff: str
    customer: str


def verdict_sentences(policy: Policy, verdict: Verdict, flow: Mapping[str, Value] | None = None) -> Reasons:
    """The sentences for a verdict on a flow.

    With the `flow`, a limit that decides only because something is not known is told apart exactly; without it, by
    the verdict's `missing`.
    """
    rules = rules_named(policy, verdict.because)
    return Reasons(staff_sentences(rules, verdict, flow), customer_sentence(rules, verdict, flow))


def rules_named(policy: Policy, names: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of these names, in this order; a name that the policy does not have is passed over."""
    wanted = tuple(names)
    known = {rule.id: rule for rule in (*policy.rules, NO_LICENCE) if rule.id in wanted}
    return tuple(known[name] for name in wanted if name in known)


def staff_sentences(rules: Iterable[Rule], verdict: Verdict, flow: Mapping[str, Value] | None = None) -> str:
    """What staff read: each deciding rule's sentence once, in order; a rule without one gives its name.

    Limits that decide only because something is not known come after the others, behind what is not known. That
    nothing allows it is told as a gap only where no limit surely refuses.
    """
    decided = tuple(rules)
    sure = [rule for rule in decided if rule is not NO_LICENCE and _told_as_certain(rule, verdict, flow)]
    unsure = [rule for rule in decided if rule not in sure and rule is not NO_LICENCE]
    told = [rule.staff or f"{rule.id}." for rule in sure]
    if NO_LICENCE in decided and not sure:
        told.append(NO_LICENCE.staff)
    if unsure:
        keys = {key for rule in unsure for key in _not_known(rule, verdict, flow)}
        told.append(f"Not known, so read strictly: {', '.join(sorted(keys))}.")
        told += [rule.staff or f"{rule.id}." for rule in unsure if NO_LICENCE not in decided]
    return " ".join(dict.fromkeys(told))


def customer_sentence(rules: Iterable[Rule], verdict: Verdict, flow: Mapping[str, Value] | None = None) -> str:
    """What she reads, of the rules that decided."""
    decided = tuple(rules)
    limits = [rule for rule in decided if rule.kind == "limit"]
    if verdict.name in NEUTRAL and any(is_delicate(rule) for rule in limits):
        return NEUTRAL[verdict.name]
    sure = [rule for rule in limits if surely_holds(rule, verdict, flow)]
    if verdict.name == "say" or (not sure and NO_LICENCE in decided) or not limits:
        return _opened(decided, verdict) or UNSAID[verdict.name]
    if not sure:
        return UNSURE[verdict.name]
    told = sorted((rule for rule in sure if rule.customer), key=lambda rule: _FOR_HER.index(rule.tier))
    return told[0].customer if told else UNSAID[verdict.name]


def _opened(decided: Iterable[Rule], verdict: Verdict) -> str:
    """The first licence's sentence. Why something is left alone or waits, no licence explains, only the want of one."""
    shut = verdict.name in ("never", "hold")
    licences = (rule for rule in decided if rule.kind == "licence" and (rule is NO_LICENCE or not shut))
    return next((rule.customer for rule in licences if rule.customer), "")


def _told_as_certain(rule: Rule, verdict: Verdict, flow: Mapping[str, Value] | None) -> bool:
    return rule.kind == "licence" or "norm.excess" in keys_of(rule.when) or surely_holds(rule, verdict, flow)


def _not_known(rule: Rule, verdict: Verdict, flow: Mapping[str, Value] | None) -> set[str]:
    return not_known(rule.when, flow) if flow is not None else set(keys_of(rule.when)).intersection(verdict.missing)


def surely_holds(rule: Rule, verdict: Verdict, flow: Mapping[str, Value] | None = None) -> bool:
    """Whether a rule holds by what is known, and not only because something is missing."""
    if flow is not None:
        return truth(rule.when, flow) is True
    return not set(keys_of(rule.when)).intersection(verdict.missing)


def is_delicate(rule: Rule) -> bool:
    """Whether naming this limit's reason could tell what is refused: by what it reads, or by its neutral sentence."""
    if rule.customer in NEUTRAL.values():
        return True
    return any(
        leaf.key in DELICATE_KEYS
        or (
            leaf.key == "fact.category"
            and any(str(value).split(".")[0] in DELICATE_CATEGORIES for value in leaf.values)
        )
        for leaf in leaves(rule.when)
        if isinstance(leaf, Atom)
    )
