"""The answers as they are printed: golden files for the moments of the demo, and the command line around them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.main import app
from tactful.cli.screen import BAD_INPUT

HERE = Path(__file__).parent
RUNNER = CliRunner()
ASKED = (
    *(("how-to", str(number)) for number in range(1, 12)),
    *(("why-not", str(number)) for number in (3, 6, 7, 9, 10)),
    ("how-to", "10", "--wanted", "silent"),
    ("what-if", "6", "--set", "scenario.recognised=by_herself"),
    ("what-if", "3", "--set", "scenario.place=home"),
    ("what-if", "2", "--set", "scenario.channel=sms"),
)
FLOW = {
    "act": "mention",
    "fact": {
        "category": "purchase.item", "provenance": "observed", "distance": 0, "sensitivity": "ordinary",
        "about": "self", "acquired_via": "till", "purposes": ["recommend", "order"], "age_days": 5,
        "known_to_her": True, "known_among": "self", "same_exchange": False, "has_words": True, "confidence": 1,
    },
    "scenario": {
        "purpose": "recommend", "channel": "associate", "initiator": "retailer", "place": "store", "moment": "browsing",
        "audience": "self", "speaker": "associate", "recognised": "by_sight", "sector": "retail",
        "fit": "expected", "benefit": "service",
    },
    "relationship": {"depth": "regular", "with_speaker": "stranger", "trust": 0.5},
    "permission": {"state": "given", "basis": "consent", "asked": "plainly", "elsewhere": "never_asked"},
    "customer": {"complaint_open": False, "let_down": False, "minor": False, "vulnerable": False, "restricted": False,
                 "objected": False, "jurisdiction": "uk"},
    "agreement": {"owed": False},
    "hers": {"at_most": "say", "welcomes": False},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _commands() -> None:
    import tactful.cli.commands  # noqa: F401


def ask(*words: str, input: str | None = None) -> str:
    found = RUNNER.invoke(app, list(words), input=input)
    assert found.exit_code == 0, found.output
    return found.stdout


def asked(reader: str) -> str:
    return "\n".join(f"$ tactful {' '.join(words)}\n{ask(*words, '--for', reader)}" for words in ASKED)


@pytest.mark.parametrize("reader", ["staff", "customer"])
def test_the_answers_are_as_they_were_read(reader: str) -> None:
    assert asked(reader) == HERE.joinpath(f"questions-{reader}.txt").read_text(encoding="utf-8")


def test_no_line_is_wider_than_a_screen() -> None:
    assert max(len(line) for line in asked("staff").splitlines()) <= 96


def test_a_flow_on_standard_input_and_in_a_file(tmp_path: Path) -> None:
    text = json.dumps({"flow": FLOW})
    path = tmp_path / "flow.json"
    path.write_text(text)
    for words in (("why",), ("why-not",), ("how-to",), ("what-if", "--set", "scenario.place=home")):
        assert ask(words[0], "-", *words[1:], input=text) == ask(words[0], str(path), *words[1:])
    assert "never-met-you" in ask("why-not", str(path))
    assert "Leave it to a colleague whom she knows. → SAY (checked)" in ask("how-to", str(path))
    assert "who you are" in ask("how-to", str(path), "--for", "customer")


def test_json_for_programs_says_how_and_hers_says_no_more_than_her_lines(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text(json.dumps(FLOW))
    staff = json.loads(ask("how-to", str(path), "--json"))
    assert staff["verdict"] == "soften"
    assert {"change": "somebody-she-knows", "effort": 4}.items() <= staff["ways"][-1]["steps"][0].items()
    hers = json.loads(ask("how-to", str(path), "--json", "--for", "customer"))
    assert sorted(hers) == ["lines", "question"]
    assert json.loads(ask("why-not", str(path), "--json"))["blocked"][0]["obstacles"][0]["rule"] == "never-met-you"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("how-to", "12"), "there is no moment 12"),
        (("what-if", "3", "--set", "scenario.chanel=app"), "Did you mean scenario.channel?"),
        (("what-if", "3", "--set", "scenario.channel"), "write it like scenario.channel=app"),
        (("what-if", "3", "--set", "permission.state=given"), "comes from her records"),
        (("what-if", "3", "--set", "scenario.channel=appp"), "Did you mean app?"),
        (("how-to", "nothing.json"), "cannot be opened"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    found = RUNNER.invoke(app, list(words))
    assert found.exit_code == BAD_INPUT
    assert sentence in " ".join(found.stderr.split())


def test_a_file_that_is_no_flow_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    for text, sentence in (
        ("{", "not one JSON document"),
        ("[]", "a flow is written like"),
        ('{"act": "mentio"}', "Did"),
    ):
        path.write_text(text)
        found = RUNNER.invoke(app, ["why-not", str(path)])
        assert found.exit_code == BAD_INPUT
        assert sentence in " ".join(found.stderr.split())


if __name__ == "__main__":
    import tactful.cli.commands  # noqa: F401

    for each in ("staff", "customer"):
        HERE.joinpath(f"questions-{each}.txt").write_text(asked(each), encoding="utf-8")
