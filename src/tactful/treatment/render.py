"""The one door: a message is made from a decision, from nothing else, and with its required parts.

A `Message` has no other maker than `render`: its constructor asks for a key that only this module holds. `render` asks
for a Decision that chose this treatment's candidate and this variant, and that judged every fact the variant shows, in
that form, as sayable now. Facts beyond those never reach the template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

import msgspec

from tactful.model.document import read_document, refuse
from tactful.model.records import Decision, Fact, Outcome, Use
from tactful.model.verdict import FORMS
from tactful.treatment.fill import NotRendered, clean, context_of, fill, values_of
from tactful.treatment.html import as_html, links_in
from tactful.treatment.template import PARTS, Spoken, Treatment

MET_HERE = frozenset({"identify_sender", "offer_choice", "explain_why"})
"""Duties that the required parts meet; the others must be met, and named, by the one who sends."""
LONGEST_SUBJECT = 150

_KEY: Final = object()


class NotDecided(Exception):
    """Somebody asked for a message that no decision allows."""


class Shop(msgspec.Struct, frozen=True):
    """Who we are, as far as a message says it. `currency` is a code such as GBP."""

    name: str
    sender_name: str
    sender_post: str
    sender_mail: str = ""
    currency: str = ""


class Links(msgspec.Struct, frozen=True):
    """Where the required parts lead: why she got this, and one click to hear no more. Both begin with https://."""

    why: str
    stop: str


Footer = Mapping[str, Mapping[str, str]]
"""language -> required part -> sentence with {name}, {post}, {link}."""


