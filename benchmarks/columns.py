"""The judge on columns against hand-written Polars for the same forty rules: `python benchmarks/columns.py [rows …]`.

The forty rules are seven licences, thirty-two limits and the waiver of the shipped pack; `columns_by_hand.py` has them
a second time, by hand. One hand-written judge answers the verdict and two masks, of what held and of what decided;
another answers all that the judge on columns does: also the three axes, what waits, what is due, what was waived and
which keys are missing. The answers of all must be equal on every row, or nothing is timed. Ratios are to the first
hand-written one, which answers less, and then to the one that answers as much.

The flows are those of the shipped cases with values replaced and taken away by chance: the same ones each time.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Callable
from importlib.resources import files

import msgspec
import polars as pl
from columns_all_by_hand import all_by_hand
from columns_by_hand import LICENCES, LIMITS, by_hand

from tactful.model.flow import Flow
from tactful.model.vocabulary import KEYS
from tactful.policy.columns.judge import ColumnJudge, compile_columns
from tactful.policy.columns.schema import flows_frame
from tactful.policy.comparisons import keys_of
from tactful.policy.load import load_policy
from tactful.policy.rules import Policy
from tactful.policy.source import values_of

BASE = 100_000
col = pl.col


def packaged(name: str) -> tuple[str, str]:
    return files("tactful.policy").joinpath(f"packs/{name}.yaml").read_text("utf-8"), f"{name}.yaml"


def forty_rules(policy: Policy) -> Policy:
    """The rules that stand there by hand, and the waiver."""
    found = msgspec.structs.replace(
        policy,
        licences=tuple(rule for rule in policy.licences if rule.id in LICENCES),
        limits=tuple(rule for rule in policy.limits if rule.id in LIMITS),
    )
    if gone := {*LICENCES, *LIMITS} - {rule.id for rule in found.rules}:
        raise SystemExit(f"the pack no longer has these rules: {', '.join(sorted(gone))}")
    return found


# -- the flows -----------------------------------------------------------------------------------------------------


def some_flows(policy: Policy) -> list[Flow]:
    chance = random.Random(7)
    keys = sorted({key for rule in policy.rules for key in keys_of(rule.when)})
    flows = []
    for number in range(BASE):
        flow = {key: value for key, value in policy.cases[number % len(policy.cases)].given.items() if key in keys}
        for key in chance.sample(keys, 6):
            flow[key] = some_value(key, chance)
        for key in chance.sample(keys, 3):
            flow.pop(key, None)
        flows.append(flow)
    return flows


def some_value(key: str, chance: random.Random) -> object:
    kind = KEYS[key].kind
    if key == "customer.jurisdiction":
        return chance.choice(["uk", "eu", "eu-fr", "us", "us-ca", "us-wa"])
    if kind == "number":
        return chance.randrange(0, 24)
    if kind == "list":
        return tuple(sorted(chance.sample(KEYS[key].names, 4)))
    return chance.choice(values_of(key))


def frame_of(policy: Policy, rows: int) -> pl.DataFrame:
    """The flows, drawn again and again in another order."""
    keys = [key for key in KEYS if any(key in keys_of(rule.when) for rule in policy.rules)]
    base = flows_frame(some_flows(policy), keys)
    parts = [base.sample(min(BASE, rows - start), shuffle=True, seed=start) for start in range(0, rows, BASE)]
    return pl.concat(parts).rechunk()


# -- the figures ---------------------------------------------------------------------------------------------------


def same(judge: ColumnJudge, answer: pl.DataFrame, hand: pl.DataFrame) -> bool:
    shift = 1 << len(judge.policy.licences)
    wide = answer.with_columns(col(pl.UInt8, pl.UInt16, pl.UInt32).cast(pl.UInt64))
    joined = wide.select(
        col("verdict").to_physical().cast(pl.UInt8),
        (col("licences") | (col("limits") | col("waived")) * shift).alias("held"),
        (col("because_licences") | col("because_limits") * shift).alias("because"),
    )
    return joined.equals(hand)


def seconds(ways: dict[str, Callable[[], object]], rounds: int = 5) -> dict[str, tuple[float, float]]:
    """The least wall and processor time of each, taken in turns so that a busy machine is as busy for all."""
    best = dict.fromkeys(ways, (float("inf"), float("inf")))
    for _ in range(rounds):
        for name, run in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            took = time.perf_counter() - wall, time.process_time() - cpu
            best[name] = min(best[name][0], took[0]), min(best[name][1], took[1])
    return best


def compare(policy: Policy, rows: int) -> None:
    frame, judge = frame_of(policy, rows), compile_columns(policy)
    hand, hand_all = by_hand(policy), all_by_hand(policy, judge.keys)
    lazy = frame.lazy()
    effects = judge.effects
    held = (*effects.licences, *effects.limits, *effects.because_licences, *effects.because_limits)
    as_much = ["verdict", *held]
    found = judge.judge(frame)
    if not same(judge, found, hand(lazy).collect()) or not found.equals(hand_all(lazy).collect()):
        raise SystemExit("the three do not agree")
    del found
    ways = {
        "by hand, in memory": lambda: hand(lazy).collect(engine="in-memory"),
        "by hand, streaming": lambda: hand(lazy).collect(engine="streaming"),
        "all by hand, in memory": lambda: hand_all(lazy).collect(engine="in-memory"),
        "all by hand, streaming": lambda: hand_all(lazy).collect(engine="streaming"),
        "the judge, all it says": lambda: judge.judge(frame),
        "the judge, all it says, streaming": lambda: judge.judge(lazy).collect(engine="streaming"),
        "the judge, as much as by hand, streaming": lambda: (
            judge.judge(lazy).select(as_much).collect(engine="streaming")
        ),
    }
    figures(frame, policy, ways)


def figures(frame: pl.DataFrame, policy: Policy, ways: dict[str, Callable[[], object]]) -> None:
    rows = frame.height
    print(f"{rows} flows of {frame.width} keys ({frame.estimated_size('mb'):.0f} MB), {len(policy.rules)} rules:")
    found = seconds(ways)
    print("         s  to by hand, to all by hand   processor s  to by hand, to all by hand")
    for name, took in found.items():
        columns = []
        for place in (0, 1):
            less, all_of_it = (
                min(each[place] for other, each in found.items() if other.startswith(f"{kind}by hand"))
                for kind in ("", "all ")
            )
            columns.append(f"{took[place]:10.3f}  {less / took[place]:8.2f} × {all_of_it / took[place]:13.2f} ×")
        print(f"{columns[0]}      {columns[1]}   {rows / took[0] / 1e6:6.2f} M/s  {name}")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"most memory in use: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB; load {load}")


def main() -> None:
    policy = forty_rules(load_policy("norm/retail-cases", packaged))
    for rows in [int(each) for each in sys.argv[1:]] or [1_000_000, 10_000_000]:
        compare(policy, rows)


if __name__ == "__main__":
    main()
