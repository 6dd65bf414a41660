"""Who is who: whoever is merged is judged by the strictest of what was said, and parting them gives both back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count, permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tactful.model.arrivals import Arrival, Identifier, Joined, Linking, Named, Plan
from tactful.model.kept import Document
from tactful.model.records import DAY, Cap, Contact, NewEvent, Permission
from tactful.model.said import ENDS, GRANTS, STRICTNESS, statement, together
from tactful.permission.standing import permission_for
from tactful.profile.document import FOLD, decode_document, encode_document
from tactful.profile.fold import fold
from tactful.profile.identity import IdentityRules, load_identity
from tactful.service.packs import packaged
from tactful.store import SqliteStore, open_store
from tactful.store.hers import kept_hers

MEMORY = Path("/dev/shm")
KINDS = ("customer", "loyalty", "email", "phone", "anonymous", "device", "address", "unheard_of")


@cache
def rules() -> IdentityRules:
    return load_identity(packaged("profile", "tables/identity.yaml"), "identity.yaml")


@contextmanager
def new_store() -> Iterator[SqliteStore]:
    with (
        TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        open_store(Path(folder) / "s.db", new_id=count(1).__next__, new_key=lambda: b"k" * 32) as store,
    ):
        yield store


numbers = count(1)


def arrive(store: SqliteStore, names: Sequence[Identifier], at: int = 5, public: bool = False) -> Joined:
    """A call at the door, as the server takes one in."""
    ordered = rules().in_order(names)
    strongest = ordered[0] if not public else next((n for n in ordered if n[0] == "anonymous"), None)
    event = NewEvent("web", b"%d" % next(numbers), "page.viewed", strongest, at, b"")
    arrival = Arrival("web", event.message_id, (event,), ordered, may_join=not public)
    store.take_in([arrival], at)
    return store.join(ordered, rules(), at, "track from web") if not public else Joined()


# The rules by themselves


@st.composite
def linkings(draw: st.DrawFn) -> Linking:
    people = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True))
    names = draw(
        st.lists(
            st.builds(
                lambda kind, person, shared: Named(kind, person, person, shared and person is not None),
                st.sampled_from(KINDS),
                st.sampled_from((None, *people)),
                st.booleans(),
            ),
            max_size=6,
        )
    )
    amount = st.dictionaries(st.sampled_from(KINDS), st.integers(1, 5), max_size=4)
    kinds = {person: dict(draw(amount)) for person in people}
    for name in names:
        if name.now is not None and not name.shared:
            kinds[name.now].setdefault(name.kind, 1)
    pairs = [(low, high) for low in people for high in people if low < high]
    return Linking(tuple(names), kinds, frozenset(draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else ()))


def groups(plan: Plan, linking: Linking) -> dict[int, int]:
    """The person of today of each person, after the plan."""
    now = {person: person for person in linking.kinds}
    for loser, winner in plan.merge:
        now = {person: winner if today == loser else today for person, today in now.items()}
    return now


@given(linkings())
def test_no_limit_is_ever_exceeded_and_who_was_parted_stays_so(linking: Linking) -> None:
    plan = rules().plan(linking)
    assert rules().plan(linking) == plan
    now = groups(plan, linking)
    bound = {(linking.names[place].kind, now[person]) for place, person in plan.bind}
    for today in set(now.values()):
        members = [person for person in now if now[person] == today]
        changed = len(members) > 1 or any(person == today for _, person in bound)
        for name, kind in rules().kinds.items():
            new = sum(now[person] == today for place, person in plan.bind if linking.names[place].kind == name)
            had = sum(linking.kinds[person].get(name, 0) for person in members)
            if kind.unique and kind.per_person and (len(members) > 1 or new):
                assert had + new <= kind.per_person, (name, plan)
        assert changed or len(members) == 1
        for low, high in linking.apart:
            assert not (low in members and high in members), plan


@given(linkings())
def test_only_identifiers_of_one_person_join(linking: Linking) -> None:
    plan = rules().plan(linking)
    usable = [n for n in linking.names if not n.shared and n.kind in rules().kinds and rules().kinds[n.kind].unique]
    named = {n.now for n in usable}
    assert {person for pair in plan.merge for person in pair} <= named
    for place, _ in plan.bind:
        assert linking.names[place] in usable
        assert not rules().kinds[linking.names[place].kind].alone
    for loser, winner in plan.merge:
        alone = [not rules().is_known(linking.kinds[person]) for person in (loser, winner)]
        assert not alone[1] or alone[0], "known before anonymous"
    known = {n.now for n in usable if not rules().kinds[n.kind].alone and n.now is not None}
    strangers = [p for p in linking.kinds if rules().is_known(linking.kinds[p]) and p not in known]
    now = groups(plan, linking)
    assert all(now[person] == person for person in strangers), "an id of a device never moves anybody who is known"


# The same in the store

people_of_the_tablet = tuple(("customer", name) for name in "abcd")


@given(st.lists(st.sampled_from(people_of_the_tablet), min_size=1, max_size=8), st.lists(st.booleans(), max_size=8))
def test_a_family_tablet_never_makes_a_family_one(logins: list[Identifier], alone: list[bool]) -> None:
    tablet = ("anonymous", "tablet")
    with new_store() as store:
        for place, who in enumerate(logins):
            if place < len(alone) and alone[place]:
                arrive(store, [tablet])
            arrive(store, [who, tablet])
        family = {store.find(*who) for who in logins}
        assert len(family) == len(set(logins))
        there = store.find(*tablet)
        if len(family) == 1:
            assert there in family
        else:
            assert there not in family
            assert store.members(there or 0) == [there]
            assert [each.kind for each in store.reviews()] == ["shared_device"]
            own = {each.key for each in store.tail(there or 0)}
            assert not any(own & {each.key for each in store.tail(person or 0)} for person in family)
        assert all(arrive(store, [who, tablet]) == Joined() for who in logins), "it is done once"


CALLS: tuple[tuple[Identifier, ...], ...] = (
    (("customer", "a"), ("email", "a@shop.example")),
    (("email", "a@shop.example"), ("anonymous", "x")),
    (("customer", "b"), ("anonymous", "y")),
    (("customer", "b"), ("anonymous", "x")),
    (("loyalty", "1"), ("customer", "a")),
    (("phone", "2"), ("loyalty", "1"), ("device", "d")),
    (("customer", "b"), ("phone", "2")),
    (("address", "elm street 1"), ("customer", "a")),
    (("address", "elm street 1"), ("customer", "b")),
)


def partition(store: SqliteStore) -> set[frozenset[Identifier]]:
    """Who is with whom, by their identifiers."""
    return {frozenset(store.identifiers(row.person_id)) for row in store.read_documents(1)}


@settings(max_examples=25)
@given(st.lists(st.sampled_from(CALLS), min_size=2, max_size=4, unique=True))
def test_the_order_of_calls_matters_only_where_a_doubt_says_so(calls: list[tuple[Identifier, ...]]) -> None:
    outcomes = []
    for order in permutations(calls):
        with new_store() as store:
            for names in order:
                arrive(store, names)
            outcomes.append((partition(store), bool(store.reviews())))
            assert not [each for each in outcomes[-1][0] if sum(kind == "customer" for kind, _ in each) > 1]
    if not any(doubted for _, doubted in outcomes):
        assert all(found == outcomes[0][0] for found, _ in outcomes)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(CALLS), st.booleans()), max_size=8))
def test_a_public_call_changes_nothing(calls: list[tuple[tuple[Identifier, ...], bool]]) -> None:
    with new_store() as both, new_store() as servers:
        for names, public in calls:
            arrive(both, names, public=public)
            if not public:
                arrive(servers, names)
        nobodies = {frozenset({("anonymous", each)}) for each in "xy"}
        assert partition(both) - nobodies == partition(servers) - nobodies
        assert len(both.merges()) == len(servers.merges())
        assert len(both.reviews()) == len(servers.reviews())


# What was said

said = st.builds(
    Permission,
    purpose=st.sampled_from(("market", "recommend")),
    channel=st.sampled_from(("email", "sms")),
    category=st.sampled_from(("*", "purchase", "purchase.item")),
    state=st.sampled_from(("given", "withdrawn", "expired", "requested")),
    basis=st.just("consent"),
    asked=st.just("plainly"),
    occurred_at=st.integers(0, 9),
    received_at=st.integers(0, 9),
    source=st.just("form"),
)


@settings(max_examples=300)
@given(st.lists(st.lists(said, max_size=4), max_size=3), st.integers(0, 12))
def test_together_nothing_is_freer_than_for_the_strictest(voices: list[list[Permission]], now: int) -> None:
    whole = together(voices)
    assert {statement(each) for each in whole} <= {statement(each) for voice in voices for each in voice}
    for purpose in ("market", "recommend", "winback"):
        for category in ("*", "purchase", "purchase.item", "search"):
            states = [permission_for(v, (), purpose, "email", category, now, None).state for v in voices]
            state = permission_for(whole, (), purpose, "email", category, now, None).state
            assert (state in ENDS) >= any(each in ENDS for each in states)
            if state in GRANTS:
                assert any(each in GRANTS for each in states)


@given(st.lists(st.lists(said.map(lambda each: msgspec.structs.replace(each, category="*")), max_size=4), max_size=3))
def test_together_nothing_is_lost_that_nobody_refused(voices: list[list[Permission]]) -> None:
    states = {permission_for(v, (), "market", "email", "*", 12, None).state for v in voices}
    state = permission_for(together(voices), (), "market", "email", "*", 12, None).state
    assert (state in ENDS) == bool(states & ENDS)
    if "given" in states and not states & ENDS and "requested" not in states:
        assert state == "given"


# Merged and parted again, beside a twin that never was


WHO = tuple(("customer", name) for name in "abc")
CAPS = (Cap(2, DAY),)
act = st.one_of(
    st.tuples(st.just("event"), st.integers(0, 2), st.integers(0, 30)),
    st.tuples(st.just("say"), st.integers(0, 2), said),
    st.tuples(st.just("contact"), st.integers(0, 2), st.integers(0, 30)),
    st.tuples(st.just("reserve"), st.integers(0, 2), st.integers(0, 30)),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("unmerge"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("fold"), st.just(0), st.just(0)),
)


def save_all(store: SqliteStore) -> None:
    store.save_documents([folded(row) for row in store.read_documents(1)])


def folded(row: Any) -> Document:
    """Here a document is the list of the keys that were folded into it."""
    body = (row.doc or b"") + b"".join(each.key for each in row.tail)
    return Document(row.person_id, 1, row.last_pos, body, row.stamp)


def keys_of(row: Any) -> list[bytes]:
    body = row.doc or b""
    return sorted([*(body[at : at + 16] for at in range(0, len(body), 16)), *(each.key for each in row.tail)])


class Told:
    """A store, and by itself what it must say: what each person was told to have done and heard, and with whom."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.people = store.owners(WHO)
        self.edges: dict[int, tuple[int, int]] = {}
        self.events: list[set[bytes]] = [set() for _ in WHO]
        self.own: list[list[Permission]] = [[] for _ in WHO]
        self.refused: list[list[Permission]] = [[] for _ in WHO]
        self.contacts: list[set[tuple[int, int]]] = [set() for _ in WHO]

    def group(self, number: int) -> set[int]:
        found = {number}
        while more := {b for pair in self.edges.values() for a, b in (pair, pair[::-1]) if a in found} - found:
            found |= more
        return found

    def do(self, kind: str, one: int, other: Any, n: int) -> None:
        store = self.store
        if kind == "event":
            store.append([NewEvent("tills", b"%d" % n, "k", WHO[one], other, b"")], n)
            self.events[one].add(store._keys([NewEvent("tills", b"%d" % n, "k", WHO[one], other, b"")])[0])
        elif kind == "say":
            new = store.record_permissions([(self.people[one], other)])
            for number in self.group(one) if new else ():
                (self.own if number == one else self.refused)[number].append(other)
        elif kind == "contact":
            store.record_contacts([(self.people[one], Contact("email", "market", other, f"n{n}"))])
            for number in self.group(one):
                self.contacts[number].add((other, n))
        elif kind == "reserve":
            if store.reserve(self.people[one], Contact("email", "market", other, f"n{n}"), CAPS):
                for number in self.group(one):
                    self.contacts[number].add((other, n))
        elif kind == "merge":
            merge_id = store.merge(self.people[one], self.people[other], 5 * DAY + n, "staff", "law")
            assert bool(merge_id) == (other not in self.group(one))
            if merge_id:
                self.edges[merge_id] = (one, other)
        elif kind == "unmerge" and self.edges:
            merge_id = sorted(self.edges)[one % len(self.edges)]
            store.unmerge(merge_id, 5 * DAY + n, "law")
            del self.edges[merge_id]
            for number in range(len(WHO)):
                kept = {statement(each) for member in self.group(number) for each in self.own[member]}
                self.refused[number] = [
                    each for each in self.refused[number] if each.state in ENDS or statement(each) in kept
                ]
        elif kind == "fold":
            save_all(store)

    def check(self) -> None:
        store = self.store
        everybody = {row.person_id: row for row in store.read_documents(1)}
        permissions, contacts = dict(store.read_permissions()), dict(store.read_contacts(-1))
        assert len(everybody) == len({frozenset(self.group(number)) for number in range(len(WHO))})
        for number, person in enumerate(self.people):
            group = sorted(self.group(number))
            today = store.find(*WHO[number])
            assert today == store.today(person)
            assert store.members(person) == sorted(self.people[member] for member in group)
            wanted = sorted(key for member in group for key in self.events[member])
            assert keys_of(everybody[today or 0]) == keys_of(store.document(person, 1)) == wanted
            assert sorted(each.key for each in store.tail(person)) == wanted
            hers = store.permissions(person)
            assert hers == store.logged_permissions(person) == permissions.get(today or 0, ())
            voices = [(*self.own[member], *self.refused[member]) for member in group]
            assert {statement(each) for each in hers} == {statement(each) for each in together(voices)}
            ledger = store.contacts(person, -1)
            assert ledger == contacts.get(today or 0, [])
            wanted_contacts = sorted({each for member in group for each in self.contacts[member]})
            assert sorted((each.at, int(each.decision[1:])) for each in ledger) == wanted_contacts


