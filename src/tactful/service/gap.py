"""What is missing in our own set-up, read from an outcome: never from a refusal of hers.

An outcome is a gap where nothing that she did or said decided it: no state that she chose, only what nobody looked up,
asked or wrote down. The first of these that applies is named, in the order in which it is mended.
"""

from __future__ import annotations

import msgspec

from tactful.appropriateness.message import UNMET
from tactful.model.records import Judged, Outcome
from tactful.permission.points import CollectionPoint

_REFUSED = ("refused", "withdrawn", "revoked", "invalidated", "expired")


class Gap(msgspec.Struct, frozen=True, order=True):
    """One thing to mend. `kind` is notice, permission, place or a key of a flow; `mend` is a command or a step."""

    kind: str
    about: str
    text: str
    mend: str


MEND_KEY: dict[str, str] = {
    "customer.complaint_open": "tactful source heard HELPDESK --at TIME, or connect it in shop.yaml under `sources`",
    "customer.let_down": "connect the carrier, or say under `sources` in shop.yaml which system tells of late parcels",
    "customer.minor": "say in shop.yaml under `customers` what your terms of sale say about age",
    "customer.jurisdiction": "import orders with a country, or an address",
    "scenario.audience": "say in shop.yaml under `channels` who else can notice a message there",
    "scenario.benefit": "say in the campaign under `value` what she gets: benefit: relevance, saving or service",
    "scenario.fit": "add this category to tables/fit.yaml",
    "contact.local_hour_min": "import orders with a country, so that her time zone is known",
    "contact.local_hour_max": "import orders with a country, so that her time zone is known",
    "fact.acquired_via": "say in shop.yaml under `sources` how this source reaches you: via: web, till …",
}


def gap_of(outcome: Outcome, points: tuple[CollectionPoint, ...]) -> Gap | None:
    """The gap behind an outcome, or None where it is no gap. `points` are the notices on file."""
    if outcome.stage == "chosen" or not (outcome.because or outcome.missing):
        return None
    if outcome.note.startswith(UNMET):
        return Gap("duty", outcome.note, outcome.note.rstrip("."), "meet it and say so in shop.yaml: meets: […]")
    flows = [each for each in outcome.judged if each.standing != "now"]
    if _hers(flows):
        return None
    return _unasked(flows, points) or _untold(flows) or _missing(outcome)


def _hers(flows: list[Judged]) -> bool:
    """Whether she said no, or a limit that surely holds decided: then nothing is missing that would help."""
    if any(each.flow.get("permission.state") in _REFUSED for each in flows):
        return True
    return bool(flows) and all(not each.verdict.missing and "no-licence" not in each.verdict.because for each in flows)


def _unasked(flows: list[Judged], points: tuple[CollectionPoint, ...]) -> Gap | None:
    for each in flows:
        flow = each.flow
        if flow.get("permission.state") != "never_asked" or flow.get("permission.basis") != "none":
            continue
        about = f"{flow.get('scenario.channel')} × {flow.get('scenario.purpose')}"
        elsewhere = sorted({place for point in points for place in point.shown_in})
        if elsewhere and not _lives_in(flow.get("customer.jurisdiction"), elsewhere):
            places = ", ".join(elsewhere)
            text = f"outside {places}: the notice on file is not shown there, and nothing else allows {about}"
            return Gap("place", about, text, "describe the notice that is shown there in collection-points/")
        mend = "describe the notice she saw in collection-points/, or tactful import permissions FILE --from …"
        text = f"no permission on file for {about}"
        if elsewhere:
            text += ": no notice that she saw where we learned of her gives one"
        return Gap("permission", about, text, mend)
    return None


def _lives_in(jurisdiction: object, places: list[str]) -> bool:
    """Whether she lives where one of these notices is shown."""
    return isinstance(jurisdiction, str) and any(
        jurisdiction == each or jurisdiction.startswith(f"{each}-") for each in places
    )


def _untold(flows: list[Judged]) -> Gap | None:
    for each in flows:
        if each.flow.get("fact.purposes") == ():
            text = f"what she was told when we learned {each.fact} is not on file"
            return Gap("notice", each.fact, text, "describe the notice she saw in collection-points/")
    return None


def _missing(outcome: Outcome) -> Gap | None:
    for key in sorted(outcome.missing, key=lambda key: (key not in MEND_KEY, key)):
        mend = MEND_KEY.get(key, "make it known where the flow is built, or leave the fact out")
        return Gap(key, key, f"not known: {key}", mend)
    return None
