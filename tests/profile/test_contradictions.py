"""Several sources say something of one fact: who is believed, what is shown of the others, and what she denied."""

from __future__ import annotations

import pytest
from tests.profile.given import at_day, folded, known, line, note, noted, requested, shop_with, stated, traits

from tactful.model.records import Contradiction, Fact
from tactful.profile.claims import RANK
from tactful.profile.document import decode_document, decode_kept, encode_document
from tactful.profile.events import PRODUCT_VIEWED, Noted, Provenance
from tactful.profile.fold import MOST_CLAIMS
from tactful.profile.make_notes import note_refused

SIZE = "preference.size:value"


def size(*events: object, day: float = 20) -> Fact | None:
    return next(iter(known(events, day).facts("preference.size")), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("weaker", [each for each in RANK if each != "provided"])
def test_what_she_says_outranks_what_came_later_from_elsewhere(weaker: Provenance) -> None:
    fact = size(traits(1, {SIZE: "12"}), traits(5, {SIZE: "16"}, "list", weaker))
    assert fact is not None
    assert (fact.value, fact.provenance, fact.known_to_her) == ({"value": "12"}, "provided", True)
    assert fact.contradicts == (Contradiction(weaker, "list", at_day(5), {"value": "16"}),)


def test_the_order_of_the_others() -> None:
    said = ["third_party", "noted", "observed", "provided"]
    for n in range(1, len(said) + 1):
        fact = size(*(traits(9 - place, {SIZE: how}, how, how) for place, how in enumerate(said[:n])))  # type: ignore[arg-type]
        assert fact is not None
        assert fact.value == {"value": said[n - 1]}
        assert len(fact.contradicts) == n - 1


def test_of_equals_the_newest() -> None:
    fact = size(traits(1, {SIZE: "12"}, "till"), traits(2, {SIZE: "14"}, "web"))
    assert fact is not None
    assert fact.value == {"value": "14"}
    assert [each.value for each in fact.contradicts] == [{"value": "12"}]


def test_who_says_the_same_contradicts_nobody() -> None:
    fact = size(traits(1, {SIZE: "Large"}), traits(5, {SIZE: "large "}, "list", "third_party"))
    assert fact is not None
    assert fact.contradicts == ()


def test_a_stranger_fills_no_gap_in_what_she_said() -> None:
    street, city = "contact.address:street", "contact.address:city"
    (fact,) = known([traits(1, {street: "Hill 1"}), traits(2, {city: "Bath"}, "list", "third_party")], 5).facts(
        "contact.address"
    )
    assert (fact.value, fact.provenance) == ({"street": "Hill 1"}, "provided")
    assert [each.value for each in fact.contradicts] == [{"city": "Bath"}]


def test_what_comes_through_a_partner_is_not_told_by_her() -> None:
    shop = shop_with(via={"club": "partner"})
    (fact,) = known([traits(1, {SIZE: "12"}, "club")], 5, shop).facts("preference.size")
    assert (fact.provenance, fact.distance, fact.known_to_her) == ("third_party", None, None)
    assert fact.she_reads == "Somebody else told us: “12”."
    assert "fact.distance" not in fact.flow(at_day(5))


def test_a_crowd_of_strangers_does_not_push_out_what_she_said() -> None:
    crowd = [traits(2 + n, {SIZE: f"size {n}"}, f"list{n}", "third_party") for n in range(MOST_CLAIMS + 5)]
    fact = size(traits(1, {SIZE: "12"}), *crowd, day=60)
    assert fact is not None
    assert fact.value == {"value": "12"}
    assert len(fact.contradicts) == MOST_CLAIMS


def test_contradictions_are_not_in_the_flow() -> None:
    fact = size(traits(1, {SIZE: "12"}), traits(5, {SIZE: "16"}, "list", "third_party"))
    assert fact is not None
    assert "16" not in repr(fact.flow(at_day(9)))


def test_what_she_denied_is_not_believed_from_the_same_evidence() -> None:
    bought_list = traits(1, {SIZE: "16"}, "list", "third_party")
    denied = stated(5, "preference.size", False)
    assert size(bought_list, denied) is None
    again = size(bought_list, denied, traits(7, {SIZE: "18"}, "list2", "third_party"))
    assert again is not None
    assert (again.value, again.known_to_her) == ({"value": "18"}, True)
    hers = size(bought_list, denied, traits(6, {SIZE: "12"}))
    assert hers is not None
    assert (hers.value, [each.value for each in hers.contradicts]) == ({"value": "12"}, [{"value": "16"}])


def test_a_product_that_she_denied_counts_from_what_she_bought_since() -> None:
    events = [line(0), line(7), line(14), stated(15, "purchase.item", False, "20725")]
    assert not known(events, 30).facts("purchase.item")
    (fact,) = known([*events, line(21)], 30).facts("purchase.item")
    assert (fact.count, fact.at, fact.known_to_her) == (1, at_day(21), True)


def test_a_denied_label_needs_enough_new_evidence_by_itself() -> None:
    events = [line(0), line(7), line(14), stated(15, "label.due_again", False)]
    assert known(events, 20.6).holds("label.due_again") is False
    assert known([*events, line(21)], 27.6).holds("label.due_again") is False
    assert known([*events, line(21), line(28)], 34.6).holds("label.due_again") is False
    enough = known([*events, line(21), line(28), line(35)], 41.6)
    assert enough.holds("label.due_again") is True
    (fact,) = enough.facts("label.due_again")
    assert fact.known_to_her is True


def test_a_label_does_not_rest_on_what_she_denied() -> None:
    events = [line(0, units=30), line(7, units=30), stated(8, "purchase.value", False)]
    assert known(events[:2], 9).holds("label.reseller") is True
    assert known(events, 9).holds("label.reseller") is False
    assert known([*events, line(10, units=30)], 11).holds("label.reseller") is True


def test_totals_that_she_denied_count_from_then_on() -> None:
    events = [line(0), line(7), stated(8, "purchase.frequency", False)]
    assert known(events, 9).number("purchase.frequency") is None
    assert known([*events, line(10)], 11).number("purchase.frequency") == 1


def test_what_she_looked_at_again_after_denying_it() -> None:
    events = [note(PRODUCT_VIEWED, 1, "1", "BAG"), stated(2, "browsing.own", False, "1")]
    assert not known(events, 5).facts("browsing.own")
    assert known([*events, note(PRODUCT_VIEWED, 3, "1", "BAG")], 5).facts("browsing.own")


def test_what_she_confirmed_is_known_to_her() -> None:
    fact = size(traits(1, {SIZE: "16"}, "list", "third_party"), stated(2, "preference.size", True))
    assert fact is not None
    assert (fact.provenance, fact.known_to_her) == ("third_party", True)


def test_what_our_staff_noted() -> None:
    said = noted(1, "likes to be left to browse", "preference.service", said_by_her=True)
    (fact,) = known([said], 5).facts("preference.service")
    assert (fact.provenance, fact.she_reads) == ("provided", "You told us: “likes to be left to browse”.")
    (fact,) = known([noted(1, "size 12", "preference.size")], 5).facts("preference.size")
    assert (fact.provenance, fact.distance, fact.known_to_her) == ("noted", 1, None)
    assert fact.she_reads == "One of us noted: “size 12”."


def test_a_note_in_free_words_has_no_category() -> None:
    (fact,) = known([noted(1, "waits for the blue one")], 5).facts("note")
    assert (fact.category, fact.sensitivity, fact.about, fact.provenance) == ("", None, None, "noted")
    assert fact.value == {"text": "waits for the blue one", "by": "Dora", "store": "Bath"}
    assert fact.she_reads == "One of us noted in Bath: “waits for the blue one”."
    assert "fact.category" not in fact.flow(at_day(5))
    assert not known([noted(1, "x"), stated(2, "note", False, fact.key)], 5).facts("note") or fact.key
    denied = stated(2, "note", False, fact.key)
    assert not known([noted(1, "waits for the blue one"), denied], 5).facts("note")


def test_how_she_seemed_to_feel_is_never_kept() -> None:
    assert not known([noted(1, "cross", "mood")], 5).facts("mood")
    assert folded(noted(1, "cross", "mood")).traits == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (Noted("Dora", "Bath", "likes blue"), ""),
        (Noted("", "Bath", "likes blue"), "a note needs its author and the store"),
        (Noted("Dora", "Bath", " "), "the note says nothing."),
        (Noted("Dora", "Bath", "x" * 1001), "a note may have 1000 characters."),
        (Noted("Dora", "Bath", "x", "colour"), "`about` is no category of facts."),
        (Noted("Dora", "Bath", "cross", "mood"), "is never stored."),
    ],
)
def test_a_note_that_cannot_be_taken(body: Noted, reason: str) -> None:
    assert reason in note_refused(body)
    assert bool(reason) == bool(note_refused(body))