@settings(max_examples=100)
@example([("merge", 0, 2), ("contact", 0, 0), ("merge", 0, 1), ("unmerge", 0, 0), ("merge", 0, 2), ("unmerge", 0, 0)])
@given(st.lists(act, max_size=18))
def test_merged_is_the_union_and_parted_is_as_before(acts: list[tuple[str, int, Any]]) -> None:
    """Events, what was said and contacts of three people, merged and parted at random, are at all times what the plain
    bookkeeping of `Told` says: the union while merged, each one's own again when parted, with every no and every
    contact of that time left to both."""
    with new_store() as store:
        told = Told(store)
        for n, (kind, one, other) in enumerate(acts):
            told.do(kind, one, other, n)
            told.check()


@settings(max_examples=50)
@given(st.lists(act.filter(lambda each: each[0] in ("event", "say", "contact", "reserve")), max_size=8), st.data())
def test_unmerge_gives_the_twin_that_never_merged(acts: list[tuple[str, int, Any]], data: st.DataObject) -> None:
    with new_store() as store, new_store() as twin:
        merged, never = Told(store), Told(twin)
        for n, (kind, one, other) in enumerate(acts):
            merged.do(kind, one, other, n)
            never.do(kind, one, other, n)
        one, other = data.draw(st.permutations(range(3)))[:2]
        merged.do("merge", one, other, 90)
        save_all(store)
        merged.do("unmerge", 0, 0, 91)
        save_all(twin)
        for person in merged.people:
            assert store.permissions(person) == twin.permissions(person)
            assert store.contacts(person, -1) == twin.contacts(person, -1)
            assert keys_of(store.document(person, 1)) == keys_of(twin.document(person, 1))
        assert [row.person_id for row in store.read_documents(1)] == [row.person_id for row in twin.read_documents(1)]
        assert store.counts().contacts == twin.counts().contacts


