"""How long it takes to read one person, with what came in a moment ago: `python benchmarks/profile_read.py`.

People with forty products in some 200 events (a document of about 6.5 KB) and a tail of four events that are not folded
yet. A profile read is what every reader does: the document and the tail from the store, decoded and folded. Beside it,
in the same run: one document of the same size read from the same store, unsealed with AES-256-GCM where the library for
it is there, and decoded into plain Python values.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tactful.model.kept import Document
from tactful.model.records import DAY, HOUR, NewEvent
from tactful.profile.document import FOLD, decode_document, encode_document
from tactful.profile.events import ORDER_LINE, PRODUCT_VIEWED, Note, OrderLine, new_event
from tactful.profile.fold import fold
from tactful.store import open_store

GOAL, PEOPLE, EVENTS, PRODUCTS, TAIL, READS = 2.0, 200, 200, 40, 4, 4_000


def history(person: int, first: int, last: int) -> list[NewEvent]:
    """Lines of orders and looks at products, by their numbers."""
    events = []
    for number in range(first, last):
        code, at, who = f"{number % PRODUCTS:05}", number * HOUR + person, ("customer", str(person))
        mark = f"{person}/{number}".encode()
        if number % 5:
            line = OrderLine(
                f"o{number // 8}", number, code, f"PRODUCT {code}", 2, 1650, "United Kingdom", "bought", True
            )
            events.append(new_event(ORDER_LINE, line, "orders", mark, who, at))
        else:
            events.append(new_event(PRODUCT_VIEWED, Note(code, f"PRODUCT {code}"), "web", mark, who, at))
    return events


def timed(what: Callable[[int], object], ids: list[int]) -> tuple[float, float]:
    """Microseconds of one, at p50 and p99."""
    chance = random.Random(5)
    took = []
    for person in chance.choices(ids, k=READS):
        start = time.perf_counter_ns()
        what(person)
        took.append((time.perf_counter_ns() - start) / 1000)
    took.sort()
    return statistics.median(took), took[len(took) * 99 // 100]


def unsealing() -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes], str]:
    """Seal, unseal, and a word for it; both do nothing where there is no library for it."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        return bytes, bytes, "read and decoded (no library to unseal with)"
    key, nonce = AESGCM(b"k" * 32), b"n" * 12
    return (
        lambda data: key.encrypt(nonce, data, None),
        lambda data: key.decrypt(nonce, data, None),
        "unsealed and decoded",
    )


def main() -> None:
    """Print the figures and their ratio."""
    seal, unseal, how = unsealing()
    decode = msgspec.msgpack.Decoder().decode
    with tempfile.TemporaryDirectory() as name, open_store(Path(name) / "s.db") as store:
        for person in range(PEOPLE):
            store.append(history(person, 0, EVENTS), DAY)
        rows = list(store.read_documents(FOLD))
        folded = [(row, encode_document(fold(None, row.tail))) for row in rows]
        store.save_documents([Document(row.person_id, FOLD, row.last_pos, body) for row, body in folded])
        sealed = store.resolve([("sealed", str(number)) for number in range(PEOPLE)])
        store.save_documents(
            [Document(who, FOLD, 0, seal(body)) for who, (_, body) in zip(sealed, folded, strict=True)]
        )
        for person in range(PEOPLE):
            store.append(history(person, EVENTS, EVENTS + TAIL), DAY)

        def profile(person: int) -> object:
            row = store.document(person, FOLD)
            return fold(decode_document(row.doc or b""), row.tail)

        def plain(person: int) -> object:
            return decode(unseal(store.document(person, FOLD).doc or b""))

        size = statistics.mean(len(body) for _, body in folded)
        ids = [row.person_id for row in rows]
        baseline, read = timed(plain, sealed), timed(profile, ids)
    print(
        f"{PEOPLE} people, documents of {size / 1000:.1f} KB, tails of {TAIL} events; Python {sys.version.split()[0]}"
    )
    print(f"a document, {how:<38} p50 {baseline[0]:6.0f} µs   p99 {baseline[1]:6.0f} µs")
    print(f"a profile, its tail folded in{'':<22} p50 {read[0]:6.0f} µs   p99 {read[1]:6.0f} µs")
    print(f"ratio at p50 {read[0] / baseline[0]:.2f} ×; goal <= {GOAL:.0f} ×")


if __name__ == "__main__":
    main()
