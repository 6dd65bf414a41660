"""Declared labels: sentences about a person, read strictly. What could not be read out to her is refused."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import Problem, Problems
from tactful.model.vocabulary import KEYS
from tactful.profile.derived import Derived, load_derived, span
from tactful.profile.dignity import Undignified, check_places, check_reveals, check_words, filled
from tactful.profile.formula import Formula, Reading, evaluator, parse
from tactful.profile.measures import ITEM_READINGS, NAMES, ONLY_OF_ITEM, PERSON_READINGS, rests_on
from tactful.profile.worked import reading

SAME_AS_PRODUCT = "same_as_product"
INPUTS = ("purchase.item", "purchase.frequency", "purchase.recency", "purchase.value", "service.return")
"""The facts that formulas can rest on, beside derived ones."""

_KINDS = tuple(name for name in KEYS["fact.category"].names if name.startswith("label."))
_USES = (*KEYS["act"].names, *KEYS["scenario.purpose"].names, "ask")
_SHOWN: dict[str, tuple[str, ...]] = {
    "item": ("item.plain_name", "item.kind", "rhythm.in_words", "rhythm.how_often"),
    "person": ("rhythm.in_words", "rhythm.how_often"),
}


class Label(msgspec.Struct, frozen=True):
    """A label as declared.

    `per` says whether it is true of her or of one product of hers. `inputs` are the facts it is made from. `reveals`
    is a category, `same_as_product` or "". `forget_after` is µs since it began to hold without anything new, or 0.
    `holds` computes it from an Item or a Person. `derived` are those of its inputs that are derived facts.
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
    derived: tuple[Derived, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """A label that stands in the file only to say why it does not exist."""

    name: str
    reason: str


class Declared(msgspec.Struct, frozen=True):
    """All labels of a shop, those that exist and those that are shown as refused, and its derived facts."""

    labels: dict[str, Label] = {}
    refused: tuple[Refused, ...] = ()
    derived: dict[str, Derived] = {}

    def inputs_of(self, name: str) -> tuple[str, ...]:
        """The facts that a label or a derived fact (by its name as a fact) is made from; none for any other."""
        branch, _, short = name.partition(".")
        if branch == "label" and short in self.labels:
            return self.labels[short].inputs
        return self.derived[short].inputs if branch == "derived" and short in self.derived else ()

    def rests_on(self, name: str) -> tuple[str, ...]:
        """All that it is made from, also what its inputs are made from; sorted."""
        inputs = self.inputs_of(name)
        return tuple(sorted(set(inputs).union(*(self.rests_on(each) for each in inputs))))


def load_labels(text: str, file: str, undignified: Undignified) -> Declared:
    """The labels and derived facts of a file. Raises Problems with everything that is wrong in it."""
    top = read_document(text, file)
    derived = load_derived(top.sections("derived", ()), undignified)
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
        label = _label(section, name, undignified, derived)
        if label is not None:
            labels[name] = label
    top.finish()
    refuse(top.problems)
    return Declared(labels, tuple(refused), derived)


def _label(section: Section, name: str, undignified: Undignified, derived: dict[str, Derived]) -> Label | None:
    kind = section.text("kind", one_of=_KINDS)
    means = section.text("means")
    she_reads = section.text("she_reads", "")
    replaces = _one_or_more(section, "replaces")
    inputs = section.texts("from", one_of=(*INPUTS, *(each.fact for each in derived.values())))
    never_about = frozenset(code.upper() for code in section.texts("never_about", ()))
    reveals = section.text("reveals", "")
    used_only_to = section.texts("used_only_to", (), one_of=_USES)
    forget_after = span(section, "forget_after")
    written = section.text("formula")
    said_per = section.text("per", "", one_of=("item", "person"))
    section.finish()
    per = _per(said_per, inputs, written)
    if reveals and reveals != SAME_AS_PRODUCT:
        check_reveals(section, reveals, "this label", (SAME_AS_PRODUCT,))
    _check_dignity(section, {"label": name, "she_reads": she_reads}, {"means": means}, replaces, undignified)
    check_places(section, she_reads, _SHOWN[per], "a label")
    if not written:
        if "formula" in section:
            section.complain("`formula` is empty: when does it hold?", "formula")
        return None
    if reveals == SAME_AS_PRODUCT and per != "item":
        section.complain("`reveals: same_as_product` is for labels about a product.", "reveals")
    readings = _readings(per, derived)
    formula = _formula(section, written, per, inputs, readings)
    if formula is None:
        return None
    return Label(
        name, kind, means, she_reads, inputs, formula, evaluator(formula.node, readings), per, never_about,
        reveals, used_only_to, forget_after, replaces, section.line,
        tuple(each for each in derived.values() if each.fact in inputs),
    )  # fmt: skip


def _readings(per: str, derived: dict[str, Derived]) -> dict[str, Reading]:
    readings: dict[str, Reading] = dict(ITEM_READINGS if per == "item" else PERSON_READINGS)
    readings.update({each.fact: reading(each, per == "item") for each in derived.values() if each.numeric})
    return readings


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


def _check_dignity(
    section: Section,
    spoken: dict[str, str],
    meant: dict[str, str],
    replaces: tuple[str, ...],
    undignified: Undignified,
) -> None:
    check_words(section, spoken, meant, undignified)
    own = Undignified(dict.fromkeys(replaces, "the file says that this label replaces the word"))
    check_words(section, spoken, {}, own)


def _formula(
    section: Section, text: str, per: str, inputs: tuple[str, ...], readings: dict[str, Reading]
) -> Formula | None:
    line = section.line_of("formula")
    try:
        formula = parse(text, dict.fromkeys(readings, "number"), "bool", section.file, line, "formula")
    except Problems as found:
        section.problems.extend(found.problems)
        return None
    for name in formula.names:
        rests = (name,) if name.startswith("derived.") else rests_on(name, per)
        if not set(rests) & set(inputs):
            section.problems.append(
                Problem(section.file, line, f"`{name}` rests on {rests[0]}: add it to `from`.", "formula")
            )
    return formula


def spoken(label: Label, values: dict[str, dict[str, str | None]]) -> str:
    """Her sentence with its places filled; "" where one of them is not known, so that it cannot be read out."""
    return filled(label.she_reads, values)


def definitions() -> list[tuple[str, str, str]]:
    """Every name for formulas: name, per item or per person, and its sentence."""
    return [(each.name, each.per, each.sentence) for each in NAMES]
