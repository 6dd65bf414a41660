"""The four questions about a whole decision: the case that it read, changed in what is ours, and decided again.

As with one flow, one and two changes are tried, and nothing is listed that was not decided again. Beside the channel
and the scene, what is ours here are the words: a fact can be spoken of in general terms, left unsaid, or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from tactful.appropriateness.obstacles import is_free_enough
from tactful.appropriateness.ours import CHANNEL, Change, Ours
from tactful.appropriateness.questions import Questions, order
from tactful.decide import Case, decide
from tactful.model.answers import Blocked, Step, Way
from tactful.model.flow import Flow, Value
from tactful.model.problems import Problem, Problems
from tactful.model.records import Candidate, Decision, Given, Outcome, Use, Variant
from tactful.model.verdict import FORMS, NAMES, Form, VerdictName

InChannel = Callable[[str], Case | None]
"""The same case in another channel, with the contact point, audience and permission that are on file for it."""

WITH_SPEAKER = "relationship.with_speaker"
NOT_WRITTEN = "No rule stands in the way: no variant says more than this."
_PURPOSE = "scenario.purpose"
_ABOUT_HER_AND_US = ("scenario.", "customer.", "relationship.", "hers.", "agreement.")
_LESS: tuple[tuple[str, Form], ...] = (("in_general_terms", "softened"), ("without_a_word", "silent"))
_NEEDED: dict[str, VerdictName] = {"silent": "silent", "softened": "soften", "explicit": "say"}
_FREER: tuple[VerdictName, ...] = ("say", "soften", "silent", "ask", "hold")


class Tried(NamedTuple):
    """A way with the case as changed: deciding it gives the way's verdict. Where the way asks, it is unchanged."""

    way: Way
    case: Case


class Answer(NamedTuple):
    """The ways to the wanted verdict; where there are none, `nearer` are those to the freest that can be had."""

    ways: tuple[Tried, ...]
    nearer: tuple[Tried, ...]


class _Move(NamedTuple):
    step: Step
    group: str
    apply: Callable[[Case], Case | None]


def only_candidate(case: Case) -> Candidate:
    """The one candidate of a case; questions are asked about one at a time."""
    (candidate,) = case.candidates
    return candidate


def with_candidate(case: Case, candidate: Candidate) -> Case:
    """The case about this candidate alone."""
    return msgspec.structs.replace(case, candidates=(candidate,))


def verdict_of(decision: Decision) -> VerdictName:
    """The verdict of a decision by its name."""
    return NAMES[NAMES.index(decision.verdict)]


def why_not(questions: Questions, case: Case, wanted: VerdictName = "say") -> tuple[tuple[Blocked, ...], str]:
    """What stands in the way of saying it as fully as wanted, use by use, and the note where no rule is the reason.

    It is judged in the fullest variant, since what is wanted is that one.
    """
    if is_free_enough(verdict_of(decide(case)), wanted):
        return (), ""
    candidate = only_candidate(case)
    outcome = decide(with_candidate(case, _fullest(candidate))).outcomes[0]
    blocked = []
    for each in outcome.judged:
        needed = _NEEDED.get(each.form, "say")
        least = needed if is_free_enough(wanted, needed) or each.act == "reach" else wanted
        found = questions.why_not(each.flow, least)
        if found:
            blocked.append(Blocked(each.fact, each.act, found))
    return tuple(blocked), outcome.note or ("" if blocked else NOT_WRITTEN)


def how_to(
    questions: Questions, case: Case, wanted: VerdictName = "say", in_channel: InChannel | None = None
) -> Answer:
    """One and two changes of what is ours after which it is decided as wanted, or freer."""
    decision = decide(case)
    now = verdict_of(decision)
    if is_free_enough(now, wanted):
        return Answer((), ())
    asked = _asked(questions, case, decision.outcomes[0]) if now != "ask" and wanted not in ("ask", "hold") else ()
    found = _search(questions.ours, case, now, in_channel)
    ways = tuple(sorted((each for each in found if is_free_enough(each.way.verdict, wanted)), key=_by_effort))
    if ways:
        return Answer(_smallest((*ways, *asked)), ())
    for nearer in _FREER:
        close = [each for each in found if is_free_enough(each.way.verdict, nearer)]
        if close and not is_free_enough(now, nearer):
            return Answer(asked, _smallest(tuple(sorted(close, key=_by_effort))))
    return Answer(asked, ())


