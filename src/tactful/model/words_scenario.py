"""Where, when, by whom and to whom: `scenario.*`."""

from __future__ import annotations

from tactful.model.words import Key, Word, enum, ordered, words

CI = "contextual integrity (Barth, Datta, Mitchell, Nissenbaum 2006)"
DPV = "W3C Data Privacy Vocabulary 2.3"
OWN = "Tactful"

CIRCLE: dict[str, str] = {
    "self": "Only she.",
    "staff": "Our staff.",
    "household": "Those she lives with.",
    "bystanders": "Whoever stands near her.",
    "third_party": "Another organisation.",
    "public": "Anybody.",
}

PURPOSES: tuple[Word, ...] = words(
    DPV + ", Purpose",
    {
        "service": "Help she asked for or is owed.",
        "order": "Fulfil what she ordered.",
        "access": "Show her what we hold. [GDPR Art. 15]",
        "recommend": "Suggest something that suits her.",
        "personalise": "Shape a page or a visit.",
        "benefit": "Keep what an agreement promises.",
        "market": "Promote something.",
        "winback": "Bring her back.",
        "advertise": "Show advertising on others' media.",
        "research": "Ask her opinion.",
        "security": "Protect her or us from harm.",
        "sell": "Pass data on for value.",
    },
)

SCENARIO_KEYS: tuple[Key, ...] = (
    Key("scenario.purpose", "enum", "What the interaction is for.", DPV + ", Purpose", PURPOSES),
    enum(
        "scenario.channel",
        "Through what it reaches her.",
        OWN,
        {
            "email": "An e-mail.",
            "sms": "A text message.",
            "push": "A notification on her device.",
            "web": "A page of our site.",
            "app": "A screen of our app.",
            "kiosk": "Any screen of ours in a store.",
            "associate": "A person of ours, face to face.",
            "call": "A telephone call.",
            "chat": "A chat.",
            "voice": "A speaking device.",
            "post": "A letter or a catalogue.",
            "ad": "An advertisement on others' media.",
            "social": "A social network.",
        },
    ),
    enum(
        "scenario.initiator",
        "Who started the exchange.",
        CI + ", sender",
        {"customer": "She did.", "retailer": "We did."},
    ),
    enum(
        "scenario.place",
        "Where it reaches her.",
        OWN,
        {
            "home": "At home.",
            "online": "On our site or app.",
            "store": "In a store of ours.",
            "near_store": "Near a store of ours.",
            "street": "On the street.",
            "elsewhere": "Somewhere else.",
            "not_sensed": "We did not look.",
        },
    ),
    enum(
        "scenario.moment",
        "What she is in the middle of.",
        OWN,
        {
            "idle": "Nothing that concerns us.",
            "browsing": "Looking around.",
            "purchase": "Buying.",
            "delivery": "Waiting for or receiving a delivery.",
            "after_purchase": "Just after a purchase.",
            "service_contact": "Getting help from us.",
            "complaint": "Complaining.",
            "distress": "In distress.",
        },
    ),
    ordered("scenario.audience", "Who can notice.", CI + ", recipient", CIRCLE),
    enum(
        "scenario.speaker",
        "Who speaks for us.",
        CI + ", sender",
        {
            "system": "An automatic message or screen.",
            "associate": "A person in a store.",
            "advisor": "A person in customer care.",
            "agent": "A language model that speaks for us.",
            "partner": "Another organisation for us.",
        },
    ),
    enum(
        "scenario.recognised",
        "How we know that it is she.",
        OWN,
        {
            "by_herself": "She said or proved who she is.",
            "by_sight": "A person who knows her saw her.",
            "by_device": "By her device.",
            "by_match": "By matching records.",
            "by_sensor": "By a camera, microphone or other sensor.",
        },
    ),
    enum(
        "scenario.sector",
        "What kind of organisation we are.",
        CI + ", context",
        {
            "retail": "A shop.",
            "grocery": "A grocer.",
            "pharmacy": "A pharmacy.",
            "finance": "A bank or lender.",
            "insurance": "An insurer.",
            "health": "A provider of health care.",
            "education": "A school or university.",
            "employer": "An employer.",
            "library": "A library.",
            "search": "A search engine.",
            "telecom": "A telephone or internet company.",
            "hospitality": "A restaurant or hotel.",
            "travel": "A carrier or travel agent.",
        },
    ),
    ordered(
        "scenario.fit",
        "How ordinary this category is for that sector and purpose; from a table.",
        CI + ", appropriateness norm",
        {
            "expected": "Anybody would expect it.",
            "related": "It can be understood.",
            "foreign": "It does not belong here.",
        },
    ),
    enum(
        "scenario.benefit",
        "What she gets from it.",
        OWN,
        {
            "none": "Nothing.",
            "relevance": "Something that suits her better.",
            "saving": "Money.",
            "service": "Help, or time.",
        },
    ),
)
