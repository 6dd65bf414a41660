"""Traits that are made to fill the memory."""

from __future__ import annotations

import tracemalloc

from tests.profile.given import table

from tactful.profile.traits import LONGEST, load_traits, take_traits

TABLE = load_traits(*table("traits.yaml"))


def test_a_long_name_with_many_in_it_takes_no_more_memory_than_it_has() -> None:
    many = {f"k{n}": 1 for n in range(2_000)}
    tracemalloc.start()
    try:
        kept, unused = take_traits({"a" * 100_000: many, "address": {"b" * 100_000: {"c" * 100_000: many}}}, TABLE)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert kept == {}
    assert take_traits({"email" + "_" * 600: "penny@shop.example"}, TABLE)[0] == {}
    assert unused
    assert max(map(len, unused)) <= LONGEST + 1


def test_names_within_bounds_are_read_as_ever() -> None:
    kept, unused = take_traits({"address": {"city": "Anytown", "x" * 30: {"y": 1}}}, TABLE)
    assert list(kept.values()) == ["Anytown"]
    assert unused == (f"address.{'x' * 30}.y",)