def what_if(case: Case, changes: Mapping[str, Value], in_channel: InChannel | None = None) -> Case:
    """The case with these keys of the scenario and of her changed. Raises Problems for a key that it does not read as
    it stands: facts and permissions are records, and are asked about flow by flow."""
    channel = changes.get(CHANNEL)
    changed: Case | None = case
    if isinstance(channel, str) and channel != only_candidate(case).channel:
        changed = in_channel(channel) if in_channel is not None else None
    if changed is None:
        raise Problems([Problem("--set", 0, f"nothing is known of {channel} here; ask it of a flow.", CHANNEL)])
    wrong = [
        key for key in changes if not key.startswith(("scenario.", "customer.", "relationship.", "hers.", "agree"))
    ]
    if wrong:
        raise Problems(
            [Problem("--set", 0, f"{key} comes from her records; ask it of a flow, in a file.", key) for key in wrong]
        )
    candidate = only_candidate(changed)
    scenario = {key: value for key, value in changes.items() if key.startswith("scenario.")}
    about = {key: Given(value, "supposed") for key, value in changes.items() if key not in scenario}
    purpose = str(scenario.get(_PURPOSE, candidate.purpose))
    candidate = msgspec.structs.replace(
        candidate, purpose=purpose, scenario={**candidate.scenario, **scenario, _PURPOSE: purpose}
    )
    changed = msgspec.structs.replace(changed, attributes={**changed.attributes, **about})
    return with_candidate(changed, candidate)


def through(ours: Ours, case: Case, channel: str, audience: str | None) -> Case:
    """The case in another channel: the scene that lies in its nature, its contact point if one is on file, and who can
    notice it there; what hangs on a channel and is not known of this one is not known."""
    candidate = only_candidate(case)
    scenario = {key: value for key, value in candidate.scenario.items() if key != CHANNEL and not ours.forgotten(key)}
    scenario |= ours.scene(candidate.channel, channel, candidate.scenario.get("scenario.place"))
    if audience:
        scenario["scenario.audience"] = audience
    contact = next((each.contact for each in ours.channels if each.channel == channel), candidate.contact)
    candidate = msgspec.structs.replace(candidate, channel=channel, contact=contact, scenario=scenario)
    about = {key: given for key, given in case.attributes.items() if key != WITH_SPEAKER}
    return with_candidate(msgspec.structs.replace(case, attributes=about), candidate)


def scene_of(case: Case) -> Flow:
    """The keys of a case that are the same for every fact."""
    candidate = only_candidate(case)
    keys: Flow = {name: given.value for name, given in case.attributes.items()}
    return {**keys, **candidate.scenario, _PURPOSE: candidate.purpose, CHANNEL: candidate.channel}


def _fullest(candidate: Candidate) -> Candidate:
    return msgspec.structs.replace(candidate, variants=candidate.variants[:1])


def _asked(questions: Questions, case: Case, outcome: Outcome) -> tuple[Tried, ...]:
    """Asking her, where everything that is refused may be asked about."""
    refused = [each for each in outcome.judged if each.standing in ("never", "ask")]
    enough = all(questions.her_yes_is_enough(each.flow, _NEEDED.get(each.form, "say")) for each in refused)
    ways = [questions.may_be_asked(each.flow) for each in refused] if enough else []
    if not ways or any(way is None for way in ways) or any(each.standing == "hold" for each in outcome.judged):
        return ()
    return tuple(Tried(way, case) for way in ways[:1] if way is not None)


