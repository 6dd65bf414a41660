"""The words of a verdict, of rules and of records."""

from __future__ import annotations

from tactful.model.words import Word, words

OWN = "Tactful"

VERDICTS: tuple[Word, ...] = words(
    OWN,
    {
        "never": "Leave it alone.",
        "hold": "Not now; judge again when `until` has happened.",
        "ask": "Ask her first, where she is already talking to us.",
        "silent": "It may shape what we do; nobody may be able to tell.",
        "soften": "Speak in general terms.",
        "say": "Use it and say so.",
    },
)
USE: tuple[Word, ...] = words(
    OWN, {"no": "It may not be used.", "ask": "She must be asked first.", "yes": "It may be used."}
)
MENTION: tuple[Word, ...] = words(
    OWN,
    {
        "none": "Nobody may be able to tell.",
        "softened": "In general terms.",
        "explicit": "Openly.",
    },
)
WHEN: tuple[Word, ...] = words(OWN, {"never": "At no time.", "later": "When `until` has happened.", "now": "Now."})

UNTIL: tuple[Word, ...] = words(
    OWN,
    {
        "complaint.closed": "Her complaint is closed.",
        "let_down.mended": "What we broke is put right.",
        "agreement.delivered": "What we promised is delivered.",
        "quiet_hours.over": "It is no longer a quiet hour for her.",
        "contact.window_open": "She has heard little enough from us.",
        "visit.over": "She has left the store.",
        "hers.time": "The time she chose has come.",
    },
)

# The least mention at which each duty is due (0 none, 1 softened, 2 explicit) stands in `verdict.DUTY_NEEDS`.
OBLIGATIONS: tuple[Word, ...] = words(
    OWN,
    {
        "offer_choice": "Show her how to say no.",
        "identify_sender": "Say who we are and where we can be written to.",
        "list_on_page": "List it on her own page.",
        "confirm_first": "Have her confirm before it takes effect.",
        "give_in_return": "Give her something for it.",
        "say_what_for": "Say what it is for when asking.",
        "explain_why": "Say why she sees it.",
        "name_source": "Say where it comes from.",
    },
)

TIERS: tuple[Word, ...] = words(
    OWN,
    {
        "law": "What the law says.",
        "promise": "What our notices and agreements say.",
        "hers": "What she herself set.",
        "norm": "What people find acceptable.",
        "taste": "The brand's own style.",
    },
)

RECORDS: tuple[Word, ...] = words(
    OWN,
    {
        "event": "What happened, as received.",
        "fact": "What we know, with provenance and lineage.",
        "profile": "One person's current facts, permissions and contacts.",
        "permission": "Purpose, channel and category, with proof.",
        "agreement": "What she shares, what she gets, until when, and whether we delivered.",
        "label": "A segment or score given to her, with the words she would read.",
        "scenario": "Where, when, by whom and to whom.",
        "flow": "One act with one piece of knowledge about one person in one scenario.",
        "verdict": "What may be done with a flow, with its reasons.",
        "candidate": "An interaction that could be had with one person.",
        "treatment": "The ways to put it into words, from explicit to silent.",
        "decision": "What was decided, with what decided it.",
        "message": "What is sent, makeable only from a decision.",
        "card": "What a person who speaks for us sees, likewise.",
        "contact": "An attempt to reach her, in any channel, by people too.",
        "outcome": "What came back.",
        "gap": "What is missing in our set-up, never shown as her refusal.",
    },
)
