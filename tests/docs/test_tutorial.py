"""The tutorial is done as it is written, on the real orders, and what it shows is what is printed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, Fence, fences
from typer.testing import CliRunner

from tactful.cli.main import app

TUTORIAL = ROOT / "docs/tutorial.md"
DRAFT, POINT = Path("collection-points/checkout.draft.yaml"), Path("collection-points/checkout.yaml")
DECISION = re.compile(r"d_[a-z2-7]{16}")
PEOPLE_ON_THE_LIST = (12747, 13384, 12362, 12748, 12346, 99999)


def answer(words: str) -> str:
    """What a command prints; it must end well."""
    done = CliRunner().invoke(app, shlex.split(words)[1:])
    assert done.exit_code == 0, f"{words}\n{done.output}"
    return done.stdout


def told(fence: Fence) -> None:
    """What the reader is told to write into a file."""
    if fence.text.startswith("We need your address"):
        Path("notices/checkout.md").write_text(fence.text, "utf-8")
    elif fence.text.startswith("customer,purpose"):
        Path("permissions.csv").write_text(fence.text, "utf-8")
    elif fence.language == "yaml":
        *_, assumed, approved = fence.text.strip().splitlines()
        draft = DRAFT.read_text("utf-8")
        assert assumed in draft
        POINT.write_text(draft[: draft.index("# approved:")] + approved + "\n", "utf-8")
        DRAFT.unlink()


def flat(text: str) -> str:
    """A text as it reads, wherever its lines break and whatever the numbers of its decisions."""
    return DECISION.sub("d_", " ".join(text.split()))


def compare(shown: str, printed: str, words: str) -> None:
    """What the page shows was printed, in that order; a line `…` stands for lines left out."""
    rest = flat(printed)
    for part in map(flat, re.split(r"^\s*…\s*$", shown, flags=re.MULTILINE)):
        assert part in rest, f"{words}\nis said to print: {part}\nprints: {printed}"
        rest = rest[rest.index(part) + len(part) :]


def follow(fence: Fence, numbers: dict[str, str]) -> None:
    """The commands of one block, each with what it prints; `numbers` turns the page's decisions into ours."""
    for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        words, _, shown = part.partition("\n")
        mine = DECISION.sub(lambda found: numbers[found[0]], words)
        printed = answer(mine)
        compare(shown, printed, words)
        if words.startswith("tactful sample"):
            numbers.update(zip(DECISION.findall(shown), DECISION.findall(printed), strict=True))
        if words.startswith("tactful decide"):
            adds_up()


def adds_up() -> None:
    """Everybody the campaign could be for is in one heap."""
    report = json.loads(answer("tactful report --json"))
    assert sum(heap["people"] for heap in report["heaps"]) == report["people"] == 476


def twenty_agree(orders: Path) -> None:
    """The page of the twenty is what its script says of these decisions, and that every one agrees."""
    Path("everybody.json").write_text(answer("tactful sample 1000 --json"), "utf-8")
    script = [sys.executable, str(ROOT / "docs/tutorial-check.py"), str(orders), "everybody.json"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "docs/tutorial-twenty.md").read_text("utf-8")


def test_the_tutorial(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    orders = shared_data / "online_retail.parquet"
    Path("online_retail.parquet").symlink_to(orders)
    rows = [f"{person},p{person}@customer.example" for person in PEOPLE_ON_THE_LIST]
    Path("audience.csv").write_text("\n".join(["CustomerID,Email", *rows]) + "\n", "utf-8")
    numbers: dict[str, str] = {}
    checked = False
    for fence in fences(TUTORIAL):
        if not checked and "tactful report --rules" in fence.text:
            twenty_agree(orders)
            checked = True
        told(fence)
        follow(fence, numbers)
    assert checked
    report = json.loads(answer("tactful decide --campaign campaigns/back-in-rhythm.yaml --now 2011-12-10T10:00 --json"))
    heaps = {heap["group"]: heap["people"] for heap in report["heaps"]}
    assert heaps["said"] == 321, "the no of one person of the 322 is heard"
