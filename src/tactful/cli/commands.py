"""Every command: where it is, and its line in `tactful --help`."""

from __future__ import annotations

COMMANDS = {
    "demo": ("demo", "Eleven moments in a shop. Needs no data and asks nothing."),
    "init": ("init", "Set up your own shop: ten questions, two minutes."),
    "import": ("importing_people", "Bring in order lines, permissions, events and contacts."),
    "person": ("person", "One person: her journey, and all that we hold of her."),
    "retention": ("retention", "How long what is kept, and deleting it in time."),
    "identity": ("identity", "Who is who: what was joined and why; lists without keys."),
    "source": ("source", "Our other systems, and whether their silence is believed."),
    "serve": ("serve", "The server that the SDKs of your sites and systems send to."),
    "key": ("key", "Keys that let a source send events to the server."),
    "decide": ("deciding", "Decide one campaign for everybody in the store."),
    "gaps": ("gating", "What is missing on our side, and what mends it."),
    "sample": ("deciding", "Read through some people of the last run."),
    "report": ("deciding", "The last run of a campaign in numbers."),
    "why": ("explaining", "Why a decision came out as it did."),
    "why-not": ("asking", "Which rules stand between it and what is wanted."),
    "how-to": ("asking", "What of ours would change it, judged again."),
    "what-if": ("asking", "The same with something changed."),
    "replay": ("explaining", "Decide once more and compare the bytes."),
    "gate": ("gating", "Split a list into who may be written to and who not."),
    "schema": ("schema", "What an editor needs to complete and check your files."),
    "packaged": ("packaged", "Tables and policies that come with it: read or copy them."),
    "line": ("line", "How many people would mind: fit, measure, ask, compare."),
    "policy": ("policy_publishing", "Begin, test, explain, compare and publish a policy."),
    "doctor": ("doctor", "On one screen, why something is silent."),
    "judge": ("judge", "Judge flows from a file; no store, no person."),
    "store": ("moving", "Move the store to PostgreSQL and back; keep it in shape."),
    "words": ("words", "Every word that Tactful speaks, with its source."),
}
"""Every command in the order of `tactful --help`: the module that holds it, and one line of help."""
