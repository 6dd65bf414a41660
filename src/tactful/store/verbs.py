"""All verbs of the store, for every engine."""

from __future__ import annotations

import secrets

from tactful.store.base import StorePart
from tactful.store.contacts import ContactVerbs
from tactful.store.doors import DoorVerbs
from tactful.store.following import FollowingVerbs
from tactful.store.identity import IdentityVerbs
from tactful.store.people import PeopleVerbs
from tactful.store.permissions import PermissionVerbs
from tactful.store.policies import PolicyVerbs
from tactful.store.retention import RetentionVerbs
from tactful.store.runs import RunVerbs
from tactful.store.shelf import ShelfVerbs
from tactful.store.taking import TakingVerbs


def random_id() -> int:
    """A person's id: 63 random bits, never 0."""
    return secrets.randbits(63) or 1


def random_key() -> bytes:
    """A key of the store: 32 random bytes."""
    return secrets.token_bytes(32)


class Verbs(
    TakingVerbs, FollowingVerbs, DoorVerbs, IdentityVerbs, PeopleVerbs, PermissionVerbs, ContactVerbs, RunVerbs,
    PolicyVerbs, RetentionVerbs, ShelfVerbs, StorePart,
):  # fmt: skip
    """Every verb is one transaction that is on the disk when the verb returns, or has not happened at all."""

    def close(self) -> None:
        """Let go of the store; generators that were not read to their end may still be read."""
        self._db.close()
