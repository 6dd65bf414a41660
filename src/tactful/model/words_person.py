"""How she stands with us, what she allowed, and what the line is: the keys that are about her."""

from __future__ import annotations

from tactful.model.words import Key, Word, enum, number, ordered, slug, words, yes_or_no
from tactful.model.words_verdict import VERDICTS

DPV = "W3C Data Privacy Vocabulary 2.3"
OWN = "Tactful"

DEPTH = {
    "stranger": "Nothing yet.",
    "acquaintance": "Seen now and then.",
    "regular": "Seen often, with give and take.",
    "confidant": "Trusted with what one does not tell a shop.",
}

STATES = {
    "never_asked": "We looked, and nobody has asked her. [Tactful]",
    "requested": "She was asked and has not answered. [DPV ConsentRequested]",
    "request_deferred": "She said: not now. [DPV ConsentRequestDeferred]",
    "refused": "She said no. [DPV ConsentRefused]",
    "given": "She said yes. [DPV ConsentGiven]",
    "expired": "Her yes has run out. [DPV ConsentExpired]",
    "invalidated": "Her yes was found not to count. [DPV ConsentInvalidated]",
    "revoked": "We ended it. [DPV ConsentRevoked]",
    "renewed": "She said yes again. [DPV RenewedConsentGiven]",
    "withdrawn": "She took her yes back. [DPV ConsentWithdrawn]",
}

# Jurisdictions that rules and packs name. Others are written as ISO 3166 codes in lower case (`au`, `ch`, `ca-qc`).
JURISDICTIONS: tuple[Word, ...] = words(
    "ISO 3166, in lower case; members of the European Union under `eu`",
    {
        "eu": "The European Union.",
        "eu-fr": "France.",
        "uk": "The United Kingdom.",
        "us": "The United States.",
        "us-ca": "California.",
        "us-wa": "Washington.",
    },
)

RELATIONSHIP_KEYS: tuple[Key, ...] = (
    ordered(
        "relationship.depth",
        "How well we know each other, from tenure and give-and-take, never from spend alone.",
        OWN,
        DEPTH,
    ),
    ordered("relationship.with_speaker", "How well she knows this very person who speaks.", OWN, DEPTH),
    number(
        "relationship.trust",
        "Standing earned by kept promises and her own acts, 0 to 1; absent is 0; only norm limits may look at it.",
        OWN,
        0,
        1,
    ),
)

PERMISSION_KEYS: tuple[Key, ...] = (
    enum(
        "permission.state",
        "Her consent for this purpose, channel and category.",
        DPV + ", ConsentStatus",
        STATES,
    ),
    enum(
        "permission.basis",
        "On what ground it is done; `state` speaks of consent only.",
        DPV + ", LegalBasis",
        {
            "consent": "She agreed. [GDPR Art. 6(1)(a)]",
            "contract": "It is needed for what she ordered or joined. [GDPR Art. 6(1)(b)]",
            "legitimate_interest": "Our interest, weighed against hers. [GDPR Art. 6(1)(f)]",
            "soft_opt_in": "She bought from us, could refuse then and can refuse each time. [PECR reg. 22]",
            "legal_obligation": "The law asks it of us. [GDPR Art. 6(1)(c)]",
            "none": "None.",
        },
    ),
    enum(
        "permission.asked",
        "How she was asked.",
        OWN,
        {
            "plainly": "By itself and in plain words.",
            "in_terms": "Inside terms and conditions.",
            "as_condition": "As a condition of getting something else.",
            "not_asked": "She was not asked.",
        },
    ),
    enum("permission.elsewhere", "The strictest state of the same purpose in her other channels.", OWN, STATES),
)

CUSTOMER_KEYS: tuple[Key, ...] = (
    yes_or_no("agreement.owed", "We owe her something that a share-and-get agreement promised.", OWN),
    yes_or_no("customer.complaint_open", "She has an open complaint.", OWN),
    yes_or_no("customer.let_down", "We failed her and have not put it right, whether or not she complained.", OWN),
    yes_or_no("customer.minor", "She is under age.", "GDPR Art. 8"),
    yes_or_no("customer.vulnerable", "She disclosed a vulnerability.", "FCA FG21/1"),
    yes_or_no("customer.restricted", "Processing is restricted.", "GDPR Art. 18"),
    yes_or_no("customer.objected", "She objected to direct marketing.", "GDPR Art. 21"),
    slug("customer.jurisdiction", "Whose law protects her.", "ISO 3166", "-", JURISDICTIONS),
    Key("hers.at_most", "ordered", "The least free of her own settings that match this flow.", OWN, VERDICTS),
    yes_or_no("hers.welcomes", "She asked for exactly this use, in this channel.", OWN),
)

CHANNEL_WINDOWS = ("email", "sms", "push", "call", "post", "associate", "app")

CONTACT_KEYS: tuple[Key, ...] = (
    *(
        number(
            f"contact.last_{window}",
            f"Attempts to reach her in the last {text}, all channels and people together.",
            OWN,
        )
        for window, text in (("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"))
    ),
    *(
        number(f"contact.{channel}_last_{window}", f"Attempts by {channel} in the last {text}.", OWN)
        for channel in CHANNEL_WINDOWS
        for window, text in (("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"))
    ),
    number("contact.local_hour_min", "The earliest hour it may now be for her, 0 to 23.", OWN, 0, 23),
    number("contact.local_hour_max", "The latest hour it may now be for her, 0 to 23.", OWN, 0, 23),
)

NORM_KEYS: tuple[Key, ...] = (
    number(
        "norm.discomfort",
        "Estimated share of people who would mind, missing inputs at their average.",
        OWN,
        0,
        1,
    ),
    number(
        "norm.discomfort_at_most",
        "The same with missing inputs at their worst; the one rules use.",
        OWN,
        0,
        1,
    ),
    number(
        "norm.excess",
        "`discomfort_at_most` minus the leeway that holds for her; only norm limits may look at it.",
        OWN,
        -1,
        1,
    ),
)
