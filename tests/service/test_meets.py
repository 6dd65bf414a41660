"""The duties that the shop meets reach every decision; where nobody meets one, the note says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service import a_shop

from tactful.model.records import Outcome
from tactful.service.case import Inputs, Setting
from tactful.service.catalogue import Catalogue
from tactful.service.gap import gap_of
from tactful.service.heaps import heap_of


@pytest.mark.parametrize("meets", [(), ("list_on_page", "confirm_first")])
def test_a_case_knows_which_duties_the_shop_meets(tmp_path: Path, meets: tuple[str, ...]) -> None:
    folder = tmp_path / "shop"
    a_shop.set_up(folder)
    file = folder / "shop.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("meets:")]
    file.write_text("\n".join([*lines, f"meets: [{', '.join(meets)}]", ""]))
    setting = Setting(a_shop.project(folder), a_shop.NOW, Catalogue(()), {})
    assert setting.build(Inputs("ada", b"", (), ())).case.meets == meets


def test_a_duty_that_nobody_meets_is_told_in_the_words_of_the_note(tmp_path: Path) -> None:
    a_shop.set_up(tmp_path / "shop")
    note = "Nobody meets the duty to list it on her own page."
    fell = Outcome("back-in-rhythm", "fitting", "never", because=("on-her-page",), note=note)
    heap = heap_of(fell, a_shop.project(tmp_path / "shop").rules.policy, (), "")
    gap = gap_of(fell, ())
    assert gap is not None
    assert gap.kind == "duty"
    assert heap is not None
    assert (heap.group, heap.text, heap.ours) == ("left alone", note.rstrip("."), True)
