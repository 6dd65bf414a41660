"""`tactful policy …`: check and test a policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.instant import today
from tactful.cli.main import app
from tactful.cli.screen import NO, answered, say, say_json
from tactful.model.problems import Problem, Problems
from tactful.service.check_policy import PolicyReport, check_policy
from tactful.service.packs import DEFAULT_POLICY, Rules, load_rules, with_its_cases

commands = typer.Typer(help="Check and test a policy.", no_args_is_help=True)
app.add_typer(commands, name="policy")

Name = Annotated[str, typer.Argument(help="A pack such as norm/retail, or a policy file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
_MOST = 30


@commands.command("check", short_help="Load a policy strictly.")
@answered
def check(policy: Name = DEFAULT_POLICY, json: AsJson = False) -> None:
    """Load a policy strictly: its words, its tiers, and in each rule a sentence for staff and for her."""
    _report(check_policy(_rules(policy), with_cases=False, today=today()), json)


@commands.command("test", short_help="Check it, and judge its cases and claims.")
@answered
def try_out(policy: Name = DEFAULT_POLICY, json: AsJson = False) -> None:
    """Check it, judge every case, try every claim, and name the rules that no case depends on."""
    _report(check_policy(_rules(with_its_cases(policy)), with_cases=True, today=today()), json)


def _rules(policy: str) -> Rules:
    path = Path(policy)
    if path.is_dir() or not policy:
        raise Problems([Problem(policy or "policy", 0, "say which policy: the name of a pack, or a policy file.")])
    return load_rules(path.name, path.parent) if path.suffix else load_rules(policy)


def _report(report: PolicyReport, json: bool) -> None:
    if json:
        say_json({**{name: getattr(report, name) for name in report.__struct_fields__}, "good": report.good})
    else:
        for problem in report.problems[:_MOST]:
            say(str(problem))
        if len(report.problems) > _MOST:
            say(f"… and {len(report.problems) - _MOST} more.")
        counts = {"licence": report.licences, "limit": report.limits, "waiver": report.waivers}
        rules = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
        say(f"{report.policy}: {rules}; {', '.join(report.parts)}")
        if report.waiting:
            say(f"not in force yet: {', '.join(report.waiting)}")
        if report.passed or report.cases:
            say(f"cases {report.passed} of {report.cases} as expected · claims {report.claims}")
        found = len(report.problems)
        say("good" if report.good else f"{found} problem{'' if found == 1 else 's'}")
    if not report.good:
        raise typer.Exit(NO)
