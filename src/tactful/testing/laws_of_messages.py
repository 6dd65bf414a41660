"""The laws of whole messages: how the standings of uses and of `reach` make a message (SEMANTICS 16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

import msgspec

from tactful.model.verdict import Form
from tactful.policy.rules import AllOf, Atom, Policy, Rule
from tactful.testing.laws import Broken, MakeEngine, described, with_rules
from tactful.testing.reference import STANDINGS, MessageStanding, message_standing
from tactful.testing.strategies import Message, every_single_removal

JudgeMessage = Callable[[Policy, Message], MessageStanding]
MessageLaw = Callable[[JudgeMessage, Policy, Message], None]


def put_together(make: MakeEngine) -> JudgeMessage:
    """Messages judged from an engine's standings, in the words of SEMANTICS 16."""

    def judge(policy: Policy, message: Message) -> MessageStanding:
        return message_standing(make(policy), message.reach, message.uses, message.variants)

    return judge


def _broken(sentence: str, policy: Policy, message: Message) -> NoReturn:
    raise Broken(f"{sentence}\n{described(policy, message)}")


def _freer(one: MessageStanding, other: MessageStanding) -> bool:
    return STANDINGS.index(one.standing) > STANDINGS.index(other.standing)


def _less_known(message: Message) -> Iterator[tuple[str, Message]]:
    for key, flow in every_single_removal(message.reach):
        yield f"reach: {key}", msgspec.structs.replace(message, reach=flow)
    for name, use in message.uses.items():
        for key, flow in every_single_removal(use):
            yield f"{name}: {key}", msgspec.structs.replace(message, uses={**message.uses, name: flow})


def ignorance_never_frees_a_message(judge: JudgeMessage, policy: Policy, message: Message) -> None:
    """Knowing one thing less about the reach or about a use never lets the message stand better."""
    stands = judge(policy, message)
    for what, less in _less_known(message):
        if _freer(judge(policy, less), stands):
            _broken(f"without {what} the message stands better than {stands.standing}.", policy, message)


def adding_a_use_never_frees(judge: JudgeMessage, policy: Policy, message: Message) -> None:
    """A use added to every variant, in whatever form, never lets the message stand better."""
    stands = judge(policy, message)
    forms: tuple[Form, ...] = ("silent", "softened", "explicit")
    for name in message.uses:
        for form in forms:
            added = tuple({**variant, f"{name}-again": form} for variant in message.variants)
            more = Message(message.reach, {**message.uses, f"{name}-again": message.uses[name]}, added)
            if _freer(judge(policy, more), stands):
                _broken(f"adding {name} {form} lets it stand better than {stands.standing}.", policy, message)


def a_message_is_never_freer_than_its_reach(judge: JudgeMessage, policy: Policy, message: Message) -> None:
    """With all its uses taken away, what remains is the reach: no variant stands better; and unlicensed it is never."""
    bare = judge(policy, msgspec.structs.replace(message, variants=({},)))
    stands = judge(policy, message)
    if _freer(stands, bare):
        _broken(f"it stands {stands.standing} and its reach {bare.standing}.", policy, message)
    silenced = with_rules(policy, licences=[_not_to_reach(licence) for licence in policy.licences])
    if judge(silenced, message).standing != "never":
        _broken("no licence opens its reach, and it stands.", silenced, message)


def _not_to_reach(licence: Rule) -> Rule:
    when = AllOf((licence.when, Atom("act", "!=", ("reach",))))
    return msgspec.structs.replace(licence, id=f"{licence.id}-not-to-reach", when=when)


def a_message_takes_the_best_of_its_variants(judge: JudgeMessage, policy: Policy, message: Message) -> None:
    """It stands as its best variant would alone, the first of those; so a use kills only the variants that hold it."""
    each = [judge(policy, msgspec.structs.replace(message, variants=(variant,))) for variant in message.variants]
    best = max(each, key=lambda one: STANDINGS.index(one.standing))
    stands = judge(policy, message)
    wanted = None if best.standing == "never" else each.index(best)
    if (stands.standing, stands.variant) != (best.standing, wanted) or set(stands.until) != set(best.until):
        _broken(f"it stands {stands}, its variants alone {each}.", policy, message)


MESSAGE_LAWS: tuple[MessageLaw, ...] = (
    ignorance_never_frees_a_message,
    adding_a_use_never_frees,
    a_message_is_never_freer_than_its_reach,
    a_message_takes_the_best_of_its_variants,
)
