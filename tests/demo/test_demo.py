"""That the demo decides: by the policy, through the one door, and never freer for knowing less."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.demo.shown import plain
from typer.testing import CliRunner

from tactful.cli import demo as command
from tactful.cli.main import app
from tactful.cli.screen import BAD_INPUT, NO
from tactful.decide import decide
from tactful.explain.phrases import NEUTRAL
from tactful.model.problems import Problems
from tactful.policy.compile import compile_policy
from tactful.service.demo import Played, Shown, break_all, cast, play, seen_by, who_is, why
from tactful.service.demo.breaking import removals
from tactful.service.demo.moments import case_of, changed
from tactful.service.packs import load_rules

MOMENTS = play().moments
RUNNER = CliRunner()

of_each = pytest.mark.parametrize("shown", MOMENTS, ids=lambda shown: str(shown.number))


@pytest.fixture(autouse=True)
def _commands() -> None:
    import tactful.cli.commands  # noqa: F401


@of_each
def test_without_licences_nothing_opens(shown: Shown) -> None:
    policy = msgspec.structs.replace(load_rules().policy, licences=())
    assert decide(case_of(shown.moment, compile_policy(policy))).verdict == "never"


@pytest.mark.parametrize("number", [3, 6, 7, 10, 11])
def test_it_is_limits_that_narrow(number: int) -> None:
    """She agreed to hear from us in these channels: without limits, all of this would go out."""
    policy = msgspec.structs.replace(load_rules().policy, limits=())
    freer = decide(case_of(MOMENTS[number - 1].moment, compile_policy(policy)))
    assert freer.verdict in ("say", "silent")
    assert freer.verdict != MOMENTS[number - 1].decision.verdict


# -- what one person sees ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", cast())
def test_each_sees_only_what_reached_her_and_reasons_that_tell_nothing(who: str) -> None:
    seen = seen_by(who)
    moments = play().of(who)
    assert sum(bool(each.text) for each in seen) == sum(
        shown.decision.verdict in ("say", "soften", "ask") for shown in moments
    )
    for each in seen:
        assert each.why not in NEUTRAL.values()
        assert each.text or each.why
    whole = plain(command.person_lines(who, seen, 96))
    held = [shown for shown in moments if shown.decision.verdict in ("never", "hold")]
    for word in (word for shown in held for word in shown.moment.not_shown if shown.number != 3):
        assert word.lower() not in whole.lower()


def test_nothing_of_what_is_delicate_is_there() -> None:
    assert seen_by("Mia") == ()
    dora = plain(command.person_lines("Dora", seen_by("Dora"), 96)).lower()
    assert not any(word in dora for word in ("finn", "baby", "child", "shelf", "family"))


def test_a_message_has_who_wrote_it_and_how_to_stop_it() -> None:
    for who in ("Grace", "Dora", "Ana", "Lee"):
        text = seen_by(who)[0].text
        assert "The Corner Shop, 1 High Street, Anytown" in text
        assert text.count("https://corner-shop.example/") >= 2


def test_in_general_terms_the_television_is_not_named() -> None:
    assert "television" not in seen_by("Lee")[0].text


@pytest.mark.parametrize(("name", "hint"), [("peny", "Penny"), ("zzz", "Grace, Dora"), ("", "Grace, Dora")])
def test_an_unknown_name_is_one_sentence_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(Problems, match=hint) as caught:
        who_is(name)
    assert len(caught.value.problems) == 1
    assert who_is(" PENNY") == "Penny"


# -- knowing less ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", break_all(play()), ids=lambda broken: str(broken.shown.number))
def test_no_verdict_is_freer_for_knowing_less(broken: object) -> None:
    assert broken.freer == ()  # type: ignore[attr-defined]
    assert broken.removed > 40  # type: ignore[attr-defined]


@of_each
def test_everything_known_is_removed_once(shown: Shown) -> None:
    found = dict(removals(shown.case))
    candidate = shown.case.candidates[0]
    assert set(shown.case.attributes) | set(candidate.scenario) <= set(found)
    assert {"all permissions", "all contacts", "her time zone", candidate.contact} <= set(found)
    assert all(case != shown.case for case in found.values())
    assert sum(1 for _ in removals(shown.case)) == len(found), "two removals have one name"


def stricter_than_it_is() -> Played:
    shown = msgspec.structs.replace(
        MOMENTS[0], decision=msgspec.structs.replace(MOMENTS[0].decision, verdict="hold", variant="")
    )
    return Played(play().policy, (shown, *MOMENTS[1:]))


def test_a_verdict_that_gets_freer_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert break_all(stricter_than_it_is())[0].freer
    monkeypatch.setattr(command, "play", stricter_than_it_is)
    done = RUNNER.invoke(app, ["demo", "--break"])
    assert done.exit_code == NO
    assert "freer without" in done.stdout


# -- why ---------------------------------------------------------------------------------------------------------


@of_each
def test_why_names_the_rules_and_the_article(shown: Shown) -> None:
    lines = why(shown.number)
    assert max(map(len, lines)) <= 96
    text = "\n".join(lines)
    assert shown.moment.short in lines[0]
    assert shown.moment.rests_on in " ".join(text.split())
    assert why(shown.number, "customer") == ((shown.she_reads,) if shown.she_reads else ())


@of_each
def test_what_is_said_to_change_it_was_tried(shown: Shown) -> None:
    text = " ".join("\n".join(why(shown.number)).split())
    for instead in shown.moment.instead:
        verdict = decide(case_of(changed(shown.moment, instead), shown.case.judge)).verdict
        tried = text.partition(instead.change)[2]
        assert tried, "every change of ours that was tried is told"
        ours = tried.partition("→")[2].split("(checked)")[0]
        assert ("still" not in ours.split("→")[0]) == (verdict != shown.decision.verdict)


def test_the_coupon_without_the_name_may_be_sent() -> None:
    assert any("without the name → SAY (checked)" in line for line in why(3))


@pytest.mark.parametrize("number", [0, 12, -1])
def test_there_are_eleven(number: int) -> None:
    with pytest.raises(Problems, match="from 1 to 11"):
        why(number)


# -- the command -------------------------------------------------------------------------------------------------


def test_json_is_for_programs() -> None:
    table = json.loads(RUNNER.invoke(app, ["demo", "--json"]).stdout)
    assert [each["verdict"] for each in table["moments"]] == [each.decision.verdict for each in MOMENTS]
    assert table["moments"][9]["she_reads"] is None
    assert json.loads(RUNNER.invoke(app, ["demo", "--as", "mia", "--json"]).stdout) == {"person": "Mia", "seen": []}
    assert json.loads(RUNNER.invoke(app, ["demo", "--break", "--json"]).stdout)["good"] is True


def test_two_questions_at_once_are_refused() -> None:
    done = RUNNER.invoke(app, ["demo", "--break", "--as", "penny"])
    assert done.exit_code == BAD_INPUT
    assert "one at a time" in done.stderr