@pytest.mark.parametrize("state", STRICTNESS[:4])
def test_a_later_yes_of_one_never_lifts_the_no_of_another(state: str) -> None:
    no = Permission("market", "email", "*", state, "consent", "plainly", 10, 10, "a")
    yes = Permission("market", "email", "*", "given", "consent", "plainly", 20, 20, "b")
    with new_store() as store:
        one, other = store.owners(WHO[:2])
        store.record_permissions([(one, no), (other, yes)])
        merge_id = store.merge(one, other, 30, "staff", "one address")
        assert permission_for(store.permissions(one), (), "market", "email", "*", 40, None).state == state
        assert [(each.yes, each.no) for each in store.conflicts(one)] == [(yes, no)]
        asked = msgspec.structs.replace(yes, occurred_at=50, received_at=50, source="her page")
        store.record_permissions([(other, asked)])
        assert permission_for(store.permissions(one), (), "market", "email", "*", 60, None).state == "given"
        store.unmerge(merge_id, 70, "two after all")
        assert permission_for(store.permissions(one), (), "market", "email", "*", 80, None).state == state
        assert permission_for(store.permissions(other), (), "market", "email", "*", 80, None).state == "given"


# The whole way: calls at the door, refusals, merges by rules and by hand

NAMES: tuple[Identifier, ...] = (
    ("customer", "a"), ("customer", "b"), ("email", "a@shop.example"), ("anonymous", "x"), ("anonymous", "y"),
)  # fmt: skip
step = st.one_of(
    st.tuples(st.just("call"), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("public"), st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)),
    st.tuples(st.just("say"), st.tuples(st.sampled_from(NAMES), said)),
    st.tuples(st.just("merge"), st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))),
    st.tuples(st.just("unmerge"), st.integers(0, 3)),
    st.tuples(st.just("fold"), st.none()),
)


