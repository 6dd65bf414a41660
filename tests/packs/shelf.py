"""The packaged policies as tests use them: loaded, compiled, and judged with the packaged scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import choose
from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.model.flow import Value
from tactful.model.verdict import FORMS, Verdict
from tactful.policy.check import Choice
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge
from tactful.policy.load import load_policy
from tactful.policy.rules import Policy

AnyFlow = Mapping[str, Value]


def text_of(name: str) -> str:
    return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8")


@cache
def pack(name: str) -> Policy:
    return load_policy(name, lambda wanted: (text_of(wanted), f"{wanted}.yaml"))


@cache
def scorecard() -> Scorecard:
    return load_scorecard(text_of("scorecards/published"), "published.yaml")


@cache
def judge() -> Judge:
    return compile_policy(pack("norm/retail"))


def judge_case(flow: AnyFlow) -> Verdict:
    return assess(judge(), scorecard(), dict(flow))


def choose_case(reach: AnyFlow, uses: Mapping[str, AnyFlow], variants: tuple[Mapping[str, str], ...]) -> Choice:
    laid = [
        {use: (dict(uses[use]), next(form for form in FORMS if form == said)) for use, said in variant.items()}
        for variant in variants
    ]
    found = choose(judge(), scorecard(), dict(reach), laid)
    name = "say" if found.standing == "now" else found.standing
    because = (*found.reach.because, *(rule for each in found.judged for rule in each.verdict.because))
    return Choice(name, found.index, found.untils, found.asks, because)
