"""A run, read back: its summary, people to read through, and the page with what each would read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from tactful.explain.phrases import PHRASES
from tactful.model.kept import DecisionRow, Run
from tactful.model.problems import StoreProblem
from tactful.model.records import Decision
from tactful.policy.rules import Policy
from tactful.service.case import NOT_IN, NOT_TOLD, Built, Inputs, Setting
from tactful.service.heaps import Summary, heap_of, summarise
from tactful.service.page import Reading, RunPage, Silent, SummaryRow
from tactful.service.ports import Store
from tactful.service.run import Header, OpenRun, decoded, decoded_decision, header_from, setting_of
from tactful.service.speak import Spoken, speak
from tactful.service.texts import customer_texts

_PHRASES = {"left alone": PHRASES["never"], "waiting": PHRASES["hold"], "not for them": "NOT FOR HER"}


class Sampled(msgspec.Struct, frozen=True):
    """One person of a run: what she would read, or why she reads nothing."""

    person: str
    decision: str
    phrase: str
    subject: str
    text: str
    why: str


class ReadRun:
    """A kept run with the setting it was decided in. Where it was `made` just now, what it was made from is at hand."""

    def __init__(self, store: Store, run: Run, made: OpenRun | None = None) -> None:
        self.store = store
        self.run = run
        self.header: Header = header_from(run)
        self.setting: Setting = made.setting if made else setting_of(store, self.header)
        self.built = made.built if made else {}
        self.project = self.setting.project
        self.policy = self.project.rules.policy

    @property
    def when(self) -> str:
        """The instant decided for, as the shop's clock shows it."""
        return local_time(self.header.now, self.project.shop.zone)

    def skipped(self) -> str:
        """Whom the campaign skips, in the words of the labels that its `skip` names."""
        found = [
            label.means
            for name, label in self.project.labels.labels.items()
            if f"label.{name}" in self.project.campaign.skip
        ]
        return " ".join(found).rstrip(".") or self.project.campaign.skip

    def decisions(self) -> Iterator[tuple[DecisionRow, Decision]]:
        """Every decision of the run."""
        for row in self.store.decisions(self.run.run_id):
            yield row, decoded_decision(row)

    def summary(self) -> Summary:
        """The run in numbers."""
        decisions = (decision for _, decision in self.decisions())
        return summarise(decisions, self.policy, self.project.points, self.skipped())

    def rebuilt(self, row: DecisionRow) -> tuple[Built, Inputs]:
        """The case that a decision was made from, built again. Raises StoreProblem where what it read is gone."""
        record, _ = decoded(row)
        document = self.store.snapshot(row.person_id, row.inputs)
        if document is None:
            raise StoreProblem(f"what decision {row.decision_id} read is no longer kept.")
        inputs = Inputs(record.label, document, record.permissions, record.contacts)
        return self.built.get(row.decision_id) or self.setting.build(inputs), inputs

    def spoken(self, row: DecisionRow, decision: Decision) -> tuple[str, Spoken | None]:
        """What this person is called, and what she would read."""
        built, inputs = self.rebuilt(row)
        return inputs.label, speak(self.setting, built, decision, row.decision_id, customer_texts())

    def sampled(self, row: DecisionRow, decision: Decision) -> Sampled:
        """One person to read through."""
        label, spoken = self.spoken(row, decision)
        if spoken is not None:
            return Sampled(label, row.decision_id, spoken.phrase, spoken.subject, spoken.text, spoken.why)
        outcome = decision.outcomes[0]
        heap = heap_of(outcome, self.policy, self.project.points, self.skipped())
        if heap is None:
            return Sampled(label, row.decision_id, _PHRASES["not for them"], "", "", outcome.note)
        return Sampled(label, row.decision_id, _PHRASES.get(heap.group, PHRASES[outcome.verdict]), "", "", heap.text)

    def sample(self, most: int, only: str = "") -> list[Sampled]:
        """Up to `most` people that the campaign could be for, spread evenly over the run; `only` keeps one verdict."""
        rows = [
            (row, decision)
            for row, decision in self.decisions()
            if decision.outcomes[0].note not in (NOT_IN, NOT_TOLD)
            and (not only or decision.outcomes[0].verdict == only)
        ]
        rows.sort(key=lambda item: (decoded(item[0])[0].label, item[0].decision_id))
        step = max(1, len(rows) // most) if most else 1
        return [self.sampled(row, decision) for row, decision in rows[::step][:most]]

    def shown(self) -> tuple[Summary, RunPage]:
        """The run in numbers, and the page: what each would read, and for staff who reads nothing and why."""
        meant: list[tuple[DecisionRow, Decision]] = []

        def decisions() -> Iterator[Decision]:
            for row, decision in self.decisions():
                if decision.outcomes[0].note not in (NOT_IN, NOT_TOLD):
                    meant.append((row, decision))
                yield decision

        summary = summarise(decisions(), self.policy, self.project.points, self.skipped())
        return summary, self._page(summary, [self.sampled(*each) for each in meant])

    def _page(self, summary: Summary, people: list[Sampled]) -> RunPage:
        readings = [Reading(one.person, one.phrase, one.subject, one.text, one.why) for one in people if one.text]
        silent = [Silent(one.person, one.why) for one in people if not one.text]
        live = self.header.mode == "live"
        return RunPage(
            campaign=self.project.campaign.name,
            does=self.project.campaign.does,
            now=self.when,
            mode="Live: places in the ledger are taken." if live else "Watch: nothing is sent.",
            rules=in_force(self.policy),
            people=summary.people,
            assumptions=summary.assumptions,
            summary=tuple(SummaryRow(h.people, h.group, h.text.rstrip("."), h.ours) for h in summary.heaps),
            messages=tuple(sorted(readings, key=lambda each: each.person)),
            quiet=tuple(sorted(silent, key=lambda each: each.person)),
        )


def in_force(policy: Policy) -> str:
    """What a policy is made of, and what of it is not in force yet."""
    waiting = ", ".join(f"{part} from {part.effective}" if part.effective else str(part) for part in policy.waiting)
    return ", ".join(policy.parts) + (f"; not in force yet: {waiting}" if waiting else "")


def iso_time(at: int, zone: str) -> str:
    """An instant for another program, with its distance from UTC: 2011-12-10T20:00:00+00:00."""
    return dt.datetime.fromtimestamp(at // 1_000_000, ZoneInfo(zone)).isoformat()


def local_time(at: int, zone: str) -> str:
    """An instant as a clock in `zone` shows it: 2011-12-10 10:00 Europe/London."""
    when = dt.datetime.fromtimestamp(at / 1_000_000, ZoneInfo(zone))
    return f"{when:%Y-%m-%d %H:%M} {zone}"
