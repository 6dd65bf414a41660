"""What comes in at the door, by what it names its person, and what follows for who is who. Times are µs UTC."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import msgspec

from tactful.model.kept import Appended
from tactful.model.records import NewEvent, Permission

Identifier = tuple[str, str]
"""(kind, value) of something that names a person: ("customer", "17850"), ("email", "penny@shop.example")."""
BROWSERS = frozenset({"anonymous", "device"})
"""Kinds of identifiers that name a browser or a device: who sits at it, they do not say."""


class Arrival(msgspec.Struct, frozen=True):
    """One call at the door, after it was checked against what she agreed to share.

    `message_id` is unique within `source`; each of `events` has the same source, and an id made from it. An event is
    kept under its own `person`, one of `names`. `names` are all identifiers of the call, strongest first.
    `permissions` are those of each of `subjects`. `left_out` says for each thing that was not kept what it was, to be
    counted (`trait contact.location: not collected here`): never a value. `may_join` is false for a key that anybody
    can read: then nothing is bound or merged, and people are made of it only for what can but tighten (such an event, a
    no) or by an identifier of a kind in `nobodies`.
    """

    source: str
    message_id: bytes
    events: tuple[NewEvent, ...] = ()
    names: tuple[Identifier, ...] = ()
    subjects: tuple[Identifier, ...] = ()
    permissions: tuple[Permission, ...] = ()
    left_out: tuple[str, ...] = ()
    may_join: bool = True
    nobodies: frozenset[str] = frozenset({"anonymous"})


class TakenIn(msgspec.Struct, frozen=True):
    """What became of arrivals: `fresh` says for each whether anything of it was new; the rest was there before."""

    appended: Appended
    fresh: tuple[bool, ...]
    permissions: int = 0


class Named(msgspec.Struct, frozen=True):
    """An identifier of a call as the store knows it.

    `own` is the person that it was made for, `now` the one whom that person is part of today; both None where nobody
    has it. `shared` is true once it was found to be used by several people: it names nobody any more.
    """

    kind: str
    own: int | None
    now: int | None
    shared: bool = False


class Linking(msgspec.Struct, frozen=True):
    """What is needed to say who is who: the identifiers of one call, strongest first; how many identifiers of each
    kind each of their people has, by the person of today; and the pairs of people (lower id first) that were parted
    and are not to be joined again without somebody saying so."""

    names: tuple[Named, ...]
    kinds: dict[int, dict[str, int]]
    apart: frozenset[tuple[int, int]] = frozenset()


class Doubt(msgspec.Struct, frozen=True):
    """Something that is ambiguous and waits for a person: `kind` is a word for lists, `reason` a sentence."""

    kind: str
    people: tuple[int, ...]
    reason: str


class Plan(msgspec.Struct, frozen=True):
    """What follows for who is who.

    `bind`: (place in names, person of today) of an identifier that nobody has yet. `merge`: (who joins, whom), both
    people of today. `part`: places of identifiers that several people turn out to share; whoever was joined by one of
    them alone is parted again. `doubts` wait for somebody to look.
    """

    bind: tuple[tuple[int, int], ...] = ()
    merge: tuple[tuple[int, int], ...] = ()
    part: tuple[int, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class Joining(Protocol):
    """The rules for who is who."""

    @property
    def kinds(self) -> Collection[str]:
        """Kinds of identifiers that the rules know, by name."""

    @property
    def alone(self) -> frozenset[str]:
        """Kinds of identifiers that always begin as a person of their own."""

    def plan(self, linking: Linking) -> Plan:
        """What follows from one call; pure."""


class Joined(msgspec.Struct, frozen=True):
    """How much was bound, merged, parted and doubted."""

    bound: int = 0
    merged: int = 0
    parted: int = 0
    doubts: int = 0


class Merge(msgspec.Struct, frozen=True):
    """One time that two people were taken for one: `loser` became part of `winner`.

    `how` is `rule`, `staff` or `list`; `evidence` says what it rests on, without a personal value. `undone_at` is 0
    while it holds.
    """

    merge_id: int
    loser: int
    winner: int
    at: int
    how: str
    evidence: str
    undone_at: int = 0
    undone_why: str = ""


class Review(msgspec.Struct, frozen=True):
    """A doubt that waits, or was settled at `settled_at` (0: it waits) with `answer`."""

    review_id: int
    kind: str
    people: tuple[int, ...]
    reason: str
    at: int
    settled_at: int = 0
    answer: str = ""


ANSWERS = ("same", "different", "leave")
"""What a doubt is settled with: they are one person, they are two and stay so, or it stays as it is."""


class Key(msgspec.Struct, frozen=True):
    """A key that lets a source speak to us. Only the SHA-256 of its secret is kept, as `digest`.

    `scopes` are verbs (`ingest`, `read`, `staff`, `admin`). `public` keys stand in pages and apps where anybody can
    read them; `origins` are the pages that may use one. It holds from `made_at` until `expires_at`, or `revoked_at`
    where that is not 0.
    """

    key_id: str
    digest: bytes
    source: str
    point: str
    scopes: tuple[str, ...]
    public: bool
    origins: tuple[str, ...]
    made_at: int
    expires_at: int
    revoked_at: int = 0
    note: str = ""


class SetAside(msgspec.Struct, frozen=True):
    """Something that came in and could not be taken, kept for the officer for a while: `body` is what was sent."""

    source: str
    at: int
    reason: str
    body: bytes
