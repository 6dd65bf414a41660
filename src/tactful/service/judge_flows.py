"""Judge a file of flows: one act with one piece of knowledge each; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tactful.appropriateness.assess import assess
from tactful.appropriateness.line_features import with_fit
from tactful.appropriateness.scorecard import estimate
from tactful.explain.sentences import verdict_sentences
from tactful.model.flow import NamedFlow, read_flows
from tactful.model.problems import Problems
from tactful.service.packs import Rules, packaged_fit


class JudgedLine(msgspec.Struct, frozen=True):
    """One line of the answer, in the order of the file."""

    id: str
    verdict: str
    use: str
    mention: str
    when: str
    until: tuple[str, ...]
    because: tuple[str, ...]
    also: tuple[str, ...]
    missing: tuple[str, ...]
    obligations: tuple[str, ...]
    discomfort: float | None
    discomfort_at_most: float | None
    reason_staff: str
    reason_customer: str


def read(lines: Iterable[bytes], file: str) -> list[NamedFlow]:
    """All flows of a file, or Problems with every problem of the file at once."""
    flows, problems = read_flows(lines, file)
    if problems:
        raise Problems(problems)
    return flows


def judge_flows(rules: Rules, flows: Iterable[NamedFlow]) -> Iterator[JudgedLine]:
    """The verdict on each flow, with its reasons for both registers.

    `discomfort` takes how ordinary the knowledge is from the table where the flow does not say; the rules do not.
    """
    table = packaged_fit()
    for item in flows:
        verdict = assess(rules.judge, rules.scorecard, item.flow)
        reasons = verdict_sentences(rules.policy, verdict, item.flow)
        yield JudgedLine(
            id=item.id,
            verdict=verdict.name,
            use=verdict.use,
            mention=verdict.mention,
            when=verdict.when,
            until=verdict.until,
            because=verdict.because,
            also=verdict.also,
            missing=verdict.missing,
            obligations=verdict.obligations,
            discomfort=_rounded(estimate(rules.scorecard, with_fit(table, item.flow)).discomfort),
            discomfort_at_most=_rounded(verdict.discomfort_at_most),
            reason_staff=reasons.staff,
            reason_customer=reasons.customer,
        )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
