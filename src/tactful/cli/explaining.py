"""`tactful why` and `tactful replay`: one decision, for staff, for her, and once more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.asking import NOTHING_LISTED, Of, Reader, Rules, flow_subject, is_flow, tell
from tactful.cli.folder import AsJson, Folder, read_only
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, hang, say, say_aligned, say_json
from tactful.service.packs import DEFAULT_POLICY
from tactful.service.replay import replay as replayed
from tactful.service.why import why as answer

Decision = Annotated[str, typer.Argument(help="A decision such as d_7q2m4k…; `tactful sample` names some.")]


@app.command()
@answered
def why(
    decision: Of,
    reader: Annotated[
        Reader, typer.Option("--for", help="staff reads everything, the customer what she saw.")
    ] = Reader.staff,
    policy: Rules = DEFAULT_POLICY,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Why a decision came out as it did: rules, facts, where they come from, and what is not known."""
    if is_flow(decision):
        tell(flow_subject(decision, policy).why(reader.value), json, reader.value)
        return
    if decision.isdigit():
        from tactful.service import demo

        lines = demo.why(int(decision), reader.value)
        say_json({"decision": decision, "lines": lines}) if json else say("\n".join(lines) or NOTHING_LISTED)
        return
    with read_only(shop) as store:
        found = answer(store, decision, reader.value)
    if json:
        say_json(found)
        return
    if reader is Reader.staff:
        say(f"{found.decision} · person {found.person} · {found.when}")
    for line in found.lines or (NOTHING_LISTED,):
        say_aligned(line)
    if found.given:
        say("\ngiven         what came with the case, and where it is from")
    for line in found.given:
        hang("", line, 14)


@app.command()
@answered
def replay(decision: Decision, shop: Folder = Path(), json: AsJson = False) -> None:
    """Decide once more from what was read then, and compare the bytes: same, differs, engine_gone or inputs_expired."""
    with read_only(shop) as store:
        found = replayed(store, decision)
    if json:
        say_json(found)
    else:
        say(f"{found.decision}: {found.answer}" + (f" ({found.where})" if found.where else ""))
    if found.answer != "same":
        raise typer.Exit(NO)
