"""Declared derived facts: counts, recencies, sums, last values, favourites, rhythms, sequences and models' scores."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from tactful.model.document import Section
from tactful.model.records import DAY, HOUR
from tactful.model.vocabulary import KEYS
from tactful.profile.dignity import Undignified, check_inputs, check_places, check_reveals, check_words
from tactful.profile.sensitivity import CATEGORIES, sensitivity_of

Form = Literal["count", "recency", "sum", "last", "top", "rhythm", "sequence", "score"]
FORMS: tuple[Form, ...] = ("count", "recency", "sum", "last", "top", "rhythm", "sequence", "score")
COUNTED: dict[str, str] = {
    "orders": "purchase.frequency",
    "returned": "service.return",
    "product_viewed": "browsing.own",
    "product_added": "browsing.cart",
    "products_searched": "search",
    "requested": "request",
    "complaint_opened": "service.complaint",
    "parcel_late": "service",
    "parcel_delivered": "service",
}
"""What can be counted, and the fact that each rests on."""
SUMMED: dict[str, str] = {"value": "purchase.value", "units": "purchase.value"}
RANKED = ("product", "kind")
RANKED_BY = ("days", "units", "value")
STEPS = ("product_viewed", "product_added", "product_removed")
UNLESS = ("ordered", "product_removed")
SCORED_FROM = (
    "purchase.item", "purchase.frequency", "purchase.recency", "purchase.value", "service.return", "browsing.own",
    "browsing.cart", "search", "request",
)  # fmt: skip
"""The facts that a model may be said to have looked at."""
NOTHING = "nothing"
MOST_RANKED = 10

_NAME = re.compile(r"[a-z][a-z0-9_]*")
DURATION = re.compile(r"(\d{1,5})\s*(hour|day|week|month|year)s?")
_LENGTHS = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
SHOWN: dict[Form, tuple[str, ...]] = {
    "count": ("number",), "recency": ("number",), "sum": ("number",), "sequence": ("number",), "last": ("value",),
    "top": ("list",), "rhythm": ("rhythm.in_words", "rhythm.how_often"), "score": ("percent",),
}  # fmt: skip
"""What can be shown of each form, in `she_reads` and in a message."""
NEEDS_WITHIN = ("count", "sequence")
MAY_WITHIN = ("count", "sum", "top", "sequence")
NUMBERS = frozenset(FORMS) - {"top"}
"""The forms that give a number, which formulas and audiences can compare."""


class Derived(msgspec.Struct, frozen=True):
    """A derived fact as declared.

    `of` is what is counted, summed or ranked, the category whose last value it is, or the model. `steps` are those of
    a sequence, `unless` what must not have followed. `within` is µs, 0 is always; `most` how many of a ranking.
    `inputs` are the facts that it rests on. `reveals` is a category or "". `forget_after` (µs) is how long a score is
    believed.
    """

    name: str
    form: Form
    of: str
    kind: str
    means: str
    she_reads: str
    inputs: tuple[str, ...]
    steps: tuple[str, ...] = ()
    unless: str = ""
    within: int = 0
    by: str = "days"
    most: int = 0
    reveals: str = ""
    forget_after: int = 0
    line: int = 0

    @property
    def fact(self) -> str:
        """Its name as a fact: `derived.NAME`."""
        return f"derived.{self.name}"

    @property
    def numeric(self) -> bool:
        """Whether formulas and audiences can compare it."""
        return self.form in NUMBERS


def load_derived(sections: list[Section], undignified: Undignified) -> dict[str, Derived]:
    """The derived facts of a file's `derived:`; problems are collected in the sections."""
    found: dict[str, Derived] = {}
    for section in sections:
        name = section.text("derived")
        if "derived" in section and not _NAME.fullmatch(name):
            section.complain(f"`derived: {name}` must be small letters, digits and _.", "derived")
        if name in found:
            section.complain(f"the derived fact `{name}` stands here twice.", "derived")
        each = _derived(section, name, undignified)
        if each is not None:
            found[name] = each
    return found


