"""One decision for one person: everything that could be said to her, judged stage by stage, and at most one chosen.

Stages, in order; each candidate keeps the one at which it fell:
1. eligible: it is for her, it is open, she is not in its holdout, and every fact that its audience, trigger, offer or
   model read may be used silently (`select`).
2. fitting: `reach` and the uses of each variant are judged and the variant that stands best is taken; one with a duty
   that nobody meets does not stand, nor may she be asked where nobody meets the duties of asking. Where she
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

from tactful.appropriateness.combinations import NO_COMBINATIONS, Combinations
from tactful.appropriateness.context import FitTable
from tactful.appropriateness.message import (
    ASK,
    HOLD,
    MET_BY_MESSAGES,
    STANDINGS,
    WHERE_TO_ASK,
    Picked,
    Stood,
    contact_point,
    may_ask_here,
    nobody_meets,
)
from tactful.appropriateness.scene import Ground, Scene
from tactful.appropriateness.scorecard import Scorecard
from tactful.appropriateness.weigh import Weighed
from tactful.arbitration import best as arbitration
from tactful.arbitration import pressure, quiet
from tactful.arbitration.eligible import not_eligible
from tactful.arbitration.timely import HeldBack, Timely, quiet_binds, she_began
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
    Variant,
)
from tactful.model.verdict import Form
from tactful.permission.points import Passed
from tactful.permission.standing import Standings
from tactful.policy.judge import Judge

FRESH = DAY
"""A decision is good for a day at most: ages, windows and hours move on."""
_NO_SCORE: dict[str, int] = {}


class Case(msgspec.Struct, frozen=True):
    """Everything that one decision reads.

    `attributes` are the keys of flows that are about her and us (`customer.*`, `relationship.*`, `agreement.owed`,
    `hers.*`); what is absent is not known. `permissions` None means that they could not be looked up, `contacts` None
    likewise. `zones` are the time zones that she may be in. `attention_price` is what a moment of her attention costs,
    in thousandths of a currency unit. `draws` gives for each candidate with a holdout a number from 0 to 999,999.
    With `detail` "chosen" only the chosen candidate keeps its judged flows; `judge_again` gives those of the others.
    `combinations` say which facts reveal something where one message uses them together.
    `meets` are the duties that are met beside those that the required parts of every message meet; None: all are.
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
    meets: tuple[str, ...] | None = None
    combinations: Combinations = NO_COMBINATIONS


def decide(case: Case) -> Decision:
    """The decision, with what became of every candidate. Raises ValueError if two candidates have one name."""
    sitting = _Sitting(case)
    ordered = sorted(case.candidates, key=lambda candidate: candidate.name.encode())
    if len({candidate.name for candidate in ordered}) < len(ordered):
        raise ValueError("two candidates have the same name")
    full = case.detail == "all"
    courses = [_Course(sitting, candidate, full) for candidate in ordered]
    ends = [course.run() for course in courses]
    scores = [(course.name, end.score) for course, end in zip(courses, ends, strict=True) if end.stage == "best"]
    chosen = arbitration.best(scores)
    note = "Something else is worth more to her now." if chosen else "Silence is worth more to her now."
    outcomes = tuple(
        course.chosen(end) if course.name == chosen else course.settled(end, "best", note)
        for course, end in zip(courses, ends, strict=True)
    )
    if not chosen:
        held = any(each.verdict == "hold" for each in outcomes)
        return Decision("", "", "hold" if held else "never", sitting.silent_until(ordered), outcomes)
    winner, outcome = next(pair for pair in zip(ordered, outcomes, strict=True) if pair[0].name == chosen)
    return Decision(
        chosen, outcome.variant, outcome.verdict, sitting.good_until(winner), outcomes, sitting.takes(winner)
    )


def encode_decision(decision: Decision) -> bytes:
    """A decision as deterministic MessagePack."""
    return msgspec.msgpack.encode(decision, order="deterministic")


def judge_again(case: Case, name: str) -> Outcome:
    """What became of one candidate before arbitration, with all its judged flows: from the same case, the same."""
    candidate = next(each for each in case.candidates if each.name == name)
    course = _Course(_Sitting(case), candidate, full=True)
    return course.settled(course.run(), "best", "")


