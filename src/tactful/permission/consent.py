"""Consent at the door: what may be kept of a call, and what she refused or allowed with it.

She says it with the call: `context.consent.categoryPreferences` (Segment), the same under `context`,
`context.consentManagement` (RudderStack), and the signal Global Privacy Control. A collection point's own table says
what each choice stands for. Four rules:
1. What is not under a category that the point collects is not kept.
2. What needs a choice is kept only where she chose yes; a choice that the call does not state is not a yes.
3. A no is a refusal of what the point says it stands for, whoever tells it. A yes is a permission only where our own
   server tells it, the point says what it grants and names the notice, and nothing in the same call says no.
4. Global Privacy Control refuses selling what we know of her and advertising to her on others' media, in every
   channel, for the person and for the browser (CCPA regulations § 7025, GDPR Art. 21(5)).

Choices come with every page she looks at. So that the same no is kept once and not a thousand times, a refusal that
comes with a call bears the next full quarter of an hour, and a permission the last one: a permission lifts a refusal
at the earliest in the next quarter, never too early.
"""

from __future__ import annotations

import msgspec

from tactful.model.records import Permission
from tactful.permission.points import Choice, CollectionPoint
from tactful.permission.standing import PROMOTING

GRAIN = 900_000_000
"""A quarter of an hour, µs."""
GPC_REFUSES: tuple[str, ...] = ("sell", "advertise")
GPC = "Global Privacy Control"
NOT_COLLECTED = "not collected here"
_NOES = frozenset({"0", "false", "no", "off", "denied", "rejected", "refused", "declined"})
_MOST = 100
"""Yeses that are read of one list; a no is one wherever it stands."""


class Choices(msgspec.Struct, frozen=True):
    """What she chose, as far as a call says: choices by name in small letters, and whether GPC is on."""

    said: dict[str, bool] = {}
    gpc: bool = False


NOTHING_SAID = Choices()
GPC_ONLY = Choices(gpc=True)


def choices_of(context: object, gpc: bool = False) -> Choices:
    """What the `context` of a call says she chose; `gpc` is true where the request came with `Sec-GPC: 1`.

    A yes is `true` and nothing else; a no is also one in another word (`0`, `"false"`, `"denied"`). What is neither is
    no choice. Where one call says both of one name, it is a no.
    """
    if not isinstance(context, dict):
        return GPC_ONLY if gpc else NOTHING_SAID
    consent = context.get("consent")
    gpc = gpc or _on(context.get("gpc")) or (isinstance(consent, dict) and _on(consent.get("gpc")))
    said: dict[str, bool] = {}
    if isinstance(consent, dict):
        _read(consent.get("categoryPreferences"), said)
    if "categoryPreferences" in context:
        _read(context["categoryPreferences"], said)
    if "consentManagement" in context:
        _read_ids(context["consentManagement"], said)
    if not said:
        return GPC_ONLY if gpc else NOTHING_SAID
    return Choices(said, gpc)


def _on(value: object) -> bool:
    if isinstance(value, str):
        return value.casefold() in ("1", "true")
    return isinstance(value, int | float) and value == 1


def _read(preferences: object, said: dict[str, bool]) -> None:
    if isinstance(preferences, dict):
        for place, (name, value) in enumerate(preferences.items()):
            chosen = value if isinstance(value, bool) else _no_or_none(value)
            if isinstance(name, str) and chosen is not None and (place < _MOST or not chosen):
                _say(name, chosen, said)


def _no_or_none(value: object) -> bool | None:
    """False where a value that is not `false` can only mean it."""
    if isinstance(value, str):
        return False if value[:20].strip().casefold() in _NOES else None
    return False if isinstance(value, int | float) and value == 0 else None


def _read_ids(management: object, said: dict[str, bool]) -> None:
    if isinstance(management, dict):
        for field, chosen, most in (("allowedConsentIds", True, _MOST), ("deniedConsentIds", False, None)):
            listed = management.get(field)
            for name in listed[:most] if isinstance(listed, list) else ():
                if isinstance(name, str):
                    _say(name, chosen, said)


def _say(name: str, chosen: bool, said: dict[str, bool]) -> None:
    key = name[:200].casefold()
    said[key] = chosen and said.get(key, True)


