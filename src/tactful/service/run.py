"""A run: one campaign decided for everybody in the store, kept so that each decision can be explained and replayed.

What a decision read is kept as: the texts of the project and the catalogue (artefacts, by digest, in the run's header),
her facts document (a snapshot, by digest), and her permissions and contacts (in the decision's record). A run that was
killed goes on where it stopped: who has a decision keeps it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Literal

import msgspec

from tactful.decide import FRESH, decide, encode_decision
from tactful.model.kept import DecisionRow, Heard, PersonRow, Run, Snapshot
from tactful.model.problems import StoreProblem
from tactful.model.records import DAY, Contact, Decision, Outcome, Permission
from tactful.model.vocabulary import encoded as vocabulary_bytes
from tactful.profile.document import FOLD, decode_document, encode_document
from tactful.profile.fold import fold
from tactful.service import catalogue as catalogues
from tactful.service.case import Built, Inputs, Setting
from tactful.service.import_orders import kept_catalogue
from tactful.service.ports import Store
from tactful.service.project import Project

ENGINE = 2
"""Goes up whenever the same inputs may give other bytes."""
CHUNK = 500
MOST_BUILT = 1000
_SENT = "sent: "
LIST = " (list)"
"""Behind a campaign's name: the run was over a list, and no report of the campaign speaks of it."""
_CONTACTS_BACK = 31 * DAY
Mode = Literal["watch", "live"]


class Header(msgspec.Struct, frozen=True):
    """What every decision of a run read: digests of artefacts, the instant, and what was heard of whom.

    On the day `as_of` just the laws were in force that the run applied; empty where none has a first day.
    """

    engine: int
    mode: str
    now: int
    texts: bytes
    catalogue: bytes
    vocabulary: bytes
    policy: str
    heard: dict[str, Heard]
    as_of: str = ""


class Record(msgspec.Struct, frozen=True):
    """What a decision read beside the header and the facts document.

    `taken` is False where its place was gone; `place` is the decision that its place in the ledger was taken for, its
    own or, where the same list is gone through again within a day, the earlier one.
    """

    run: str
    label: str
    permissions: tuple[Permission, ...]
    contacts: tuple[Contact, ...]
    taken: bool = True
    place: str = ""


_pack = msgspec.msgpack.Encoder(order="deterministic").encode
_unpack_record = msgspec.msgpack.Decoder(Record).decode
_unpack_decision = msgspec.msgpack.Decoder(Decision).decode


def header_of(store: Store, project: Project, now: int, mode: Mode, catalogue: catalogues.Catalogue) -> Header:
    """Keep what the run reads and say where it is."""
    return Header(
        engine=ENGINE,
        mode=mode,
        now=now,
        texts=store.keep_artefact("texts", _pack(project.texts)),
        catalogue=store.keep_artefact(catalogues.KIND, _pack(catalogue)),
        vocabulary=store.keep_artefact("vocabulary", vocabulary_bytes()),
        policy=project.rules.policy.digest,
        heard=dict(sorted(store.heard().items())),
        as_of=project.rules.policy.as_of,
    )


