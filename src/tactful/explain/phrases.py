"""The fixed phrases: what a verdict is called, what staff read of duties and waiting, and the neutral sentences."""

from __future__ import annotations

from tactful.model.words_verdict import OBLIGATIONS, UNTIL, VERDICTS
from tactful.policy.rules import Const, Rule

PHRASES: dict[str, str] = {
    "say": "SAY",
    "soften": "GENERAL TERMS",
    "silent": "USE QUIETLY",
    "ask": "ASK HER",
    "hold": "WAIT",
    "never": "LEAVE ALONE",
}
"""A verdict as it stands in a table."""

MEANINGS: dict[str, str] = {word.name: word.sentence for word in VERDICTS}
"""A verdict in one sentence for staff."""
STAFF_UNTIL: dict[str, str] = {word.name: word.sentence for word in UNTIL}
"""What must have happened before a held thing is judged again, for staff."""
STAFF_DUTIES: dict[str, str] = {word.name: word.sentence for word in OBLIGATIONS}
"""What must be done when it is said, for staff."""

LEFT_ALONE = "We chose to leave this alone this time."
KEPT_GENERAL = "We kept this general."
NEUTRAL: dict[str, str] = {"never": LEFT_ALONE, "silent": KEPT_GENERAL, "soften": KEPT_GENERAL}
"""What she reads where the true reason could tell somebody: the same as for many other reasons, so that it tells
nothing."""

UNSURE: dict[str, str] = {
    "never": "We were not sure that you would want this, so we left it.",
    "hold": "We were not sure that this is a good moment for you, so we wait.",
    "ask": "We were not sure that you would want this, so we would like to ask you first.",
    "silent": KEPT_GENERAL,
    "soften": KEPT_GENERAL,
}
"""What she reads where a limit decides only because something is not known."""

UNSAID: dict[str, str] = {
    "never": LEFT_ALONE,
    "hold": "We wait with this for now.",
    "ask": "We would like to ask you first.",
    "silent": KEPT_GENERAL,
    "soften": KEPT_GENERAL,
    "say": "You can ask us about this at any time.",
}
"""What she reads where the policy has no sentence of its own."""

NO_LICENCE = Rule(
    kind="licence",
    id="no-licence",
    when=Const(True),
    when_text="true",
    staff="Nothing on file allows this. This may be a gap in our set-up, not a refusal.",
    customer="We did not have your leave for this, so we did not.",
    source="SEMANTICS 6",
)
"""The reason where no licence holds; it is no rule of any policy."""


def phrase(verdict: str, plain_words: bool = False) -> str:
    """What a verdict is called in a table: `LEAVE ALONE`, or `never` with `plain_words`."""
    return verdict if plain_words else PHRASES[verdict]
