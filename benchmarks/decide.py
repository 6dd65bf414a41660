"""One decision among 20 candidates with three uses each: every fact of its own, four purposes, three channels.

Prints microseconds of the processor per decision, with the flows of the chosen candidate recorded and with those of
all, what one flow costs, and how that compares with the bare generated judge on the same flows in the same run:
`python benchmarks/decide.py`. The judge keeps what it has made of values that it met before, so the same person again
costs least; lines of their own decide for another person each time (another trust, and so another leeway), for another
person with facts whose values were never met, and with a judge that has judged nothing before.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from typing import Any

import msgspec

from tactful.appropriateness.context import FitTable, load_fit
from tactful.appropriateness.offers import SPLIT
from tactful.appropriateness.scorecard import Scorecard, load_scorecard, with_excess
from tactful.decide import Case, decide, encode_decision
from tactful.model.flow import Flow
from tactful.model.records import DAY, Candidate, Cap, Contact, Fact, Given, Permission, QuietHours, Use, Variant
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge
from tactful.policy.load import load_policy

NOW = 1_323_432_000_000_000
PURPOSES = ("recommend", "market", "winback", "service")
CHANNELS = ("email", "sms", "push")
POINTS = {"email": "contact.email", "sms": "contact.phone", "push": "contact.device"}
CATEGORIES = ("purchase.item", "preference.product", "browsing.own", "request", "purchase.recency", "label.propensity")
CANDIDATES, USES = 20, 3
GOAL = 200


def packaged(room: str, path: str) -> str:
    return files(f"tactful.{room}").joinpath(path).read_text("utf-8")


def fact(name: str, category: str, **other: Any) -> Fact:
    values: dict[str, Any] = {
        "key": "",
        "value": {},
        "provenance": "observed",
        "distance": 0,
        "sensitivity": "ordinary",
        "about": "self",
        "acquired_via": "web",
        "purposes": ("market", "order", "recommend", "service", "winback"),
        "at": NOW - 5 * DAY,
        "confidence": 1.0,
        "known_to_her": True,
        "known_among": "self",
        "has_words": True,
    }
    return Fact(name=name, category=category, **(values | other))


def candidate(number: int, confidence: float) -> Candidate:
    purpose, channel = PURPOSES[number % 4], CHANNELS[number % 3]
    names = [f"fact-{number}-{use}" for use in range(USES)]
    facts = {
        name: fact(
            name,
            CATEGORIES[(number + use) % 6],
            at=NOW - (5 + USES * number + use) * DAY,
            confidence=confidence,
        )
        for use, name in enumerate(names)
    }
    point = POINTS[channel]
    facts[point] = fact(point, point, provenance="provided")
    scenario: dict[str, Any] = {
        "scenario.initiator": "retailer",
        "scenario.place": "not_sensed",
        "scenario.moment": "idle",
        "scenario.audience": "self",
        "scenario.speaker": "system",
        "scenario.recognised": "by_herself",
        "scenario.sector": "retail",
        "scenario.benefit": "saving",
    }
    return Candidate(
        name=f"candidate-{number:02}",
        purpose=purpose,
        channel=channel,
        contact=point,
        scenario=scenario,
        selects=(names[0],),
        variants=(Variant("explicit", (Use(names[1], "explicit"), Use(names[2], "softened"))),),
        facts=facts,
        value=1000 + 37 * number,
        propensity=20_000 + 991 * number,
        valid_until=NOW + 14 * DAY,
    )


def new_judge() -> Judge:
    return compile_policy(load_policy("norm/retail", lambda name: (packaged("policy", f"packs/{name}.yaml"), name)))


judge = cache(new_judge)


@cache
def scorecard() -> Scorecard:
    return load_scorecard(packaged("policy", "packs/scorecards/published.yaml"), "published.yaml")


@cache
def fit() -> FitTable:
    return load_fit(packaged("appropriateness", "tables/fit.yaml"), "fit.yaml")


def case(detail: Any, trust: float = 0.5, confidence: float = 1.0) -> Case:
    attributes: dict[str, Any] = {
        "customer.complaint_open": False,
        "customer.let_down": False,
        "customer.minor": False,
        "customer.vulnerable": False,
        "customer.restricted": False,
        "customer.objected": False,
        "customer.jurisdiction": "uk",
        "agreement.owed": False,
        "hers.at_most": "say",
        "hers.welcomes": False,
        "relationship.depth": "regular",
        "relationship.with_speaker": "acquaintance",
        "relationship.trust": trust,
    }
    return Case(
        now=NOW,
        judge=judge(),
        scorecard=scorecard(),
        fit=fit(),
        candidates=tuple(candidate(number, confidence) for number in range(CANDIDATES)),
        attributes={name: Given(value, "benchmark") for name, value in attributes.items()},
        permissions=tuple(
            Permission(
                purpose, channel, "*", "given", "consent", "plainly", NOW - 90 * DAY, NOW - 90 * DAY, "benchmark"
            )
            for purpose in PURPOSES
            for channel in CHANNELS
        ),
        zones=("Europe/London",),
        contacts=tuple(Contact("email", "service", NOW - days * DAY) for days in (9, 12, 20)),
        caps=(Cap(2, 7 * DAY),),
        quiet=QuietHours(20 * 60, 8 * 60),
        detail=detail,
    )


def microseconds(work: Callable[[], object], rounds: int = 400, repeats: int = 7) -> float:
    """The least mean of several runs, in time of the processor: what the work costs when nothing else goes on."""
    work()
    gc.disable()
    found = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(rounds):
            work()
        found.append((time.process_time() - start) / rounds * 1e6)
    gc.enable()
    return min(found)


def each_once(cases: list[Case]) -> float:
    """The mean of deciding each case once, in microseconds of the processor."""
    gc.disable()
    start = time.process_time()
    for each in cases:
        decide(each)
    taken = time.process_time() - start
    gc.enable()
    return taken / len(cases) * 1e6


def judged_flows(whole: Case) -> list[Flow]:
    """Every flow that a decision judges, as the judge reads it."""
    judged = (item.flow for outcome in decide(whole).outcomes for item in outcome.judged)
    return [with_excess(whole.scorecard, flow) for flow in judged]


def main() -> None:
    short, whole = case("chosen"), case("all")
    decision = decide(short)
    stages = ", ".join(f"{each.stage} {each.verdict}" for each in decision.outcomes[:4])
    print(f"{CANDIDATES} candidates, {USES} uses each; chosen {decision.chosen or 'silence'} ({stages}, …)")
    flows, held = judged_flows(whole), whole.judge.held
    bare = microseconds(lambda: [held(flow) for flow in flows])
    print(
        f"the bare judge, {len(flows)} flows that are at hand      {bare:8.1f} µs   {bare / len(flows):.2f} µs a flow"
    )
    for name, asked in (("chosen", short), ("all", whole)):
        cost = microseconds(partial(decide, asked), rounds=200)
        times = f"{cost / len(flows):.2f} µs a flow, {cost / bare:.1f} × the bare judge, {cost / GOAL:.1f} × the goal"
        print(f"{f'decide, detail={name!r}':46} {cost:8.1f} µs   {times}")
    others = [case("chosen", trust=number / 1000) for number in range(400)]
    print(f"decide, another person each time               {each_once(others):8.1f} µs")
    others = [case("chosen", trust=number / 1001, confidence=1 - number / 1001) for number in range(400)]
    print(f"decide, another person, facts never met before {each_once(others):8.1f} µs")
    size = len(encode_decision(decision))
    encoding = microseconds(lambda: encode_decision(decision))
    print(f"encode the decision ({size} bytes)               {encoding:8.1f} µs")
    fresh = [msgspec.structs.replace(short, judge=new_judge()) for _ in range(20)]
    for each in fresh:
        each.judge.pieces(SPLIT)
    print(f"decide, the first of a new judge               {each_once(fresh):8.1f} µs")
    refused = msgspec.structs.replace(short, permissions=())
    print(f"decide, nothing allowed                        {microseconds(lambda: decide(refused)):8.1f} µs")


if __name__ == "__main__":
    main()
