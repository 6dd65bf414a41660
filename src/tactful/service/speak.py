"""What one person would read: the message that her decision allows, and the answer when she asks why."""

from __future__ import annotations

import msgspec

from tactful.explain.phrases import PHRASES
from tactful.explain.texts import CustomerTexts
from tactful.explain.why import why_decision
from tactful.model.records import Decision
from tactful.service.case import Built, Setting
from tactful.treatment.render import Links, Message, render
from tactful.treatment.render import Shop as Sender


class Spoken(msgspec.Struct, frozen=True):
    """What a person would read. `why` is what she reads when she asks."""

    verdict: str
    phrase: str
    subject: str
    text: str
    html: str
    why: str


def speak(setting: Setting, built: Built, decision: Decision, decision_id: str, texts: CustomerTexts) -> Spoken | None:
    """The message of a decision that says something; None where nothing is said."""
    if not decision.chosen or decision.verdict == "ask":
        return None
    message = message_of(setting, built, decision, decision_id)
    return Spoken(
        verdict=decision.verdict,
        phrase=PHRASES[decision.verdict],
        subject=message.subject,
        text=message.text,
        html=message.html,
        why=" ".join(her_reasons(setting, built, decision, texts)),
    )


def message_of(setting: Setting, built: Built, decision: Decision, decision_id: str) -> Message:
    """The message, by the one door. Raises NotDecided where the decision does not allow it."""
    shop, project = setting.project.shop, setting.project
    sender = Sender(shop.name, shop.sender.name, shop.sender.post, shop.sender.mail, shop.currency)
    links = Links(
        why=shop.links.why.replace("{decision}", decision_id),
        stop=shop.links.stop.replace("{decision}", decision_id),
    )
    return render(
        project.treatment,
        decision.variant,
        built.facts,
        built.offer,
        sender,
        decision,
        links=links,
        footer=project.footer,
        candidate=project.campaign.name,
        also_met=shop.meets,
    )


def her_reasons(setting: Setting, built: Built, decision: Decision, texts: CustomerTexts) -> tuple[str, ...]:
    """What she reads when she asks why: the words of what was worked out, where the message openly showed it, and of
    the labels behind what it showed; or else what the rules say to her."""
    outcome = next((each for each in decision.outcomes if each.candidate == decision.chosen), None)
    judged = outcome.judged if outcome is not None and decision.verdict == "say" else ()
    openly = {each.fact for each in judged if each.act == "mention" and each.standing == "now"}
    told = [
        fact.she_reads
        for name, fact in sorted(built.facts.items())
        if fact.she_reads
        and (
            (name.startswith("label.") and openly.intersection(fact.lineage))
            or (name.startswith("derived.") and name in openly)
        )
    ]
    return tuple(dict.fromkeys(told)) or why_decision(setting.project.rules.policy, decision, "customer", texts)
