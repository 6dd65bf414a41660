"""A shop's files as a server needs them: read whole at the start, and again when they change, whole or not at all.

1. Every few seconds a thread looks at names, times and sizes. What is still being written waits till it rests.
2. What changed is read whole. It is taken only if every file holds, nothing changed meanwhile, and nobody who sends
   loses the collection point through which that is done.
3. If not, the last good state goes on, and why is said once. It is tried again when something changes, and at times.
Requests read what holds from memory; no request touches a file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from tactful.model.arrivals import Key
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.permission.points import CollectionPoint
from tactful.profile.identity import IdentityRules
from tactful.profile.orders import load_not_goods
from tactful.service.door import Doorman, doorman_of
from tactful.service.identity import read_rules
from tactful.service.ingest import place_of
from tactful.service.keys import is_live
from tactful.service.ports import Store
from tactful.service.project import Project, read_texts
from tactful.service.project_files import FILES

PERIOD = 2.0
"""Seconds from one look at the files to the next."""
RETRY = 30.0
"""Seconds after which what was refused is tried again: what stood against it may be in the store."""
_FOLDERS = ("", "collection-points", "notices", "tables")
Print = tuple[tuple[str, int, int, int], ...]
Tell = Callable[[dict[str, object]], None]


class Served(msgspec.Struct, frozen=True):
    """What a server needs of a shop's files, made from one reading of them."""

    project: Project
    doorman: Doorman
    joining: IdentityRules


def read_served(folder: Path) -> Served:
    """All of a shop's files that a server needs, each checked. Raises Problems, as many as can be found at once."""
    problems: list[Problem] = []
    try:
        joining = read_rules(folder)
    except Problems as found:
        problems += found.problems
    try:
        project = Project(read_texts(folder, policy={}))
        project.check_tables()
    except Problems as found:
        problems += found.problems
    if problems:
        raise Problems(problems)
    not_goods = load_not_goods(project.table("profile", "not_goods"), "tables/not_goods.yaml")
    return Served(project, doorman_of(project.shop, project.points, not_goods), joining)


def taken_away(
    before: Iterable[CollectionPoint], after: Iterable[CollectionPoint], keys: Iterable[Key], now: int
) -> list[Problem]:
    """Collection points that a key in use sends through at `now` (µs), and that would not be there for it any more."""
    before, after = tuple(before), tuple(after)
    found: dict[str, list[str]] = {}
    for key in keys:
        if "ingest" in key.scopes and is_live(key, now):
            for name in sorted(_through(key, before) - _through(key, after)):
                found.setdefault(name, []).append(f"{key.key_id} of {key.source}")
    return [
        Problem(
            "collection-points",
            0,
            f"{name} is in use and would be gone for {', '.join(sorted(whose))}: put it back, or revoke the key first.",
        )
        for name, whose in found.items()
    ]


def _through(key: Key, points: Iterable[CollectionPoint]) -> set[str]:
    return {each.name for each in points if key.source in each.sources and key.point in ("", each.name)}


class ShopFiles:
    """A shop's files as they hold now. `now` may be read from any thread, and is whole each time."""

    def __init__(self, folder: Path) -> None:
        """Reads them. Raises Problems."""
        self._folder = folder
        self._judged = self._last = printed(folder)
        self.now = read_served(folder)
        self._judged_at = time.monotonic()
        self.taken = 0
        self.refused = 0
        self.trouble: tuple[str, ...] = ()
        self._stop = False
        self._wake = threading.Event()
        self._thread = threading.Thread(daemon=True)

    def start(self, store: Store, clock: Callable[[], int], tell: Tell) -> None:
        """Begin to look at the files; `tell` is given a record of what was taken or refused."""
        self._thread = threading.Thread(target=self._run, args=(store, clock, tell), name="files", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Look no more; wait at most so long for a look that is under way."""
        self._stop = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def look_soon(self) -> None:
        """Look now, and do not wait until what changed rests."""
        self._wake.set()

    def look(self, store: Store, clock: Callable[[], int], tell: Tell, *, at_once: bool = False) -> None:
        """Look once, and take or refuse what changed. Never raises."""
        try:
            seen = printed(self._folder)
            resting, self._last = seen == self._last, seen
            again = bool(self.trouble) and time.monotonic() - self._judged_at > RETRY
            if at_once or (seen != self._judged and resting) or again:
                self._judge(seen, store, clock, tell)
        except (Problems, StoreProblem) as found:
            self._refuse(str(found), tell)
        except OSError as error:
            self._refuse(
                f"{error.filename or self._folder}: cannot be read: {error.strerror or 'error'}.".lower(), tell
            )
        except Exception as fault:
            self._refuse(f"a fault of ours at {place_of(fault)}.", tell)

    def _judge(self, seen: Print, store: Store, clock: Callable[[], int], tell: Tell) -> None:
        self._judged, self._judged_at = seen, time.monotonic()
        served = read_served(self._folder)
        if printed(self._folder) != seen:
            self._judged = ()
            return
        if gone := taken_away(self.now.project.points, served.project.points, store.keys(), clock()):
            raise Problems(gone)
        troubled, self.trouble = self.trouble, ()
        if served.project.digest == self.now.project.digest and served.joining == self.now.joining:
            if troubled:
                tell({"shop_files": "as before"})
            return
        self.now = served
        self.taken += 1
        tell({"shop_files": "taken"})

    def _refuse(self, why: str, tell: Tell) -> None:
        sentences = tuple(why.splitlines())
        if sentences != self.trouble:
            self.trouble = sentences
            self.refused += 1
            tell({"shop_files": "refused", "why": sentences})

    def _run(self, store: Store, clock: Callable[[], int], tell: Tell) -> None:
        while True:
            asked = self._wake.wait(PERIOD)
            if self._stop:
                return
            self._wake.clear()
            self.look(store, clock, tell, at_once=asked)


def printed(folder: Path) -> Print:
    """Names, times and sizes of all files that a server reads: what differs after any change of one."""
    found = []
    for name in _FOLDERS:
        place = folder / name
        if not place.is_dir():
            continue
        for each in place.iterdir():
            if name or each.name in FILES or each.suffix.lower() in (".yaml", ".yml"):
                about = each.stat()
                found.append((str(each), about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(sorted(found))
