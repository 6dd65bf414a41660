"""One decision for one person: everything that could be said to her, judged stage by stage, and at most one chosen.

Stages, in order; each candidate keeps the one at which it fell:
1. eligible: it is for her, it is open, she is not in its holdout, and every fact that its audience, trigger, offer or
   model read may be used silently (`select`).
2. fitting: `reach` and the uses of each variant are judged and the variant that stands best is taken. Where she
   would have to be asked first, the candidate becomes a question if she is already talking to us, else it falls.
3. timely: what a rule holds, and what the shop's quiet hours or caps hold, waits with `until` and `drop_after`. What
   would open only after the candidate's end is dropped. The shop's quiet hours and caps bind where we start to speak.
4. best: the highest score; silence is always a candidate with the score 0 and wins ties.
5. reserved: the decision names the contact that it takes; the store takes it, or the decision does not stand.

Nothing here reads a clock or chance: instants, draws and time zones are in the case. Candidates are taken in the order
of their names' bytes, so their order in the case does not matter. A decision encodes to the same bytes every time.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

import msgspec

from tactful.appropriateness.context import FitTable
from tactful.appropriateness.message import ASK, HOLD, NEVER, STANDINGS, WHERE_TO_ASK, Picked, Stood, may_ask_here, pick
from tactful.appropriateness.scene import Ground, Scene
from tactful.appropriateness.scorecard import Scorecard
from tactful.arbitration import best as arbitration
from tactful.arbitration import pressure, quiet
from tactful.arbitration.timely import HeldBack, held_back, quiet_binds, she_began
from tactful.model.flow import Flow
from tactful.model.records import (
    DAY,
    Candidate,
    Cap,
    Contact,
    Decision,
    Fact,
    Given,
    Outcome,
    Permission,
    QuietHours,
    Stage,
    Standing,
    Variant,
)
from tactful.model.verdict import FORMS, Form
from tactful.permission.points import Passed
from tactful.permission.standing import permission_for
from tactful.policy.judge import Judge

FRESH = DAY
"""A decision is good for a day at most: ages, windows and hours move on."""
_OF_FORM: dict[str, str] = {"silent": "silent", "softened": "soften", "explicit": "say"}
_Used = tuple[str, Form, Stood]


class Case(msgspec.Struct, frozen=True):
    """Everything that one decision reads.

    `attributes` are the keys of flows that are about her and us (`customer.*`, `relationship.*`, `agreement.owed`,
    `hers.*`); what is absent is not known. `permissions` None means that they could not be looked up, `contacts` None
    likewise. `zones` are the time zones that she may be in. `attention_price` is what a moment of her attention costs,
    in thousandths of a currency unit. `draws` gives for each candidate with a holdout a number from 0 to 999,999.
    With `detail` "chosen" only the chosen candidate keeps its judged flows; `judge_again` gives those of the others.
    """

    now: int
    judge: Judge
    scorecard: Scorecard
    fit: FitTable
    candidates: tuple[Candidate, ...]
    attributes: dict[str, Given] = {}
    permissions: tuple[Permission, ...] | None = None
    passed: tuple[Passed, ...] = ()
    zones: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] | None = None
    caps: tuple[Cap, ...] = ()
    quiet: QuietHours | None = None
    attention_price: int = 0
    draws: dict[str, int] = {}
    detail: Literal["all", "chosen"] = "all"


def decide(case: Case) -> Decision:
    """The decision, with what became of every candidate. Raises ValueError if two candidates have one name."""
    sitting = _Sitting(case)
    ordered = sorted(case.candidates, key=lambda candidate: candidate.name.encode())
    if len({candidate.name for candidate in ordered}) < len(ordered):
        raise ValueError("two candidates have the same name")
    full = case.detail == "all"
    found = [_Course(sitting, candidate, full).run() for candidate in ordered]
    chosen = arbitration.best((each.candidate, each.score) for each in found if each.stage == "best")
    if not chosen:
        held = any(each.verdict == "hold" for each in found)
        outcomes = tuple(_settled(each, chosen) for each in found)
        return Decision("", "", "hold" if held else "never", sitting.silent_until(ordered), outcomes)
    place = next(place for place, each in enumerate(found) if each.candidate == chosen)
    winner = ordered[place]
    if not full:
        found[place] = _Course(sitting, winner, full=True).run()
    outcomes = tuple(_settled(each, chosen) for each in found)
    outcome = outcomes[place]
    return Decision(
        chosen, outcome.variant, outcome.verdict, sitting.good_until(winner), outcomes, sitting.takes(winner)
    )


def encode_decision(decision: Decision) -> bytes:
    """A decision as deterministic MessagePack."""
    return msgspec.msgpack.encode(decision, order="deterministic")


def judge_again(case: Case, name: str) -> Outcome:
    """What became of one candidate before arbitration, with all its judged flows: from the same case, the same."""
    candidate = next(each for each in case.candidates if each.name == name)
    return _Course(_Sitting(case), candidate, full=True).run()


def _settled(outcome: Outcome, chosen: str) -> Outcome:
    if outcome.stage != "best":
        return outcome
    if outcome.candidate == chosen:
        return msgspec.structs.replace(outcome, stage="chosen")
    note = "Something else is worth more to her now." if chosen else "Silence is worth more to her now."
    return msgspec.structs.replace(outcome, note=note)


class _Standings:
    """Her permissions by purpose, channel and category, each looked up once."""

    def __init__(self, case: Case, jurisdiction: str | None) -> None:
        self.case = case
        self.jurisdiction = jurisdiction
        self._by_category = any(each.category != "*" for each in case.permissions or ())
        self._known: dict[tuple[str, str, str], Standing] = {}
        self._by_purpose: dict[str, tuple[Permission, ...]] = {}

    def of(self, purpose: str, channel: str, category: str) -> Standing:
        """The permission that holds; the category does not matter where no record names one."""
        key = (purpose, channel, category if self._by_category else "*")
        known = self._known.get(key)
        if known is None:
            case, records = self.case, self._about(purpose)
            known = permission_for(records, case.passed, purpose, channel, category, case.now, self.jurisdiction)
            self._known[key] = known
        return known

    def _about(self, purpose: str) -> tuple[Permission, ...] | None:
        if self.case.permissions is None:
            return None
        found = self._by_purpose.get(purpose)
        if found is None:
            found = tuple(each for each in self.case.permissions if each.purpose in (purpose, "*"))
            self._by_purpose[purpose] = found
        return found


class _Sitting:
    """What is the same for all candidates of a case, looked up once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.zones = quiet.known_zones(case.zones)
        self.person: Flow = {name: given.value for name, given in case.attributes.items()}
        self.person |= pressure.counts(case.contacts, case.now) | quiet.local_hours(self.zones, case.now)
        place = self.person.get("customer.jurisdiction")
        self._standings = _Standings(case, place if isinstance(place, str) else None)
        self._scenes: dict[tuple[str, str], list[tuple[Flow, Scene]]] = {}
        self._ground = Ground(case.judge, case.scorecard, case.fit, case.now, self.person)
        self._held_back: dict[tuple[str, str, bool, bool], HeldBack] = {}
        self.openings: list[int] = []

    def scene(self, candidate: Candidate) -> Scene:
        """The scene of a candidate; candidates with the same scenario share one."""
        alike = self._scenes.setdefault((candidate.purpose, candidate.channel), [])
        for scenario, known in alike:
            if scenario == candidate.scenario:
                return known
        purpose, channel = candidate.purpose, candidate.channel
        here: Flow = {**candidate.scenario, "scenario.purpose": purpose, "scenario.channel": channel}
        scene = Scene(self._ground, here, partial(self._standings.of, purpose, channel))
        alike.append((candidate.scenario, scene))
        return scene

    def holds_back(self, candidate: Candidate) -> HeldBack:
        """What of the shop's own hours and caps holds this candidate; what binds alike is worked out once."""
        key = (candidate.purpose, candidate.channel, she_began(candidate), quiet_binds(candidate))
        found = self._held_back.get(key)
        if found is None:
            case = self.case
            found = held_back(candidate, case.quiet, self.zones, case.caps, case.contacts, case.now)
            self._held_back[key] = found
        return found

    def takes(self, candidate: Candidate) -> Contact | None:
        """The contact that speaking takes; an answer in her own exchange is no attempt to reach her."""
        if she_began(candidate):
            return None
        return Contact(candidate.channel, candidate.purpose, self.case.now)

    def good_until(self, winner: Candidate) -> int:
        """A day at most, not past the candidate's end, nor into hours that are quiet for her."""
        ends = [self.case.now + FRESH]
        if winner.valid_until:
            ends.append(winner.valid_until)
        if self.case.quiet and quiet_binds(winner):
            ends.append(quiet.closes(self.zones, self.case.quiet, self.case.now))
        return min(ends)

    def silent_until(self, candidates: list[Candidate]) -> int:
        """When silence should be thought over: after a day, or when something is known to open."""
        now = self.case.now
        starts = [candidate.valid_from for candidate in candidates if candidate.valid_from > now]
        return min([now + FRESH, *starts, *(at for at in self.openings if at > now)])


