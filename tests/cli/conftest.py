"""A small shop that was filled once; each test that writes has its own copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.service import a_shop


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "shop"
    a_shop.set_up(folder)
    a_shop.fill(folder).close()
    return folder


@pytest.fixture
def shop(filled: Path, tmp_path: Path) -> Path:
    """A shop with six customers and one campaign."""
    return Path(shutil.copytree(filled, tmp_path / "shop"))
