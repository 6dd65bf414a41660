"""A no of somebody whom we do not know, kept so that it finds her: keyed forms of what named her, never the value.

1. A no that comes with an identifier that nobody has, and for which nobody may be made, is kept under the HMAC of every
   form of that identifier, with a key of its own that is never changed: what was erased cannot be keyed anew.
2. Whoever is made of an identifier later, gets it, or is named together with it, has that no from its own time on, by
   *any* of its forms. For one who has said something already it was heard just before it met her: no yes of before
   lifts it, as nobody knew then whose no it was; a yes that she says with the identifier does.
3. A row stays, also when it has met her, until she to whom the identifier belongs says yes to just what was refused,
   later than the no both in happening and in being heard of.
4. Of several noes of one scope the latest times are kept; of one that is told again the first hearing.

Forms of an address: as it is written, with its domain in ASCII, without `+tag`, at Gmail without dots. Of a telephone
number: as it is written, its digits with the country, the number within the country. Browsers have none: they are made.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tactful.model.arrivals import Identifier
from tactful.model.records import Permission
from tactful.model.said import BEFORE_KNOWN, ENDS, GRANTS, statement
from tactful.store.connection import Connection
from tactful.store.forms import normal_form, written
from tactful.store.hers import MEMBERS, add_permissions, encode, kept_hers
from tactful.store.parts import LOOKUP, in_parts

KEY_VERSION = FORMS_VERSION = 1
NOBODY = "anonymous"
SHORTEST = 6
"""Digits of a telephone number; fewer are no number, and would be everybody's."""
GMAIL = frozenset({"gmail.com", "googlemail.com"})
KEEP = """INSERT INTO suppression (form, scope, entry, key_version, norm_version, occurred_at, received_at, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (form, scope, entry) DO UPDATE SET
    occurred_at = CASE WHEN excluded.occurred_at > suppression.occurred_at
        THEN excluded.occurred_at ELSE suppression.occurred_at END,
    received_at = CASE WHEN excluded.received_at > suppression.received_at
        THEN excluded.received_at ELSE suppression.received_at END
    WHERE excluded.occurred_at > suppression.occurred_at
        OR (excluded.occurred_at < suppression.occurred_at AND excluded.received_at > suppression.received_at)"""
KEPT = "SELECT scope, occurred_at, received_at FROM suppression WHERE form = ? AND entry = ?"
MET = "SELECT form, scope, occurred_at, received_at, body FROM suppression WHERE form"
LIFT = "DELETE FROM suppression WHERE entry = ? AND scope = ? AND occurred_at < ? AND received_at < ?"
decode_no = msgspec.msgpack.Decoder(Permission).decode


def forms(kind: str, value: str) -> list[bytes]:
    """Every way in which an identifier may be written, the strict one first; none for what names a browser."""
    strict = b"" if kind == NOBODY else normal_form(kind, value)
    if not strict:
        return []
    text = strict.decode("utf-8", "surrogatepass")
    more = address_forms(text) if kind == "email" else number_forms(text) if kind == "phone" else []
    return list(dict.fromkeys([strict, *map(written, more)]))


