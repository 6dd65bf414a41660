"""Merging what a linkage found to be one person: a file with an identifier and the cluster it is in, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from tactful.model.arrivals import Doubt
from tactful.model.problems import Problem, Problems, StoreProblem, suggestion
from tactful.profile.identity import ANY, IdentityRules
from tactful.service.identity import reason, who_goes_on
from tactful.service.ports import Store
from tactful.service.table_file import read_table

_CLUSTER = ("cluster", "cluster_id", "cluster id", "group")


class Cluster(msgspec.Struct, frozen=True):
    """A cluster of the file: who is in it today, and what becomes of it. `why` says it in a sentence."""

    cluster: str
    values: tuple[str, ...]
    people: tuple[int, ...]
    fate: Literal["merge", "review", "one", "unknown"]
    why: str


class Applied(msgspec.Struct, frozen=True):
    """What became, or would become, of a file. `not_here` counts identifiers that nobody in the store has."""

    clusters: tuple[Cluster, ...]
    not_here: int
    merged: int = 0
    doubts: int = 0

    def fates(self) -> dict[str, int]:
        """How many clusters of each fate."""
        return dict(Counter(each.fate for each in self.clusters))


def read_clusters(path: Path, encoding: str = "utf-8") -> dict[str, tuple[str, ...]]:
    """The values of each cluster, by the cluster's name. Raises Problems."""
    frame = read_table(path, encoding)
    columns = ", ".join(frame.columns)
    found = [name for name in frame.columns if name.strip().lower() in _CLUSTER]
    if len(found) != 1:
        raise Problems([Problem(str(path), 1, f"no column is called `cluster` (there are: {columns}). Name it so.")])
    others = [name for name in frame.columns if name not in found and name != "probability"]
    others = [name for name in others if name.strip().lower() == "id"] or others
    if len(others) != 1:
        raise Problems([Problem(str(path), 1, f"which column is the identifier? (there are: {columns}) Call it `id`.")])
    other = others[0]
    clusters: dict[str, list[str]] = {}
    for value, cluster in zip(frame[other].to_list(), frame[found[0]].to_list(), strict=True):
        if value is not None and cluster is not None and str(value).strip() and str(cluster).strip():
            clusters.setdefault(str(cluster).strip(), []).append(str(value).strip())
    return {name: tuple(dict.fromkeys(values)) for name, values in clusters.items()}


def look_at(store: Store, rules: IdentityRules, clusters: dict[str, tuple[str, ...]], kind: str) -> Applied:
    """What would become of each cluster; nothing is written. Raises Problems where nothing of the kind is known."""
    if kind not in rules.kinds or not rules.kinds[kind].unique:
        hint = suggestion(kind, rules.kinds) or f" There are: {', '.join(rules.kinds)}."
        raise Problems([Problem("--kind", 0, f"`{kind}` is no kind that one person has for herself.{hint}")])
    values = dict.fromkeys(value for each in clusters.values() for value in each)
    people = {value: person for value in values if (person := store.find(kind, value)) is not None}
    if not people:
        raise Problems(
            [Problem("--kind", 0, f"nobody in the store has any of these as `{kind}`: is it the right one?")]
        )
    many = {value for value, count in Counter(v for each in clusters.values() for v in each).items() if count > 1}
    found = [_cluster(store, rules, kind, name, each, people, many) for name, each in clusters.items()]
    return Applied(tuple(found), len(values) - len(people))


def _cluster(
    store: Store,
    rules: IdentityRules,
    kind: str,
    name: str,
    values: Sequence[str],
    people: dict[str, int],
    many: set[str],
) -> Cluster:
    today = tuple(sorted({people[value] for value in values if value in people}))
    known = tuple(value for value in values if value in people)
    if not today:
        return Cluster(name, known, today, "unknown", "Nobody in it is in the store.")
    if len(today) == 1:
        return Cluster(name, known, today, "one", "All who are known are one person already.")
    if many.intersection(values):
        return Cluster(name, known, today, "review", "Some of it is in another cluster, too.")
    if store.parted(today):
        return Cluster(name, known, today, "review", "Some of them were parted before.")
    kinds = Counter(each for person in today for each, _ in store.identifiers(person))
    for each, count in sorted(kinds.items()):
        rule = rules.kinds.get(each)
        if rule is not None and rule.unique and each != kind and rule.per_person != ANY and count > rule.per_person:
            return Cluster(
                name, known, today, "review", f"Together they have {count} {each}; one has {rule.per_person}."
            )
    return Cluster(name, known, today, "merge", f"{len(today)} people become one.")


def apply(store: Store, rules: IdentityRules, looked: Applied, by: str, why: str, at: int) -> Applied:
    """Merge what is clear, and leave the rest for review. Going through the same file again does nothing more."""
    evidence = reason(by, why)
    merged = doubts = 0
    for each in looked.clusters:
        refused = each.why if each.fate == "review" else ""
        if each.fate == "merge":
            refused, done = _merge(store, rules, each, evidence, at)
            merged += done
        if refused:
            doubts += store.doubt(Doubt("list", each.people, f"A list has them as one. {refused}"), at)
    return msgspec.structs.replace(looked, merged=merged, doubts=doubts)


def _merge(store: Store, rules: IdentityRules, cluster: Cluster, evidence: str, at: int) -> tuple[str, int]:
    """Why it was not done, and how many merges were."""
    winner = who_goes_on(store, rules, cluster.people)
    done = 0
    try:
        for person in cluster.people:
            done += bool(store.merge(person, winner, at, "list", evidence, rules.alone))
    except StoreProblem as problem:
        return str(problem), done
    return "", done