class _Sitting:
    """What is the same for all candidates of a case, looked up once, and only if there is one for her."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.zones = quiet.known_zones(case.zones)
        self.meets = None if case.meets is None else MET_BY_MESSAGES.union(case.meets)
        self.openings: list[int] = []
        self._ground: Ground | None = None
        self._scenes: dict[tuple[str, str], list[tuple[Flow, Scene]]] = {}

    def _look_up(self) -> Ground:
        case = self.case
        person: Flow = {name: given.value for name, given in case.attributes.items()}
        person |= pressure.counts(case.contacts, case.now) | quiet.local_hours(self.zones, case.now)
        place = person.get("customer.jurisdiction")
        jurisdiction = place if isinstance(place, str) else None
        self._standings = Standings(case.permissions, case.passed, case.now, jurisdiction)
        self.timely = Timely(case.quiet, self.zones, case.caps, case.contacts, case.now)
        self._ground = Ground(case.judge, case.scorecard, case.fit, case.now, person, self.meets)
        return self._ground

    def scene(self, candidate: Candidate) -> Scene:
        """The scene of a candidate; candidates with the same scenario share one."""
        purpose, channel = candidate.purpose, candidate.channel
        alike = self._scenes.get((purpose, channel))
        if alike is None:
            alike = self._scenes[purpose, channel] = []
        for scenario, known in alike:
            if scenario is candidate.scenario or scenario == candidate.scenario:
                return known
        here: Flow = candidate.scenario.copy()
        here["scenario.purpose"], here["scenario.channel"] = purpose, channel
        ground = self._ground or self._look_up()
        scene = Scene(ground, here, partial(self._standings.of, purpose, channel), self._standings.alike)
        alike.append((candidate.scenario, scene))
        return scene

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


class _Ready(NamedTuple):
    """What may be said now, with its score."""

    weighed: Weighed
    factors: dict[str, int]
    score: int
    stage: Stage = "best"


class _Course:
    """One candidate on its way through the stages up to `best`."""

    __slots__ = ("candidate", "full", "name", "scene", "sitting")

    def __init__(self, sitting: _Sitting, candidate: Candidate, full: bool) -> None:
        self.sitting = sitting
        self.full = full
        self.candidate = candidate
        self.name = candidate.name

    def run(self) -> Outcome | _Ready:
        """Its outcome, or what is ready to be said."""
        case = self.sitting.case
        fell = not_eligible(self.candidate, case.now, case.draws)
        if fell:
            return Outcome(self.name, "eligible", "never", note=fell.note, missing=fell.missing)
        self.scene = self.sitting.scene(self.candidate)
        return self._judge()

    def settled(self, end: Outcome | _Ready, stage: Stage, note: str) -> Outcome:
        """Its outcome after arbitration."""
        if isinstance(end, _Ready):
            return self._outcome(stage, end.weighed.says, end.weighed, note, end.factors)
        return msgspec.structs.replace(end, stage=stage, note=note) if end.stage == "best" else end

    def chosen(self, end: Outcome | _Ready) -> Outcome:
        """Its outcome as the chosen one, with every flow."""
        if not self.full:
            self.full = True
            end = end if isinstance(end, _Ready) else self.run()
        return self.settled(end, "chosen", "")

    def _judge(self) -> Outcome | _Ready:
        weighed = self.scene.weighed(self.candidate, self.sitting.case.combinations)
        picked = weighed.picked
        if weighed.reach is None:
            return self._outcome("eligible", "never", weighed, weighed.note)
        if picked.variant is None:
            return self._outcome("fitting", "never", weighed, weighed.note)
        shop = self.sitting.timely.held_back(self.candidate)
        if picked.standing == HOLD or shop.until:
            return self._held(self._outcome("timely", "hold", weighed), picked, shop)
        if picked.standing == ASK:
            return self._question(weighed, weighed.reach)
        made_of = self._factors()
        return _Ready(weighed, made_of, made_of["score"])

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

    def _question(self, weighed: Weighed, reach: Stood) -> Outcome:
        """Asking is a flow of its own: what is recorded of a question is what was judged of the asking."""
        facts, scene, picked = self._facts_in(weighed.shown), self.scene, weighed.picked
        outcome = msgspec.structs.replace(self._outcome("fitting", "ask", weighed), ask=picked.asks)
        to_ask = {name: form for name, form, stood in weighed.uses if stood.standing == ASK}
        asking = [scene.asked(name, facts.get(name), form) for name, form in sorted(to_ask.items())]
        speaking = scene.judged(self.candidate.contact, contact_point(self.candidate), None, reach)
        sayable = [each for each in asking if each is not None]
        if len(sayable) < len(asking) or not asking or speaking.verdict.name != "say":
            return msgspec.structs.replace(outcome, note="She would have to be asked, and may not be.")
        if not may_ask_here(scene.base, self.candidate.contact):
            about = ", ".join(picked.asks)
            return msgspec.structs.replace(outcome, note=f"Ask about {about} {WHERE_TO_ASK}.")
        duties = {duty for each in (speaking, *sayable) for duty in each.verdict.obligations}
        meets = self.sitting.meets
        if meets is not None and not duties <= meets:
            return msgspec.structs.replace(outcome, note=nobody_meets(duties - meets))
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

    def _facts_in(self, variant: Variant | None) -> dict[str, Fact]:
        return self.sitting.case.combinations.facts_in(self.candidate, variant)

    def _outcome(
        self, stage: Stage, verdict: str, weighed: Weighed, note: str = "", made_of: dict[str, int] = _NO_SCORE
    ) -> Outcome:
        """Its outcome with the reasons; in full, with every flow and its whole verdict, `reach` first."""
        score = made_of["score"] if made_of else 0
        because = weighed.because if self.full or not made_of else ()
        outcome = Outcome(self.name, stage, verdict, weighed.variant, because, (), (), (), (), 0, score, made_of, note)
        return self._in_full(outcome, weighed) if self.full else outcome

    def _in_full(self, outcome: Outcome, weighed: Weighed) -> Outcome:
        """The same with every flow, `reach` first, and what follows from their whole verdicts."""
        each, facts = self.candidate, self._facts_in(weighed.shown)
        flows: list[tuple[str, Fact | None, Form | None, Stood]] = [
            (name, facts.get(name), form, stood) for name, form, stood in weighed.uses
        ]
        if weighed.reach is not None:
            flows.insert(0, (each.contact, contact_point(each), None, weighed.reach))
        judged = tuple(self.scene.judged(*flow) for flow in flows)
        least = STANDINGS[weighed.least]
        missing = {key for item in judged if item.standing == least for key in item.verdict.missing}
        duties = {duty for item in judged for duty in item.verdict.obligations} if outcome.factors else set()
        return msgspec.structs.replace(
            outcome,
            missing=tuple(sorted(missing)),
            obligations=tuple(sorted(duties)),
            judged=judged,
            assumptions=tuple(sorted({self.scene.assumption(flow[1]) for flow in flows} - {""})),
        )
