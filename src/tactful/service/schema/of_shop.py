"""The schemas of what is said of a shop: shop.yaml, labels, collection points, campaigns and treatments."""

from __future__ import annotations

from tactful.model.verdict import DUTY_NEEDS
from tactful.model.vocabulary import KEYS
from tactful.permission import points
from tactful.profile import derived as derived_file
from tactful.profile import labels as label_file
from tactful.profile.sensitivity import CATEGORIES, sensitivity_of
from tactful.service import shop as shop_file
from tactful.service.schema.pieces import (
    Piece,
    document,
    like,
    meant,
    named,
    number,
    said,
    section,
    sections,
    text,
    texts,
    value_of,
    values_of,
    whole,
    words,
)
from tactful.treatment import campaign as campaign_file
from tactful.treatment import template

_CHANNEL, _PURPOSE = KEYS["scenario.channel"], KEYS["scenario.purpose"]
_INSIDE = r"^(?![/\\])(?!.*(?:^|[/\\])\.\.(?:[/\\]|$))[^:]*\S[^:]*$"
"""A path that stays inside the folder."""
_DAY = like(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "A day, like 2011-12-24.")


def shop() -> Piece:
    """shop.yaml."""
    needed = {
        "shop": text("Its name, as customers know it."),
        "sector": meant(KEYS["scenario.sector"].values),
        "home": value_of(KEYS["customer.jurisdiction"]),
        "sender": section({"name": text(), "post": text(), "mail": text()}, says="Stands under every message."),
        "links": section({"product": _link("{code}"), "why": _link("{decision}"), "stop": _link("{decision}")}),
    }
    without_zone = {"properties": {"home": {"enum": list(shop_file.ZONES)}}}
    top = {**section(needed, _more_of_a_shop()), "if": without_zone, "else": {"required": ["zone"]}}
    return document("Shop", "What is true of our shop, said once. Nothing here opens a door.", top)


def _more_of_a_shop() -> dict[str, Piece]:
    """What shop.yaml may say besides."""
    customers = [name for name in KEYS if name.startswith("customer.")]
    audience = section({"audience": meant(KEYS["scenario.audience"].values)})
    caps = dict.fromkeys(("marketing", *_CHANNEL.names), like(shop_file._CAP, "Like 2 per 7 days."))
    who = "Who else can notice a message in this channel, in our shop."
    return {
        "zone": like(r"[A-Za-z0-9_+/-]+", "The time zone at home, like Europe/London."),
        "currency": text(),
        "languages": texts(words(("en",))),
        "channels": named(audience, shop_file._CHANNELS, who),
        "sources": named(_source(), says="Systems we are connected to, and what their silence means."),
        "customers": section({"because": text()}, {"all": values_of(customers)}, "What holds for every customer."),
        "let_down": section({}, {"returned_within": _span()}),
        "goods": {**text("A pattern that codes of goods match."), "maxLength": 200},
        "quiet_hours": section({"from": _clock(), "to": _clock()}, {"zone": words(("hers",))}),
        "frequency": section({}, {"all_channels_together": {"const": True}, **caps}),
        "attention": number(0, 1000, "What one message costs her, in our currency."),
        "meets": texts(words(DUTY_NEEDS), says="Duties that our own pages and staff meet."),
    }


def _source() -> Piece:
    keys = {
        "via": meant(KEYS["fact.acquired_via"].values, "How what it tells us reached us."),
        "tells_us": texts(words(KEYS), says="The keys that it knows."),
        "silence_means": values_of(KEYS),
        "fresh_for": _span("For how long its silence may be believed."),
    }
    speaks = {"required": ["silence_means"], "properties": {"silence_means": {"minProperties": 1}}}
    return {**section({}, keys), "if": speaks, "then": {"required": ["fresh_for"]}}


