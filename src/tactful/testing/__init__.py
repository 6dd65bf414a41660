"""What users of the library test with: the plain reference judge, strategies, laws and kits."""

from __future__ import annotations

from tactful.testing.check_batch_engine import BatchEngine, MakeBatchEngine, batch_agrees, check_batch_engine
from tactful.testing.check_engine import LAWS, SANE_LAWS, agrees_with_the_reference, check_engine, each_made_once
from tactful.testing.laws import Broken, Engine, Law, MakeEngine
from tactful.testing.laws_of_messages import MESSAGE_LAWS, JudgeMessage, MessageLaw, put_together
from tactful.testing.reference import (
    MessageStanding,
    Reading,
    reference_message,
    reference_standing,
    reference_verdict,
)
from tactful.testing.strategies import (
    Message,
    Removal,
    conditions,
    every_single_removal,
    flows,
    flows_for,
    messages,
    near,
    policies,
    policies_and_flows,
    policy_of,
    values,
    weaker,
    written,
)

__all__ = [
    "LAWS",
    "MESSAGE_LAWS",
    "SANE_LAWS",
    "BatchEngine",
    "Broken",
    "Engine",
    "JudgeMessage",
    "Law",
    "MakeBatchEngine",
    "MakeEngine",
    "Message",
    "MessageLaw",
    "MessageStanding",
    "Reading",
    "Removal",
    "agrees_with_the_reference",
    "batch_agrees",
    "check_batch_engine",
    "check_engine",
    "conditions",
    "each_made_once",
    "every_single_removal",
    "flows",
    "flows_for",
    "messages",
    "near",
    "policies",
    "policies_and_flows",
    "policy_of",
    "put_together",
    "reference_message",
    "reference_standing",
    "reference_verdict",
    "values",
    "weaker",
    "written",
]
