"""The family tablet on the page of who is who prints what stands there."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.pages import ROOT, fences


def test_the_family_tablet_prints_what_stands_there() -> None:
    blocks = fences(ROOT / "docs/identity.md")
    at = next(number for number, fence in enumerate(blocks) if fence.language == "python")
    done = subprocess.run(
        [sys.executable, "-c", blocks[at].text], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == blocks[at + 1].text
