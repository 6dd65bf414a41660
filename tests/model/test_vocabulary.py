"""Every word has one definition, with its sentence and its source."""

from __future__ import annotations

import itertools

from tactful.model.verdict import CEILINGS, DUTY_NEEDS, NAMES, OPENINGS, Point, lower, name_of
from tactful.model.vocabulary import KEYS, LISTS, encoded
from tactful.model.words_verdict import OBLIGATIONS, VERDICTS


def test_every_word_has_a_sentence_and_a_source() -> None:
    words = [word for key in KEYS.values() for word in key.values] + [word for lst in LISTS.values() for word in lst]
    for item in [*KEYS.values(), *words]:
        assert item.sentence.endswith("."), item.name
        assert item.source, item.name


def test_no_key_defines_a_word_twice() -> None:
    for key in KEYS.values():
        assert len(set(key.names)) == len(key.names), key.name


def test_no_rule_may_ever_name_unknown() -> None:
    assert not any("unknown" in key.names for key in KEYS.values())


def test_every_slug_has_its_parent_in_the_tree() -> None:
    names = set(KEYS["fact.category"].names)
    for name in names:
        assert "." not in name or name.rsplit(".", 1)[0] in names


def test_the_tables_of_points_speak_of_the_same_words() -> None:
    assert tuple(word.name for word in VERDICTS) == NAMES == tuple(CEILINGS)
    assert set(OPENINGS) < set(NAMES)
    assert {word.name for word in OBLIGATIONS} == set(DUTY_NEEDS)


def test_the_name_is_monotone_in_the_point() -> None:
    points = [Point(*axes) for axes in itertools.product(range(3), repeat=3)]
    for a, b in itertools.product(points, repeat=2):
        if a <= b:
            assert NAMES.index(name_of(a)) <= NAMES.index(name_of(b))
        assert lower(a, b) <= a
        assert lower(a, b) <= b


def test_the_name_of_each_ceiling_is_its_own() -> None:
    assert [name_of(point) for point in CEILINGS.values()] == list(CEILINGS)


def test_the_export_is_the_same_every_time() -> None:
    assert encoded() == encoded()
