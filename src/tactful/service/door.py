"""The door: one call of a sender to what is kept of it, or one sentence why nothing is. Nothing is read or written.

Whatever comes in comes through here, over the wire and from files. What a collection point does not collect, or she
did not agree to, is left out before anything is written; what a page or an app says, where anybody can read the key,
can only tighten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo

import msgspec

from tactful.model.arrivals import Arrival, Identifier, Key
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import Permission
from tactful.model.said import ENDS
from tactful.permission.consent import NOT_COLLECTED, Choices, Consent, choices_of, refusals_of_gpc, stopped
from tactful.permission.points import CollectionPoint
from tactful.profile.call import Door, Refusal, Taken, anything
from tactful.profile.orders import NotGoods, load_not_goods
from tactful.profile.segment import take, told
from tactful.profile.shapes import shaped
from tactful.profile.traits import TraitTable, load_traits
from tactful.service.packs import packaged
from tactful.service.shop import Shop

__all__ = [
    "Doorman",
    "Refusal",
    "Sender",
    "arrive",
    "check_point",
    "doorman_of",
    "not_taken",
    "region_of",
    "sender_of",
]

NOBODIES = frozenset({"anonymous"})
_REGIONS = {"uk": "GB"}


class Sender(msgspec.Struct, frozen=True):
    """Who sends: a source at a collection point, by a key that is public or not, from pages of these origins.

    `live` is false for a file: then the instant of receipt is not ours, and a source without a collection point is
    taken without one.
    """

    source: str
    point: str = ""
    public: bool = False
    origins: tuple[str, ...] = ()
    live: bool = True


def sender_of(key: Key) -> Sender:
    """The sender that a key is of."""
    return Sender(key.source, key.point, key.public, key.origins)


class Desk(msgspec.Struct, frozen=True):
    """What is ready for one sender: the door, the point that calls are given, and why none can be taken at all."""

    door: Door
    consent: Consent | None
    problem: str = ""


class Doorman:
    """What the door needs to know of the shop, built once; a sender's part is built when it first comes."""

    def __init__(
        self,
        points: Iterable[CollectionPoint],
        traits: TraitTable,
        not_goods: NotGoods,
        codes_pattern: str | None = None,
        zone: tzinfo | None = None,
        region: str | None = None,
        currency: str = "",
    ) -> None:
        self.consents = {each.name: Consent(each) for each in points}
        self.traits = traits
        self.not_goods = not_goods
        self.codes_pattern = codes_pattern
        self.zone = zone
        self.region = region
        self.currency = currency
        self._desks: dict[Sender, Desk] = {}

    def desk(self, sender: Sender) -> Desk:
        """What is ready for a sender."""
        found = self._desks.get(sender)
        if found is None:
            if len(self._desks) > 10_000:
                self._desks.clear()
            found = self._desks[sender] = self._made(sender)
        return found

    def covering(self, source: str) -> list[str]:
        """The names of the points that cover a source."""
        return [name for name, each in self.consents.items() if source in each.point.sources]

    def _made(self, sender: Sender) -> Desk:
        door = Door(
            source=sender.source,
            traits=self.traits,
            not_goods=self.not_goods,
            codes_pattern=self.codes_pattern,
            zone=self.zone,
            public=sender.public,
            region=self.region,
            live=sender.live,
            currency=self.currency,
        )
        covering = self.covering(sender.source)
        if sender.point:
            if sender.point in covering:
                return Desk(door, self.consents[sender.point])
            if sender.point in self.consents:
                return Desk(door, None, f"the collection point {sender.point} does not cover {sender.source}.")
            return Desk(door, None, f"there is no collection point {sender.point} in force.")
        if len(covering) == 1:
            return Desk(door, self.consents[covering[0]])
        if covering:
            several = " and ".join(covering)
            return Desk(door, None, f"{several} cover {sender.source}: `context.collection_point` must say which.")
        if not sender.live:
            return Desk(door, None)
        return Desk(door, None, f"no collection point covers {sender.source}: what was she told there?")


def region_of(shop: Shop) -> str | None:
    """Where telephone numbers without a country are (`GB`)."""
    country, _, place = shop.home.partition("-")
    return (_REGIONS.get(country, country.upper()) if country != "eu" else place[:2].upper()) or None


def doorman_of(
    shop: Shop, points: Iterable[CollectionPoint], not_goods: NotGoods | None = None, zone: tzinfo | None = None
) -> Doorman:
    """The doorman of a shop. `zone` is how times without a zone are read; None: they are refused."""
    return Doorman(
        points=points,
        traits=load_traits(packaged("profile", "tables/traits.yaml"), "traits.yaml"),
        not_goods=not_goods or load_not_goods(packaged("profile", "tables/not_goods.yaml"), "not_goods.yaml"),
        codes_pattern=shop.goods or None,
        zone=zone,
        region=region_of(shop),
        currency=shop.currency.upper(),
    )


def check_point(points: Sequence[CollectionPoint], name: str, source: str, place: str = "--point") -> None:
    """That a key of a source may be made for the collection point of this name. Raises Problems."""
    found = next((each for each in points if each.name == name), None)
    names = [each.name for each in points]
    if found is None:
        there = suggestion(name, names) or (f" There are: {', '.join(names)}." if names else "")
        what = f"there is no collection point {name} in force." if name else "a key needs a collection point."
        raise Problems([Problem(place, 0, f"{what}{there} It says what she was told, in a notice.")])
    if source not in found.sources:
        why = f"the collection point {name} does not cover {source}: add it to its `sources`."
        raise Problems([Problem(place, 0, why)])


