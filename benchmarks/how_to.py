"""How long `how-to` takes for one flow, in microseconds: `python benchmarks/how_to.py [rounds]`.

The flows are those of the shipped cases, most of which are not said. Each is asked for `say`, without and with another
channel being known, under a judge that has seen nothing (first) and one that has (again,
the best of the rounds, since other work on the machine is not what is measured). The limit is 1 ms.
"""

from __future__ import annotations

import sys
import time
from importlib.resources import files

from tactful.appropriateness.obstacles import is_free_enough
from tactful.appropriateness.ours import Elsewhere, load_ours
from tactful.appropriateness.questions import Questions
from tactful.appropriateness.scorecard import load_scorecard
from tactful.model.flow import Flow
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_policy

LIMIT = 1000
THERE: Flow = {
    "permission.state": "given",
    "permission.basis": "consent",
    "permission.asked": "plainly",
    "permission.elsewhere": "never_asked",
    "hers.at_most": "say",
    "hers.welcomes": False,
    "scenario.audience": "self",
    "scenario.recognised": "by_herself",
}


def packaged(name: str) -> tuple[str, str]:
    return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8"), f"{name}.yaml"


def elsewhere(channel: str) -> Flow:
    return THERE


def main(rounds: int) -> None:
    policy = load_policy("norm/retail-cases", packaged)
    card = load_scorecard(*packaged("scorecards/opinion"))
    ours = load_ours(files("tactful.appropriateness").joinpath("tables/ours.yaml").read_text("utf-8"), "ours.yaml")
    questions = Questions(compile_policy(policy), card, ours)
    flows = [flow for case in policy.cases for flow in (case.given, *case.uses.values())]
    flows = [flow for flow in flows if not is_free_enough(questions.why(flow).name, "say")]
    print(f"{len(flows)} flows that may not be said; limit {LIMIT} µs for one")
    worst = 0.0
    for name, there in (("nothing known elsewhere", None), ("other channels known", elsewhere)):
        questions = Questions(compile_policy(policy), card, ours)
        first = [spent(questions, flow, there) for flow in flows]
        again = [min(spent(questions, flow, there) for _ in range(rounds)) for flow in flows]
        for when, times in (("first", sorted(first)), ("again, best", sorted(again))):
            mean = sum(times) / len(times)
            print(f"  {name:<24} {when:<12} mean {mean:6.0f} µs   median {times[len(times) // 2]:6.0f} µs"
                  f"   most {times[-1]:6.0f} µs")  # fmt: skip
        worst = max(worst, max(again))
    print(f"most {worst:.0f} µs: {'within' if worst <= LIMIT else 'ABOVE'} the limit")


def spent(questions: Questions, flow: Flow, there: Elsewhere | None) -> float:
    start = time.perf_counter()
    questions.how_to(flow, "say", there)
    return (time.perf_counter() - start) * 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