def take(store: SqliteStore, kind: str, what: Any, at: int) -> None:
    if kind in ("call", "public"):
        arrive(store, what, at, public=kind == "public")
    elif kind == "say":
        name, permission = what
        event = NewEvent("web", b"said%d" % at, "", name, at, b"")
        store.take_in([Arrival("web", event.message_id, (), (name,), (name,), (permission,))], at)
    elif kind == "merge":
        one, other = store.owners(what)
        store.merge(one, other, at, "staff", "law")
    elif kind == "unmerge":
        holding = [each.merge_id for each in store.merges() if not each.undone_at]
        if holding:
            store.unmerge(holding[what % len(holding)], at, "law")
    else:
        rows = store.read_documents(FOLD)
        store.save_documents([Document(r.person_id, FOLD, r.last_pos, read_whole(r), r.stamp) for r in rows])


def read_whole(row: Any) -> bytes:
    known = decode_document(row.doc) if row.doc is not None else None
    return encode_document(fold(known, row.tail))


@settings(max_examples=60)
@given(st.lists(step, max_size=14))
def test_whatever_happens_documents_are_the_fold_of_all_and_no_stays_no(steps: list[tuple[str, Any]]) -> None:
    with new_store() as store:
        for at, (kind, what) in enumerate(steps, 20):
            take(store, kind, what, at)
        with store._db.reading() as connection:
            people = connection.execute("SELECT person_id, root, gate_id FROM person").fetchall()
            events = connection.execute("SELECT person_id, count(*) FROM event GROUP BY person_id").fetchall()
            strays = (
                "SELECT count(*) FROM contact c JOIN person p ON p.person_id = c.person_id WHERE c.gate_id <> p.gate_id"
            )
            assert connection.execute(strays).fetchone() == (0,)
            alone = {person: kept_hers(connection, person).voice for person, _, _ in people}
        roots = {person: root for person, root, _ in people}
        gates = {root: {gate for _, other, gate in people if other == root} for root in roots.values()}
        assert all(len(each) == 1 for each in gates.values())
        assert len({next(iter(each)) for each in gates.values()}) == len(gates), "nobody shares a gate by accident"
        many = dict(events)
        for row in store.read_documents(FOLD):
            members = store.members(row.person_id)
            history = store.tail(row.person_id)
            assert len(history) == sum(many.get(member, 0) for member in members)
            assert read_whole(row) == encode_document(fold(None, history))
            hers = store.permissions(row.person_id)
            for purpose in ("market", "recommend"):
                for channel in ("email", "sms"):
                    states = [permission_for(alone[m], (), purpose, channel, "*", 99, None).state for m in members]
                    state = permission_for(hers, (), purpose, channel, "*", 99, None).state
                    assert (state in ENDS) >= any(each in ENDS for each in states)
            by_hand = any(each.how == "staff" for each in store.merges(row.person_id))
            customers = [value for kind, value in store.identifiers(row.person_id) if kind == "customer"]
            assert len(customers) < 2 or by_hand
