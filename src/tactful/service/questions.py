"""Why not, how to, what if: about a flow, a decision that is kept, or a moment of the demo, for staff and for her."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, Protocol

import msgspec

from tactful.appropriateness.obstacles import is_free_enough
from tactful.appropriateness.ours import Ours, load_ours
from tactful.appropriateness.questions import Questions
from tactful.decide import Case, decide
from tactful.explain import questions as told
from tactful.explain.phrases import NEUTRAL, PHRASES
from tactful.explain.questions import Row
from tactful.explain.sentences import verdict_sentences
from tactful.model.answers import Blocked, Way
from tactful.model.flow import Flow, Value, flatten, read_flow
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.model.verdict import VerdictName
from tactful.policy.rules import Policy
from tactful.service import ways as of_case
from tactful.service.case import Inputs, Setting
from tactful.service.packs import Rules, packaged
from tactful.service.ports import Store
from tactful.service.report import ReadRun
from tactful.service.run import decoded
from tactful.service.speak import her_reasons
from tactful.service.texts import customer_texts

Register = Literal["staff", "customer"]


class Answered(msgspec.Struct, frozen=True):
    """An answer. Staff get `rows` and, for programs, what they were made from; she gets `lines` and nothing else."""

    question: str
    about: str
    verdict: str = ""
    wanted: str = ""
    then: str = ""
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    nearer: tuple[Way, ...] = ()
    blocked: tuple[Blocked, ...] = ()


class Subject(Protocol):
    """What can be asked about. `wanted` None is the freest that its act can be."""

    def why(self, reader: Register) -> Answered:
        """Why it came out as it did."""

    def why_not(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What stands between the verdict and the wanted one."""

    def how_to(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What of ours would change it."""

    def what_if(self, changes: Mapping[str, Value], reader: Register) -> Answered:
        """What it would be with these keys changed."""


@cache
def ours() -> Ours:
    """The table of what is ours to change that comes with Tactful."""
    return load_ours(packaged("appropriateness", "tables/ours.yaml"), "ours.yaml")


def questions_under(rules: Rules) -> Questions:
    """The four questions under these rules."""
    return Questions(rules.judge, rules.scorecard, ours())


def read_one_flow(text: bytes, file: str) -> Flow:
    """A flow from JSON: its keys, dotted or nested, by themselves or under `flow`. Raises Problems, all at once."""
    try:
        tree = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problems([Problem(file, 0, "this is not one JSON document; write one flow, as {key: value}.")]) from None
    if not isinstance(tree, dict):
        raise Problems([Problem(file, 0, 'a flow is written like {"act": "mention", "fact.category": "purchase"}.')])
    inner = tree.get("flow")
    flow, problems = read_flow(flatten(inner if isinstance(inner, dict) else tree), file)
    if problems:
        raise Problems(problems)
    return flow


def read_changes(written: Sequence[str]) -> Flow:
    """`key=value` as typed after --set. Raises Problems with the nearest words."""
    raw: dict[str, Any] = {}
    for each in written:
        key, equals, value = each.partition("=")
        if not equals:
            raise Problems([Problem("--set", 0, f"{each[:60]} is no change; write it like scenario.channel=app.")])
        raw[key.strip()] = _typed(value.strip())
    flow, problems = read_flow(raw, "--set")
    if problems:
        raise Problems(problems)
    return flow


def _typed(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


class OfFlow:
    """One flow under a policy."""

    def __init__(self, rules: Rules, flow: Flow, about: str) -> None:
        self.policy: Policy = rules.policy
        self.questions = questions_under(rules)
        self.flow = flow
        self.about = about
        self.verdict = self.questions.why(flow)

    def why(self, reader: Register) -> Answered:
        """Why it is judged as it is."""
        if reader == "customer":
            return Answered("why", self.about, lines=told.for_her(self._sentence(), (), True))
        rows = told.why_rows(self.policy, self.verdict)
        return Answered("why", self.about, self.verdict.name, rows=rows)

    def why_not(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What stands between the verdict and the wanted one."""
        if reader == "customer":
            return Answered("why-not", self.about, lines=told.for_her(self._sentence(), (), True))
        goal = self._goal(wanted)
        found = self.questions.why_not(self.flow, goal)
        what = str(self.flow.get("fact.category", "what it is about"))
        blocked = (Blocked(what, str(self.flow.get("act", "do it")), found),) if found else ()
        rows = told.why_not_rows(self.verdict.name, goal, blocked)
        return Answered("why-not", self.about, self.verdict.name, goal, rows=rows, blocked=blocked)

    def how_to(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What of ours would change it."""
        goal = self._goal(wanted)
        ways = self.questions.how_to(self.flow, goal)
        if reader == "customer":
            hushed = told.is_hushed(self.policy, ((self.verdict, self.flow),))
            return Answered("how-to", self.about, lines=told.for_her(self._sentence(), ways, hushed))
        enough = not self.questions.why_not(self.flow, goal)
        now = self.verdict.name
        rows = told.enough_rows(now) if enough else told.how_to_rows(now, goal, ways, (), self.verdict.until)
        return Answered("how-to", self.about, now, goal, rows=rows, ways=ways)

    def what_if(self, changes: Mapping[str, Value], reader: Register) -> Answered:
        """What it would be with these keys changed."""
        asked = self.questions.what_if(self.flow, changes)
        if reader == "customer":
            return Answered("what-if", self.about, lines=told.what_if_for_her(self.policy, asked, self.flow))
        rows = told.what_if_rows(self.policy, asked)
        return Answered("what-if", self.about, asked.before.name, then=asked.after.name, rows=rows)

    def _goal(self, wanted: VerdictName | None) -> VerdictName:
        if wanted is not None:
            return wanted
        return "silent" if self.flow.get("act") in ("select", "infer") else "say"

    def _sentence(self) -> str:
        return verdict_sentences(self.policy, self.verdict, self.flow).customer


class OfCase:
    """A whole decision by the case that it read. `her_lines` are what she reads as the reason."""

    def __init__(
        self,
        rules: Rules,
        case: Case,
        about: str,
        in_channel: of_case.InChannel,
        her_lines: Sequence[str],
        staff_lines: Sequence[str] = (),
    ) -> None:
        self.policy: Policy = rules.policy
        self.questions = questions_under(rules)
        self.case = case
        self.about = about
        self.in_channel = in_channel
        self.her_lines = tuple(her_lines)
        self.staff_lines = tuple(staff_lines)
        self.decision = decide(case)
        self.verdict = of_case.verdict_of(self.decision)

    def why(self, reader: Register) -> Answered:
        """Why it was decided so."""
        return Answered("why", self.about, lines=self.her_lines if reader == "customer" else self.staff_lines)

    def why_not(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What stands between the verdict and the wanted one, use by use."""
        if reader == "customer":
            return Answered("why-not", self.about, lines=self.her_lines)
        blocked, note = of_case.why_not(self.questions, self.case, wanted or "say")
        rows = told.why_not_rows(self.verdict, wanted or "say", blocked, note)
        return Answered("why-not", self.about, self.verdict, wanted or "say", rows=rows, blocked=blocked)

    def how_to(self, wanted: VerdictName | None, reader: Register) -> Answered:
        """What of ours would change it."""
        goal = wanted or "say"
        if reader == "customer" and self._is_hushed():
            return Answered("how-to", self.about, lines=self.her_lines)
        found = of_case.how_to(self.questions, self.case, goal, self.in_channel)
        ways, nearer = (tuple(each.way for each in some) for some in found)
        if reader == "customer":
            lines = (*self.her_lines, *told.for_her("", ways or nearer, False))
            return Answered("how-to", self.about, lines=lines)
        enough = not (ways or nearer) and is_free_enough(self.verdict, goal)
        until = self.decision.outcomes[0].until
        rows = told.enough_rows(self.verdict) if enough else told.how_to_rows(self.verdict, goal, ways, nearer, until)
        return Answered("how-to", self.about, self.verdict, goal, rows=rows, ways=ways, nearer=nearer)

    def what_if(self, changes: Mapping[str, Value], reader: Register) -> Answered:
        """What would be decided with these keys changed. She reads what would be only where nothing is hidden."""
        case = of_case.what_if(self.case, changes, self.in_channel)
        changed = decide(case)
        then = of_case.verdict_of(changed)
        if reader == "customer":
            more = () if self._is_hushed() else (told.WOULD[then],)
            return Answered("what-if", self.about, lines=(*self.her_lines, *more))
        rows: tuple[Row, ...] = (Row("as it is", PHRASES[self.verdict]), Row("then", PHRASES[then]))
        rows += told.because_rows(self.policy, changed.outcomes[0].because)
        contact = of_case.only_candidate(case).contact
        if not any(contact in (name, fact.category) for name, fact in of_case.only_candidate(case).facts.items()):
            rows += (Row("note", f"{contact} is not on file for her."),)
        return Answered("what-if", self.about, self.verdict, then=then, rows=rows)

    def _is_hushed(self) -> bool:
        judged = [(each.verdict, each.flow) for each in self.decision.outcomes[0].judged]
        neutral = not self.her_lines or any(line in NEUTRAL.values() for line in self.her_lines)
        return neutral or not judged or told.is_hushed(self.policy, judged)


def of_decision(store: Store, decision_id: str) -> OfCase:
    """A decision that is kept, built again from what it read.

    Raises Problems where there is no such decision, StoreProblem where what it read is gone.
    """
    row = store.decision(decision_id)
    if row is None:
        raise Problems([Problem(decision_id, 0, "there is no such decision; `tactful sample` names some.")])
    record, decision = decoded(row)
    run = store.run(record.run)
    if run is None:
        raise StoreProblem(f"the run of decision {decision_id} is no longer kept.")
    read = ReadRun(store, run)
    built, inputs = read.rebuilt(row)
    about = f"{decision_id} · person {record.label} · {read.when}"
    lines = her_reasons(read.setting, built, decision, customer_texts())
    return OfCase(read.project.rules, built.case, about, _in_channel(read.setting, inputs, built.case), lines)


def _in_channel(setting: Setting, inputs: Inputs, case: Case) -> of_case.InChannel:
    """The case as the same campaign would build it in another channel: with the permission, the contact point and the
    audience that are on file for that one."""

    def in_channel(channel: str) -> Case:
        project = copy.copy(setting.project)
        project.campaign = msgspec.structs.replace(project.campaign, channel=channel)
        other = Setting(project, setting.now, setting.catalogue, setting.heard)
        moved = of_case.through(ours(), case, channel, setting.project.shop.audiences.get(channel))
        candidate, built = of_case.only_candidate(moved), of_case.only_candidate(other.build(inputs).case)
        facts = {**candidate.facts, other.contact: built.facts[other.contact]} if built.facts else candidate.facts
        return of_case.with_candidate(moved, msgspec.structs.replace(candidate, contact=other.contact, facts=facts))

    return in_channel
