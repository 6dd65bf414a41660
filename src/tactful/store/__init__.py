"""The store: verbs over one SQLite file. Only `bootstrap` imports it; what its verbs take and give is in `model`."""

from __future__ import annotations

from tactful.store.sqlite import SqliteStore, open_for_reading, open_store

__all__ = ["SqliteStore", "open_for_reading", "open_store"]
