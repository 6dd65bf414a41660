"""What the published scenarios come out as, for a customer who agreed plainly and of whom nothing else is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from tactful.appropriateness.assess import assess
from tactful.appropriateness.line_features import with_fit
from tactful.appropriateness.scorecard import Scorecard
from tactful.learning.judgements import Judgement
from tactful.model.document import read_document
from tactful.model.flow import Flow, flatten, read_flow
from tactful.model.verdict import Verdict
from tactful.model.vocabulary import LISTS
from tactful.service.packs import Rules, packaged, packaged_fit

NAMES = tuple(word.name for word in LISTS["verdict"])
"""From the least free to the freest."""
TOO_CREEPY, WELCOME = 60.0, 70.0
PLAINLY: Flow = {"permission.state": "given", "permission.asked": "plainly", "permission.basis": "consent"}
Score = Callable[[Judgement], float]


class Sanity(msgspec.Struct, frozen=True):
    """The share of each verdict over all codings, and the scenarios that come out against plain sense."""

    shares: dict[str, float]
    said_though_creepy: tuple[str, ...]
    never_though_welcome: tuple[str, ...]


def agreed() -> Flow:
    """The customer of the cases: she agreed plainly, and nothing else is open. How ordinary a thing is, is left out."""
    cast = read_document(packaged("policy", "packs/norm/cast.yaml"), "cast.yaml").plain()["cast"]["known"]
    flow, _ = read_flow(flatten(cast), "cast.yaml")
    flow.pop("scenario.fit", None)
    return flow


def verdict(rules: Rules, card: Scorecard, flow: Flow, under: Flow) -> Verdict:
    """The verdict on a coding laid over the customer; the table says how ordinary it is."""
    return assess(rules.judge, card, with_fit(packaged_fit(), {**under, **flow}))


def rank(rules: Rules) -> Callable[[Scorecard], Score]:
    """A score that is higher the less free the verdict, for a scorecard."""
    under = agreed()

    def of_card(card: Scorecard) -> Score:
        def score(judgement: Judgement) -> float:
            found = [-NAMES.index(verdict(rules, card, flow, under).name) for flow in judgement.flows]
            return sum(found) / len(found)

        return score

    return of_card


def sanity(rules: Rules, card: Scorecard, judgements: tuple[Judgement, ...]) -> Sanity:
    """With permission given plainly: what 60 % minded is never said, what 70 % welcomed is never left alone.

    Both hold where a coding keeps what it says of permission, and where the plain yes is written over that.
    """
    under = agreed()
    counts: Counter[str] = Counter()
    said, left = [], []
    for each in judgements:
        names = [verdict(rules, card, flow, under).name for flow in each.flows]
        counts.update(names)
        names += [verdict(rules, card, {**flow, **PLAINLY}, under).name for flow in each.flows]
        if each.values.get("creepy_pct", 0.0) >= TOO_CREEPY and "say" in names:
            said.append(each.id)
        if each.values.get("acceptable_pct", 0.0) >= WELCOME and "never" in names:
            left.append(each.id)
    total = max(1, sum(counts.values()))
    return Sanity({name: counts[name] / total for name in NAMES}, tuple(said), tuple(left))
