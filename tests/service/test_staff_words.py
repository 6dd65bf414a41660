"""What staff read in place of keys."""

from __future__ import annotations

import msgspec

from tactful.model.records import Permission
from tactful.profile.labels import Declared
from tactful.service.staff_words import folded, means_of, said_in_words, value_in_words, within

NO = Permission("market", "email", "*", "refused", "none", "plainly", 1, 2, "form", "")


def lines(*permissions: Permission) -> list[str]:
    return [said_in_words(each) for each in folded(permissions)]


def but(**changed: object) -> Permission:
    return msgspec.structs.replace(NO, **changed)


def test_permissions_are_folded_by_purpose_and_channel_and_by_nothing_else() -> None:
    assert lines(NO, but(purpose="sell"), but(purpose="sell", channel="sms"), but(channel="sms")) == [
        "market and sell by email and sms: refused (form)"
    ]
    assert len(lines(NO, but(purpose="sell", channel="sms"))) == 2
    assert lines(NO, but(channel="sms"), but(channel="post")) == ["market by email, sms and post: refused (form)"]
    assert len(lines(NO, but(state="granted"))) == len(lines(NO, but(occurred_at=9))) == len(lines(NO, but(source="b")))
    assert len(lines(NO, but(occurred_at=9))) == 2


def test_nothing_of_a_permission_is_lost() -> None:
    assert lines(but(purpose="*", channel="*", basis="soft_opt_in", category="contact.email", proof="form 7")) == [
        "for everything everywhere, about her e-mail address: refused, soft opt in (form: form 7)"
    ]


def test_a_fact_is_called_what_the_vocabulary_calls_it() -> None:
    assert means_of("purchase.item", Declared()) == "A thing she bought"
    assert means_of("contact.email.work", Declared()) == "Her e-mail address"
    assert means_of("no.such", Declared()) == within("no.such") == "no.such"
    assert within("contact.email") == "her e-mail address"


def test_a_value_is_said_with_its_unit() -> None:
    assert value_in_words({"orders": 1, "rhythm": {"how_often": "every 14 days"}}) == "1 order, every 14 days"
    assert value_in_words({"days": 1_500}) == "1,500 days"
    assert value_in_words({"item": {"plain_name": "tea"}, "means": "She likes it."}) == "tea"
    assert value_in_words({"value": "14"}) == "14"
    assert value_in_words({"number": 0, "means": "x"}) == "0"
    assert value_in_words({"means": "She likes it."}) == ""