def arrive(payload: object, sender: Sender, doorman: Doorman, now: int, gpc: bool = False) -> Arrival | Refusal:
    """What is kept of one call that was received at `now` (µs); or why it is not taken.

    `gpc` is true where the request came with `Sec-GPC: 1`. Of a call that is not taken a no is kept all the same.
    Whatever the payload is, this answers, and no answer repeats a value of it.
    """
    payload = shaped(payload)
    desk = doorman.desk(sender)
    consent, problem = desk.consent, desk.problem
    context = payload.get("context") if isinstance(payload, dict) else None
    if isinstance(context, dict) and context.get("collection_point") is not None:
        consent, problem = _said(context["collection_point"], sender, doorman)
    choices = choices_of(context, gpc)
    if problem:
        return not_taken(payload, problem, sender, doorman, now, gpc)
    keeping = anything if consent is None else consent.keeping(choices)
    point = "" if consent is None else consent.point.name
    taken = take(payload, desk.door, now, keeping, point)
    if isinstance(taken, Refusal):
        consents = () if consent is None else (consent,)
        return _only_no(_Untaken(payload, taken.reason, consents, True), choices, sender, desk.door, now)
    permissions = _permissions(taken, consent, choices, sender, now)
    if taken.no_use and not permissions:
        return Refusal(taken.no_use, wrong=False)
    return Arrival(
        source=sender.source,
        message_id=taken.message_id,
        events=taken.events,
        names=() if taken.no_use else taken.names,
        subjects=_subjects(taken) if permissions else (),
        permissions=permissions,
        left_out=taken.left_out,
        may_join=not sender.public and bool(taken.names),
    )


def not_taken(
    payload: object, reason: str, sender: Sender, doorman: Doorman, now: int, gpc: bool = False
) -> Arrival | Refusal:
    """What she refused in a call that was found bad before it was read; without that, the refusal."""
    desk = doorman.desk(sender)
    covering = (doorman.consents[each] for each in doorman.covering(sender.source))
    consents = (desk.consent,) if desk.consent is not None else tuple(covering)
    choices = choices_of(payload.get("context") if isinstance(payload, dict) else None, gpc)
    makes = bool(consents) or not desk.problem
    return _only_no(_Untaken(payload, reason, consents, makes), choices, sender, desk.door, now)


class _Untaken(msgspec.Struct, frozen=True):
    """A call that is not taken: the sentence why, the points by which a no in it is read, and whether those that it
    names may be made."""

    payload: object
    reason: str
    consents: tuple[Consent, ...]
    makes: bool


def _only_no(untaken: _Untaken, choices: Choices, sender: Sender, door: Door, now: int) -> Arrival | Refusal:
    """What she refused in a call that is not taken, at `now`, and nothing else of it; without that, the refusal."""
    consents = untaken.consents
    keeping = anything
    if len(consents) == 1:
        keeping = consents[0].keeping(choices)
    elif consents or not untaken.makes:
        keeping = _nothing
    taken = told(untaken.payload, door, now, keeping)
    if taken is None:
        return Refusal(untaken.reason)
    read = [_permissions(taken, each, choices, sender, now) for each in consents or (None,)]
    ends = tuple(dict.fromkeys(each for said in read for each in said if each.state in ENDS))
    if not ends:
        return Refusal(untaken.reason)
    makes = untaken.makes and bool(taken.names)
    return Arrival(
        source=sender.source,
        message_id=taken.message_id,
        subjects=_subjects(taken),
        permissions=ends,
        left_out=(f"call: {untaken.reason}",),
        may_join=makes and not sender.public,
        nobodies=NOBODIES if makes else frozenset(),
    )


def _permissions(
    taken: Taken, consent: Consent | None, choices: Choices, sender: Sender, now: int
) -> tuple[Permission, ...]:
    """What she refused and allowed with a call; allowed only where one of her names may be kept."""
    made: tuple[Permission, ...] = ()
    if consent is not None:
        made = consent.permissions(choices, taken.at, now, sender.source, sender.public, taken.written)
    elif choices.gpc:
        made = refusals_of_gpc(taken.at, now, sender.source)
    if taken.stops:
        made += tuple(stopped(each, taken.at, now, sender.source) for each in taken.stops)
    return made if taken.names else tuple(each for each in made if each.state in ENDS)


def _subjects(taken: Taken) -> tuple[Identifier, ...]:
    """Whom the permissions of a call are about: first those names that may be kept, for a yes is the first one's."""
    if len(taken.names) == len(taken.tells):
        return taken.tells
    return taken.names + tuple(each for each in taken.tells if each not in taken.names)


def _nothing(category: str) -> str:
    """Nothing may be kept: it is not known what she was told."""
    return NOT_COLLECTED


def _said(name: object, sender: Sender, doorman: Doorman) -> tuple[Consent | None, str]:
    """The point that a call names itself, or why that is not taken. A page has that of its key, and no other."""
    covering = doorman.covering(sender.source)
    if isinstance(name, str) and name in covering and (not sender.public or name == sender.point):
        return doorman.consents[name], ""
    if sender.public:
        return None, "`context.collection_point` is not that of this key, and a page cannot choose another."
    near = suggestion(name[:100], covering) if isinstance(name, str) else ""
    near = near or (f" There are: {', '.join(covering)}." if covering else "")
    return None, f"`context.collection_point` names no collection point that covers {sender.source}.{near}"
