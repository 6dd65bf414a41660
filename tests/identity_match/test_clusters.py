"""Clusters by average evidence: chains do not hold, answers do, and neither order nor names of records matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tactful.profile.clusters import Clusters, Link, Question, Rule, belonging, cluster, cluster_name, questions

RULE = Rule(3_000, unscored=0)
WEIGHTS = st.integers(-20_000, 20_000)


@st.composite
def lists(draw: st.DrawFn) -> tuple[int, list[Link]]:
    count = draw(st.integers(2, 9))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True))
    return count, [(a, b, draw(WEIGHTS)) for a, b in chosen]


def test_strong_pairs_are_joined_and_weak_ones_are_not() -> None:
    assert cluster(4, [(0, 1, 3_000), (2, 3, 2_999)], RULE) == Clusters((0, 0, 2, 3))


def test_a_chain_does_not_hold() -> None:
    """A is like B and B like C; A and C are two people."""
    made = cluster(3, [(0, 1, 9_000), (1, 2, 8_000), (0, 2, -9_000)], RULE)
    assert made.of == (0, 0, 2)
    assert questions(made, [(0, 1, 9_000), (1, 2, 8_000), (0, 2, -9_000)], -3_000) == [Question(1, 2, 8_000)]


def test_a_pair_nobody_looked_up_counts_as_it_is_told() -> None:
    links = [(0, 1, 9_000), (1, 2, 6_000)]
    assert cluster(3, links, Rule(3_000, unscored=0)).of == (0, 0, 0)
    assert cluster(3, links, Rule(3_000, unscored=-1_000)).of == (0, 0, 2)


def test_nobody_has_more_records_than_allowed() -> None:
    links = [(a, b, 9_000) for a in range(6) for b in range(a + 1, 6)]
    made = cluster(6, links, Rule(3_000, largest=4))
    assert max(made.of.count(each) for each in made.of) <= 4
    assert made.refused


@given(lists(), st.data())
def test_answers_hold(given: tuple[int, list[Link]], data: st.DataObject) -> None:
    count, links = given
    same = data.draw(st.sets(st.integers(0, count - 1), min_size=2, max_size=3))
    others = [(a, b) for a in range(count) for b in range(a + 1, count) if not {a, b} <= same]
    different = data.draw(st.lists(st.sampled_from(others), max_size=3)) if others else []
    made = cluster(count, links, RULE, [sorted(same)], different)
    assert len({made.of[each] for each in same}) == 1
    assert all(made.of[a] != made.of[b] for a, b in different)
    asked = questions(made, links, -3_000, different)
    assert not {(made.of[each.a], made.of[each.b]) for each in asked} & {(made.of[a], made.of[b]) for a, b in different}


@given(lists(), st.randoms())
def test_the_order_of_pairs_does_not_matter(given: tuple[int, list[Link]], by: object) -> None:
    count, links = given
    turned = [(b, a, weight) for a, b, weight in reversed(links)]
    by.shuffle(turned)  # type: ignore[attr-defined]
    assert cluster(count, turned, RULE) == cluster(count, links, RULE)


@given(lists())
def test_every_cluster_stands_on_evidence(given: tuple[int, list[Link]]) -> None:
    """Nobody is joined where no pair speaks for it, and each record's probability is one."""
    count, links = given
    made = cluster(count, links, RULE)
    for record, sure in enumerate(belonging(made, links, RULE)):
        together = [weight for a, b, weight in links if record in (a, b) and made.of[a] == made.of[b]]
        assert (sure is None) == (made.of.count(made.of[record]) == 1)
        assert sure is None or 0 <= sure <= 1
        assert not together or sure is not None
    joined = [weight for a, b, weight in links if made.of[a] == made.of[b]]
    assert len(set(made.of)) == count or max(joined) >= RULE.same_from


def test_a_cluster_is_named_after_its_first_record_only() -> None:
    assert cluster_name("a-1") == cluster_name("a-1") != cluster_name("a-2")
    assert cluster_name("a-1").startswith("p_")
