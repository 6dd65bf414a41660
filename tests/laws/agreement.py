"""The engines on a million flows made by chance: `python -m tests.laws.agreement [flows] [seconds]`.

The judge on columns and the compiled judge must give the same verdict for every flow, and the reference for one in a
hundred. Half of the flows are judged by the shipped pack behind its scorecard: its cases with keys changed and taken
away, slugs made coarser, and flows with values drawn for every key. The others are judged by policies made at random.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from hypothesis import HealthCheck, Phase, given, settings
from tests.laws.judged import assessed, card, flows_of_cases, retail

from tactful.appropriateness.assess import assess
from tactful.appropriateness.assess_columns import assess_columns
from tactful.model.flow import Flow, Value
from tactful.model.verdict import Verdict
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import compile_columns
from tactful.policy.columns.names import OnColumns
from tactful.policy.compile import compile_policy
from tactful.policy.rules import Policy
from tactful.testing import BatchEngine, Broken, Reading, policies
from tactful.testing.check_engine import same_verdict
from tactful.testing.strategies import coarser, pool, words_of

BATCH = 50_000
OF_A_POLICY = 500
REFERENCE = 100
JudgeOne = Callable[[Flow], Verdict]


class Agreement:
    """What was compared so far."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.flows = self.by_reference = self.policies = self.gaps = 0
        self.names: Counter[str] = Counter()

    @property
    def in_time(self) -> bool:
        return time.monotonic() < self.until

    def compare(
        self, policy: Policy, flows: Sequence[Flow], columns: BatchEngine, one: JudgeOne, reference: JudgeOne
    ) -> None:
        """Raise `Broken` at the first flow on which the engines do not agree."""
        for number, (flow, found) in enumerate(zip(flows, columns.verdicts(flows), strict=True)):
            expected = one(flow)
            if found != expected:
                same_verdict(found, expected, policy, flow)
                raise Broken(f"{found}, not {expected}, for {flow}")
            if number % REFERENCE == 0:
                same_verdict(found, reference(flow), policy, flow)
                self.by_reference += 1
            self.names[found.name] += 1
            self.gaps += bool(found.missing)
        self.flows += len(flows)

    def __str__(self) -> str:
        return (
            f"{self.flows} flows agree, {self.by_reference} of them with the reference, under {self.policies} "
            f"policies; {self.gaps} with something missing; {dict(sorted(self.names.items()))}"
        )


class Made:
    """Flows by chance for a policy."""

    def __init__(self, policy: Policy, chance: random.Random) -> None:
        self.chance = chance
        self.words: dict[str, list[Value]] = {
            key: [*pool(KEYS[key]), *words] for key, words in words_of(policy).items()
        }
        self.names = sorted(self.words)

    def value(self, key: str) -> Value:
        value = self.chance.choice(self.words[key])
        less = list(coarser(key, value)) if isinstance(value, str) else []
        return self.chance.choice(less) if less and self.chance.random() < 0.2 else value

    def near(self, flow: Flow) -> Flow:
        """A flow with up to eight keys changed or taken away."""
        changed = dict(flow)
        for key in self.chance.sample(self.names, min(len(self.names), self.chance.randrange(9))):
            changed.pop(key, None)
            if self.chance.random() < 0.7:
                changed[key] = self.value(key)
        return changed

    def anything(self) -> Flow:
        """A flow of values drawn for each key, some of them missing."""
        present = self.chance.choice((0.5, 0.8, 0.95, 1.0))
        return {key: self.value(key) for key in self.names if self.chance.random() < present}


def of_the_pack(agreement: Agreement, wanted: int, chance: random.Random) -> None:
    policy, judge = retail(), compile_policy(retail())
    engine, reference = OnColumns(assess_columns(policy, card())), assessed(Reading)(policy)
    made, bases = Made(policy, chance), list(flows_of_cases())
    agreement.policies += 1
    while wanted > 0 and agreement.in_time:
        size = min(BATCH, wanted)
        flows = [made.anything() if number % 4 == 0 else made.near(chance.choice(bases)) for number in range(size)]
        agreement.compare(policy, flows, engine, lambda flow: assess(judge, card(), flow), reference.verdict)
        wanted -= size


def of_random_policies(agreement: Agreement, wanted: int, chance: random.Random) -> None:
    each = min(OF_A_POLICY, wanted)
    for policy in some_policies(-(-wanted // each) if wanted else 0):
        if not agreement.in_time:
            return
        made = Made(policy, chance)
        flows = [made.anything() for _ in range(each)]
        judge = compile_policy(policy)
        agreement.policies += 1
        agreement.compare(policy, flows, OnColumns(compile_columns(policy)), judge.verdict, Reading(policy).verdict)


def some_policies(count: int) -> Iterator[Policy]:
    found: list[Policy] = []

    @settings(
        max_examples=max(count, 1),
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(policies())
    def gather(policy: Policy) -> None:
        found.append(policy)

    gather()
    return iter(found[:count])


def agree(flows: int, seconds: float, seed: int = 17) -> Agreement:
    """Compare so many flows, or as many as there is time for."""
    agreement, chance = Agreement(seconds), random.Random(seed)
    of_random_policies(agreement, flows // 2, chance)
    of_the_pack(agreement, flows - agreement.flows, chance)
    return agreement


def main() -> None:
    flows, seconds = ([int(each) for each in sys.argv[1:]] + [1_000_000, 900][len(sys.argv) - 1 :])[:2]
    start = time.monotonic()
    agreement = agree(flows, seconds)
    print(f"{agreement}; {time.monotonic() - start:.0f} s")
    if agreement.flows < flows:
        print(f"only {agreement.flows} of {flows} flows in {seconds} s", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
