"""The same case gives the same bytes in another process: other hash seed, other locale, other time zone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.decide.shop import LONDON, NOON, candidate, case, contact, permission

from tactful.decide import decide, encode_decision
from tactful.model.records import DAY, HOUR

ROOT = Path(__file__).resolve().parents[2]


def several() -> bytes:
    """Decisions that pass through every stage, one after the other."""
    each = [
        candidate("a"),
        candidate("b", purpose="market", value=9000),
        candidate("c", purpose="sell"),
        candidate("d", channel="sms", contact="contact.phone"),
    ]
    records = tuple(permission(purpose=p, channel=c) for p in ("recommend", "market") for c in ("email", "sms"))
    cases = [
        case(*each, permissions=records),
        case(*each, permissions=records, zones=(), contacts=None),
        case(*each, permissions=records, now=NOON + 11 * HOUR, zones=(*LONDON, "Asia/Kolkata")),
        case(*each, permissions=records, contacts=tuple(contact(days * DAY) for days in (1, 2, 3)), attributes={}),
    ]
    return b"".join(encode_decision(decide(one)) for one in cases)


@pytest.mark.parametrize(("seed", "zone", "locale"), [("1", "Asia/Tokyo", "C"), ("77", "America/New_York", "C.UTF-8")])
def test_another_process_gives_the_same_bytes(seed: str, zone: str, locale: str) -> None:
    code = "import sys; from tests.decide.test_replay import several; sys.stdout.buffer.write(several())"
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    assert other.stdout == several()
