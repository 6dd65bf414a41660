"""Declared labels: sentences about a person, read strictly. What could not be read out to her is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import DAY, HOUR
from tactful.model.vocabulary import KEYS
from tactful.profile.formula import Formula, Reading, evaluator, parse
from tactful.profile.measures import ITEM_READINGS, NAMES, ONLY_OF_ITEM, PERSON_READINGS, rests_on
from tactful.profile.sensitivity import CATEGORIES, sensitivity_of

SAME_AS_PRODUCT = "same_as_product"
INPUTS = ("purchase.item", "purchase.frequency", "purchase.recency", "purchase.value", "service.return")
"""The facts that formulas can rest on."""

_KINDS = tuple(name for name in KEYS["fact.category"].names if name.startswith("label."))
_USES = (*KEYS["act"].names, *KEYS["scenario.purpose"].names, "ask")
_PLACE = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")
_SHOWN: dict[str, tuple[str, ...]] = {
    "item": ("item.plain_name", "item.kind", "rhythm.in_words", "rhythm.how_often"),
    "person": ("rhythm.in_words", "rhythm.how_often"),
}
_DURATION = re.compile(r"(\d{1,5})\s*(hour|day|week|month|year)s?")
_LENGTHS = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}


class Label(msgspec.Struct, frozen=True):
    """A label as declared.

    `per` says whether it is true of her or of one product of hers. `inputs` are the facts it is made from. `reveals`
    is a category, `same_as_product` or "". `forget_after` is µs since it began to hold without anything new, or 0.
    `holds` computes it from an Item or a Person.
    """

    name: str
    kind: str
    means: str
    she_reads: str
    inputs: tuple[str, ...]
    formula: Formula
    holds: Reading
    per: Literal["item", "person"]
    never_about: frozenset[str] = frozenset()
    reveals: str = ""
    used_only_to: tuple[str, ...] = ()
    forget_after: int = 0
    replaces: tuple[str, ...] = ()
    line: int = 0


class Refused(msgspec.Struct, frozen=True):
    """A label that stands in the file only to say why it does not exist."""

    name: str
    reason: str


class Declared(msgspec.Struct, frozen=True):
    """All labels of a shop: those that exist, and those that are shown as refused."""

    labels: dict[str, Label] = {}
    refused: tuple[Refused, ...] = ()


class Undignified(msgspec.Struct, frozen=True):
    """Words that may not be used of a person, each with a sentence why."""

    words: dict[str, str]

    def found_in(self, text: str) -> list[str]:
        """Those of the words that occur in a text as whole words, in the order of the table."""
        spaced = _spaced(text)
        return [word for word in self.words if _spaced(word) in spaced]


def _spaced(text: str) -> str:
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return f" {words} "


def load_undignified(text: str, file: str) -> Undignified:
    """The table of words that may not be used of a person. Raises Problems."""
    top = read_document(text, file)
    top.integer("version")
    words: dict[str, str] = {}
    for each in top.sections("words"):
        for word in each.texts("words"):
            words[word] = each.text("because")
        each.text("because")
        each.finish()
    top.finish()
    refuse(top.problems)
    return Undignified(words)


def load_labels(text: str, file: str, undignified: Undignified) -> Declared:
    """The labels of a file. Raises Problems with everything that is wrong in it."""
    top = read_document(text, file)
    labels: dict[str, Label] = {}
    refused: list[Refused] = []
    for section in top.sections("labels"):
        name = section.text("label")
        if "label" in section and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            section.complain(f"`label: {name}` must be small letters, digits and _.", "label")
        if name in labels or any(each.name == name for each in refused):
            section.complain(f"the label `{name}` stands here twice.", "label")
        if "refused" in section:
            refused.append(Refused(name, section.text("refused")))
            section.plain()
            continue
        label = _label(section, name, undignified)
        if label is not None:
            labels[name] = label
    top.finish()
    refuse(top.problems)
    return Declared(labels, tuple(refused))


def _label(section: Section, name: str, undignified: Undignified) -> Label | None:
    kind = section.text("kind", one_of=_KINDS)
    means = section.text("means")
    she_reads = section.text("she_reads", "")
    replaces = _one_or_more(section, "replaces")
    inputs = section.texts("from", one_of=INPUTS)
    never_about = frozenset(code.upper() for code in section.texts("never_about", ()))
    reveals = _reveals(section)
    used_only_to = section.texts("used_only_to", (), one_of=_USES)
    forget_after = _duration(section)
    written = section.text("formula")
    said_per = section.text("per", "", one_of=("item", "person"))
    section.finish()
    per = _per(said_per, inputs, written)
    _check_dignity(section, name, she_reads, replaces, undignified)
    _check_words(section, she_reads, per)
    if not written:
        if "formula" in section:
            section.complain("`formula` is empty: when does it hold?", "formula")
        return None
    if reveals == SAME_AS_PRODUCT and per != "item":
        section.complain("`reveals: same_as_product` is for labels about a product.", "reveals")
    formula = _formula(section, written, per, inputs)
    if formula is None:
        return None
    readings: dict[str, Callable[..., object]] = dict(ITEM_READINGS if per == "item" else PERSON_READINGS)
    return Label(
        name, kind, means, she_reads, inputs, formula, evaluator(formula.node, readings), per, never_about,  # type: ignore[arg-type]
        reveals, used_only_to, forget_after, replaces, section.line,
    )  # fmt: skip


def _per(said: str, inputs: tuple[str, ...], formula: str) -> Literal["item", "person"]:
    if said:
        return "item" if said == "item" else "person"
    names = set(re.findall(r"[A-Za-z_]\w*", formula))
    return "item" if "purchase.item" in inputs or names & ONLY_OF_ITEM else "person"


def _one_or_more(section: Section, name: str) -> tuple[str, ...]:
    if isinstance(section.values.get(name), list):
        return section.texts(name)
    word = section.text(name, "")
    return (word,) if word else ()


def _reveals(section: Section) -> str:
    reveals = section.text("reveals", "")
    if not reveals or reveals == SAME_AS_PRODUCT:
        return reveals
    if reveals not in CATEGORIES:
        hint = suggestion(reveals, (*CATEGORIES, SAME_AS_PRODUCT))
        section.complain(f"`reveals: {reveals}` is no category.{hint}", "reveals")
    elif sensitivity_of(reveals) == "special":
        section.complain(
            f"this label would reveal {reveals}, which the law protects. No formula, however good, is loaded.",
            "reveals",
        )
    return reveals


def _duration(section: Section) -> int:
    text = section.text("forget_after", "")
    if not text:
        return 0
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        section.complain(f"`forget_after: {text}` is not a time. Write it like `90 days`.", "forget_after")
        return 0
    return int(match[1]) * _LENGTHS[match[2]]


def _check_dignity(
    section: Section, name: str, she_reads: str, replaces: tuple[str, ...], undignified: Undignified
) -> None:
    own = Undignified(dict.fromkeys(replaces, "the file says that this label replaces the word"))
    for words in (undignified, own):
        for key, text in (("label", name), ("she_reads", she_reads)):
            for word in words.found_in(text):
                section.complain(f"`{key}` calls her “{word}”: {words.words[word]}.", key)


def _check_words(section: Section, she_reads: str, per: str) -> None:
    if not she_reads.strip():
        section.complain(
            "a label without words cannot be used: write `she_reads`, the sentence she would read.", "she_reads"
        )
    allowed = _SHOWN[per]
    for place in _PLACE.findall(she_reads):
        if place not in allowed:
            hint = suggestion(place, allowed) or f" Allowed: {', '.join(allowed)}."
            section.complain(f"`{{{{ {place} }}}}` is not known here.{hint}", "she_reads")
    if re.search(r"\{%|\{\{|\}\}", _PLACE.sub("", she_reads)):
        section.complain("`she_reads` takes only {{ names }} besides plain words.", "she_reads")


def _formula(section: Section, text: str, per: str, inputs: tuple[str, ...]) -> Formula | None:
    readings = ITEM_READINGS if per == "item" else PERSON_READINGS
    line = section.line_of("formula")
    try:
        formula = parse(text, dict.fromkeys(readings, "number"), "bool", section.file, line, "formula")
    except Problems as found:
        section.problems.extend(found.problems)
        return None
    for name in formula.names:
        rests = rests_on(name, per)
        if not set(rests) & set(inputs):
            section.problems.append(
                Problem(section.file, line, f"`{name}` rests on {rests[0]}: add it to `from`.", "formula")
            )
    return formula


def spoken(label: Label, values: dict[str, dict[str, str | None]]) -> str:
    """Her sentence with its places filled; "" where one of them is not known, so that it cannot be read out."""
    known = True

    def fill(match: re.Match[str]) -> str:
        nonlocal known
        group, _, name = match[1].partition(".")
        value = values.get(group, {}).get(name)
        known = known and bool(value)
        return value or ""

    text = _PLACE.sub(fill, label.she_reads)
    return text if known else ""


def definitions() -> list[tuple[str, str, str]]:
    """Every name for formulas: name, per item or per person, and its sentence."""
    return [(each.name, each.per, each.sentence) for each in NAMES]
