"""Who is who, by the identifiers of one call: `identity.yaml` and what follows from it. Nothing here is a guess.

1. Kinds that are not listed or are `shared`, and identifiers that several people turned out to use, name nobody.
2. The known people of a call are those whom its other identifiers mean, but for kinds that are `alone`. The first is
   the one with the strongest identifier in the call; each further one is merged with her if no kind's `per_person` is
   exceeded by the two and they were not parted before. If not, it is a doubt, and nothing happens.
3. An identifier that nobody has is bound to the first of them, within `per_person`; else it is a doubt.
4. An identifier of a kind that is `alone` is merged with the first, if nobody known is on it yet. If somebody else is,
   it is shared by two people: it is parted from whoever was joined by it, and names nobody any more.
Of two that are merged, the one with the stronger kind of identifier goes on, and of equals the lower id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from tactful.model.arrivals import Doubt, Identifier, Linking, Named, Plan
from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import suggestion
from tactful.profile.identifiers import KINDS

ANY = 0
"""As `per_person`: as many as there are."""
MOST = 1_000
_LAST = 1 << 20
TWO_PEOPLE, PARTED_BEFORE, SHARED_DEVICE, TOO_MANY = "two_people", "parted_before", "shared_device", "too_many"


class Kind(msgspec.Struct, frozen=True):
    """What an identifier of a kind says of who somebody is; see `tables/identity.yaml`."""

    unique: bool
    priority: int = _LAST
    per_person: int = ANY
    alone: bool = False


class IdentityRules(msgspec.Struct, frozen=True):
    """The rules for who is who: kinds of identifiers by name."""

    kinds: dict[str, Kind]

    @property
    def alone(self) -> frozenset[str]:
        """Kinds that always begin as a person of their own."""
        return frozenset(name for name, kind in self.kinds.items() if kind.alone)

    def in_order(self, names: Iterable[Identifier]) -> tuple[Identifier, ...]:
        """The identifiers, strongest first; of one kind in the order given. Kinds that are not listed come last."""
        return tuple(sorted(dict.fromkeys(names), key=lambda name: self._priority(name[0])))

    def plan(self, linking: Linking) -> Plan:
        """What follows from one call. The same call again, after it was done, follows nothing but the same doubts."""
        return _Planned(self, linking).plan()

    def _priority(self, kind: str) -> int:
        found = self.kinds.get(kind)
        return found.priority if found is not None and found.unique else _LAST

    def strength(self, kinds: dict[str, int]) -> tuple[bool, int]:
        """How well somebody with these kinds of identifiers is known; less is better."""
        known = [self._priority(kind) for kind in kinds if not self._is_alone(kind)]
        return not any(each < _LAST for each in known), min((self._priority(kind) for kind in kinds), default=_LAST)

    def is_known(self, kinds: dict[str, int]) -> bool:
        """Whether somebody has an identifier that says more than which browser or device it is."""
        return not self.strength(kinds)[0]

    def _is_alone(self, kind: str) -> bool:
        found = self.kinds.get(kind)
        return found is not None and found.alone


class _Planned:
    """One call, as it is being planned: groups of people that become one, and what each of them then has."""

    def __init__(self, rules: IdentityRules, linking: Linking) -> None:
        self.rules = rules
        self.kinds = {person: Counter(kinds) for person, kinds in linking.kinds.items()}
        self.apart = linking.apart
        places = range(len(linking.names))
        self.names = linking.names
        self.usable = sorted(
            (place for place in places if self._names_somebody(linking.names[place])),
            key=lambda place: (rules._priority(linking.names[place].kind), place),
        )
        self.now = {person: person for person in self.kinds}
        self.merges: list[tuple[int, int]] = []
        self.binds: list[tuple[int, int]] = []
        self.parts: list[int] = []
        self.doubts: list[Doubt] = []

    def _names_somebody(self, name: Named) -> bool:
        kind = self.rules.kinds.get(name.kind)
        return kind is not None and kind.unique and not name.shared

    def plan(self) -> Plan:
        alone = [place for place in self.usable if self.rules.kinds[self.names[place].kind].alone]
        others = [place for place in self.usable if place not in alone]
        known = list(dict.fromkeys(now for place in others if (now := self.names[place].now) is not None))
        for other in known[1:]:
            self._join(known[0], other)
        if known:
            for place in others:
                if self.names[place].now is None:
                    self._bind(place, self._of(known[0]))
            for place in alone:
                self._recognise(place, known[0])
        return Plan(tuple(self.binds), tuple(self.merges), tuple(self.parts), tuple(self.doubts))

    def _of(self, person: int) -> int:
        while self.now.setdefault(person, person) != person:
            person = self.now[person]
        return person

    def _join(self, one: int, other: int) -> None:
        one, other = self._of(one), self._of(other)
        if one == other:
            return
        people = (min(one, other), max(one, other))
        if self._parted(one, other):
            self.doubts.append(Doubt(PARTED_BEFORE, people, "They were parted before, and a call named both again."))
            return
        if over := self._over(self._has(one) + self._has(other)):
            reason = f"A call named both, and together they have more than {over} of one person."
            self.doubts.append(Doubt(TWO_PEOPLE, people, reason))
            return
        self._merge(one, other)

    def _merge(self, one: int, other: int) -> None:
        winner, loser = sorted((one, other), key=lambda person: (*self.rules.strength(self._has(person)), person))
        self.kinds[winner] = self._has(winner) + self._has(loser)
        self.now[loser] = winner
        self.merges.append((loser, winner))

    def _bind(self, place: int, person: int) -> None:
        kind = self.names[place].kind
        if over := self._over(self._has(person) + Counter({kind: 1})):
            reason = f"A call gave her another {kind}, and that is more than {over} of one person."
            self.doubts.append(Doubt(TOO_MANY, (person,), reason))
            return
        self.kinds[person] = self._has(person) + Counter({kind: 1})
        self.binds.append((place, person))

    def _recognise(self, place: int, first: int) -> None:
        name = self.names[place]
        if name.now is None:
            return
        there, person = self._of(name.now), self._of(first)
        if there == person:
            return
        people = (min(there, person), max(there, person))
        if self.rules.is_known(self._has(there)):
            self.parts.append(place)
            reason = f"Two known people used the same {name.kind} id: nobody is joined by it any more."
            self.doubts.append(Doubt(SHARED_DEVICE, people, reason))
        elif self._parted(there, person):
            reason = f"Somebody parted her from this {name.kind} id, and a call named both again."
            self.doubts.append(Doubt(PARTED_BEFORE, people, reason))
        elif over := self._over(self._has(there) + self._has(person)):
            reason = f"With this {name.kind} id she has more than {over} of one person."
            self.doubts.append(Doubt(TOO_MANY, people, reason))
        else:
            self._merge(there, person)

    def _has(self, person: int) -> Counter[str]:
        return self.kinds.setdefault(person, Counter())

    def _parted(self, one: int, other: int) -> bool:
        """Whether any two of whom the two are made up now were parted."""
        return any({self._of(low), self._of(high)} == {one, other} for low, high in self.apart)

    def _over(self, kinds: Counter[str]) -> str:
        """The limit that is exceeded, in words; empty where none is."""
        for kind, count in sorted(kinds.items()):
            rule = self.rules.kinds.get(kind)
            if rule is not None and rule.unique and rule.per_person != ANY and count > rule.per_person:
                return f"{rule.per_person} {kind}"
        return ""


def load_identity(text: str, file: str) -> IdentityRules:
    """The rules of an `identity.yaml`. Raises Problems, all at once."""
    top = read_document(text, file)
    if top.integer("identity") != 1:
        top.complain("`identity` must be 1, the version of this kind of file.", "identity")
    kinds: dict[str, Kind] = {}
    section = top.section("kinds")
    if section is not None:
        for name in section.values:
            found = section.section(name)
            if found is not None:
                kinds[name] = _kind(found)
        _check(section, kinds)
        section.finish()
    top.finish()
    refuse(top.problems)
    return IdentityRules(kinds)


def _kind(section: Section) -> Kind:
    word = section.text("is", one_of=("unique", "shared"))
    if word == "shared":
        for key in ("priority", "per_person", "alone"):
            if key in section:
                section.raw(key)
                section.complain(f"`{key}` says nothing of a kind that is shared: it joins nobody. Take it out.", key)
        section.finish()
        return Kind(unique=False)
    kind = Kind(
        unique=True,
        priority=section.integer("priority", low=1, high=MOST),
        per_person=_per_person(section),
        alone=section.flag("alone", False),
    )
    section.finish()
    return kind


def _per_person(section: Section) -> int:
    if section.raw("per_person") == "any":
        return ANY
    return section.integer("per_person", low=1, high=MOST)


def _check(section: Section, kinds: dict[str, Kind]) -> None:
    """What only the kinds together say: an order without ties, and somebody who can be known."""
    by_priority: dict[int, str] = {}
    for name, kind in kinds.items():
        if not name.strip() or len(name) > 40:
            section.complain(f"`{name}` is no name of a kind: it has 1 to 40 characters.", name)
        elif name not in KINDS and (hint := suggestion(name, KINDS)):
            section.complain(f"there is no kind of identifier `{name}`.{hint}", name)
        elif name not in KINDS and kind.unique:
            why = f"nothing brings identifiers of the kind `{name}`, so it would join nobody"
            section.complain(f"{why}. The kinds are {', '.join(KINDS)}.", name)
        if kind.unique and kind.priority in by_priority:
            section.complain(f"`{name}` has the priority of `{by_priority[kind.priority]}`: give each its own.", name)
        by_priority.setdefault(kind.priority if kind.unique else -len(by_priority) - 1, name)
    if not section.problems and not any(kind.unique and not kind.alone for kind in kinds.values()):
        section.complain("no kind is unique and not `alone`: nobody could ever be known.")