class Keeping:
    """What may be kept with one set of choices at one point: a function of the category, each answered once."""

    __slots__ = ("_known", "collects", "needs")

    def __init__(self, collects: tuple[str, ...], needs: tuple[tuple[str, str], ...]) -> None:
        self.collects = collects
        self.needs = needs
        """(category, why nothing of it or under it is kept)."""
        self._known: dict[str, str] = {}

    def __call__(self, category: str) -> str:
        """Why nothing of this category may be kept; "" where it may."""
        known = self._known.get(category)
        if known is None:
            known = self._known[category] = self._reason(category)
        return known

    def _reason(self, category: str) -> str:
        if not any(_under(category, each) for each in self.collects):
            return NOT_COLLECTED
        return next((why for each, why in self.needs if _under(category, each) or _under(each, category)), "")


class Consent:
    """The rules of one collection point, ready to be asked for every call."""

    def __init__(self, point: CollectionPoint) -> None:
        self.point = point
        self._choices = {each.name.casefold(): each for each in point.consent}
        self._keeping: dict[tuple[bool | None, ...], Keeping] = {}

    def keeping(self, choices: Choices) -> Keeping:
        """What may be kept of a call with these choices."""
        said = tuple(choices.said.get(name) for name in self._choices) if self._choices else ()
        found = self._keeping.get(said)
        if found is None:
            needs = tuple(
                (category, f"{each.name} {'refused' if chosen is False else 'not known'}")
                for each, chosen in zip(self._choices.values(), said, strict=True)
                if chosen is not True
                for category in each.needed_for
            )
            if len(self._keeping) > 1000:
                self._keeping.clear()
            found = self._keeping[said] = Keeping(self.point.collects, needs)
        return found

    def permissions(
        self, choices: Choices, at: int, now: int, source: str, public: bool, written: int | None = None
    ) -> tuple[Permission, ...]:
        """What she refused and allowed with a call that happened at `at` and was received at `now` (µs).

        From a public key only refusals. A yes is no later than the call says it was `written`, and none before the
        point's notice was first shown.
        """
        if not choices.said and not choices.gpc:
            return ()
        made = refusals_of_gpc(at, now, source) if choices.gpc else ()
        for name, chosen in choices.said.items():
            choice = self._choices.get(name)
            if choice is not None and not chosen:
                proof = f"{choice.name} refused at {self.point.name}"
                made += tuple(refusal(each, at, now, source, proof) for each in choice.refuses)
        if public:
            return made
        refused = {each.purpose for each in made}
        for name, chosen in choices.said.items():
            choice = self._choices.get(name)
            if choice is not None and chosen:
                made += self._granted(choice, refused, at if written is None else min(at, written), now, source)
        return made

    def _granted(self, choice: Choice, refused: set[str], at: int, now: int, source: str) -> tuple[Permission, ...]:
        proof = f"{choice.name} chosen at {self.point.name}"
        since = min(at, now) // GRAIN * GRAIN
        if since < self.point.seen_from:
            return ()
        return tuple(
            Permission(
                each.purpose, each.channel, each.category, "given", "consent", each.asked, since, now, source,
                f"{proof}, {each.notice}",
            )
            for each in choice.grants
            if each.purpose not in refused and not ("market" in refused and each.purpose in PROMOTING)
        )  # fmt: skip


def refusal(purpose: str, at: int, now: int, source: str, proof: str, channel: str = "*") -> Permission:
    """A no that came with a call, told again and again: of the next full quarter of an hour."""
    until = -(-min(at, now) // GRAIN) * GRAIN
    return Permission(purpose, channel, "*", "refused", "none", "not_asked", until, now, source, proof)


def refusals_of_gpc(at: int, now: int, source: str) -> tuple[Permission, ...]:
    """What Global Privacy Control says."""
    return tuple(refusal(purpose, at, now, source, GPC) for purpose in GPC_REFUSES)


def stopped(channel: str, at: int, now: int, source: str) -> Permission:
    """She wants no more promotion in a channel, said once."""
    proof = "she ended it there"
    return Permission("market", channel, "*", "withdrawn", "none", "not_asked", min(at, now), now, source, proof)


def _under(category: str, general: str) -> bool:
    return category == general or category.startswith(general + ".")