def address_forms(address: str) -> list[str]:
    """The looser forms of an address in small letters."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return []
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return []
    untagged = local.partition("+")[0] or local
    found = [f"{local}@{domain}", f"{untagged}@{domain}"]
    if domain in GMAIL:
        found.append(f"{untagged.replace('.', '')}@gmail.com")
    return found


def number_forms(number: str) -> list[str]:
    """The looser forms of a telephone number: with its country, where that is said, and within it."""
    digits = re.sub(r"\D", "", number)
    abroad = "+" + digits if number.startswith("+") else "+" + digits[2:] if digits.startswith("00") else ""
    within = digits.lstrip("0")
    if abroad:
        from phonenumbers import NumberParseException, parse

        try:
            within = str(parse(abroad, None).national_number)
        except NumberParseException:
            within = abroad[1:]
    return [each for each in (abroad, f"within {within}") if len(re.sub(r"\D", "", each)) >= SHORTEST]


def keyed(key: bytes, identifier: Identifier) -> list[bytes]:
    """The forms as they are kept, the strict one first."""
    kind, value = identifier
    return [hmac.digest(key, kind.encode() + b"\0" + form, "sha256") for form in forms(kind, value)]


def scope(purpose: str, channel: str, category: str, state: str) -> bytes:
    return written("\0".join((purpose, channel, category, state)))


def suppress(connection: Connection, key: bytes, identifier: Identifier, ends: Iterable[Permission]) -> int:
    """Keep what somebody unknown refused; how much of it was new. Inside a write."""
    found = keyed(key, identifier)
    connection.lock_refusals(to_keep=True)
    new = 0
    for each in ends:
        about = scope(each.purpose, each.channel, each.category, each.state)
        times = (each.occurred_at, each.received_at, encode(each))
        rows = [(form, about, found[0], KEY_VERSION, FORMS_VERSION, *times) for form in sorted(found)]
        new += sum(connection.execute(KEEP, row).rowcount for row in rows) > 0
    return new


def is_kept(connection: Connection, key: bytes, identifier: Identifier, ends: Iterable[Permission]) -> bool:
    """Whether `suppress` would keep nothing new."""
    found = keyed(key, identifier)
    if not found:
        return True
    rows = connection.execute(KEPT, (found[0], found[0])).fetchall()
    kept = {about: (occurred_at, received_at) for about, occurred_at, received_at in rows}
    for each in ends:
        occurred_at, received_at = kept.get(scope(each.purpose, each.channel, each.category, each.state), (-1, -1))
        if each.occurred_at > occurred_at or (each.occurred_at < occurred_at and each.received_at > received_at):
            return False
    return True


def anything_kept(connection: Connection) -> bool:
    """Whether somebody unknown refused anything at all; nothing more of it is kept until the commit."""
    connection.lock_refusals(to_keep=False)
    return connection.execute("SELECT 1 FROM suppression LIMIT 1").fetchone() is not None


def meet(connection: Connection, key: bytes, met: Mapping[Identifier, Iterable[int]], at: int) -> None:
    """People with whom these identifiers came have what was refused by them. Inside a write, their gates taken, and
    `anything_kept` asked before.

    `at` is now (µs), 0 where the people are new and have said nothing.
    """
    whose: dict[bytes, set[int]] = {}
    for identifier, people in met.items():
        for form in keyed(key, identifier):
            whose.setdefault(form, set()).update(people)
    refused: dict[int, dict[bytes, Permission]] = {}
    for part in in_parts(sorted(whose), LOOKUP):
        marks = ",".join("?" * len(part))
        for form, about, occurred_at, received_at, body in connection.execute(f"{MET} IN ({marks})", part).fetchall():
            no = msgspec.structs.replace(decode_no(body), occurred_at=occurred_at, received_at=received_at)
            for person in whose[form]:
                known = refused.setdefault(person, {}).get(about)
                if known is None or (no.occurred_at, no.received_at) > (known.occurred_at, known.received_at):
                    refused[person][about] = no
    for person, noes in sorted(refused.items()):
        hear(connection, person, list(noes.values()), at)


def hear(connection: Connection, person: int, noes: Sequence[Permission], at: int) -> None:
    """Put noes from before we knew her into her log, but for those that she said as the one whom we know."""
    voices = [kept_hers(connection, member).voice for (member,) in connection.execute(MEMBERS, (person,)).fetchall()]
    said = {statement(each) for voice in voices for each in voice}
    heard_at = at - 1 if said else 0
    add_permissions(
        connection,
        person,
        [
            msgspec.structs.replace(
                each, proof=f"{each.proof}{BEFORE_KNOWN}", received_at=max(each.received_at, heard_at)
            )
            for each in noes
            if statement(each) not in said
        ],
    )


def lift(connection: Connection, key: bytes, identifiers: Iterable[Identifier], said: Iterable[Permission]) -> None:
    """Let go of what her own yes undoes."""
    grants = [each for each in said if each.state in GRANTS]
    if not grants:
        return
    entries = [found[0] for identifier in identifiers if (found := keyed(key, identifier))]
    rows = [
        (entry, scope(each.purpose, each.channel, each.category, state), each.occurred_at, each.received_at)
        for entry in sorted(entries)
        for each in grants
        for state in sorted(ENDS)
    ]
    connection.executemany(LIFT, rows)
