"""Flows that show something: made from the classes that a search found, and as small as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from tactful.model.flow import Flow, Value
from tactful.model.vocabulary import KEYS
from tactful.policy.domain import WORKED_OUT, Domain
from tactful.policy.rules import Policy
from tactful.policy.solve import Formula, Terms, solve, value

Shows = Callable[[Flow], bool]
MOST_TRIED = 3


def flows_of_cases(policy: Policy) -> list[Flow]:
    """Every flow that a case of the policy judges, the uses of messages included."""
    return [dict(flow) for case in policy.cases for flow in (case.given, *case.uses.values())]


class Finder:
    """Finds flows for formulas: first among known ones, then by a complete search."""

    def __init__(self, terms: Terms, known: Iterable[Mapping[str, Value]]) -> None:
        self.terms = terms
        placed = ((terms.domain.place(flow), dict(flow)) for flow in known)
        self._known = [(masks, flow) for masks, flow in placed if masks is not None]

    def among_known(self, formula: Formula) -> Iterator[Flow]:
        """The known flows for which it holds."""
        return (flow for masks, flow in self._known if value(formula, masks))

    def search(self, formula: Formula) -> Flow | None:
        """A flow for which it holds; None means that there is none at all."""
        masks = solve(formula, self.terms)
        return None if masks is None else self.terms.domain.flow(masks)

    def smallest(self, formula: Formula, shows: Shows) -> Flow | None:
        """The smallest of the flows found that shows what the formula says, less every key that it can do without."""
        tried = [*islice(self.among_known(formula), MOST_TRIED)]
        found = self.search(formula)
        if found is None:
            return None
        tried.append(found)

        def still_shows(flow: Flow) -> bool:
            masks = self.terms.domain.place(flow)
            return masks is not None and value(formula, masks) is True and shows(flow)

        smaller = [lean(flow, still_shows, self.terms.domain) for flow in tried if still_shows(flow)]
        return min(smaller, key=lambda flow: (len(flow), sorted(flow), repr(sorted(flow.items()))), default=None)


def lean(flow: Flow, shows: Shows, domain: Domain) -> Flow:
    """The flow without the keys that do not matter to what it shows, and with short lists."""
    orders = (sorted(flow), sorted(flow, reverse=True))
    flow = min((_less(flow, order, shows, domain) for order in orders), key=len)
    for key in [each for each in flow if KEYS[each].kind == "list"]:
        words = flow[key]
        assert isinstance(words, tuple | list)
        for fewer in ((), *((word,) for word in words)):
            if len(fewer) < len(words) and shows({**flow, key: fewer}):
                flow = {**flow, key: fewer}
                break
    return dict(sorted(flow.items()))


def _less(flow: Flow, order: list[str], shows: Shows, domain: Domain) -> Flow:
    """Without one key after the other, until none can go any more."""
    before = -1
    while len(flow) != before:
        before = len(flow)
        for key in [each for each in order if each in flow]:
            smaller = {name: each for name, each in flow.items() if name != key}
            if shows(smaller) and (key != WORKED_OUT or _whatever(smaller, shows, domain)):
                flow = smaller
    return flow


def _whatever(flow: Flow, shows: Shows, domain: Domain) -> bool:
    """Whether the flow shows it with every value of the key that is worked out."""
    values = domain.values[domain.index[WORKED_OUT]] if WORKED_OUT in domain.index else ()
    return all(shows({**flow, WORKED_OUT: each}) for each in values if each is not None)