def test_what_she_asked_for() -> None:
    (fact,) = known([requested(1, "1", "LEATHER GLOVES, RED")], 5).facts("request")
    assert (fact.category, fact.provenance, fact.known_to_her, fact.key) == ("request", "provided", True, "1")
    assert fact.she_reads == "You asked us for leather gloves, red in Bath."
    assert fact.value["open"] is True
    (fact,) = known([requested(1, "1", "GLOVES"), line(3, "1", "GLOVES")], 5).facts("request")
    assert fact.value["open"] is False
    (fact,) = known([requested(1, text="Pregnancy test")], 5).facts("request")
    assert (fact.sensitivity, fact.reveals) == ("special", "life_event.pregnancy")


def test_a_document_of_before_is_folded_anew_and_still_read_for_a_replay() -> None:
    events = [line(1), line(2, "9"), traits(3, {SIZE: "12"})]
    document = folded(*events)
    before = as_before(document)
    assert decode_document(before) is None
    kept = decode_kept(before)
    assert kept is not None
    assert (kept.products, kept.traits, kept.sources) == (document.products, document.traits, document.sources)
    assert decode_kept(encode_document(document)) == document
    assert decode_kept(b"\xc1") is None


def as_before(document: object) -> bytes:
    """The bytes that the first version of the fold wrote."""
    import msgspec

    values = msgspec.msgpack.decode(encode_document(document))  # type: ignore[arg-type]
    one = {place: next(iter(of.values()))[:4] for place, of in values[3].items()}
    return msgspec.msgpack.encode([1, *values[1:3], one, *values[4:8]])
