"""What the tests of the laws share: the shipped pack and its cases, its scorecard, and an engine that uses both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from tactful.appropriateness.assess import assess
from tactful.appropriateness.scorecard import Scorecard, load_scorecard, with_excess
from tactful.model.flow import Flow
from tactful.model.verdict import Form, Point, Verdict
from tactful.policy.compile import compile_policy
from tactful.policy.load import load_policy
from tactful.policy.rules import Policy
from tactful.testing import Engine, MakeEngine, Reading

ENGINES: dict[str, MakeEngine] = {"reference": Reading, "compiled": compile_policy}


def packaged(name: str) -> tuple[str, str]:
    """The text of a shipped pack and its label."""
    return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8"), f"{name}.yaml"


@cache
def retail() -> Policy:
    """The shipped retail pack with all its cases."""
    return load_policy("norm/retail-cases", packaged)


@cache
def card() -> Scorecard:
    """The shipped scorecard."""
    return load_scorecard(*packaged("scorecards/published"))


def flows_of_cases() -> Iterator[Flow]:
    """Every flow that a shipped case judges, the uses of messages included, each once."""
    seen = set()
    for case in retail().cases:
        for flow in (case.given, *case.uses.values()):
            text = repr(sorted(flow.items()))
            if text not in seen:
                seen.add(text)
                yield flow


class Assessed:
    """An engine behind the scorecard: `norm.excess` is worked out before judging, where the flow has none."""

    def __init__(self, engine: Engine, scorecard: Scorecard) -> None:
        self.engine = engine
        self.scorecard = scorecard

    def point(self, flow: Flow) -> Point:
        return self.engine.point(with_excess(self.scorecard, flow))

    def verdict(self, flow: Flow, hopeful: Flow | None = None, assumed: Sequence[str] = ()) -> Verdict:
        verdict = assess(self.engine, self.scorecard, flow)
        return msgspec.structs.replace(verdict, discomfort=None, discomfort_at_most=None)

    def standing(self, flow: Flow, form: Form) -> tuple[str, Sequence[str]]:
        return self.engine.standing(with_excess(self.scorecard, flow), form)


def assessed(make: MakeEngine, scorecard: Scorecard | None = None) -> MakeEngine:
    """A maker of engines behind the shipped scorecard, or another."""
    return lambda policy: Assessed(make(policy), scorecard or card())
