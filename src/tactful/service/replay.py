"""Replay a decision: decide again from what it read, and compare the bytes."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.decide import decide, encode_decision
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.model.vocabulary import encoded as vocabulary_bytes
from tactful.service.ports import Store
from tactful.service.report import ReadRun
from tactful.service.run import ENGINE, decoded, without_place

Answer = Literal["same", "differs", "engine_gone", "inputs_expired"]


class Replayed(msgspec.Struct, frozen=True):
    """The answer of a replay. `where` says at which part of the decision it differs, or what is gone."""

    decision: str
    answer: Answer
    where: str = ""


def replay(store: Store, decision_id: str) -> Replayed:
    """Decide again. Raises Problems where there is no such decision."""
    row = store.decision(decision_id)
    if row is None:
        raise Problems([Problem(decision_id, 0, "there is no such decision; `tactful sample` names some.")])
    record, decision = decoded(row)
    run = store.run(record.run)
    if run is None:
        return Replayed(decision_id, "inputs_expired", "its run is no longer kept")
    try:
        read = ReadRun(store, run)
    except StoreProblem as problem:
        return Replayed(decision_id, "inputs_expired", str(problem))
    if read.header.engine != ENGINE:
        return Replayed(decision_id, "engine_gone", f"decided by engine {read.header.engine}; this is engine {ENGINE}")
    if store.artefact(read.header.vocabulary) != vocabulary_bytes():
        return Replayed(decision_id, "engine_gone", "decided with another vocabulary")
    try:
        built, _ = read.rebuilt(row)
    except StoreProblem as problem:
        return Replayed(decision_id, "inputs_expired", str(problem))
    again = decide(built.case)
    again = again if record.taken else without_place(again)
    if encode_decision(again) == row.output:
        return Replayed(decision_id, "same")
    different = [name for name in again.__struct_fields__ if getattr(again, name) != getattr(decision, name)]
    return Replayed(decision_id, "differs", ", ".join(different) or "encoding")