class Message:
    """What is sent. Made by `render` only; `html` is empty where the channel carries plain text."""

    __slots__ = ("candidate", "channel", "html", "language", "mentions", "purpose", "subject", "text", "variant")

    candidate: str
    variant: str
    purpose: str
    channel: str
    language: str
    subject: str
    text: str
    html: str
    mentions: tuple[Use, ...]

    def __init__(self, key: object = None, **values: object) -> None:
        if key is not _KEY:
            raise NotDecided("a message can only be made from a decision")
        for name in self.__slots__:
            object.__setattr__(self, name, values[name])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise NotDecided("a message stays as it was decided")

    def __delattr__(self, name: str) -> NoReturn:
        raise NotDecided("a message stays as it was decided")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise NotDecided("a message is not copied or stored as such; use `plain()`")

    def plain(self) -> dict[str, Any]:
        """Its values, for the channel that sends it and for an answer to a call."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "mentions": [{"fact": use.fact, "form": use.form} for use in self.mentions]}


def load_footer(text: str, file: str) -> dict[str, dict[str, str]]:
    """Read `tables/footer.yaml`: every language has every required part, with its link or address. Raises Problems."""
    top = read_document(text, file)
    footer: dict[str, dict[str, str]] = {}
    languages = top.section("footer")
    for language in languages.values if languages is not None else ():
        row = languages.section(language) if languages is not None else None
        if row is None:
            continue
        footer[language] = {part: row.text(part) for part in PARTS}
        for part, sentence in footer[language].items():
            for hole in ("{name}", "{post}") if part == "sender" else ("{link}",):
                if part in row and hole not in sentence:
                    row.complain(f"`{part}` must contain {hole}.", part)
        row.finish()
    top.finish()
    refuse(top.problems)
    return footer


def render(
    treatment: Treatment,
    variant: str,
    facts: Mapping[str, Fact],
    offer: Mapping[str, Any],
    shop: Shop,
    decision: Decision,
    *,
    links: Links,
    footer: Footer,
    candidate: str = "",
    also_met: Iterable[str] = (),
) -> Message:
    """The message that a decision allows.

    `variant` is the name as decided (`explicit without contact.name` leaves the name out). `candidate` is the name
    under which the decision knows this (the treatment's own if empty). `offer` is what the campaign offers; it holds
    nothing personal. `also_met` names duties of the decision that the one who sends will meet. Raises NotDecided where
    the decision does not allow exactly this, NotRendered where a required part, a duty or a value is missing.
    """
    spoken = _decided(treatment, variant, decision, candidate or treatment.name, also_met)
    said = {use.fact for use in spoken.variant.mentions}
    known = {name: fact for name, fact in facts.items() if name in said}
    values = values_of(known, _not_personal(offer, shop))
    context = context_of(spoken.wording.used, values)
    subject = _one_line(fill(spoken.wording.subject, context, shop.currency, treatment.language))
    body = _tidy(fill(spoken.wording.body, context, shop.currency, treatment.language))
    if not body or (spoken.wording.subject and not subject):
        raise NotRendered("the message is empty.")
    parts = _required(treatment, shop, links, footer)
    known_links = (*links_in(offer), links.why, links.stop)
    rich = treatment.channel in ("email", "web", "app")
    return Message(
        _KEY,
        candidate=decision.chosen,
        variant=variant,
        purpose=treatment.purpose,
        channel=treatment.channel,
        language=treatment.language,
        subject=subject,
        text="\n".join([body, "", "--", *parts]) if rich else "\n".join([body, *parts]),
        html=as_html(body, parts, known_links, treatment.language) if rich else "",
        mentions=spoken.variant.mentions,
    )


def _not_personal(offer: Mapping[str, Any], shop: Shop) -> dict[str, Mapping[str, Any]]:
    sender = {"name": shop.sender_name, "post": shop.sender_post, "mail": shop.sender_mail}
    return {"offer": offer, "shop": {"name": shop.name}, "sender": sender}


def _decided(treatment: Treatment, variant: str, decision: Decision, name: str, also_met: Iterable[str]) -> Spoken:
    """The variant, if the decision chose it and judged all it shows."""
    if not decision.chosen:
        raise NotDecided("the decision is to say nothing")
    if decision.chosen != name:
        raise NotDecided(f"the decision chose {decision.chosen}, not {name}")
    if decision.variant != variant:
        raise NotDecided(f"the decision chose the variant `{decision.variant}`, not `{variant}`")
    outcome = next((each for each in decision.outcomes if each.candidate == name), None)
    if outcome is None or outcome.stage != "chosen" or outcome.variant != variant:
        raise NotDecided(f"the decision does not say how {name} came to be chosen")
    for verdict in (decision.verdict, outcome.verdict):
        if verdict not in ("say", "soften", "silent"):
            raise NotDecided(f"the decision is `{verdict}`, so nothing is said")
    spoken = treatment.find(variant)
    if spoken is None:
        raise NotDecided(f"the treatment has no variant `{variant}`")
    for use in spoken.variant.mentions:
        if not _judged(use, outcome):
            raise NotDecided(f"the decision did not find {use.fact} sayable in this form")
    unmet = set(outcome.obligations) - MET_HERE - set(also_met)
    if unmet:
        raise NotRendered(f"nobody says that these duties will be met: {', '.join(sorted(unmet))}.")
    return spoken


def _judged(use: Use, outcome: Outcome) -> bool:
    """Whether a mention of this fact, in this form or a fuller one, was judged to stand now."""
    return any(
        judged.act == "mention"
        and judged.fact == use.fact
        and judged.standing == "now"
        and judged.form in FORMS
        and FORMS.index(judged.form) >= FORMS.index(use.form)
        for judged in outcome.judged
    )


def _required(treatment: Treatment, shop: Shop, links: Links, footer: Footer) -> list[str]:
    """The required parts in words; none of them may be missing."""
    sentences = footer.get(treatment.language)
    if sentences is None:
        raise NotRendered(f"there is no footer in `{treatment.language}`.")
    name, post = clean(shop.sender_name), clean(shop.sender_post)
    given = {"sender": name and post, "why_this": links.why, "stop": links.stop}
    parts = []
    for part in PARTS:
        if part not in treatment.always:
            continue
        link = str(given[part])
        if not link or (part != "sender" and not links_in({"link": link})):
            raise NotRendered(f"the required part `{part}` is missing.")
        words = {"{name}": name, "{post}": post, "{link}": link}
        parts.append(_replace(sentences[part], words))
    return parts


def _replace(sentence: str, words: Mapping[str, str]) -> str:
    for hole, word in words.items():
        before, found, after = sentence.partition(hole)
        if found:
            return _replace(before, words) + word + _replace(after, words)
    return sentence


def _one_line(text: str) -> str:
    """A header: one line, nothing that cannot be seen, not longer than mail programs show."""
    return str(clean(text))[:LONGEST_SUBJECT]


def _tidy(text: str) -> str:
    """No blanks at the ends of lines, and never more than one empty line."""
    lines: list[str] = []
    for line in (each.rstrip() for each in text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")
