"""What goes into a store and comes out of it. Times are microseconds UTC; a person's id is positive, of 63 bits."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.model.records import Event


class Appended(msgspec.Struct, frozen=True):
    """What became of a batch of events: every event is either added or repeated.

    `differing` counts those of `repeated` that came with another content than the first time; the first one stays.
    """

    added: int = 0
    repeated: int = 0
    differing: int = 0
    persons_created: int = 0


class PersonRow(msgspec.Struct, frozen=True):
    """A person's facts document and the events that it does not hold yet.

    `doc` is None when there is none of the asked fold version; then the tail is her whole history. The tail is in
    folding order: (occurred_at, key). A document that was folded with it holds everything up to `last_pos`, and maybe
    more: an event may be in the tail that the document holds already. Folding one twice changes nothing. `stamp`
    changes whenever she is merged or parted; a document is kept only with the stamp that she has now.
    """

    person_id: int
    doc: bytes | None
    upto_pos: int
    last_pos: int
    tail: tuple[Event, ...]
    stamp: int = 0


class Document(msgspec.Struct, frozen=True):
    """A facts document to keep: `fold` is the version of the function that made it, of events up to `upto_pos`.

    `stamp` is that of the row it was folded from."""

    person_id: int
    fold: int
    upto_pos: int
    body: bytes
    stamp: int = 0


class Behind(msgspec.Struct, frozen=True):
    """Whose documents lack events, for one who follows the events: with theirs folded, it has come to `upto`."""

    people: tuple[int, ...]
    upto: int


class News(msgspec.Struct, frozen=True):
    """What one who follows the events has not come to yet, from `since` up to `upto`.

    `tails` holds, by person of today, her stamp and the events of all that she is, in no order. Where more is waiting
    than was asked for, `whole` is False and `tails` is empty.
    """

    since: int
    upto: int
    tails: dict[int, tuple[int, list[Event]]] = {}
    whole: bool = True


class Heard(msgspec.Struct, frozen=True):
    """When a source was last heard: `as_of` is the instant its statement speaks of, `at` when it reached us."""

    as_of: int
    at: int
    note: str = ""


class ImportedFile(msgspec.Struct, frozen=True):
    """A file that was read in whole. `digest` is that of its bytes; `counts` is what the reader wants to remember."""

    digest: bytes
    name: str
    counts: bytes
    at: int


class DecisionRow(msgspec.Struct, frozen=True):
    """A decision as recorded. `inputs` is the digest of the facts document it read (see `Snapshot`).

    `record` is everything else that it read, `output` what it answered; both are the bytes that a replay must give
    again. `candidate`, `verdict` and `stage` repeat the output for lists.
    """

    decision_id: str
    person_id: int
    at: int
    inputs: bytes
    record: bytes
    output: bytes
    candidate: str = ""
    verdict: str = ""
    stage: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """A facts document that a decision read, under its digest; a store keeps each (person, digest) once."""

    person_id: int
    digest: bytes
    body: bytes


class Run(msgspec.Struct, frozen=True):
    """One pass of a campaign over many people. `summary` is None until it is finished."""

    run_id: str
    kind: str
    campaign: str
    header: bytes
    begun_at: int
    finished_at: int | None = None
    summary: bytes | None = None


class Publication(msgspec.Struct, frozen=True):
    """One time that a policy came into force. Numbers count from 1 and are the epoch: each one raises it.

    `policy` is the digest of the rules (hex), `name` what the policy calls itself with its version, `texts` the digest
    of the artefact that it is loaded from. A rollback puts an earlier policy into force again.
    """

    number: int
    kind: Literal["publish", "rollback"]
    policy: str
    name: str
    author: str
    at: int
    note: str
    texts: bytes


class Forgotten(msgspec.Struct, frozen=True):
    """One step of deleting: how many events were looked at, up to `last_pos`, and what became of them by kind.

    `people` are those who lost something by it.
    """

    last_pos: int
    looked_at: int
    deleted: dict[str, int]
    trimmed: dict[str, int]
    people: frozenset[int]


class StoreCounts(msgspec.Struct, frozen=True):
    """How much a store holds. The times are None when it holds no event."""

    persons: int
    events: int
    events_without_person: int
    first_occurred_at: int | None
    last_occurred_at: int | None
    permissions: int
    contacts: int
    runs: int
    decisions: int
    snapshots: int
    artefacts: int


class CopiedTable(msgspec.Struct, frozen=True):
    """A table of a store that was copied: how much was read, and how much is there now, with a digest of each."""

    table: str
    rows: int
    digest: str
    rows_there: int
    digest_there: str

    @property
    def same(self) -> bool:
        """Whether what is there is what was read."""
        return (self.rows, self.digest) == (self.rows_there, self.digest_there)


class Article(msgspec.Struct, frozen=True, array_like=True):
    """One product: last name, last price above 0 (thousandths; 0 if none), first and last sale (µs), lines sold."""

    code: str
    name: str
    price: int
    first_at: int
    last_at: int
    sold: int
    goods: bool