def _derived(section: Section, name: str, undignified: Undignified) -> Derived | None:
    forms = [form for form in FORMS if form in section]
    means, she_reads = section.text("means"), section.text("she_reads", "")
    if len(forms) != 1:
        section.complain(f"say one of {', '.join(FORMS)}: what is worked out here?", "derived")
        for form in FORMS:
            section.raw(form, None)
        return None
    form = forms[0]
    of, steps, unless, inputs = _what(section, form)
    categories = KEYS["fact.category"].names
    label_kinds = tuple(each for each in categories if each.startswith("label."))
    usual = {"top": "preference.product", "score": "label.propensity"}.get(form, inputs[0] if inputs else "")
    kind = section.text("kind", usual, one_of=label_kinds if form == "score" else categories)
    reveals = _reveals(section, form)
    derived = Derived(
        name, form, of, kind, means, she_reads, inputs, steps, unless,
        span(section, "within", needed=form in NEEDS_WITHIN) if form in MAY_WITHIN else 0,
        section.text("by", "days", one_of=RANKED_BY) if form == "top" else "days",
        section.integer("most", 3, low=1, high=MOST_RANKED) if form == "top" else 0,
        reveals,
        span(section, "forget_after", needed=True) if form == "score" else 0,
        section.line,
    )  # fmt: skip
    section.finish()
    if kind in CATEGORIES:
        check_inputs(section, "kind", [kind], "this")
    check_inputs(section, form, [each for each in inputs if each in CATEGORIES], "this")
    check_words(section, {"derived": name, "she_reads": she_reads}, {"means": means}, undignified)
    check_places(section, she_reads, SHOWN[form], "a derived fact")
    return derived


def _what(section: Section, form: Form) -> tuple[str, tuple[str, ...], str, tuple[str, ...]]:
    """What is worked out: `of`, the steps of a sequence, what must not have followed, and the facts it rests on."""
    if form == "sequence":
        steps = section.texts(form, one_of=STEPS)
        if len(steps) < 2:
            section.complain("a sequence has at least two steps, like [product_viewed, product_added].", form)
        return "", steps, section.text("unless", "", one_of=("", *UNLESS)), ("browsing.cart", "browsing.own")
    if form == "score":
        return section.text(form), (), "", section.texts("from", one_of=(*SCORED_FROM, *special_named(section)))
    if form == "last":
        of = section.text(form, one_of=sorted(CATEGORIES))
        return of, (), "", (of,)
    if form == "top":
        return section.text(form, one_of=RANKED), (), "", ("purchase.item",)
    table = SUMMED if form == "sum" else COUNTED
    of = section.text(form, one_of=tuple(table))
    base = "purchase.recency" if (form, of) == ("recency", "orders") else table.get(of, "")
    return of, (), "", (base,) if base else ()


def special_named(section: Section) -> tuple[str, ...]:
    """The protected categories that a score says it is made from, so that they are refused in the words of the law."""
    named = section.values.get("from")
    if not isinstance(named, list):
        return ()
    texts = (each for each in named if isinstance(each, str))
    return tuple(each for each in texts if each in CATEGORIES and sensitivity_of(each) == "special")


def _reveals(section: Section, form: Form) -> str:
    """A score must say what it reveals, since nothing else about it can tell."""
    if form == "score" and "reveals" not in section:
        section.complain(f"`reveals` is missing: what does the score give away? A category, or `{NOTHING}`.", "reveals")
    reveals = section.text("reveals", NOTHING)
    if reveals == NOTHING or ("reveals" in section and not reveals):
        return ""
    check_reveals(section, reveals, "this", (NOTHING,))
    return reveals


def span(section: Section, name: str, needed: bool = False) -> int:
    """A time such as `90 days` in µs, 0 where it is not said. A day has 24 hours, a month 30 days, a year 365."""
    if name not in section and not needed:
        return 0
    text = section.text(name, "")
    if name not in section:
        section.complain(f"`{name}` is missing: write it like `90 days`.", name)
        return 0
    if not text and not needed:
        return 0
    match = DURATION.fullmatch(text.strip())
    if match is None:
        section.complain(f"`{name}: {text}` is not a time. Write it like `90 days`.", name)
        return 0
    return int(match[1]) * _LENGTHS[match[2]]
