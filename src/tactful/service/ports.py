"""What services need of a store: verbs, never a session. Adapters live in `store`; only `bootstrap` knows both.

Every verb that writes is one transaction: on the disk when it returns, or not happened at all. What cannot be done
raises `StoreProblem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from tactful.model.arrivals import (
    Arrival,
    Doubt,
    Identifier,
    Joined,
    Joining,
    Key,
    Merge,
    Review,
    SetAside,
    TakenIn,
)
from tactful.model.kept import (
    Appended,
    Article,
    Behind,
    DecisionRow,
    Document,
    Forgotten,
    Heard,
    ImportedFile,
    News,
    PersonRow,
    Publication,
    Run,
    Snapshot,
    StoreCounts,
)
from tactful.model.records import Cap, Contact, Event, NewEvent, Permission
from tactful.model.said import Conflict


class Store(Protocol):
    """The store of one shop. The meaning of each verb is checked by `tactful.testing.check_store`."""

    def append(self, events: Sequence[NewEvent], received_at: int) -> Appended:
        """Keep each (source, message id) once."""

    def take_in(self, arrivals: Sequence[Arrival], received_at: int) -> TakenIn:
        """Keep each call at the door once, with what she said in it."""

    def add_key(self, key: Key) -> None:
        """Let a key speak."""

    def key(self, key_id: str) -> Key | None:
        """The key of this id."""

    def keys(self) -> list[Key]:
        """All keys."""

    def revoke_key(self, key_id: str, at: int) -> bool:
        """Let a key speak no more."""

    def set_aside(self, rows: Sequence[SetAside]) -> int:
        """Keep what could not be taken for the officer; how many were new."""

    def aside(self, source: str = "", most: int = 100) -> list[SetAside]:
        """What was set aside, newest first."""

    def forget_aside(self, before: int) -> int:
        """Delete what was set aside before an instant."""

    def left_out(self, since: int) -> list[tuple[str, str, int]]:
        """(source, what, how often) of what was not kept."""

    def read_documents(self, fold: int) -> Iterator[PersonRow]:
        """Everybody's document of this fold version with the tail behind it, in the order of ids."""

    def document(self, person_id: int, fold: int) -> PersonRow:
        """One person's document with the tail behind it."""

    def tail(self, person_id: int, after_pos: int = 0) -> list[Event]:
        """Her events behind a position, in folding order; all of them without one."""

    def identifiers(self, person_id: int) -> list[tuple[str, str]]:
        """Her identifiers as they were written when they were first heard."""

    def person_decisions(self, person_id: int) -> list[DecisionRow]:
        """All decisions about her, newest first."""

    def documents(self, people: Sequence[int], fold: int) -> list[PersonRow]:
        """The documents of several people; who was merged is there once."""

    def save_documents(self, documents: Sequence[Document]) -> None:
        """Keep documents; one that is behind the kept one is left out."""

    def behind(self, name: str, most: int) -> Behind:
        """Whose events the follower of this name has not come to yet, of about `most` events."""

    def news(self, name: str, most: int) -> News:
        """The events that the follower of this name has not come to yet, unless there are `most` or more."""

    def fold_again(self, most: int) -> tuple[int, ...]:
        """People whose document is gone and is to be folded anew; each is given once."""

    def followed(self, name: str, upto: int) -> None:
        """The follower of this name has come as far as `upto`."""

    def find(self, kind: str, value: str) -> int | None:
        """The person of today with this identifier, or None; nobody is made."""

    def owner(self, kind: str, value: str) -> int | None:
        """The person whom this identifier was made for, or None."""

    def resolve(self, identifiers: Sequence[Identifier]) -> list[int]:
        """The person of today of each identifier; unknown ones become people."""

    def owners(self, identifiers: Sequence[Identifier]) -> list[int]:
        """The person whom each identifier was made for: what is written under it stays hers when she is parted."""

    def own_identifiers(self, person_id: int) -> list[Identifier]:
        """The identifiers of this very person, whoever she is part of today."""

    def join(self, names: Sequence[Identifier], joining: Joining, at: int, evidence: str) -> Joined:
        """Do what the rules say of the names of one call."""

    def join_many(self, rows: Sequence[tuple[Sequence[Identifier], str]], joining: Joining, at: int) -> Joined:
        """The same for many calls, in one transaction."""

    def merge(
        self, loser: int, winner: int, at: int, how: str, evidence: str, alone: frozenset[str] = frozenset()
    ) -> int:
        """Take two people for one; the number of the merge, 0 where they are one."""

    def unmerge(self, merge_id: int, at: int, why: str) -> tuple[int, int]:
        """Undo a merge; the people of today of both sides."""

    def members(self, person_id: int) -> list[int]:
        """Everybody who is one with her today."""

    def today(self, person_id: int) -> int | None:
        """The person that somebody is today."""

    def merges(self, person_id: int | None = None) -> list[Merge]:
        """All merges, or hers, oldest first."""

    def parted(self, people: Sequence[int]) -> bool:
        """Whether any two of these were parted."""

    def reviews(self, open_only: bool = True) -> list[Review]:
        """What waits for somebody to look."""

    def doubt(self, doubt: Doubt, at: int) -> bool:
        """Leave something for review, once."""

    def settle(self, review_id: int, answer: str, at: int, note: str = "") -> None:
        """Note what somebody found."""

    def person_label(self, person_id: int) -> str:
        """What the retailer calls her."""

    def hear(self, source: str, as_of: int, at: int, note: str = "") -> None:
        """A source spoke at `at` of how things stood at `as_of`."""

    def heard(self) -> dict[str, Heard]:
        """The newest statement of each source."""

    def note_import(self, file: ImportedFile) -> None:
        """A file was read to its end."""

    def imported(self, digest: bytes) -> ImportedFile | None:
        """The note of a file with these bytes."""

    def imports(self) -> list[ImportedFile]:
        """All files that were read, oldest first."""

    def sold(self, articles: Sequence[Article]) -> None:
        """Keep what sales show of products; the later sale gives name and price."""

    def articles(self) -> list[Article]:
        """What is sold, in the order of codes."""

    def damage(self) -> str:
        """What is broken in the store itself; empty where nothing is."""

    def size(self) -> int:
        """How many bytes it takes on the disk."""

    def persons(self) -> int:
        """How many people there are."""

    def counts(self) -> StoreCounts:
        """How much there is."""

    def record_permissions(self, rows: Sequence[tuple[int, Permission]]) -> int:
        """Append permissions to the logs of their people; how many were new."""

    def permissions(self, person_id: int) -> tuple[Permission, ...]:
        """Hers; of who is merged, the most restrictive."""

    def conflicts(self, person_id: int) -> list[Conflict]:
        """Where those whom she is made up of disagree."""

    def read_permissions(self) -> Iterator[tuple[int, tuple[Permission, ...]]]:
        """Everybody's, in the order of ids."""

    def record_contacts(self, rows: Sequence[tuple[int, Contact]]) -> int:
        """Contacts that have happened; how many were new."""

    def contacts(self, person_id: int, since: int) -> list[Contact]:
        """Contacts with her later than `since`, oldest first."""

    def read_contacts(self, since: int) -> Iterator[tuple[int, list[Contact]]]:
        """Everybody's contacts later than `since`, in the order of ids."""

    def reserve(self, person_id: int, contact: Contact, caps: Sequence[Cap], epoch: int | None = None) -> bool:
        """Take a place for a contact if every cap allows it, and (with `epoch`) no other policy is in force by now."""

    def forget_events(self, after_pos: int, most: int, fate: Callable[[str, int, bytes], bytes | None]) -> Forgotten:
        """Look at the next events behind a position and keep of each what `fate` leaves of it."""

    def forget_inputs(self, before: int, most: int) -> int:
        """Delete facts documents that only decisions before an instant have read."""

    def tidy(self) -> None:
        """Let nothing that was deleted linger."""

    def publish(self, publication: Publication, texts: bytes) -> None:
        """Put a policy into force, whole or not at all."""

    def active(self) -> Publication | None:
        """The publication in force; None where nothing was ever published."""

    def publications(self) -> list[Publication]:
        """Every publication and rollback, oldest first."""

    def keep_artefact(self, kind: str, body: bytes) -> bytes:
        """Keep bytes under their SHA-256."""

    def artefact(self, digest: bytes) -> bytes | None:
        """The bytes under a digest."""

    def begin_run(self, run_id: str, kind: str, campaign: str, header: bytes, at: int) -> None:
        """Begin a run, or go on with it."""

    def chunks_done(self, run_id: str) -> frozenset[int]:
        """The numbers of the chunks whose decisions are kept."""

    def record_decisions(
        self, run_id: str, chunk_no: int, rows: Sequence[DecisionRow], snapshots: Sequence[Snapshot] = ()
    ) -> bool:
        """Keep a chunk whole; False when it is kept already."""

    def finish_run(self, run_id: str, summary: bytes, at: int) -> None:
        """All chunks are there."""

    def run(self, run_id: str) -> Run | None:
        """The run of this id."""

    def latest_run(self, campaign: str) -> Run | None:
        """The finished run of a campaign that was begun last."""

    def runs(self, campaign: str) -> list[Run]:
        """The finished runs of a campaign, newest first."""

    def unfinished_run(self, campaign: str) -> Run | None:
        """The run of a campaign that was begun last, if it is not finished."""

    def decision(self, decision_id: str) -> DecisionRow | None:
        """A decision as it was recorded."""

    def decisions(self, run_id: str) -> Iterator[DecisionRow]:
        """The decisions of a run, in their order."""

    def snapshot(self, person_id: int, digest: bytes) -> bytes | None:
        """The facts document of hers that a decision read."""

    def close(self) -> None:
        """Let go of it."""
