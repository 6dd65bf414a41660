"""Promise 4 among many who come and go: once she said no, nobody else's word makes a yes of it.

Random calls of two servers and a page name two customers, two browsers and what they share; they are joined, merged by
hand and parted again. After her no, her own server never says again that she chose yes: so she is never found to have.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.service.doors import DOORMAN, NOW, PAGE

from tactful.model.arrivals import Identifier
from tactful.model.records import HOUR
from tactful.permission.standing import permission_for
from tactful.profile.identity import load_identity
from tactful.service.door import Sender
from tactful.service.ingest import ingest
from tactful.service.packs import packaged
from tactful.store import SqliteStore, open_store

RULES = load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")
SERVERS = (Sender("web", "site"), Sender("shop-server", "site"))
HER: Identifier = ("customer", "u1")
OTHER: Identifier = ("customer", "u2")
BROWSERS: list[Identifier] = [("anonymous", "a1"), ("anonymous", "a2")]
SHARED: list[Identifier] = [
    *BROWSERS, ("email", "e1@shop.example"), ("email", "e2@shop.example"), ("loyalty", "1"), ("phone", "+442079460958"),
]  # fmt: skip
FIELDS = {"customer": "userId", "anonymous": "anonymousId"}
TRAITS = {"email": "email", "phone": "phone", "loyalty": "loyaltyNumber"}
PAUSES = (HOUR // 60, HOUR // 3, HOUR, 30 * HOUR)


class Coming:
    """Calls that come in one after the other."""

    def __init__(self, store: SqliteStore, random: Random) -> None:
        self.store, self.random, self.now, self.number = store, random, NOW, 0

    def say(self, names: list[Identifier], sender: Sender, yes: bool | None = None, event: str = "") -> None:
        self.number += 1
        self.now += self.random.choice(PAUSES)
        call: dict[str, Any] = {"type": "identify", "messageId": str(self.number), "context": {"traits": {}}}
        if event:
            call |= {"type": "track", "event": event}
        for kind, value in names:
            (call if kind in FIELDS else call["context"]["traits"])[FIELDS.get(kind) or TRAITS[kind]] = value
        if yes is not None:
            call["context"]["consent"] = {"categoryPreferences": {"Marketing": yes}}
        ingest(self.store, sender, DOORMAN, [call], self.now, False, RULES)

    def some(self, most: int) -> list[Identifier]:
        return self.random.sample(SHARED, self.random.randint(0, most))

    def before(self) -> None:
        """Whatever was said before her no."""
        names = [self.random.choice(SHARED), *self.some(1)]
        names += [self.random.choice((HER, OTHER))] if self.random.random() < 0.5 else []
        self.say(names, self.random.choice((*SERVERS, PAGE)), self.random.choice((None, True, False)))

    def no(self) -> None:
        by_choice = self.random.random() < 0.5
        sender = self.random.choice((*SERVERS, PAGE))
        self.say([HER, *self.some(1)], sender, False if by_choice else None, "" if by_choice else "Unsubscribed")

    def after(self) -> None:
        """What others say, and whatever makes one or two of people."""
        step, server = self.random.random(), self.random.choice(SERVERS)
        if step < 0.25:
            self.say([HER, *self.some(2)], server)
        elif step < 0.5:
            self.say([OTHER, *self.some(2)], server, True)
        elif step < 0.7:
            self.say([self.random.choice(BROWSERS)], server, True)
        elif step < 0.8:
            self.say([HER, *self.some(2)], PAGE, True)
        elif step < 0.9:
            if holding := [each.merge_id for each in self.store.merges() if not each.undone_at]:
                self.store.unmerge(self.random.choice(holding), self.now, "they are two")
        else:
            one, her, other = (self.store.find(*each) for each in (self.random.choice(SHARED), HER, OTHER))
            if one and her and other not in (one, her):
                self.store.merge(one, her, self.now, "staff", "she said so", RULES.alone)


@pytest.mark.parametrize("seed", range(40))
def test_a_no_outlasts_whatever_others_say(tmp_path: Path, seed: int) -> None:
    with closing(open_store(tmp_path / "s.db")) as store:
        coming = Coming(store, Random(seed))
        for _ in range(coming.random.randint(0, 8)):
            coming.before()
        coming.no()
        for _ in range(coming.random.randint(1, 10)):
            coming.after()
            said = store.permissions(store.find(*HER) or 0)
            assert permission_for(said, [], "market", "email", "*", coming.now + HOUR, None).state != "given"
