"""The document: what it keeps, its bytes and its version."""

from __future__ import annotations

import msgspec
from tests.profile.given import SHOP, at_day, event, folded, line, note, received, stated, traits

from tactful.profile.document import Document, decode_document, encode_document
from tactful.profile.events import COMPLAINT_OPENED, PRODUCT_VIEWED, Note
from tactful.profile.facts import read
from tactful.profile.fold import MOST_SEEN, fold


def test_a_document_survives_its_bytes() -> None:
    document = folded(
        line(1), line(2, order="a"), line(2, "22383", order="a"), line(3, nature="returned", units=-1),
        traits(4, {"contact.name:given": "Grace"}), note(PRODUCT_VIEWED, 5, "22383", "LUNCH BAG SUKI"),
        note(COMPLAINT_OPENED, 6, "c1"), stated(7, "purchase.item", False, "22383"),
    )  # fmt: skip
    assert decode_document(encode_document(document)) == document
    assert decode_document(encode_document(Document())) == Document()


def test_bytes_of_another_fold_are_not_read() -> None:
    assert decode_document(encode_document(msgspec.structs.replace(folded(line(1)), fold=1))) is None
    assert decode_document(b"\xc1") is None


def test_the_last_name_counts_and_only_of_what_was_bought() -> None:
    events = [line(1, name="OLD"), line(3, name="NEW"), line(2, name="MIDDLE"), line(9, name="damaged", nature="free")]
    assert folded(*events).products["20725"].name == "NEW"


def test_of_two_names_at_one_time_the_greater_counts() -> None:
    for names in (["A", "B"], ["B", "A"]):
        assert folded(*(line(1, name=name, order=name) for name in names)).products["20725"].name == "B"


def test_once_not_goods_never_goods() -> None:
    assert not folded(line(1), line(2, goods=False), line(3)).products["20725"].goods


def test_what_she_looked_at_is_cut_to_the_latest() -> None:
    most = MOST_SEEN[PRODUCT_VIEWED]
    seen = folded(*(note(PRODUCT_VIEWED, n, str(n)) for n in range(most + 20))).seen[PRODUCT_VIEWED]
    assert len(seen) == most
    assert set(seen) == {str(n) for n in range(20, most + 20)}


def test_a_body_that_cannot_be_read_stops_nothing() -> None:
    broken = msgspec.structs.replace(event(PRODUCT_VIEWED, Note("x"), 1), body=b"\xc1")
    wrong = msgspec.structs.replace(line(1), body=msgspec.msgpack.encode(["only"]))
    document = fold(None, [broken, wrong, line(2)])
    assert list(document.products) == ["20725"]
    assert len(document.products["20725"].lines) == 1


def test_the_average_document_is_small() -> None:
    events = [line(order, f"{20000 + n % 60}", order=f"53636{order}") for order in range(4) for n in range(23)]
    assert len(encode_document(folded(*events))) < 5_000


def test_an_event_ahead_of_its_time_waits() -> None:
    size = "preference.size:value"
    ahead = received(traits(5, {size: "14"}), 4.5)
    seen = [received(note(PRODUCT_VIEWED, 5, "1", "MUG"), 4.5), note(PRODUCT_VIEWED, 4, "1", "MUG")]
    document = folded(traits(1, {size: "12"}), ahead, *seen)
    for day, value, at in ((4.5, "12", 4), (4.99, "12", 4), (5, "14", 5), (9, "14", 5)):
        known = read(document, at_day(day), SHOP)
        assert known.facts("preference.size")[0].value == {"value": value}
        assert known.facts("browsing.own")[0].at == at_day(at)
    assert len(document.ahead) == 2
    later = fold(document, [line(6)])
    assert later.ahead == {}
    assert later == folded(traits(1, {size: "12"}), ahead, *seen, line(6))
