"""The records that the rooms hand to each other. Times are microseconds UTC, money thousandths of a currency unit."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec

from tactful.model.flow import Value
from tactful.model.verdict import Form, Verdict

DAY = 86_400_000_000
HOUR = 3_600_000_000


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event at the door. `message_id` is unique within `source`; the store keeps each pair once.

    `person` is (kind, value) of the identifier the event carries, for example ("customer", "17850"), or None. `body`
    is deterministic MessagePack of what the kind says (see `tactful.profile`). `point` is the collection point that
    she passed, empty where only the source says which.
    """

    source: str
    message_id: bytes
    kind: str
    person: tuple[str, str] | None
    occurred_at: int
    body: bytes
    point: str = ""


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as kept. `key` is the keyed digest of source and message id: stable, and no personal value."""

    key: bytes
    source: str
    kind: str
    occurred_at: int
    received_at: int
    body: bytes
    point: str = ""


class Contradiction(msgspec.Struct, frozen=True):
    """What another source says of the same, and the fact does not: how it could know, which source, when (µs), what."""

    provenance: str
    source: str
    at: int
    value: dict[str, Any]


class Fact(msgspec.Struct, frozen=True):
    """One thing that we know of one person at one instant.

    `name` is what templates and campaigns call it: the category, `label.<name>` or `derived.<name>`; `category` is the
    slug of the tree. `key` tells facts of one name apart (a product code; empty otherwise). `value` is what a
    template may show. None means not known, for every optional field, and is left out of the flow; so is an empty
    `category`. `lineage` holds up to twelve event keys (hex) or fact names that it rests on, newest first; `count` how
    many in all. `contradicts` is what other sources say instead, for her own page; no rule reads it.
    """

    name: str
    category: str
    key: str
    value: dict[str, Any]
    provenance: str | None
    distance: int | None
    sensitivity: str | None
    about: str | None
    acquired_via: str | None
    purposes: tuple[str, ...] | None
    at: int
    confidence: float | None = None
    known_to_her: bool | None = None
    known_among: str | None = None
    has_words: bool | None = None
    she_reads: str = ""
    reveals: str | None = None
    point: str | None = None
    lineage: tuple[str, ...] = ()
    count: int = 0
    contradicts: tuple[Contradiction, ...] = ()

    def flow(self, now: int) -> dict[str, Value]:
        """Its `fact.*` keys at an instant; what is not known is absent."""
        keys: dict[str, Value | None] = {
            "fact.category": self.category or None,
            "fact.provenance": self.provenance,
            "fact.distance": self.distance,
            "fact.sensitivity": self.sensitivity,
            "fact.about": self.about,
            "fact.acquired_via": self.acquired_via,
            "fact.purposes": self.purposes,
            "fact.age_days": max(0, now - self.at) // DAY,
            "fact.confidence": self.confidence,
            "fact.known_to_her": self.known_to_her,
            "fact.known_among": self.known_among,
            "fact.same_exchange": False,
            "fact.has_words": self.has_words,
        }
        return known(keys)


def known(keys: dict[str, Value | None]) -> dict[str, Value]:
    """The keys of a flow without those that are not known; mostly there are none."""
    if None not in keys.values():
        return cast(dict[str, Value], keys)
    return {key: value for key, value in keys.items() if value is not None}


class Permission(msgspec.Struct, frozen=True):
    """One state that was chosen or recorded, for a purpose, a channel and a category (`*` for all).

    `occurred_at` is when she did it, `received_at` when we heard. `source` is where it came from, `proof` what shows
    it.
    """

    purpose: str
    channel: str
    category: str
    state: str
    basis: str
    asked: str
    occurred_at: int
    received_at: int
    source: str
    proof: str = ""


class Standing(msgspec.Struct, frozen=True):
    """The permission that holds for one flow: the four `permission.*` keys, and where each comes from.

    None means not known. `assumption` is a sentence that was taken on trust from a collection point, to be printed.
    """

    state: str | None
    basis: str | None
    asked: str | None
    elsewhere: str | None
    origin: str = ""
    assumption: str = ""

    def flow(self) -> dict[str, Value]:
        """Its `permission.*` keys."""
        keys: dict[str, Value | None] = {
            "permission.state": self.state,
            "permission.basis": self.basis,
            "permission.asked": self.asked,
            "permission.elsewhere": self.elsewhere,
        }
        return known(keys)


class Contact(msgspec.Struct, frozen=True):
    """An attempt to reach her. `channel_class` is the purpose at the time, frozen."""

    channel: str
    purpose: str
    at: int
    decision: str = ""


class Given(msgspec.Struct, frozen=True):
    """A value of a flow that did not come from her own facts, and where it came from (`from shop.yaml`)."""

    value: Value
    origin: str


class Use(msgspec.Struct, frozen=True):
    """One fact in one candidate, in the form that a variant gives it."""

    fact: str
    form: Form
    because: str = ""


class Variant(msgspec.Struct, frozen=True):
    """One way to put a treatment into words; `mentions` are the facts it shows or lets be worked out."""

    name: str
    mentions: tuple[Use, ...]


class Candidate(msgspec.Struct, frozen=True):
    """An interaction that could be had with one person, after its audience was found to hold for her.

    `selects` are the names of facts that audience, trigger, offer or model read: a `select` use each, derived.
    `variants` come fullest first. `scenario` holds the `scenario.*` keys that are the same for everybody. `contact`
    is the category of the contact point used. `value` is thousandths of a currency unit; `propensity` parts per
    million; `context` and `lever` are permille (1000 is neutral). `valid_from`/`valid_until` bound it; what is held
    past `valid_until` is dropped. 0 as `valid_until` means no end. `holdout` is the share of people, parts per
    million, who hear nothing of it.
    """

    name: str
    purpose: str
    channel: str
    contact: str
    scenario: dict[str, Value]
    selects: tuple[str, ...]
    variants: tuple[Variant, ...]
    facts: dict[str, Fact]
    value: int = 0
    to_her: int = 0
    propensity: int = 1_000_000
    context: int = 1000
    lever: int = 1000
    valid_from: int = 0
    valid_until: int = 0
    not_for_her: str = ""
    missing: tuple[str, ...] = ()
    holdout: int = 0


class QuietHours(msgspec.Struct, frozen=True):
    """Hours in which we do not start to speak: from `start` to `end`, minutes after local midnight; may cross it."""

    start: int
    end: int


class Cap(msgspec.Struct, frozen=True):
    """At most `most` contacts of these purposes in any window of `window` microseconds; `channel` empty means all
    together.
    """

    most: int
    window: int
    channel: str = ""
    purposes: tuple[str, ...] = ("market", "recommend", "winback", "advertise", "research")


Stage = Literal["eligible", "fitting", "timely", "best", "reserved", "chosen"]
STAGES: tuple[Stage, ...] = ("eligible", "fitting", "timely", "best", "reserved", "chosen")


class Judged(msgspec.Struct, frozen=True):
    """One flow of a candidate as it was judged."""

    act: str
    fact: str
    form: str
    standing: str
    verdict: Verdict
    flow: dict[str, Value]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one candidate: the stage at which it fell (`chosen` if it did not) and why.

    `verdict` is never, hold, ask, silent, soften or say for the candidate as a whole. `until` and `drop_after` are
    set when it is held. `variant` is the name of the one that stands best. `score` is its arbitration score and
    `factors` what made it. `assumptions` are the sentences taken on trust that it rests on, to be printed with it.
    """

    candidate: str
    stage: Stage
    verdict: str
    variant: str = ""
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    drop_after: int = 0
    score: int = 0
    factors: dict[str, int] = {}
    note: str = ""
    judged: tuple[Judged, ...] = ()
    assumptions: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """What was decided for one person at one instant: one chosen candidate, or silence (`chosen` is empty).

    `takes` is the contact that the chosen candidate takes from the ledger, None for silence.
    """

    chosen: str
    variant: str
    verdict: str
    good_until: int
    outcomes: tuple[Outcome, ...]
    takes: Contact | None = None