def labels() -> Piece:
    """labels.yaml."""
    may_reveal = [name for name in CATEGORIES if sensitivity_of(name) != "special"]
    one = section(
        {
            "label": like("[a-z][a-z0-9_]*", "Its name, in small letters, digits and _."),
            "kind": words(label_file._KINDS),
            "means": text("What it says of her, for staff."),
            "she_reads": said("The sentence that she would read. A label without one may not be used."),
            "from": texts({"anyOf": [words(label_file.INPUTS), like(r"derived\.[a-z][a-z0-9_]*")]},
                          says="The facts that it rests on."),
            "formula": {"type": "string", "minLength": 1, "description": "When it holds."},
        },
        {
            "replaces": {"anyOf": [text(), texts()]},
            "never_about": texts(says="Product codes that it is never about."),
            "reveals": words((*may_reveal, label_file.SAME_AS_PRODUCT, "")),
            "used_only_to": texts(words(label_file._USES)),
            "forget_after": _keep(or_nothing=True),
            "per": words(("item", "person")),
        },
    )  # fmt: skip
    refused: Piece = {
        "type": "object", "required": ["label", "refused"],
        "properties": {"label": like("[a-z][a-z0-9_]*"), "refused": text("Why it does not exist.")},
    }  # fmt: skip
    top = section(
        {"labels": sections({"if": {"required": ["refused"]}, "then": refused, "else": one})},
        {
            "derived": sections(
                {"oneOf": [_derived(form) for form in derived_file.FORMS]}, "Facts worked out of others."
            )
        },
    )
    return document("Labels", "A label is a sentence about a person. What we would not read out we do not use.", top)


def _derived(form: derived_file.Form) -> Piece:
    """One item of `derived:`, of one form."""
    categories = [name for name in CATEGORIES if sensitivity_of(name) != "special"]
    label_kinds = [name for name in categories if name in label_file._KINDS]
    reveals = words((*categories, derived_file.NOTHING, ""))
    what: dict[derived_file.Form, Piece] = {
        "sum": words(derived_file.SUMMED),
        "last": words(categories),
        "top": words(derived_file.RANKED),
        "sequence": texts(words(derived_file.STEPS), least=2),
        "score": text("The model's name, as its scores say it."),
    }
    needed = {
        "derived": like("[a-z][a-z0-9_]*", "Its name, in small letters, digits and _."),
        "means": text("What it says of her, for staff."),
        "she_reads": said("The sentence that she would read."),
        form: what.get(form, words(derived_file.COUNTED)),
    }
    more: dict[str, Piece] = {"kind": words(label_kinds if form == "score" else categories), "reveals": reveals}
    if form == "score":
        needed |= {"from": texts(words(derived_file.SCORED_FROM)), "reveals": reveals, "forget_after": _keep()}
    if form in derived_file.NEEDS_WITHIN:
        needed["within"] = _keep()
    elif form in derived_file.MAY_WITHIN:
        more["within"] = _keep(or_nothing=True)
    if form == "top":
        more |= {"by": words(derived_file.RANKED_BY), "most": whole(1, derived_file.MOST_RANKED)}
    if form == "sequence":
        more["unless"] = words(("", *derived_file.UNLESS))
    return section(needed, {name: piece for name, piece in more.items() if name not in needed})


def _keep(or_nothing: bool = False) -> Piece:
    return like(rf"\s*(?:{derived_file.DURATION.pattern})\s*{'|' if or_nothing else ''}", "Like 90 days.")


def collection_point() -> Piece:
    """A file of collection-points/."""
    everywhere = {"anyOf": [meant(_CHANNEL.values), {"const": "*"}]}
    conditions = section({name: {"const": True} for name in points.CONDITIONS})
    basis = words(points._BASES)
    told = section({"purpose": meant(_PURPOSE.values), "basis": basis}, {"channel": everywhere})
    soft = section({"purpose": meant(_PURPOSE.values), "basis": basis, "channel": everywhere, "conditions": conditions})
    permission = {"if": {"properties": {"basis": {"const": "soft_opt_in"}}, "required": ["basis"]},
                  "then": soft, "else": told}  # fmt: skip
    place = like(r"eu|[a-z]{2}(?:-[^-]+)*", "A jurisdiction: uk, eu-fr, us-ca …")
    top = section(
        {
            "collection_point": said("Its name."),
            "notice": said("The file of the text that she saw."),
            "seen_from": _DAY,
            "sources": texts(says="The imports that it covers."),
            "purposes": texts(meant(_PURPOSE.values), says="What she was told it is for."),
            "approved": section({"by": text(), "on": _DAY}, says="By the privacy officer, not by marketing."),
        },
        {
            "collects": texts(meant(KEYS["fact.category"].values)),
            "permissions": sections(permission),
            "shown_in": texts(place, least=1),
            "assumes": text("What is taken on trust, in a sentence that is printed."),
            "consent": named(_choice(), says="The choices of the consent dialogue, as they are sent with events."),
        },
    )
    return document("Collection point", "Where we learn things about her, and what she was told there.", top)


