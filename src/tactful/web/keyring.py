"""Who speaks: keys as the store knew them a moment ago, and where in a request a key may stand."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from collections.abc import Callable

import msgspec

from tactful.model.arrivals import Key
from tactful.service.keys import is_live, opens, read_key
from tactful.service.ports import Store

FRESH = 2.0
"""Seconds for which what the store said of its keys is believed: so long a revoked key may go on."""


class Keyring:
    """All keys, read anew when they are older than `FRESH`. For any thread."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._read_at = -1e9

    def holder(self, written: str) -> Key | None:
        """The key that is written so, if it may speak now. Raises StoreProblem where the store cannot be read."""
        parts = read_key(written)
        if parts is None:
            return None
        self.refresh()
        key = self._keys.get(parts[0])
        return key if opens(key, parts[1], self._clock()) else None

    def refresh(self) -> None:
        """Read the keys again if it is time."""
        if time.monotonic() - self._read_at <= FRESH:
            return
        with self._lock:
            if time.monotonic() - self._read_at > FRESH:
                began = time.monotonic()
                kept = self._store.keys()
                self._keys = {key.key_id: key for key in kept}
                self._read_at = began

    @property
    def fresh(self) -> bool:
        """Whether the keys need not be read again yet."""
        return time.monotonic() - self._read_at <= FRESH

    def allows_page(self, origin: str) -> bool:
        """Whether any public key in use may be used by pages of this origin."""
        now = self._clock()
        return any(key.public and origin in key.origins and is_live(key, now) for key in self._keys.values())


def written_in(authorization: str) -> str:
    """The key in an Authorization header: a bearer token, or the user name of Basic; empty where there is none."""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        user = base64.b64decode(rest.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return user.partition(":")[0]


class Speaker(msgspec.Struct, frozen=True):
    """Who sent a request, from where: `origin` is empty where no page did, `address` where it is not known."""

    authorization: str = ""
    origin: str = ""
    address: str = ""
