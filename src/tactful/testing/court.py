"""Small policies that touch every decision of the judgement one by one, each with all flows that matter to it.

Policies and flows made by chance rarely meet where only one thing can be wrong: two waits at once, a question under a
ceiling, a list that is known and empty. Here they are laid out, and every engine is held to the reference on all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from tactful.model.flow import Flow, Value
from tactful.model.verdict import CEILINGS, OPENINGS
from tactful.model.vocabulary import KEYS
from tactful.policy.domain import Domain
from tactful.policy.language import parse_condition
from tactful.policy.meaning import Meaning, conditions_of, differences, without_rule
from tactful.policy.rules import Condition, Const, Policy, Rule
from tactful.policy.solve import Terms
from tactful.policy.witness import Finder, flows_of_cases
from tactful.testing.strategies import around, policy_of, pool, words_of

ALWAYS = ""
MOST_SHARED = 8


def may(opens: str, when: str = ALWAYS) -> Rule:
    """A licence."""
    return Rule(kind="licence", id=f"may-{opens}", when=_read(when), when_text=when, point=OPENINGS[opens])


def not_more(at_most: str, when: str = ALWAYS, tier: str = "promise", until: str = "", duties: str = "") -> Rule:
    """A limit; without ceiling (`say`) it only obliges."""
    return Rule(
        kind="limit",
        id=f"{tier}-{at_most}-{until or duties.replace(' ', '-')}",
        when=_read(when),
        when_text=when,
        tier=tier,
        point=CEILINGS[at_most],
        until=until,
        oblige=tuple(duties.split()),
    )


def she_waives(*waives: str, when: str = "hers.welcomes") -> Rule:
    """A waiver."""
    return Rule(kind="waiver", id="she-asked", when=_read(when), when_text=when, tier="hers", waives=waives)


def _read(when: str) -> Condition:
    return parse_condition(when) if when else Const(True)


def _each(*conditions: str) -> list[Policy]:
    """For every condition a policy in which it opens, and one in which it narrows."""
    opening = [policy_of([may("say", when), may("ask")]) for when in conditions]
    return opening + [policy_of([may("say")], [not_more("silent", when)]) for when in conditions]


@cache
def court() -> tuple[Policy, ...]:
    """The policies."""
    return (
        *_WAITS_AND_QUESTIONS,
        *_DUTIES_AND_WAIVERS,
        *_each(
            'fact.category == "location.trace"',
            'fact.category != "location.trace"',
            'fact.category in ["location.trace", "family", "health.condition"]',
            '!(customer.jurisdiction in ["us-wa", "eu"])',
            'customer.jurisdiction == "us-wa" || customer.jurisdiction == "uk"',
            "scenario.purpose in fact.purposes",
            "!(scenario.purpose in fact.purposes)",
            "scenario.audience > fact.known_among",
            "relationship.depth >= relationship.with_speaker && !customer.minor",
            'fact.sensitivity >= "intimate" && fact.about != "self"',
            "contact.last_7d >= 3 || contact.last_24h > contact.last_7d",
            "fact.confidence < 0.7",
            "contact.local_hour_min < 8 || contact.local_hour_max >= 21",
            '!(permission.state in ["given", "renewed"]) || permission.asked == "plainly"',
        ),
        policy_of(
            [may("say")],
            [not_more("soften", "norm.excess > 0", "norm"), not_more("ask", "norm.excess > 0.15", "norm")],
        ),
        policy_of([may("say")], [not_more("ask", "relationship.trust < 0.5", "norm")]),
        policy_of([]),
    )


_WAITS_AND_QUESTIONS = (
    policy_of(
        [may("say")],
        [
            not_more("hold", "customer.complaint_open", "norm", until="complaint.closed"),
            not_more("hold", "customer.let_down", until="let_down.mended"),
            not_more("ask", "!fact.known_to_her"),
            not_more("never", "customer.minor"),
        ],
        [she_waives("*")],
    ),
    policy_of(
        [may("say", "customer.vulnerable"), may("soften", "customer.let_down"), may("ask", "fact.known_to_her")],
        [not_more("silent", "customer.minor")],
    ),
    policy_of(
        [may("say", "customer.vulnerable"), may("ask", "fact.known_to_her")],
        [not_more("soften", "customer.objected"), not_more("ask", "customer.restricted")],
    ),
    policy_of(
        [may("silent", "fact.known_to_her"), may("ask", "!customer.minor")],
        [not_more("hold", "agreement.owed", until="agreement.delivered")],
    ),
)
_DUTIES_AND_WAIVERS = (
    policy_of(
        [may("say")],
        [
            not_more("say", "fact.known_to_her", "norm", duties="explain_why offer_choice"),
            not_more("silent", "customer.minor", "taste", duties="offer_choice list_on_page"),
            not_more("soften", "customer.objected", "norm", duties="name_source"),
            not_more("never", "customer.restricted", "law", duties="identify_sender"),
        ],
        [she_waives("norm-soften-name_source")],
    ),
    policy_of(
        [may("say", "fact.known_to_her")],
        [
            not_more("silent", "customer.objected", "norm"),
            not_more("ask", "customer.objected", "hers"),
            not_more("soften", "customer.minor", "law"),
        ],
        [she_waives("*", when="hers.welcomes || customer.vulnerable")],
    ),
)


def flows_before(policy: Policy) -> Iterator[Flow]:
    """Every combination of the values that the policy's rules can tell apart, of absence, and of two acts."""
    words = words_of(policy)
    tried = [_tried(name, named) for name, named in words.items()]
    tried[list(words).index("act")] = [None, "mention", "select"]
    for values in product(*tried):
        yield {name: value for name, value in zip(words, values, strict=True) if value is not None}


def _tried(name: str, named: Sequence[Value]) -> list[Value | None]:
    """Not known; what is named, what is coarser or lies around it; and something else. Of few words, all."""
    key = KEYS[name]
    if key.kind == "list":
        return [None, (), ("order",), ("market", "order")]
    if key.kind in ("bool", "ordered") and len(pool(key)) <= MOST_SHARED:
        return [None, *pool(key)]
    near = [value for each in named for value in (each, *around(name, each))]
    other = next((value for value in pool(key) if value not in near), None)
    return [None, *dict.fromkeys(near), *([] if other is None else [other])]


def plain_flows(policy: Policy | None = None) -> Iterator[tuple[Policy, Flow]]:
    """What an engine is tried on before chance comes in: the court, or what shows a given policy."""
    if policy is None:
        yield from ((each, flow) for each in court() for flow in flows_before(each))
    else:
        yield from ((policy, flow) for flow in deciding(policy))


def deciding(policy: Policy) -> list[Flow]:
    """For each rule flows for which it makes a difference, one for each way in which it may, if there are any."""
    terms = Terms(Domain(conditions_of(policy)))
    whole, finder = Meaning(policy, terms), Finder(terms, flows_of_cases(policy))
    found: dict[str, Flow] = {}
    for rule in policy.rules:
        for difference in differences(whole, Meaning(without_rule(policy, rule), terms)):
            flow = next(finder.among_known(difference.where), None) or finder.search(difference.where)
            if flow is not None:
                found[repr(flow)] = flow
    return list(found.values())