def day_of(instant: int) -> dt.date:
    """The day of an instant, in UTC."""
    return dt.datetime.fromtimestamp(instant // 1_000_000, dt.UTC).date()


def setting_of(store: Store, header: Header) -> Setting:
    """The setting of a kept run, built from its artefacts. Raises StoreProblem where one is gone."""
    texts, catalogue = store.artefact(header.texts), store.artefact(header.catalogue)
    if texts is None or catalogue is None:
        raise StoreProblem("what this run read is no longer kept, so it cannot be built again.")
    today = dt.date.fromisoformat(header.as_of) if header.as_of else None
    project = Project(msgspec.msgpack.decode(texts, type=dict[str, str]), today=today)
    kept = msgspec.msgpack.decode(catalogue, type=catalogues.Catalogue)
    return Setting(project, header.now, kept, header.heard)


class OpenRun:
    """A run that goes on: who has a decision keeps it, whoever comes next gets one.

    `epoch` is the number of the publication that the project's policy is from: a live run ends where another policy
    comes into force. `built` are the cases, by decision, of the first of those whom it could be for: whoever shows the
    run next need not build them again.
    """

    def __init__(
        self,
        store: Store,
        project: Project,
        now: int,
        at: int,
        mode: Mode,
        of: bytes = b"",
        epoch: int | None = None,
    ) -> None:
        project = project.on(day_of(max(now, at)))
        catalogue = kept_catalogue(store)
        header = header_of(store, project, now, mode, catalogue)
        self.store = store
        self.mode = mode
        self.at = at
        self.setting = Setting(project, now, catalogue, header.heard)
        self.built: dict[str, Built] = {}
        self.epoch = epoch
        name = f"{project.campaign.name}{LIST}" if of else project.campaign.name
        self.run_id = _run_id(store, name, header, of)
        store.begin_run(self.run_id, mode, name, _pack(header), at)
        chunks = store.chunks_done(self.run_id)
        self._chunk_no = max(chunks, default=-1) + 1
        self.done = {row.person_id: row for row in store.decisions(self.run_id)} if chunks else {}
        self.places = places_held(store, project.campaign.name, name, of, now) if mode == "live" else {}

    def decide(self, people: list[tuple[int, Inputs]]) -> list[DecisionRow]:
        """Decide for people who have no decision yet, and keep the decisions in one transaction."""
        decided = [self._decide_one(*each) for each in people]
        read = [
            Snapshot(row.person_id, row.inputs, inputs.document)
            for row, (_, inputs) in zip(decided, people, strict=True)
        ]
        self.store.record_decisions(self.run_id, self._chunk_no, decided, read)
        self._chunk_no += 1
        return decided

    def _decide_one(self, person_id: int, inputs: Inputs) -> DecisionRow:
        """One person's decision, with its place taken from the ledger in a live run."""
        decision_id = decision_id_of(self.run_id, person_id)
        ours = {decision_id, *self.places.get(person_id, ())}
        fresh = self.setting.now - FRESH
        own = [each for each in inputs.contacts if each.decision in ours and each.at > fresh]
        held = [each.decision for each in own]
        others = tuple(each for each in inputs.contacts if each not in own)
        inputs = msgspec.structs.replace(inputs, contacts=others)
        built = self.setting.build(inputs)
        if (built.match.holds or built.match.skipped) and len(self.built) < MOST_BUILT:
            self.built[decision_id] = built
        decision = decide(built.case)
        place, taken = "", True
        if self.mode == "live" and decision.takes is not None:
            place = held[0] if held else decision_id
            contact = msgspec.structs.replace(decision.takes, decision=place)
            taken = self.store.reserve(person_id, contact, self.setting.project.shop.caps, self.epoch)
            decision = decision if taken else without_place(decision)
        record = Record(self.run_id, inputs.label, inputs.permissions, others, taken, place if taken else "")
        return DecisionRow(
            decision_id=decision_id,
            person_id=person_id,
            at=self.setting.now,
            inputs=hashlib.sha256(inputs.document).digest(),
            record=_pack(record),
            output=encode_decision(decision),
            candidate=decision.chosen,
            verdict=decision.outcomes[0].verdict,
            stage=decision.outcomes[0].stage,
        )

    def finish(self) -> None:
        """Everybody has a decision."""
        self.store.finish_run(self.run_id, b"", self.at)


def run_campaign(
    store: Store,
    project: Project,
    now: int,
    at: int,
    mode: Mode,
    moved: Callable[[int], None] = lambda steps: None,
    epoch: int | None = None,
) -> str:
    """Decide for everybody; the id of the run. `now` is the instant decided for, `at` the clock."""
    run = OpenRun(store, project, now, at, mode, epoch=epoch)
    decide_everybody(run, moved)
    return run.run_id


def decide_everybody(run: OpenRun, moved: Callable[[int], None] = lambda steps: None) -> None:
    """Decide for everybody who has no decision in this run yet, and finish it."""
    moved(len(run.done))
    for people in _chunks(_people(run.store, run.setting.now, run.done)):
        run.decide(people)
        moved(len(people))
    run.finish()


def places_held(store: Store, campaign: str, name: str, of: bytes, now: int) -> dict[int, set[str]]:
    """The places that this campaign took within the last day for the same list, or for everybody, by person.

    Whoever goes through the same list again has not sent it yet: a place of its own does not stand in its way, and
    no second one is taken. Another list of the same campaign is another sending; and once it was told who was sent to
    (`sending_reported`), the places of before are contacts like any other.
    """
    held: dict[int, set[str]] = {}
    reported = store.heard().get(_SENT + campaign)
    for run in (store.latest_run(name), store.latest_run(campaign)):
        if run is not None and reported is not None and reported.at >= run.begun_at:
            continue
        if run is None or (run.campaign == name and of and not run.run_id.endswith(f".{_short(of)}")):
            continue
        header = header_from(run)
        if header.mode == "live" and now - FRESH < header.now <= now:
            for row in store.decisions(run.run_id):
                place = decoded(row)[0].place
                if place:
                    held.setdefault(row.person_id, set()).add(place)
    return held


def sending_reported(store: Store, campaign: str, at: int) -> None:
    """Remember that it was told at `at` who was really sent to: a list gone through again is another sending."""
    store.hear(_SENT + campaign, at, at)


def place_of(store: Store, decision_id: str) -> str:
    """The decision for which the place of this one was taken: itself, or an earlier one of the same list."""
    row = store.decision(decision_id) if decision_id else None
    return (decoded(row)[0].place if row is not None else "") or decision_id


def without_place(decision: Decision) -> Decision:
    """What remains where the ledger had no place left: the chosen one is held, and nothing is said."""
    outcomes = tuple(
        msgspec.structs.replace(each, stage="reserved", verdict="hold", until=("contact.window_open",))
        if each.stage == "chosen"
        else each
        for each in decision.outcomes
    )
    return Decision("", "", "hold", decision.good_until, outcomes)


def outcome_of(decision: Decision) -> Outcome:
    """What became of the run's own candidate."""
    return decision.outcomes[0]


def decoded(row: DecisionRow) -> tuple[Record, Decision]:
    """A kept decision and its record."""
    return _unpack_record(row.record), decoded_decision(row)


def decoded_decision(row: DecisionRow) -> Decision:
    """A kept decision."""
    return _unpack_decision(row.output)


def header_from(run: Run) -> Header:
    """The header of a kept run."""
    return msgspec.msgpack.decode(run.header, type=Header)


def decision_id_of(run_id: str, person_id: int) -> str:
    """The id of a person's decision in a run: the same however often the run is begun."""
    return "d_" + _short(f"{run_id}\x1f{person_id}".encode())


def inputs_of(store: Store, row: PersonRow, permissions: tuple[Permission, ...], contacts: Sequence[Contact]) -> Inputs:
    """What is kept of one person, with the tail of her events folded in."""
    document = row.doc or b""
    if row.tail:
        known = decode_document(row.doc) if row.doc is not None else None
        document = encode_document(fold(known, row.tail))
    return Inputs(store.person_label(row.person_id), document, permissions, tuple(contacts))


def one_person(store: Store, person_id: int, now: int) -> Inputs:
    """What is kept of one person, for a decision at `now`."""
    row = store.document(person_id, FOLD)
    contacts = [each for each in store.contacts(person_id, now - _CONTACTS_BACK) if each.at <= now]
    return inputs_of(store, row, store.permissions(person_id), contacts)


def _people(store: Store, now: int, done: Container[int]) -> Iterator[tuple[int, Inputs]]:
    permissions = dict(store.read_permissions())
    contacts = dict(store.read_contacts(now - _CONTACTS_BACK))
    for row in store.read_documents(FOLD):
        if row.person_id not in done:
            hers = [each for each in contacts.get(row.person_id, []) if each.at <= now]
            yield row.person_id, inputs_of(store, row, permissions.get(row.person_id, ()), hers)


def _chunks(people: Iterator[tuple[int, Inputs]]) -> Iterator[list[tuple[int, Inputs]]]:
    chunk: list[tuple[int, Inputs]] = []
    for person in people:
        chunk.append(person)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _run_id(store: Store, campaign: str, header: Header, of: bytes) -> str:
    """The id of an unfinished run of the same header and list (`of`; empty for everybody), or else one that stands for
    header, list and contents of the store."""
    kept = _short(of) if of else ""
    waiting = store.unfinished_run(campaign)
    if waiting is not None and waiting.header == _pack(header) and waiting.run_id.endswith(f".{kept}" if kept else ""):
        return waiting.run_id
    counts = store.counts()
    state = _pack((campaign, header, counts.events, counts.permissions, counts.contacts, of))
    return f"r_{_short(state)}.{kept}" if kept else f"r_{_short(state)}"


def _short(data: bytes) -> str:
    digest = hashlib.blake2b(data, digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()
