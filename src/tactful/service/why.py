"""Why a decision came out as it did: for staff with everything, for her with what she saw."""

from __future__ import annotations

from typing import Literal

import msgspec

from tactful.explain.why import why_decision
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.service.ports import Store
from tactful.service.report import ReadRun, local_time
from tactful.service.run import decoded
from tactful.service.speak import her_reasons
from tactful.service.texts import customer_texts

Register = Literal["staff", "customer"]


class Why(msgspec.Struct, frozen=True):
    """The lines of an answer. `given` are the values that came with the case and where each is from, for staff."""

    decision: str
    person: str
    when: str
    lines: tuple[str, ...]
    given: tuple[str, ...] = ()


def why(store: Store, decision_id: str, register: Register) -> Why:
    """The answer for one register. Raises Problems where there is no such decision."""
    row = store.decision(decision_id)
    if row is None:
        raise Problems([Problem(decision_id, 0, "there is no such decision; `tactful sample` names some.")])
    record, decision = decoded(row)
    run = store.run(record.run)
    if run is None:
        raise StoreProblem(f"the run of decision {decision_id} is no longer kept.")
    read = ReadRun(store, run)
    built, _ = read.rebuilt(row)
    when = local_time(row.at, read.project.shop.zone)
    if register == "customer":
        lines = her_reasons(read.setting, built, decision, customer_texts())
        return Why(decision_id, record.label, when, lines)
    given = tuple(f"{key} = {_shown(each.value)}: {each.origin}" for key, each in sorted(built.case.attributes.items()))
    return Why(decision_id, record.label, when, why_decision(read.policy, decision, "staff"), given)


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode().strip('"')
