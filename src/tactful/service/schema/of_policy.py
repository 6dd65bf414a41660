"""The schemas of what a privacy officer writes: policies with their cases, and the scorecard."""

from __future__ import annotations

from tactful.model.verdict import CEILINGS, FORMS, NAMES, OPENINGS
from tactful.model.vocabulary import KEYS
from tactful.model.words import Key
from tactful.model.words_verdict import OBLIGATIONS, TIERS, UNTIL, VERDICTS
from tactful.policy import load, load_cases, load_rules
from tactful.service.schema.pieces import (
    Piece,
    document,
    flow,
    like,
    meant,
    named,
    number,
    section,
    sections,
    text,
    texts,
    value_of,
    whole,
    words,
)

_SENTENCES = {
    "staff": text("What colleagues read: what to do and why, in the field's words."),
    "customer": text("What she reads if she asks why: no rule, no number, nothing she has not seen."),
    "source": text("The article, law or decision behind the rule."),
}
_WHEN: Piece = {
    "type": ["string", "boolean"],
    "minLength": 1,
    "description": "The condition: keys, ==, !=, <, <=, >, >=, in, &&, ||, ! and brackets.",
}
_ID: Piece = {
    **like(load_rules._ID, "The rule's name, in small letters and hyphens."),
    "maxLength": 80,
    "not": {"const": "no-licence"},
}
_FLOW: Piece = {"$ref": "#/$defs/flow"}


def policy() -> Piece:
    """A policy file, cases included."""
    own = like(load._NAME, "The policy's name, like gift-shop or norm/retail.")
    top = section(
        {},
        {
            "policy": own,
            "version": whole(1, says="Raise it with every change."),
            "jurisdiction": value_of(KEYS["customer.jurisdiction"]),
            "effective": like(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "The first day on which it applies, like 2018-05-25."),
            "imports": texts({"type": ["string", "number"]}, says="Policies whose rules hold too."),
            "licences": sections(_licence(), "What opens a use of knowledge."),
            "limits": sections(_limit(), "What narrows it."),
            "waivers": sections(_waiver(), "What she asked for, so that norms need not protect her from it."),
            "cast": named(_FLOW, says="The people that cases start from."),
            "cases": sections(_case(), "What somebody wants to do, and what should come of it."),
            "claims": texts(_claim(), says="What must hold of every flow: CONDITION implies verdict == never."),
        },
    )
    return document("Policy", "Licences open, limits narrow, waivers are hers.", top, flow=flow())


def _claim() -> Piece:
    names = "|".join(NAMES)
    written = load_cases._CLAIM.pattern.removeprefix("(?s)").replace(".*", r"[\s\S]*")
    return like(written.replace(r"(\S+)", rf"[\"']?(?:{names})[\"']?"))


def _licence() -> Piece:
    opens = words(OPENINGS, "What it opens; say, if it does not say which.")
    return section({"id": _ID, "when": _WHEN}, {"opens": opens, **_SENTENCES})


def _limit() -> Piece:
    ceilings = [name for name in CEILINGS if name != "say"]
    needed: dict[str, Piece] = {"id": _ID, "when": _WHEN, "tier": meant(TIERS, "Who may write, read and waive it.")}
    known = [word for word in VERDICTS if word.name in ceilings]
    other: dict[str, Piece] = {
        "at_most": meant(known, "The ceiling."),
        "oblige": texts(meant(OBLIGATIONS), says="What must be done when it is done."),
        "until": meant(UNTIL, "What must happen first; only with at_most: hold."),
        **_SENTENCES,
    }
    holds = {"properties": {"at_most": {"const": "hold"}}, "required": ["at_most"]}
    return {
        **section(needed, other),
        "anyOf": [
            {"required": ["at_most"]},
            {"required": ["oblige"], "properties": {"oblige": {"minItems": 1}}},
        ],
        "if": holds,
        "then": {"required": ["until"]},
        "else": {"not": {"required": ["until"]}},
    }


def _waiver() -> Piece:
    waives: Piece = {"anyOf": [{"const": "norm"}, texts(least=1)], "description": "norm, or a list of norm limits."}
    return section({"id": _ID, "when": _WHEN, "tier": {"const": "hers"}, "waives": waives}, _SENTENCES)


def _case() -> Piece:
    name = text("What somebody wants to do, in a line.")
    expect = {
        "because": texts(says="Rules that must be among those that decide."),
        "also": texts(says="Rules that must be among those that hold besides."),
        "missing": texts(words(KEYS)),
        "until": texts(meant(UNTIL)),
        "obligations": texts(meant(OBLIGATIONS)),
    }
    of_flow = section({"verdict": meant(VERDICTS)}, expect)
    of_message = section(
        {"verdict": words(load_cases._MESSAGE_VERDICTS)}, {**expect, "ask": texts(), "variant": whole(0)}
    )
    plain: Piece = {
        "cast": text("Whom it starts from; known, unless it says another."),
        "given": {**_FLOW, "description": "What differs from the cast."},
        "source": text(),
    }
    variants = sections(named(words(FORMS)), "Use to form, the fullest variant first.")
    uses = {**named(_FLOW, says="The uses of a message, each as a flow."), "minProperties": 1}
    message = section(
        {"name": name, "expect": of_message, "uses": uses, "variants": {**variants, "minItems": 1}}, plain
    )
    return {"if": {"required": ["uses"]}, "then": message, "else": section({"name": name, "expect": of_flow}, plain)}


def scorecard() -> Piece:
    """A scorecard."""
    leeway = section({"base": number(0, 1), "per_trust": number(0, 1)})
    top = section(
        {
            "scorecard": text("Its name."),
            "version": whole(1),
            "evidence": {"description": "What the points rest on: opinion, or the survey."},
            "scale": whole(1, says="The number of points at which everybody would mind."),
            "leeway": leeway,
            "factors": sections({"anyOf": [_factor(key) for key in KEYS.values() if _can_be_scored(key)]}),
        },
        {
            "start": whole(says="The points with which everything begins."),
            "sources": sections(section({"study": text(), "what": text(), "judgements": whole(0), "pairs": whole(0)})),
        },
    )
    return document("Scorecard", "How many people would mind, as points per level of each factor.", top)


def _can_be_scored(key: Key) -> bool:
    outside = key.kind == "list" or key.separator == "-" or key.name.startswith("norm.")
    return not outside and key.name != "relationship.trust"


def _factor(key: Key) -> Piece:
    named_levels = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
    return section(
        {
            "key": {"const": key.name, "description": key.sentence},
            "why": text(),
            "points": _levels(key, whole(-1000, 1000)),
        },
        {
            "monotone": {
                "type": "array",
                "items": named_levels,
                "description": "Chains along which points never fall.",
            },
            "average": {**_levels(key, number(0)), "description": "What a missing input stands for, as weights."},
            "spread": number(0.1, 1000, says="How many points an opinion may well be off."),
            "evidence": {**named_levels, "description": "Levels whose points rest on what people said."},
            "opinion": {**named_levels, "description": "The others."},
        },
    )


def _levels(key: Key, points: Piece) -> Piece:
    levels: Piece = {"type": "object", "minProperties": 1, "additionalProperties": False}
    if key.kind == "number":
        levels["patternProperties"] = {r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$": points}
    else:
        levels["properties"] = dict.fromkeys(("true", "false") if key.kind == "bool" else key.names, points)
    return levels
