"""Treatments, facts and decisions for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tactful.treatment
from tactful.model.records import Decision, Fact, Judged, Outcome
from tactful.model.verdict import CEILINGS, Verdict
from tactful.treatment.objects import Objects, load_objects
from tactful.treatment.render import Links, Message, Shop, load_footer, render
from tactful.treatment.template import Treatment, load_treatment

ROOM = Path(tactful.treatment.__file__).parent
OBJECTS: Objects = load_objects((ROOM / "tables" / "template_objects.yaml").read_text(encoding="utf-8"), "objects")
FOOTER = load_footer((ROOM / "tables" / "footer.yaml").read_text(encoding="utf-8"), "footer")
SHIPPED = (ROOM / "starter" / "back-in-rhythm.liquid").read_text(encoding="utf-8")
SHIPPED_CAMPAIGN = (ROOM / "starter" / "back-in-rhythm.yaml").read_text(encoding="utf-8")
STARTER = "\n".join(line for line in SHIPPED.split("\n") if not line.startswith("says:"))
STARTER_CAMPAIGN = "\n".join(line for line in SHIPPED_CAMPAIGN.split("\n") if "purchase.frequency" not in line)
SHOP = Shop("The Gift Shop", "The Gift Shop", "1 High Street, Anytown", "hello@giftshop.example", "GBP")
LINKS = Links("https://giftshop.example/why/k3J9", "https://giftshop.example/stop/k3J9")
OFFER: dict[str, Any] = {
    "price": 1650,
    "link": "https://giftshop.example/p/20685",
    "shelf": [{"name": "paper chain kit", "price": 2950}, {"name": "cake cases", "price": 550}],
    "new_in": [{"name": "tea towels", "price": 4250}],
}


def fact(name: str, /, she_reads: str = "", **value: Any) -> Fact:
    return Fact(name, name, "", value, "observed", 0, "ordinary", "self", "web", (), 0, she_reads=she_reads)


PENNY = {
    "purchase.item": fact("purchase.item", plain_name="lunch bag red retrospot", kind="lunch bags"),
    "contact.name": fact("contact.name", given="Penny"),
}


def front(
    variants: str = "explicit",
    purpose: str = "recommend",
    channel: str = "sms",
    always: str = "sender, why_this, stop",
    language: str = "en",
) -> str:
    return (
        f"---\ntreatment: t\npurpose: {purpose}\nchannel: {channel}\nlanguage: {language}\n"
        f"variants: [{variants}]\nalways: [{always}]\n---\n"
    )


def load(text: str, file: str = "t.liquid") -> Treatment:
    return load_treatment(text, file, OBJECTS)


def one(body: str, variant: str = "explicit", **matter: str) -> Treatment:
    """A treatment of one variant, for a channel without a subject. The body begins on line 9."""
    return load(f"{front(variant, **matter)}{{% variant {variant} %}}{body}{{% endvariant %}}")


def decided(treatment: Treatment, variant: str, verdict: str = "say", **change: Any) -> Decision:
    """A decision that chose this variant and found all its mentions sayable."""
    spoken = treatment.find(variant)
    assert spoken is not None, variant
    judged = tuple(judgement(use.fact, use.form) for use in spoken.variant.mentions)
    outcome = {"candidate": treatment.name, "stage": "chosen", "verdict": verdict, "variant": variant, "judged": judged}
    return Decision(treatment.name, variant, verdict, 0, (Outcome(**{**outcome, **change}),))


def judgement(name: str, form: str, act: str = "mention", standing: str = "now") -> Judged:
    return Judged(act, name, form, standing, Verdict(CEILINGS["say"], ("r",)), {})


def written(
    treatment: Treatment,
    variant: str = "explicit",
    facts: dict[str, Fact] = PENNY,
    offer: dict[str, Any] = OFFER,
    decision: Decision | None = None,
    shop: Shop = SHOP,
    links: Links = LINKS,
    also_met: Iterable[str] = (),
) -> Message:
    return render(
        treatment,
        variant,
        facts,
        offer,
        shop,
        decision or decided(treatment, variant),
        links=links,
        footer=FOOTER,
        also_met=also_met,
    )