class _Flow(NamedTuple):
    """One flow of a candidate and how it stands; `form` is None for `reach`."""

    name: str
    fact: Fact | None
    form: Form | None
    stood: Stood


class _Course:
    """One candidate on its way through the stages up to `best`."""

    def __init__(self, sitting: _Sitting, candidate: Candidate, full: bool) -> None:
        self.sitting = sitting
        self.full = full
        self.candidate = candidate
        self.scene = sitting.scene(candidate)
        self.contact = _contact_point(candidate)

    def run(self) -> Outcome:
        """Its outcome: the stage at which it fell, or `best` with its score."""
        return self._not_eligible() or self._judge()

    def _not_eligible(self) -> Outcome | None:
        each, case = self.candidate, self.sitting.case
        if each.missing:
            return self._fell("Whether it is for her is not known.", missing=tuple(sorted(each.missing)))
        if each.not_for_her:
            return self._fell(each.not_for_her)
        if case.now < each.valid_from:
            return self._fell("It is not open yet.")
        if each.valid_until and case.now >= each.valid_until:
            return self._fell("It is over.")
        if each.holdout and case.draws.get(each.name, 0) < each.holdout:
            return self._fell("She is in the holdout: she hears nothing of it, so that we can tell whether it helps.")
        return None

    def _fell(self, note: str, missing: tuple[str, ...] = ()) -> Outcome:
        return Outcome(self.candidate.name, "eligible", "never", note=note, missing=missing)

    def _judge(self) -> Outcome:
        each, stands = self.candidate, self.scene.stands
        selects: list[_Used] = [(name, "silent", stands(each.facts.get(name), "silent")) for name in each.selects]
        barred = [used for used in selects if used[2].standing == NEVER]
        if barred:
            return self._outcome("eligible", "never", barred, note="Something it rests on may not be used.")
        reach = self.scene.reach(self.contact)
        if reach.standing == NEVER:
            return self._outcome("fitting", "never", [], reach)
        shown: list[list[_Used]] = [
            [(use.fact, use.form, stands(each.facts.get(use.fact), use.form)) for use in variant.mentions]
            for variant in each.variants
        ]
        picked = pick(reach, ([(name, stood) for name, _, stood in (*selects, *uses)] for uses in shown))
        taken = picked.variant if picked.variant is not None else len(shown) - 1
        uses = [*selects, *(shown[taken] if shown else ())]
        return self._fitted(picked, each.variants[taken] if shown else None, reach, uses)

    def _fitted(self, picked: Picked, variant: Variant | None, reach: Stood, uses: list[_Used]) -> Outcome:
        name = variant.name if variant else ""
        if picked.standing == NEVER:
            return self._outcome("fitting", "never", uses, reach)
        shop = self.sitting.holds_back(self.candidate)
        if picked.standing == HOLD or shop.until:
            outcome = self._outcome("timely", "hold", uses, reach, name)
            return self._held(outcome, picked, shop)
        if picked.standing == ASK:
            return self._question(picked, uses, reach, name)
        return self._outcome("best", _said(variant), uses, reach, name)

    def _held(self, outcome: Outcome, picked: Picked, shop: HeldBack) -> Outcome:
        """What the shop alone holds has no rule as its reason, but a note."""
        end, ruled = self.candidate.valid_until, picked.standing == HOLD
        if end and shop.opens is not None and shop.opens >= end:
            until, verdict, note = set(), "never", f"{shop.note} It would open only after the end."
        else:
            until, verdict, note = {*picked.until, *shop.until}, "hold", shop.note
            self.sitting.openings += [] if shop.opens is None else [shop.opens]
        return msgspec.structs.replace(
            outcome,
            verdict=verdict,
            because=outcome.because if ruled else (),
            missing=tuple(sorted({*(outcome.missing if ruled else ()), *shop.missing})),
            until=tuple(sorted(until)),
            drop_after=end,
            note=note,
        )

    def _question(self, picked: Picked, uses: list[_Used], reach: Stood, variant: str) -> Outcome:
        """Asking is a flow of its own: what is recorded of a question is what was judged of the asking."""
        facts, scene = self.candidate.facts, self.scene
        outcome = msgspec.structs.replace(self._outcome("fitting", "ask", uses, reach, variant), ask=picked.asks)
        to_ask = {name: form for name, form, stood in uses if stood.standing == ASK}
        asking = [scene.asked(name, facts.get(name), form) for name, form in sorted(to_ask.items())]
        speaking = scene.judged(self.candidate.contact, self.contact, None, reach.standing)
        sayable = [each for each in asking if each is not None]
        if len(sayable) < len(asking) or not asking or speaking.verdict.name != "say":
            return msgspec.structs.replace(outcome, note="She would have to be asked, and may not be.")
        if not may_ask_here(scene.base, self.candidate.contact):
            about = ", ".join(picked.asks)
            return msgspec.structs.replace(outcome, note=f"Ask about {about} {WHERE_TO_ASK}.")
        duties = {duty for each in (speaking, *sayable) for duty in each.verdict.obligations}
        kept = (*outcome.judged, *sayable) if self.full else ()
        made_of = self._factors()
        return msgspec.structs.replace(
            outcome,
            stage="best",
            obligations=tuple(sorted(duties)),
            judged=kept,
            score=made_of["score"],
            factors=made_of,
        )

    def _factors(self) -> dict[str, int]:
        return arbitration.factors(self.candidate, self.sitting.case.attention_price)

    def _outcome(
        self,
        stage: Stage,
        verdict: str,
        uses: list[_Used],
        reach: Stood | None = None,
        variant: str = "",
        note: str = "",
    ) -> Outcome:
        """Its outcome with the reasons; in full, with every flow and its whole verdict, `reach` first."""
        each, facts = self.candidate, self.candidate.facts
        flows = [] if reach is None else [_Flow(each.contact, self.contact, None, reach)]
        flows += [_Flow(name, facts.get(name), form, found) for name, form, found in uses]
        made_of = self._factors() if stage == "best" else {}
        score = made_of.get("score", 0)
        if not self.full:
            because = () if stage == "best" else self._because(flows)
            return Outcome(each.name, stage, verdict, variant, because=because, note=note, score=score, factors=made_of)
        judged = tuple(self.scene.judged(*flow[:3], flow.stood.standing) for flow in flows)
        decisive = [item.verdict for item in judged if item.standing == STANDINGS[_least(flows)]]
        duties = {duty for item in judged for duty in item.verdict.obligations} if stage == "best" else set()
        return Outcome(
            each.name,
            stage,
            verdict,
            variant,
            because=self._because(flows),
            missing=tuple(sorted({key for item in decisive for key in item.missing})),
            obligations=tuple(sorted(duties)),
            score=score,
            factors=made_of,
            note=note,
            judged=judged,
            assumptions=tuple(sorted({self.scene.assumption(flow.fact) for flow in flows} - {""})),
        )

    def _because(self, flows: list[_Flow]) -> tuple[str, ...]:
        """The rules that decide the flows that stand as the whole does, in the order of the flows."""
        least = _least(flows)
        rules = [flow.stood.because for flow in flows if flow.stood.standing == least]
        return rules[0] if len(rules) == 1 else tuple(dict.fromkeys(rule for found in rules for rule in found))


def _least(flows: list[_Flow]) -> int:
    return min((flow.stood.standing for flow in flows), default=NEVER)


def _said(variant: Variant | None) -> str:
    """The verdict of a candidate that may speak now: the strongest form that the variant really uses."""
    strongest = max((FORMS.index(use.form) for use in variant.mentions), default=0) if variant else 0
    return _OF_FORM[FORMS[strongest]]


def _contact_point(candidate: Candidate) -> Fact | None:
    """The fact of the contact point used: of that name, or else the first by name and key of that category."""
    named = candidate.facts.get(candidate.contact)
    if named is not None:
        return named
    found = [fact for fact in candidate.facts.values() if fact.category == candidate.contact]
    return min(found, key=lambda fact: (fact.name, fact.key)) if found else None
