"""One decision among 20 candidates with three uses each: every fact of its own, four purposes, three channels.

Prints microseconds of the processor per decision, with the flows of the chosen candidate recorded and with those of
all, what one flow costs, and how that compares with the bare generated judge on the same flows in the same run:
`python benchmarks/decide.py`. The 60 facts differ in age; a line of its own shows what is gained where they differ in
name only. A last line decides with a judge that has judged nothing before.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Any

import msgspec

from tactful.appropriateness.context import load_fit
from tactful.appropriateness.offers import SPLIT
from tactful.appropriateness.scorecard import load_scorecard, with_excess
from tactful.decide import Case, decide, encode_decision
from tactful.model.flow import Flow
from tactful.model.records import DAY, Candidate, Cap, Contact, Fact, Given, Permission, QuietHours, Use, Variant
from tactful.policy.compile import compile_policy
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


def candidate(number: int, alike: bool) -> Candidate:
    purpose, channel = PURPOSES[number % 4], CHANNELS[number % 3]
    names = [f"fact-{number}-{use}" for use in range(USES)]
    ages = [5 if alike else 5 + USES * number + use for use in range(USES)]
    facts = {
        name: fact(name, CATEGORIES[(number + use) % 6], at=NOW - ages[use] * DAY) for use, name in enumerate(names)
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


def case(detail: Any, alike: bool = False) -> Case:
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
        "relationship.trust": 0.5,
    }
    return Case(
        now=NOW,
        judge=compile_policy(load_policy("norm/retail", lambda name: (packaged("policy", f"packs/{name}.yaml"), name))),
        scorecard=load_scorecard(packaged("policy", "packs/scorecards/published.yaml"), "published.yaml"),
        fit=load_fit(packaged("appropriateness", "tables/fit.yaml"), "fit.yaml"),
        candidates=tuple(candidate(number, alike) for number in range(CANDIDATES)),
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
    same = case("chosen", alike=True)
    print(f"decide, facts that differ only in name         {microseconds(lambda: decide(same)):8.1f} µs")
    size = len(encode_decision(decision))
    encoding = microseconds(lambda: encode_decision(decision))
    print(f"encode the decision ({size} bytes)               {encoding:8.1f} µs")
    judges = [case("chosen") for _ in range(20)]
    for each in judges:
        each.judge.pieces(SPLIT)
    start = time.process_time()
    for each in judges:
        decide(each)
    first = (time.process_time() - start) / len(judges) * 1e6
    print(f"decide, the first of a new judge               {first:8.1f} µs")
    refused = msgspec.structs.replace(short, permissions=())
    print(f"decide, nothing allowed                        {microseconds(lambda: decide(refused)):8.1f} µs")


if __name__ == "__main__":
    main()
