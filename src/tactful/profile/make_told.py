"""Facts that somebody states of her: what she told us, what our staff noted, what came from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tactful.model.records import Fact
from tactful.profile.claims import Chosen, choose, provenance_of
from tactful.profile.document import Claim, Document
from tactful.profile.measures import Person
from tactful.profile.origin import source_of
from tactful.profile.sensitivity import CATEGORIES, most, sensitivity_of
from tactful.profile.shop import Shop
from tactful.profile.told import point_of, purposes_of

_TOLD = {
    "contact.email": "You gave us your e-mail address.",
    "contact.phone": "You gave us your telephone number.",
    "contact.name": "You told us your name.",
    "contact.address": "You gave us your address.",
    "life_event.birthday": "You told us your birthday.",
    "demographic.age": "You told us your age.",
    "demographic.gender": "You told us your gender.",
    "preference.size": "You told us your size.",
    "family.size": "You told us how many live with you.",
}
_SAID = {
    "provided": "You told us: “{}”.",
    "observed": "We recorded: “{}”.",
    "noted": "One of us noted: “{}”.",
    "inferred": "We concluded: “{}”. You did not tell us.",
    "third_party": "Somebody else told us: “{}”.",
    "public": "We read in public: “{}”.",
}
_DISTANCE = {"provided": 0, "observed": 0, "noted": 1}
"""A remark of our staff is one step from what she did with us. How far the rest is, nobody knows."""
_ABOUT = {"family.size": "household", "family.partner": "other", "family.child": "child", "social.friends": "other"}


def told_facts(person: Person, shop: Shop) -> list[Fact]:
    """What is said of her: one fact for each name, of the source that is believed; its parts are its value."""
    claims: dict[str, list[tuple[str, str, Claim]]] = {}
    for place, of in person.document.traits.items():
        name, _, part = place.partition(":")
        if name not in CATEGORIES:
            continue
        kept = person.kept(name)
        for claim in of.values():
            if kept <= claim.at <= person.now:
                provenance = provenance_of(claim, shop.acquired_via(claim.source))
                claims.setdefault(name, []).append((part, provenance, claim))
    chosen = ((name, choose(each, person.denied(name))) for name, each in sorted(claims.items()))
    return [_told(name, each, person, shop) for name, each in chosen if each is not None]


def _told(name: str, chosen: Chosen, person: Person, shop: Shop) -> Fact:
    parts = chosen.parts
    newest = sorted(parts.values(), key=lambda claim: (claim.at, claim.key), reverse=True)
    last = newest[0]
    hers = chosen.provenance == "provided"
    she_reads = _words(name, chosen)
    return Fact(
        name,
        name,
        "",
        {part: claim.value for part, claim in sorted(parts.items())},
        chosen.provenance,
        _DISTANCE.get(chosen.provenance),
        most(_delicate(name, parts.values(), shop)),
        _ABOUT.get(name, "self"),
        shop.acquired_via(last.source),
        purposes_of(shop.told, [(claim.source, claim.at) for claim in newest]),
        last.at,
        known_to_her=True if hers or person.spoke_of(name) else None,
        known_among="self" if hers else None,
        has_words=bool(she_reads),
        she_reads=she_reads,
        point=point_of(shop.told, last.source, last.at),
        lineage=tuple(dict.fromkeys(claim.key.hex() for claim in newest)),
        count=len({claim.key for claim in newest}),
        contradicts=chosen.contradicts,
    )


def _words(name: str, chosen: Chosen) -> str:
    if chosen.provenance == "provided" and name in _TOLD:
        return _TOLD[name]
    said = ", ".join(claim.value for _, claim in sorted(chosen.parts.items()))
    return _SAID[chosen.provenance].format(said)


def _delicate(name: str, claims: Iterable[Claim], shop: Shop) -> list[str]:
    found = [sensitivity_of(name)]
    if not name.startswith("contact."):
        revealed = [shop.revealing.look_up("", claim.value) for claim in claims]
        found += [each.sensitivity for each in revealed if each]
    return found


def told_by_her(document: Document, place: str, now: int, via: Mapping[str, str]) -> Claim | None:
    """What she last told us of one part of a fact and did not deny since; None where she told us nothing. `via` says
    which channel a source is."""
    claims = document.traits.get(place)
    if not claims:
        return None
    denied = Person(document, now).denied(place.partition(":")[0])
    said = [
        claim
        for claim in claims.values()
        if denied < claim.at <= now and provenance_of(claim, _channel(claim.source, via)) == "provided"
    ]
    return max(said, key=lambda claim: (claim.at, claim.key), default=None)


def _channel(origin: str, via: Mapping[str, str]) -> str:
    source = source_of(origin)
    return via.get(source, source)
