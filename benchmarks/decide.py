"""One decision among 20 candidates with three uses each: every fact of its own, four purposes, three channels.

The 60 facts differ in age, so that no answer about one serves for another; a line of its own shows what is gained
where they differ in name only. The reach flows of the twelve scenarios are judged once each.
Prints microseconds per decision, whole, and what one flow costs: `python benchmarks/decide.py`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import msgspec

from tactful.appropriateness.context import load_fit
from tactful.appropriateness.scorecard import load_scorecard
from tactful.decide import Case, decide, encode_decision
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


def main() -> None:
    short, whole = case("chosen"), case("all")
    decision = decide(short)
    stages = ", ".join(f"{each.stage} {each.verdict}" for each in decision.outcomes[:4])
    print(f"{CANDIDATES} candidates, {USES} uses each; chosen {decision.chosen or 'silence'} ({stages}, …)")
    flows = CANDIDATES * (USES + 1)
    quick = microseconds(lambda: decide(short))
    print(f"decide, reasons of the chosen and the fallen   {quick:8.1f} µs   {quick / flows:.2f} µs a flow")
    print(f"  the goal is {GOAL} µs                          {quick / GOAL:8.2f} ×")
    full = microseconds(lambda: decide(whole), rounds=100)
    print(f"decide, every flow of every candidate recorded {full:8.1f} µs   {full / quick:.1f} ×")
    same = case("chosen", alike=True)
    print(f"decide, facts that differ only in name         {microseconds(lambda: decide(same)):8.1f} µs")
    size = len(encode_decision(decision))
    encoding = microseconds(lambda: encode_decision(decision))
    print(f"encode the decision ({size} bytes)               {encoding:8.1f} µs")
    refused = msgspec.structs.replace(short, permissions=())
    print(f"decide, nothing allowed                        {microseconds(lambda: decide(refused)):8.1f} µs")


if __name__ == "__main__":
    main()
