"""Lines of orders and calls never take each other's place, also in a store that was written when they could."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tactful.model.arrivals import Arrival, Key
from tactful.model.kept import Appended
from tactful.model.problems import StoreProblem
from tactful.model.records import LINE, SEEN_LINE, NewEvent
from tactful.profile.events import ORDER_LINE, ORDER_SEEN, PRODUCT_VIEWED
from tactful.store import database, open_store, postgres, schema
from tactful.store.base import StorePart
from tactful.store.copying import copy
from tactful.store.postgres import migrate_postgres, open_postgres
from tactful.store.postgres_schema import steps
from tactful.store.verbs import Verbs

PENNY, TABLET = ("customer", "penny"), ("anonymous", "tab")
PAGE_KEY = Key("k1", b"d", "web", "site", ("ingest",), True, (), 0, 9)
Opening = Callable[[], Verbs]


def event(source: str, message_id: bytes, kind: str, who: tuple[str, str] | None = PENNY, point: str = "") -> NewEvent:
    return NewEvent(source, message_id, kind, who, 5, message_id.lstrip(LINE + SEEN_LINE), point)


def stores(folder: Path, url: str) -> dict[str, tuple[Opening, Callable[[], object]]]:
    """How each engine opens a store, and how it brings one forward."""
    return {
        "sqlite": (lambda: open_store(folder / "s.db"), lambda: None),
        "postgresql": (lambda: open_postgres(url), lambda: migrate_postgres(url)),
    }


BEFORE = [
    event("tills", b"o1/1", ORDER_LINE),
    event("tills", b"o1/2", ORDER_LINE, None),
    event("web", b"m1/0", ORDER_LINE, PENNY, "site"),
    event("web", b"p\x00\xc3\xa9/0", ORDER_LINE, TABLET, "site"),
    event("web", b"m2", PRODUCT_VIEWED, TABLET, "site"),
]
"""What the version before kept, by the ids that it gave."""
AGAIN = [
    event("tills", LINE + b"o1/1", ORDER_LINE),
    event("tills", LINE + b"o1/2", ORDER_LINE, None),
    event("web", LINE + b"m1/0", ORDER_LINE, PENNY, "site"),
    event("web", SEEN_LINE + b"p\x00\xc3\xa9/0", ORDER_SEEN, TABLET, "site"),
    event("web", b"m2", PRODUCT_VIEWED, TABLET, "site"),
]
"""The same, told again."""
GONE = event("tills", b"o0/1", ORDER_LINE)


def written_before(engine: str, make: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of version 3 with lines in it; one of them was deleted since, as its time had run out."""
    with monkeypatch.context() as older:
        if engine == "sqlite":
            older.setattr(database, "STEPS", schema.STEPS[:3])
            older.setattr(database, "NEWEST", 3)
        else:
            older.setattr(postgres, "steps", lambda: steps()[:3])
        older.setattr(StorePart, "_meet", lambda *told: None)
        with closing(make()) as store:
            store.add_key(PAGE_KEY)
            assert store.append([*BEFORE, GONE], 10).added == 6
            assert store.forget_events(0, 99, lambda kind, at, body: None if body == GONE.body else body).deleted
            with store._db.writing() as connection:
                connection.execute("DELETE FROM meta WHERE name = 'suppression'")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_stored_twice_across_the_step(
    engine: str, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, forward = stores(tmp_path, postgres_url)[engine]
    written_before(engine, make, monkeypatch)
    forward()
    with closing(make()) as store:
        assert store.append(AGAIN, 20) == Appended(0, 5, 0, 0)
        gone = event("tills", LINE + b"o0/1", ORDER_LINE)
        assert store.append([gone], 20).added == 0, "what was deleted since does not come back"
        taken = store.take_in([Arrival("web", b"m1", (AGAIN[2],)), Arrival("web", b"m2", (AGAIN[4],))], 20)
        assert taken.fresh == (False, False)
        calls = [event("tills", b"o1/1", PRODUCT_VIEWED), event("web", b"m1/0", PRODUCT_VIEWED)]
        assert store.append(calls, 20).added == 2, "a call that is called like a line is another message"
        assert sorted(kinds(store, TABLET)) == [ORDER_SEEN, PRODUCT_VIEWED], "what a page told is not what she bought"
        assert sorted(kinds(store, PENNY)) == [ORDER_LINE, ORDER_LINE, PRODUCT_VIEWED, PRODUCT_VIEWED]
        with open_store(tmp_path / "copied.db") as copied:
            assert all(each.same for each in copy(store, copied, lambda rows: None))
        with open_store(tmp_path / "copied.db") as copied:
            assert copied.append([*AGAIN, gone, *calls], 30) == Appended(0, 8, 0, 0)


def kinds(store: Verbs, who: tuple[str, str]) -> Sequence[str]:
    person = store.find(*who)
    assert person is not None
    return [each.kind for each in store.tail(person)]


def test_a_server_of_the_version_before_stores_no_line_twice(postgres_url: str) -> None:
    """On PostgreSQL it may go on while the tables are brought forward: its lines are refused, and it is told again."""
    with closing(open_postgres(postgres_url)) as store:
        assert store.append([AGAIN[0]], 10).added == 1
        with pytest.raises(StoreProblem):
            store.append([BEFORE[0]], 20)
        assert store.append([BEFORE[4], AGAIN[1]], 30).added == 2


def test_a_forged_message_takes_no_lines_place(tmp_path: Path) -> None:
    """Numbers of orders can be guessed: what a page calls like a line must not keep the line out."""
    with open_store(tmp_path / "s.db") as store:
        forged = [event("web", SEEN_LINE + b"o1/0", ORDER_SEEN, TABLET), event("web", b"o1/0", PRODUCT_VIEWED, TABLET)]
        assert store.append(forged, 1).added == 2
        assert store.append([event("web", LINE + b"o1/0", ORDER_LINE)], 2).added == 1
