"""All that the judge on columns says of the forty rules, written by hand in Polars: `benchmarks/columns.py` times it.

The rules themselves are those of `columns_by_hand.py`. Read strictly they give the verdict, read in favour they tell
whether anything is missing; each mask has the least type that holds it, as the judge's.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from columns_by_hand import (
    ASK,
    ASK_FIRST,
    DELICATE_SLUGS,
    GENTLY,
    HOLD,
    LICENCES,
    LIMITS,
    NEVER,
    SAY,
    SILENT,
    UNSEEN,
    Way,
    any_of,
    col,
    place_in,
    under,
)

from tactful.model.verdict import MENTION_WORDS, NAMES, USE_WORDS, WHEN_WORDS
from tactful.policy.columns.effects import DUTIES, UNTILS
from tactful.policy.rules import Policy

WAITS = {
    "quiet-hours": "quiet_hours.over",
    "put-things-right-first": "complaint.closed",
    "mend-what-we-broke": "let_down.mended",
    "deliver-before-you-ask": "agreement.delivered",
}
DUE = {
    "a-way-to-say-no": "offer_choice",
    "say-who-we-are": "identify_sender",
    "say-what-for": "say_what_for",
    "say-where-from": "name_source",
    "labels-on-her-page": "list_on_page",
    "give-in-return": "give_in_return",
    "her-money-her-yes": "confirm_first",
}
NEEDS_MENTION = ("name_source", "explain_why")
CATEGORIES: dict[str, tuple[str, ...]] = {
    "special-only-if-she-told-us": DELICATE_SLUGS,
    "special-needs-consent": DELICATE_SLUGS,
    "washington-health": ("location",),
    "labels-we-could-read-out": ("label",),
    "labels-on-her-page": ("label",),
    "not-from-other-sites": ("browsing.elsewhere", "location.trace"),
    "feelings-are-not-records": ("mood", "biometric.emotion"),
    "faces-and-voices": ("biometric", "audio"),
}
PLACES: dict[str, tuple[str, ...]] = {"bought-from-us-before": ("uk", "eu"), "washington-health": ("us-wa",)}


def all_by_hand(policy: Policy, keys: Iterable[str]) -> Way:
    """The axes, all masks, what waits and is due, and which of some keys are missing."""
    rules = {**LICENCES, **LIMITS, "she-likes-it": col("hers.welcomes")}
    keys = tuple(keys)
    first = [expression.alias(name) for name, expression in rules.items()]
    absent = [col(key).is_null().alias(f"no {key}") for key in keys]
    coarse = {f"coarse {slugs}": under(*slugs).is_null() for slugs in CATEGORIES.values()}
    coarse |= {f"coarse {slugs}": place_in(*slugs).is_null() for slugs in PLACES.values()}
    doubts = [col(name).is_null().alias(f"doubt {name}") for name in rules]
    lacking = [_lacking(key, rules).alias(f"lacking {key}") for key in keys]
    worst = [*(col(name).fill_null(False) for name in LICENCES), *(col(name).fill_null(True) for name in LIMITS)]
    best = [*(col(name).fill_null(True) for name in LICENCES), *(col(name).fill_null(False) for name in LIMITS)]
    hopeful = [expression.name.prefix("best ") for expression in best]
    return lambda frame: (
        frame.select(*first, *absent, *(expression.alias(name) for name, expression in coarse.items()))
        .with_columns(*doubts, *hopeful)
        .with_columns(*worst, *lacking)
        .with_columns(*_joined(""), *_joined("best "))
        .with_columns(*_axes(""), *_axes("best "))
        .with_columns(_name(), *_held(policy))
        .select(*_answer(policy, keys))
    )


def _lacking(key: str, rules: dict[str, pl.Expr]) -> pl.Expr:
    """Whether a key is absent, or too coarse, for a rule in doubt."""
    slugs = {"fact.category": CATEGORIES, "customer.jurisdiction": PLACES}.get(key)
    if slugs:
        return any_of([col(f"doubt {name}") & col(f"coarse {some}") for name, some in slugs.items()])
    readers = [name for name, expression in rules.items() if key in expression.meta.root_names()]
    return col(f"no {key}") & any_of([col(f"doubt {name}") for name in readers])


def _joined(reading: str) -> list[pl.Expr]:
    groups = {"SAY": SAY, "SILENT": SILENT, "ASK": ASK, "NEVER": NEVER, "HOLD": HOLD, "FIRST": ASK_FIRST}
    groups |= {"UNSEEN": UNSEEN, "GENTLY": GENTLY}
    return [any_of([col(reading + name) for name in group]).alias(reading + word) for word, group in groups.items()]


def _axes(reading: str) -> list[pl.Expr]:
    """Use, mention and when, as places in their words; and the highest opening."""
    say, silent, ask, never, hold, first, unseen, gently = (
        col(reading + word) for word in ("SAY", "SILENT", "ASK", "NEVER", "HOLD", "FIRST", "UNSEEN", "GENTLY")
    )
    no = never | ~(say | silent | ask)
    return [
        pl.when(no)
        .then(_byte(0))
        .when(first | ~(say | silent))
        .then(_byte(1))
        .otherwise(_byte(2))
        .alias(f"{reading}use"),
        pl.when(no | unseen | ~say)
        .then(_byte(0))
        .when(gently)
        .then(_byte(1))
        .otherwise(_byte(2))
        .alias(f"{reading}mention"),
        pl.when(no).then(_byte(0)).when(hold).then(_byte(1)).otherwise(_byte(2)).alias(f"{reading}when"),
    ]


def _byte(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt8)


def _name() -> pl.Expr:
    return (
        pl.when(col("use") == 0)
        .then(_byte(0))
        .when(col("when") == 1)
        .then(_byte(1))
        .when(col("use") == 1)
        .then(_byte(2))
        .otherwise(col("mention") + 3)
        .alias("verdict")
    )


def _bits(names: Iterable[tuple[int, str]], dtype: type[pl.DataType]) -> pl.Expr:
    none = pl.lit(0, dtype=dtype)
    return any_of([pl.when(col(name)).then(pl.lit(1 << bit, dtype=dtype)).otherwise(none) for bit, name in names])


def _held(policy: Policy) -> list[pl.Expr]:
    return [
        _bits(enumerate(rule.id for rule in policy.licences), pl.UInt8).alias("licences"),
        _bits(enumerate(rule.id for rule in policy.limits), pl.UInt32).alias("limits"),
        _bits(((UNTILS.index(wait), rule) for rule, wait in WAITS.items()), pl.UInt8).alias("until"),
        _bits(((DUTIES.index(duty), rule) for rule, duty in DUE.items()), pl.UInt8).alias("obligations"),
    ]


def _answer(policy: Policy, keys: tuple[str, ...]) -> list[pl.Expr]:
    """None of the limits is a norm: the waiver has nothing to waive."""
    verdict = col("verdict")
    gap = any_of([col(axis) != col(f"best {axis}") for axis in ("use", "mention", "when")])
    missing = _bits(((bit, f"lacking {key}") for bit, key in enumerate(keys)), pl.UInt32)
    mentionable = sum(1 << bit for bit, duty in enumerate(DUTIES) if duty not in NEEDS_MENTION)
    due = pl.when(col("mention") == 0).then(col("obligations") & _byte(mentionable)).otherwise(col("obligations"))
    licences, limits = _deciding(policy)
    return [
        *(_word(axis, words) for axis, words in (("use", USE_WORDS), ("mention", MENTION_WORDS), ("when", WHEN_WORDS))),
        _word("verdict", NAMES),
        "licences",
        "limits",
        pl.lit(0, dtype=pl.UInt32).alias("waived"),
        pl.when(col("she-likes-it")).then(_byte(1)).otherwise(_byte(0)).alias("waivers"),
        (col("licences") & licences).alias("because_licences"),
        (col("limits") & limits).alias("because_limits"),
        pl.when(verdict == 1).then(col("until")).otherwise(_byte(0)).alias("until"),
        pl.when(verdict == 0).then(_byte(0)).otherwise(due).alias("obligations"),
        pl.when(gap).then(missing).otherwise(pl.lit(0, dtype=pl.UInt32)).alias("missing"),
    ]


def _word(axis: str, words: tuple[str, ...]) -> pl.Expr:
    first, *rest = (pl.lit(word, dtype=pl.Enum(words)) for word in words)
    found = first
    for place, word in enumerate(rest, start=1):
        found = pl.when(col(axis) == place).then(word).otherwise(found)
    return found.alias(axis)


def _deciding(policy: Policy) -> tuple[pl.Expr, pl.Expr]:
    """The masks of the licences and of the limits that attain the axis of the name."""

    def bits(kind: str, *groups: dict[str, pl.Expr]) -> pl.Expr:
        rules = policy.licences if kind == "licences" else policy.limits
        mask = sum(1 << bit for bit, rule in enumerate(rules) if any(rule.id in group for group in groups))
        return pl.lit(mask, dtype=pl.UInt8 if kind == "licences" else pl.UInt32)

    verdict = col("verdict")
    highest = pl.when("SAY").then(bits("licences", SAY)).when("SILENT").then(bits("licences", SILENT))
    opening = highest.otherwise(bits("licences", ASK))
    attaining = pl.when(verdict == 2).then(bits("licences", ASK)).when(verdict == 3).then(bits("licences", SILENT))
    limits = bits("limits")
    for place, group in enumerate((NEVER, HOLD, ASK_FIRST, UNSEEN, GENTLY)):
        limits = pl.when(verdict == place).then(bits("limits", group)).otherwise(limits)
    attaining = attaining.when(verdict == 5).then(bits("licences", SAY)).otherwise(bits("licences"))
    return opening & attaining, limits
