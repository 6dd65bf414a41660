"""Check and test a policy: does it load, has it sentences, do its cases and claims hold?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from tactful.appropriateness.assess import assess
from tactful.appropriateness.message import choose
from tactful.model.flow import Value
from tactful.model.problems import Problem
from tactful.model.verdict import FORMS, Form
from tactful.policy.check import Choice, Choose, JudgeCase, check_care, check_cases, check_claims, check_sentences
from tactful.service.packs import Rules

_FORM: dict[str, Form] = {form: form for form in FORMS}


class PolicyReport(msgspec.Struct, frozen=True):
    """What was found. `good` is false where a case fails, a claim does not hold or a sentence is missing.

    `waiting` are parts that are not in force yet; they are checked all the same.
    """

    policy: str
    parts: tuple[str, ...]
    digest: str
    licences: int
    limits: int
    waivers: int
    cases: int
    passed: int
    claims: int
    problems: tuple[Problem, ...]
    waiting: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def check_policy(rules: Rules, with_cases: bool, today: dt.date | None = None) -> PolicyReport:
    """The sentences of every rule; with `with_cases` also every case and claim, and that each rule decides a case."""
    policy = rules.policy
    problems = [*check_sentences(policy), *check_care(policy)]
    later = today.isoformat() if today else "9999-12-31"
    passed = 0
    if with_cases:
        report = check_cases(policy, _judge_case(rules), _choose(rules))
        passed = report.passed
        problems += report.problems
        problems += check_claims(policy, [case.given for case in policy.cases], _judge_case(rules))
    return PolicyReport(
        policy=f"{policy.name} {policy.version}",
        parts=policy.parts,
        digest=policy.digest,
        licences=len(policy.licences),
        limits=len(policy.limits),
        waivers=len(policy.waivers),
        cases=len(policy.cases),
        passed=passed,
        claims=len(policy.claims),
        problems=tuple(problems),
        waiting=tuple(f"{part} from {part.effective}" for part in policy.made_of if part.effective > later),
    )


def _judge_case(rules: Rules) -> JudgeCase:
    return lambda flow: assess(rules.judge, rules.scorecard, dict(flow))


def _choose(rules: Rules) -> Choose:
    def of_message(
        reach: Mapping[str, Value],
        uses: Mapping[str, Mapping[str, Value]],
        variants: tuple[Mapping[str, str], ...],
    ) -> Choice:
        shaped = [{use: (dict(uses[use]), _FORM[form]) for use, form in variant.items()} for variant in variants]
        found = choose(rules.judge, rules.scorecard, dict(reach), shaped)
        because = tuple(dict.fromkeys(rule for each in found.judged for rule in each.verdict.because))
        name = "say" if found.standing == "now" else found.standing
        return Choice(name, found.index, found.untils, found.asks, (*found.reach.because, *because))

    return of_message
