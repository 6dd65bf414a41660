"""What is ours to change about an interaction: the declared table, and each change laid over a flow.

A change sets keys, forgets keys, or both. The loader refuses one that touches what is not ours: what it is for, her
permissions and settings, what is known of her and where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from tactful.model.answers import Step
from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import Flow, Value, read_value, shown
from tactful.model.problems import suggestion
from tactful.model.vocabulary import KEYS

Elsewhere = Callable[[str], Mapping[str, Value] | None]
"""What is known of another channel: her permission and settings there, who can notice, how she would be recognised.

None, or a key that is absent, means not known."""

CHANNEL = "scenario.channel"
_KINDS = ("message", "screen", "person")
_OURS = frozenset(
    {
        "act",
        CHANNEL,
        "scenario.initiator",
        "scenario.place",
        "scenario.moment",
        "scenario.audience",
        "scenario.speaker",
        "scenario.recognised",
        "scenario.benefit",
        "relationship.with_speaker",
        "contact.local_hour_min",
        "contact.local_hour_max",
    }
)
"""Keys that a change may set. Of acts only one change is ours: to use without mentioning."""
_PLACES = {"screen": "online", "person": "store"}
_SPEAKERS = {"screen": "system", "message": "system", "person": "associate"}


class Change(msgspec.Struct, frozen=True):
    """One change of what is ours. `known` are keys that must be known for it to be tried at all."""

    step: Step
    group: str
    only: dict[str, frozenset[Value]]
    sets: Flow
    known: tuple[str, ...] = ()

    def fits(self, flow: Mapping[str, Value]) -> bool:
        """Whether there is anything to change here."""
        if any(flow.get(key) not in allowed for key, allowed in self.only.items()):
            return False
        return all(key in flow for key in self.known)


class ChannelChange(msgspec.Struct, frozen=True):
    """Another channel: `kind` is message, screen or person, `contact` the contact point by which it reaches her."""

    step: Step
    channel: str
    kind: str
    contact: str


class Ours(msgspec.Struct, frozen=True):
    """The whole table."""

    changes: tuple[Change, ...]
    channels: tuple[ChannelChange, ...]
    facts: dict[str, Step]
    forget: tuple[str, ...]
    ask_here: Change
    ask_on_her_page: Change

    def about(self, what: str, fact: str) -> Step:
        """What can be done about one fact: `in_general_terms`, `without_a_word` or `left_out`, in words."""
        step = self.facts[what]
        return msgspec.structs.replace(step, change=f"{fact} {step.change}", staff=step.staff.replace("{fact}", fact))

    def kind_of(self, channel: Value | None) -> str:
        """message, screen or person; empty for a channel that the table does not have."""
        return next((each.kind for each in self.channels if each.channel == channel), "")

    def other_channels(self, flow: Mapping[str, Value]) -> tuple[ChannelChange, ...]:
        """Every channel but the present one; none where the present one is not known."""
        present = flow.get(CHANNEL)
        return tuple(each for each in self.channels if each.channel != present) if present is not None else ()

    def forgotten(self, key: str) -> bool:
        """Whether a key hangs on the channel, and is not known after it has changed."""
        return any(key == each or key.startswith(each + ".") for each in self.forget)

    def through(self, flow: Mapping[str, Value], channel: str, elsewhere: Elsewhere | None = None) -> Flow:
        """The flow in another channel: what hangs on the channel is what is known of it there, or not known."""
        moved: Flow = {key: value for key, value in flow.items() if not self.forgotten(key)}
        if flow.get("act") == "reach":
            moved = {key: value for key, value in moved.items() if not key.startswith("fact.")}
        moved[CHANNEL] = channel
        moved.update(self.scene(flow.get(CHANNEL), channel, flow.get("scenario.place")))
        known = elsewhere(channel) if elsewhere is not None else None
        moved.update(known or {})
        return moved

    def scene(self, old: Value | None, new: str, place: Value | None) -> Flow:
        """What lies in the nature of a channel: who speaks, and where it reaches her.

        A message reaches her where she is; where she was on a screen of ours, nobody looks where she is then.
        """
        kind = self.kind_of(new)
        if not kind or kind == self.kind_of(old):
            return {}
        found: Flow = {"scenario.speaker": "advisor" if new == "call" else _SPEAKERS[kind]}
        if kind == "screen" or new == "associate":
            found["scenario.place"] = _PLACES[kind]
        elif place == "online":
            found["scenario.place"] = "not_sensed"
        return found


def load_ours(text: str, file: str) -> Ours:
    """The table from its file. Raises Problems with all of them."""
    top = read_document(text, file)
    top.integer("ours", low=1)
    forget = top.texts("forget_with_channel")
    for name in forget:
        if not any(key == name or key.startswith(name + ".") for key in KEYS):
            top.complain(
                f"{shown(name)} is no key and no family of keys.{suggestion(name, KEYS)}", "forget_with_channel"
            )
    asking = top.section("asking")
    ask = [_change(each) if asking and (each := asking.section(name)) else _NOTHING for name in ("here", "on_her_page")]
    ours = Ours(
        changes=tuple(_change(item) for item in top.sections("changes")),
        channels=tuple(_channel(item) for item in top.sections("channels")),
        facts=_facts(top),
        forget=forget,
        ask_here=ask[0],
        ask_on_her_page=ask[1],
    )
    if asking:
        asking.finish()
    _check_names(top, [*(each.step for each in ours.changes), *(each.step for each in ours.channels)])
    top.finish()
    refuse(top.problems)
    return ours


ABOUT_A_FACT = ("in_general_terms", "without_a_word", "left_out")
_NOTHING = Change(Step("", 1, "", ""), "", {}, {})


def _check_names(top: Section, steps: Iterable[Step]) -> None:
    seen: set[str] = set()
    for step in steps:
        if step.change in seen:
            top.complain(f"the change {step.change} stands here twice.", "changes")
        seen.add(step.change)


def _step(item: Section, name: str) -> Step:
    return Step(name, item.integer("effort", low=1, high=5), item.text("staff"), item.text("customer"))


def _facts(top: Section) -> dict[str, Step]:
    section = top.section("facts")
    found: dict[str, Step] = {}
    for name in ABOUT_A_FACT if section is not None else ():
        assert section is not None
        item = section.section(name)
        if item is not None:
            found[name] = _step(item, name.replace("_", "-"))
            item.finish()
    if section is not None:
        section.finish()
    return found


def _channel(item: Section) -> ChannelChange:
    channel = item.text("channel", one_of=KEYS[CHANNEL].names)
    contact = item.text("contact", one_of=[name for name in KEYS["fact.category"].names if name.startswith("contact.")])
    found = ChannelChange(_step(item, f"by-{channel}"), channel, item.text("kind", one_of=_KINDS), contact)
    item.finish()
    return found


def _change(item: Section) -> Change:
    name = item.text("change")
    change = Change(
        step=_step(item, name),
        group=item.text("group", name),
        only={key: frozenset(values) for key, values in _only(item).items()},
        sets=_sets(item),
        known=item.texts("known", (), one_of=KEYS),
    )
    item.finish()
    return change


def _only(item: Section) -> dict[str, tuple[str, ...]]:
    section = item.section("only")
    found: dict[str, tuple[str, ...]] = {}
    for key in section.values if section is not None else ():
        assert section is not None
        if key not in KEYS:
            section.complain(f"{key}: unknown key.{suggestion(key, KEYS)}", key)
            continue
        found[key] = section.texts(key, one_of=KEYS[key].names)
    return found


def _sets(item: Section) -> Flow:
    section = item.section("set")
    flow: Flow = {}
    for key, raw in section.plain().items() if section is not None else ():
        assert section is not None
        if key not in _OURS or (key == "act" and raw != "select"):
            section.complain(f"{key} is not ours to change.{suggestion(key, _OURS)}", key)
            continue
        value, complaint = read_value(KEYS[key], raw)
        if complaint or value is None:
            section.complain(f"{key}: {complaint or 'has no value.'}", key)
        else:
            flow[key] = value
    return flow
