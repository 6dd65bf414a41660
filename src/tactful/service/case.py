"""From what is kept of one person to the case that is decided: nothing here decides anything.

A `Setting` is what is the same for everybody in a run; with one person's `Inputs` it gives the same case every time,
which is what a replay rests on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import msgspec

from tactful.decide import Case
from tactful.model.flow import Value
from tactful.model.kept import Heard
from tactful.model.records import Candidate, Contact, Fact, Given, Permission
from tactful.permission.points import CollectionPoint, Passed, passed
from tactful.permission.standing import permission_for
from tactful.profile.attributes import AttributeSettings, attributes
from tactful.profile.audience import Match, match
from tactful.profile.document import BOUGHT, Document, decode_kept
from tactful.profile.facts import Known, read
from tactful.profile.names import kind_of, plain_name
from tactful.profile.origin import point_named, source_of
from tactful.profile.shop import Shop as ProfileShop
from tactful.service.catalogue import Article, Catalogue
from tactful.service.project import Project
from tactful.service.shop import Source

CONTACT_POINTS = {"email": "contact.email", "sms": "contact.phone", "call": "contact.phone", "post": "contact.address"}
NOT_IN = "not in the audience"
NOT_TOLD = "too little is known to tell whether it is for her"
SKIPPED = "skipped"
_SHELF = 4
_DAY = 86_400_000_000
_GRANTED = ("given", "renewed")
_STOPPED = ("withdrawn", "refused")


class Inputs(msgspec.Struct, frozen=True):
    """What is kept of one person and read for a decision. `label` is what the retailer calls her."""

    label: str
    document: bytes
    permissions: tuple[Permission, ...]
    contacts: tuple[Contact, ...]


class Built(msgspec.Struct, frozen=True):
    """A case with what it was made from: whether the audience holds, which product it is about, and the offer."""

    case: Case
    match: Match
    facts: dict[str, Fact]
    offer: dict[str, Any]


class Setting:
    """What is the same for everybody: the project, the instant, what the shop sells, and what was heard of whom.

    `supposed` are values and `point` a notice that are taken as known for the sake of asking what they would change;
    a decision that is kept never has any.
    """

    def __init__(
        self,
        project: Project,
        now: int,
        catalogue: Catalogue,
        heard: dict[str, Heard],
        supposed: dict[str, Given] | None = None,
        point: CollectionPoint | None = None,
    ) -> None:
        self.project = project
        self.supposed = supposed or {}
        self.points = (*project.points, point) if point is not None else project.points
        self.now = now
        self.catalogue = catalogue
        self.heard = heard
        self.articles = catalogue.by_code()
        self._profile = project.profile_shop(catalogue.names())
        self._by_place: dict[str | None, ProfileShop] = {}
        shop = project.shop
        self._attribute_settings = AttributeSettings(
            project.countries, shop.returned_within // _DAY, keeps=self._profile.keeps, via=self._profile.via
        )
        self.zones = (shop.zone,)

    @cached_property
    def scenario(self) -> dict[str, Value]:
        """The `scenario.*` keys that are the same for everybody in this campaign."""
        campaign, shop = self.project.campaign, self.project.shop
        keys = {**campaign.scenario(), "scenario.sector": shop.sector, "scenario.recognised": "by_herself"}
        audience = shop.audiences.get(campaign.channel)
        return {**keys, "scenario.audience": audience} if audience else keys

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The names of the facts that this campaign may read."""
        campaign = self.project.campaign
        names = {use.fact for use in campaign.uses} | set(self.project.audience.reads) | {self.contact}
        return frozenset(names.union(*(self.project.labels.rests_on(name) for name in names)))

    def _selects(self, found: Match, facts: dict[str, Fact]) -> tuple[str, ...]:
        """Every select use. A label that was looked at and does not hold is no fact of hers: what was used is what it
        is made from."""
        names: set[str] = set()
        for name in self.project.campaign.selects(found.reads):
            names.update(self._used(name, facts))
        return tuple(sorted(names))

    def _used(self, name: str, facts: dict[str, Fact]) -> set[str]:
        """What was used where a fact was looked at: itself, or what it is made from where it is no fact of hers."""
        inputs = self.project.labels.inputs_of(name)
        if name in facts or not inputs:
            return {name}
        return set().union(*(self._used(each, facts) for each in inputs))

    @property
    def contact(self) -> str:
        """The category of the contact point that the campaign uses."""
        return CONTACT_POINTS.get(self.project.campaign.channel, "contact.device")

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The general word of each product that has one, by code."""
        shop = self._profile.catalogue
        found = {code: kind_of(name, shop) if shop else None for code, name in self.catalogue.names().items()}
        return {code: kind for code, kind in found.items() if kind}

    @cached_property
    def on_sale(self) -> tuple[Article, ...]:
        """What can be offered: goods with a name and a price."""
        return tuple(a for a in self.catalogue.articles if a.goods and a.name and a.price > 0)

    @cached_property
    def by_kind(self) -> dict[str, list[Article]]:
        """What can be offered of each kind, last sold first, ties by code."""
        shelves: dict[str, list[Article]] = {}
        for article in sorted(self.on_sale, key=lambda article: (-article.last_at, article.code)):
            if article.code in self.kinds:
                shelves.setdefault(self.kinds[article.code], []).append(article)
        return shelves

    @cached_property
    def newest(self) -> list[Article]:
        """What came in last before the instant of the run, newest first."""
        return self.catalogue.newest(self.now, 12)

    def profile_shop(self, place: str | None) -> ProfileShop:
        """The shop as facts see it: with the notices that are shown where she lives."""
        known = self._by_place.get(place)
        if known is None:
            told = self.project.told(point for point in self.points if _shown(point, place))
            known = self._by_place[place] = msgspec.structs.replace(self._profile, told=told)
        return known

    def build(self, inputs: Inputs) -> Built:
        """The case of one person."""
        document = decode_kept(inputs.document) or Document()
        about = attributes(document, self.now, self._attribute_settings)
        place = about.keys.get("customer.jurisdiction")
        place = place if isinstance(place, str) else None
        known = read(document, self.now, self.profile_shop(place), self.wanted)
        found = match(self.project.audience, known)
        points = self._passed(document)
        facts = self._facts(known, found, points, inputs.permissions, place) if found.holds else {}
        offer = self.offer(found.key) if found.holds else {}
        case = Case(
            now=self.now,
            judge=self.project.rules.judge,
            scorecard=self.project.rules.scorecard,
            fit=self.project.fit,
            candidates=(self._candidate(found, facts, offer),),
            attributes=self._given(about.keys, about.because, inputs.permissions) if found.holds else {},
            permissions=inputs.permissions,
            passed=points,
            zones=about.zones or self.zones,
            contacts=inputs.contacts,
            caps=self.project.shop.caps,
            quiet=self.project.shop.quiet,
            attention_price=self.project.shop.attention,
            combinations=self.project.combinations,
            meets=self.project.shop.meets,
            draws={self.project.campaign.name: draw(self.project.campaign.name, inputs.label)},
        )
        return Built(case, found, facts, offer)

    def _passed(self, document: Document) -> tuple[Passed, ...]:
        visits = {(line.source, line.at) for product in document.products.values() for line in product.lines}
        visits |= {(origin, at) for origin, times in document.sources.items() for at in times}
        sales = {
            (line.source, line.at)
            for product in document.products.values()
            for line in product.lines
            if line.nature == BOUGHT
        }
        return passed(self.points, _visits(visits), self.now, _visits(sales))

    def _candidate(self, found: Match, facts: dict[str, Fact], offer: dict[str, Any]) -> Candidate:
        campaign, treatment = self.project.campaign, self.project.treatment
        reason = "" if found.holds else NOT_TOLD
        if found.holds is False:
            reason = SKIPPED if found.skipped else NOT_IN
        return Candidate(
            name=campaign.name,
            purpose=campaign.purpose,
            channel=campaign.channel,
            contact=self.contact,
            scenario=self.scenario,
            selects=self._selects(found, facts),
            variants=campaign.reasons(treatment.variants_for(facts, offer)),
            facts=facts,
            value=campaign.worth,
            valid_from=campaign.opens,
            valid_until=campaign.closes,
            not_for_her=reason,
            holdout=campaign.holdout * 10_000,
        )

    def offer(self, code: str) -> dict[str, Any]:
        """The product it is about, others of its kind, and what came in last. Nothing personal."""
        shelf = self.by_kind.get(self.kinds.get(code, ""), [])
        offer: dict[str, Any] = {
            "shelf": [self._shown(article) for article in shelf[:_SHELF]],
            "new_in": [self._shown(article) for article in self.newest[:_SHELF]],
        }
        about = self.articles.get(code)
        if about is not None and about.price > 0:
            offer |= {"price": about.price, "link": self._link(about)}
        return offer

    def _shown(self, article: Article) -> dict[str, Any]:
        return {"name": plain_name(article.name), "price": article.price, "link": self._link(article)}

    def _link(self, article: Article) -> str:
        return self.project.shop.links.product.replace("{code}", article.code)

    def _facts(
        self,
        known: Known,
        found: Match,
        points: tuple[Passed, ...],
        permissions: tuple[Permission, ...],
        place: str | None,
    ) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for name in sorted(self.wanted):
            fact = known.fact(name, found.key) or known.fact(name)
            if fact is not None:
                facts[name] = fact
        facts[self.contact] = self._contact(facts.get(self.contact), points, permissions, place)
        return facts

    def _contact(
        self, own: Fact | None, points: tuple[Passed, ...], permissions: tuple[Permission, ...], place: str | None
    ) -> Fact:
        """The contact point that the sending tool holds: from her own data, from a notice where she gave it, or from
        her consent to be reached there. Where none of these is on file, nothing is known of it but its kind."""
        campaign = self.project.campaign
        choices = [own] if own is not None else []
        for each in points:
            if self.contact in each.point.collects and _shown(each.point, place):
                told = next(t for t in self.profile_shop(place).told if t.point == each.point.name)
                choices.append(_held(self.contact, told.purposes, each.at, self._via(each.point), each.point.name))
        standing = permission_for(permissions, (), campaign.purpose, campaign.channel, "*", self.now, place)
        if standing.state in _GRANTED:
            at = max(each.occurred_at for each in permissions)
            choices.append(_held(self.contact, (campaign.purpose,), at, campaign.channel, None))
        fitting = [fact for fact in choices if campaign.purpose in (fact.purposes or ())]
        return next(iter(fitting or choices), _held(self.contact, None, self.now, None, None, None))

    def _via(self, point: CollectionPoint) -> str | None:
        vias = [source.via for source in self.project.shop.sources if source.name in point.sources and source.via]
        return vias[0] if vias else None

    def _given(
        self, keys: dict[str, Value], because: dict[str, str], permissions: tuple[Permission, ...]
    ) -> dict[str, Given]:
        """What is known of her beside her facts, each with where it comes from. What she did wins over any silence."""
        given = {key: Given(value, f"shop.yaml: {reason}") for key, (value, reason) in self.project.shop.stated.items()}
        for source in self.project.shop.sources:
            given |= self._silence(source)
        given |= {key: Given(value, because.get(key, "her own data")) for key, value in keys.items()}
        stopped = any(each.channel == "*" and each.state in _STOPPED for each in permissions)
        nothing = "nothing of the kind is on file here"
        given["customer.objected"] = Given(stopped, "her permissions" if stopped else nothing)
        given["customer.restricted"] = Given(False, nothing)
        given["agreement.owed"] = Given(False, "no agreement is on file here")
        given["hers.at_most"] = Given("say", "she set nothing")
        given["hers.welcomes"] = Given(False, "she set nothing")
        return self.supposed | given

    def _silence(self, source: Source) -> dict[str, Given]:
        heard = self.heard.get(source.name)
        if heard is None or self.now - heard.as_of > source.fresh_for:
            return {}
        origin = f"{source.name} said nothing of the kind"
        return {key: Given(value, origin) for key, value in source.silence_means.items()}


def _visits(origins: Iterable[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Visits by source, point and time."""
    return [(source_of(origin), point_named(origin), at) for origin, at in origins]


def draw(campaign: str, label: str) -> int:
    """A number from 0 to 999,999 that is the same for this person and campaign every time: her place in its holdout."""
    digest = hashlib.blake2b(f"{campaign}\x1f{label}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 1_000_000


def _shown(point: CollectionPoint, place: str | None) -> bool:
    if not point.shown_in:
        return True
    return place is not None and any(place == each or place.startswith(each + "-") for each in point.shown_in)


def _held(
    category: str,
    purposes: tuple[str, ...] | None,
    at: int,
    via: str | None,
    point: str | None,
    provenance: str | None = "provided",
) -> Fact:
    return Fact(
        name=category,
        category=category,
        key="",
        value={},
        provenance=provenance,
        distance=0 if provenance else None,
        sensitivity="ordinary",
        about="self",
        acquired_via=via,
        purposes=purposes,
        at=at,
        known_to_her=True,
        known_among="self",
        has_words=True,
        point=point,
    )