def _choice() -> Piece:
    """One choice of a consent dialogue; it says at least one thing."""
    granted = section(
        {
            "purpose": meant(_PURPOSE.values),
            "channel": meant(_CHANNEL.values),
            "asked": words([each for each in KEYS["permission.asked"].names if each != "not_asked"]),
            "notice": said("The file of the text that she was asked with."),
        },
        {"category": {"anyOf": [meant(KEYS["fact.category"].values), {"const": "*"}]}},
    )
    keys = {
        "needed_for": texts(meant(KEYS["fact.category"].values), says="Kept only where she chose yes."),
        "refuses": texts(meant(_PURPOSE.values), says="What her no refuses, in every channel."),
        "grants": sections(granted, "What her yes is a yes to, where our own server tells it."),
    }
    says = [{"properties": {name: {"minItems": 1}}, "required": [name]} for name in keys]
    return {**section({}, keys), "anyOf": says}


def campaign() -> Piece:
    """A file of campaigns/."""
    use = section(
        {
            "fact": like(r"[a-z_]+(?:\.[a-z0-9_]+)*", "A category, or label.NAME."),
            "act": words(campaign_file.USE_ACTS),
            "because": said("What it is for, as you would say it to her."),
        }
    )
    use["properties"]["fact"]["anyOf"] = [words(KEYS["fact.category"].names), {"pattern": r"^(?:label|derived)\."}]
    value = section(
        {
            "to_us": {**number(0, 1_000_000), "multipleOf": 0.001},
            "currency": like(campaign_file._CURRENCY),
            "to_her": said(),
        },
        {"benefit": meant(KEYS["scenario.benefit"].values)},
    )
    top = section(
        {
            "campaign": said("Its name."),
            "does": said("What it does, in a sentence."),
            "owner": said("Who answers for it."),
            "purpose": meant(_PURPOSE.values),
            "channel": meant(_CHANNEL.values),
            "open": section({"from": _DAY, "until": _DAY}),
            "for": said("Who it could be for: a condition on facts and labels."),
            "treatment": {**text("Its file, like treatments/x.liquid."), "pattern": _INSIDE},
            "uses": sections(use, "Everything that shapes it."),
            "value": value,
        },
        {
            "skip": text("People for whom it makes no sense: a condition."),
            "holdout": like(_percent(campaign_file.MOST_HOLDOUT), "The share that hears nothing, like 10%."),
            "run": words(("watch", "live")),
            "place": meant(KEYS["scenario.place"].values),
        },
    )
    return document("Campaign", "One thing to say, to whom, and what shapes it.", top)


def treatment() -> Piece:
    """The front matter of a treatment."""
    always: Piece = texts(words(template.PARTS))
    top = section(
        {
            "treatment": text("Its name."),
            "purpose": meant(_PURPOSE.values),
            "channel": meant(_CHANNEL.values),
            "language": text(),
            "variants": {"enum": _variants()},
        },
        {"always": always, "says": _says()},
    )
    promoting = {"properties": {"purpose": {"enum": list(template.PROMOTING)}}}
    whole = {"allOf": [{"contains": {"const": part}} for part in template.PARTS]}
    plain = {"properties": {"purpose": {"not": {"enum": list(template.PLAIN_PURPOSES)}}}}
    top["allOf"] = [
        {"if": promoting, "then": {"properties": {"always": whole}}},
        {"if": plain, "then": {"properties": {"variants": {"not": {"contains": {"const": "plain"}}}}}},
    ]
    return document("Treatment", "The front matter of a treatment: what stands between the two lines of ---.", top)


def _says() -> Piece:
    quiet = ("silent", "plain")
    facts = {name: {**texts(), **({"maxItems": 0} if name in quiet else {})} for name in template.VARIANTS}
    return section({}, facts, "The facts that a variant's words let her work out.")


def _variants() -> list[list[str]]:
    """Every choice of variants, fullest first."""
    choices: list[list[str]] = [[]]
    for name in reversed(template.VARIANTS):
        choices += [[name, *rest] for rest in choices]
    return [choice for choice in choices if choice]


def _link(hole: str) -> Piece:
    escaped = hole.replace("{", r"\{").replace("}", r"\}")
    begins = {"type": "string", "pattern": r"^https://", "allOf": [{"pattern": escaped}]}
    return {**begins, "description": f"Begins with https:// and contains {hole}."}


def _span(says: str = "") -> Piece:
    return like(rf"\s*(?:{shop_file._DURATION.pattern})\s*", f"{says} Like 24h or 14 days.".strip())


def _clock() -> Piece:
    return like(shop_file._CLOCK, 'A time of day, like "20:00".')


def _percent(most: int) -> str:
    return rf"(?:0?[0-9]|[1-{most // 10 - 1}][0-9]|{most})\s?%"
