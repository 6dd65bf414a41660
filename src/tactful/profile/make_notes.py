"""Facts of what our staff wrote down: notes in free words, and what she asked for in a store ("the black book")."""

from __future__ import annotations

from tactful.model.problems import suggestion
from tactful.model.records import Fact
from tactful.profile.document import BOUGHT, Remark
from tactful.profile.events import Noted
from tactful.profile.fold import NEVER_STORED
from tactful.profile.make_purchases import item_value
from tactful.profile.measures import Person
from tactful.profile.sensitivity import CATEGORIES
from tactful.profile.shop import Shop
from tactful.profile.told import point_of, purposes_of
from tactful.profile.traits import NOTE

REQUEST = "request"
LONGEST = 1000


def note_refused(noted: Noted) -> str:
    """Why a note cannot be taken, in one sentence; "" where it can."""
    if not noted.author.strip() or not noted.store.strip():
        return "a note needs its author and the store: she may ask who wrote it."
    if not noted.text.strip():
        return "the note says nothing."
    if len(noted.text) > LONGEST:
        return f"a note may have {LONGEST} characters."
    if noted.name and noted.name not in CATEGORIES:
        return f"`about` is no category of facts.{suggestion(noted.name, CATEGORIES)}"
    if noted.name.partition(".")[0] == NEVER_STORED:
        return "how she seemed to feel may guide the one who sees it, and is never stored."
    return ""


def note_facts(person: Person, shop: Shop) -> list[Fact]:
    """`note`, one for each. Nobody knows of what free words speak, so a note has no category, and no rule that needs
    one opens anything for it."""
    kept = person.kept(NOTE)
    return [
        _note(key, remark, person, shop)
        for key, remark in person.document.notes.items()
        if max(kept, person.denied(NOTE, key) + 1) <= remark.at <= person.now
    ]


def _note(key: str, remark: Remark, person: Person, shop: Shop) -> Fact:
    revealed = shop.revealing.look_up("", remark.text)
    hers = remark.said_by_her
    how = "You told us" if hers else "One of us noted"
    return Fact(
        NOTE,
        "",
        key,
        {"text": remark.text, "by": remark.author, "store": remark.store},
        "provided" if hers else "noted",
        0 if hers else 1,
        "special" if revealed and revealed.sensitivity == "special" else None,
        None,
        shop.acquired_via(remark.source),
        purposes_of(shop.told, [(remark.source, remark.at)]),
        remark.at,
        known_to_her=True if hers or person.spoke_of(NOTE, key) else None,
        known_among="self" if hers else None,
        has_words=True,
        she_reads=f"{how} in {remark.store}: “{remark.text}”.",
        reveals=revealed.reveals if revealed else None,
        point=point_of(shop.told, remark.source, remark.at),
        lineage=(remark.key.hex(),),
        count=1,
    )


def request_facts(person: Person, shop: Shop) -> list[Fact]:
    """`request`, one for each product or wish: she asked, so it is provided. `open` until she bought it."""
    kept = person.kept(REQUEST)
    return [
        _request(subject, remark, person, shop)
        for subject, remark in person.document.requests.items()
        if max(kept, person.denied(REQUEST, subject) + 1) <= remark.at <= person.now
    ]


def _request(subject: str, remark: Remark, person: Person, shop: Shop) -> Fact:
    product = person.document.products.get(remark.code) if remark.code else None
    name = remark.text or (product.name if product else "") or remark.code
    revealed = shop.revealing.look_up(remark.code, name)
    lines = product.lines if product else ()
    waits = not any(line.nature == BOUGHT and remark.at <= line.at <= person.now for line in lines)
    value = item_value(remark.code, name, revealed, shop)
    return Fact(
        REQUEST,
        REQUEST,
        subject,
        {**value, "by": remark.author, "store": remark.store, "open": waits},
        "provided",
        0,
        revealed.sensitivity if revealed else "ordinary",
        revealed.about if revealed else "self",
        shop.acquired_via(remark.source),
        purposes_of(shop.told, [(remark.source, remark.at)]),
        remark.at,
        known_to_her=True,
        known_among="self",
        has_words=bool(value["plain_name"]),
        she_reads=f"You asked us for {value['plain_name']} in {remark.store}." if value["plain_name"] else "",
        reveals=revealed.reveals if revealed else None,
        point=point_of(shop.told, remark.source, remark.at),
        lineage=(remark.key.hex(),),
        count=1,
    )