def _search(ours: Ours, case: Case, now: VerdictName, in_channel: InChannel | None) -> list[Tried]:
    """Every one and two changes that make it freer; a pair only where it is freer than each of its parts."""
    moves = list(_moves(ours, case, in_channel))
    found: list[Tried] = []
    for at, first in enumerate(moves):
        changed = first.apply(case)
        if changed is None:
            continue
        one = verdict_of(decide(changed))
        if _freer(one, now):
            found.append(Tried(Way((first.step,), one), changed))
        for second in moves[at + 1 :]:
            both = second.apply(changed) if second.group != first.group else None
            if both is None:
                continue
            two = verdict_of(decide(both))
            if _freer(two, one) and _freer(two, now):
                found.append(Tried(Way((first.step, second.step), two), both))
    return found


def _smallest(ways: tuple[Tried, ...]) -> tuple[Tried, ...]:
    """Without those of which a part alone is enough."""
    single = {each.way.steps[0].change for each in ways if len(each.way.steps) == 1}
    kept = [each for each in ways if len(each.way.steps) == 1 or not single & {step.change for step in each.way.steps}]
    return tuple(sorted(kept, key=_by_effort))


def _moves(ours: Ours, case: Case, in_channel: InChannel | None) -> Iterator[_Move]:
    """What is ours to change here: channels first, since the others are laid over what a channel brings."""
    for each in ours.other_channels(scene_of(case)) if in_channel is not None else ():
        yield _Move(each.step, "channel", _channel_of(each.channel, in_channel))
    for change in ours.changes:
        if all(key.startswith("scenario.") or key == WITH_SPEAKER for key in change.sets):
            yield _Move(change.step, change.group, _scene_change(change))
    candidate = only_candidate(case)
    mentioned = {use.fact: use.form for variant in reversed(candidate.variants) for use in variant.mentions}
    for fact, form in sorted(mentioned.items()):
        for what, turned in _LESS:
            if FORMS.index(turned) < FORMS.index(form):
                yield _Move(ours.about(what, fact), f"fact {fact}", _in_form(fact, turned))
    for fact in sorted({*mentioned, *candidate.selects}):
        yield _Move(ours.about("left_out", fact), f"fact {fact}", _left_out(fact))


def _channel_of(channel: str, in_channel: InChannel | None) -> Callable[[Case], Case | None]:
    return lambda case: in_channel(channel) if in_channel is not None else None


def _scene_change(change: Change) -> Callable[[Case], Case | None]:
    def apply(case: Case) -> Case | None:
        if not change.fits(scene_of(case)):
            return None
        candidate = only_candidate(case)
        scenario = {key: value for key, value in change.sets.items() if key != WITH_SPEAKER}
        about = {key: Given(value, change.step.staff) for key, value in change.sets.items() if key == WITH_SPEAKER}
        candidate = msgspec.structs.replace(candidate, scenario={**candidate.scenario, **scenario})
        return with_candidate(msgspec.structs.replace(case, attributes={**case.attributes, **about}), candidate)

    return apply


def _in_form(fact: str, form: Form) -> Callable[[Case], Case | None]:
    def turned(use: Use) -> Use:
        fuller = use.fact == fact and FORMS.index(use.form) > FORMS.index(form)
        return msgspec.structs.replace(use, form=form) if fuller else use

    def apply(case: Case) -> Case:
        candidate = only_candidate(case)
        variants = tuple(Variant(each.name, tuple(map(turned, each.mentions))) for each in candidate.variants)
        return with_candidate(case, msgspec.structs.replace(candidate, variants=variants))

    return apply


def _left_out(fact: str) -> Callable[[Case], Case | None]:
    def apply(case: Case) -> Case:
        candidate = only_candidate(case)
        variants = tuple(
            Variant(each.name, tuple(use for use in each.mentions if use.fact != fact)) for each in candidate.variants
        )
        selects = tuple(name for name in candidate.selects if name != fact)
        return with_candidate(case, msgspec.structs.replace(candidate, variants=variants, selects=selects))

    return apply


def _freer(name: VerdictName, than: VerdictName) -> bool:
    return NAMES.index(name) > NAMES.index(than)


def _by_effort(tried: Tried) -> tuple[int, int, tuple[str, ...]]:
    return order(tried.way)
