"""A journey in sentences for staff: what she is in the middle of, and each episode in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tactful.profile.events import (
    APPOINTMENT_BOOKED,
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    KINDS,
    NOTED,
    PAGE_VIEWED,
    PARCEL_LATE,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    REQUESTED,
    SCORED,
    STATED,
    TRAITS,
)
from tactful.profile.journey import Episode, Open, Step
from tactful.service.staff_words import within

_MOST = 3


def middle_of(each: Open) -> str:
    """What she is in the middle of, in one sentence."""
    what = _list(each.names)
    match each.kind:
        case "basket":
            return f"Has {_count(len(each.refs), 'thing')} in the basket and has not ordered: {what}."
        case "looking":
            return f"Came back to look at {what}, and has not bought."
        case k if k == COMPLAINT_OPENED:
            return f"Complained{_number(each.ref)}, and it is not settled."
        case k if k == REQUESTED:
            return f"Asked for {what}, and has not had it yet."
        case k if k == APPOINTMENT_BOOKED:
            return f"Has an appointment{_number(each.ref)}{f': {what}' if each.names else ''}."
        case k if k == PARCEL_LATE:
            return f"Waits for a parcel that is late{_number(each.ref)}."
    return KINDS.get(each.kind, f"{each.kind}.")


def happened(episode: Episode, currency: str) -> str:
    """What happened in an episode, in one sentence."""
    steps = episode.steps
    match episode.kind:
        case "bought":
            return f"Bought {_pieces(steps)} for {_money(steps, currency)}: {_names(steps)}."
        case "returned":
            return f"Brought back or cancelled {_pieces(steps)}: {_names(steps)}."
        case "free":
            return f"Had {_pieces(steps)} free of charge: {_names(steps)}."
        case "visit":
            return _visit(steps)
        case k if k == TRAITS:
            return f"Told us {_list([within(each) for each in sorted(_facts(steps[0]))])}."
        case k if k == STATED:
            so = "so" if steps[0].holds else "not so"
            return f"Said that it is {so}: {within(steps[0].text)}{_number(steps[0].ref)}."
        case k if k in (NOTED, REQUESTED):
            return f"{_staffed(steps[0])}, written down by {steps[0].author} in {steps[0].store}."
        case k if k == SCORED:
            return f"The model {steps[0].ref} gave {steps[0].text}."
        case k if k in (COMPLAINT_OPENED, COMPLAINT_CLOSED):
            return f"{KINDS[k].rstrip('.')}{_number(steps[0].ref)}."
    return _other(steps[0])


def _other(step: Step) -> str:
    sentence = KINDS.get(step.kind, step.kind).rstrip(".")
    about = ": ".join(part for part in (_number(step.ref).strip(), step.text) if part)
    return f"{sentence} {about}".rstrip(".") + ("" if about.endswith(("?", "!")) else ".")


def _staffed(step: Step) -> str:
    if step.kind == REQUESTED:
        return f"Asked for {step.text or step.ref}"
    return f"Noted of {within(step.ref)}: “{step.text}”" if step.ref else f"Noted: “{step.text}”"


def _facts(step: Step) -> set[str]:
    return {name.partition(":")[0] for name in step.names}


def _visit(steps: Sequence[Step]) -> str:
    by_kind: dict[str, list[Step]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step)
    parts = []
    if viewed := by_kind.get(PRODUCT_VIEWED):
        parts.append(f"looked at {_names(viewed)}")
    if searched := by_kind.get(PRODUCTS_SEARCHED):
        parts.append("searched for " + _list([f"“{step.text or step.ref}”" for step in searched]))
    if added := by_kind.get(PRODUCT_ADDED):
        parts.append(f"put {_names(added)} into the basket")
    if removed := by_kind.get(PRODUCT_REMOVED):
        parts.append(f"took {_names(removed)} out of it")
    if pages := by_kind.get(PAGE_VIEWED):
        parts.append(f"looked at {_count(len(pages), 'page')}")
    return _first_up(", ".join(parts)) + "."


def _names(steps: Sequence[Step]) -> str:
    return _list(list(Counter(step.text or step.ref or "something" for step in steps)))


def _list(names: Sequence[str]) -> str:
    shown = list(names[:_MOST])
    if len(names) > _MOST:
        shown.append(f"{len(names) - _MOST} more")
    return ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1] if shown else "something"


def _pieces(steps: Sequence[Step]) -> str:
    return _count(sum(abs(step.units) for step in steps), "piece")


def _money(steps: Sequence[Step], currency: str) -> str:
    return f"{sum(step.amount for step in steps) / 1000:.2f} {currency}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _number(ref: str) -> str:
    return f" ({ref})" if ref else ""


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
