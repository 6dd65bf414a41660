"""The folder of a shop, its store and its campaign, as every command opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tactful.bootstrap import store_at, store_for_reading
from tactful.model.problems import Problem, Problems
from tactful.service.ports import Store
from tactful.service.project import Project, read_texts
from tactful.service.report import ReadRun

Folder = Annotated[Path, typer.Option("--shop", help="The folder with shop.yaml; the store is kept there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
CampaignFile = Annotated[Path, typer.Option("--campaign", help="The campaign's file.")]


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The store of a folder, for reading and writing; closed at the end."""
    store = store_at(folder)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def read_only(folder: Path) -> Iterator[Store]:
    """The store of a folder, for reading; closed at the end."""
    store = store_for_reading(folder)
    try:
        yield store
    finally:
        store.close()


def project_of(folder: Path, campaign: Path) -> Project:
    """The project of a folder with this campaign. Raises Problems, all at once."""
    return Project(read_texts(folder, campaign), campaign_file=str(campaign))


def campaign_name(folder: Path, given: str) -> str:
    """The campaign that a report speaks of: the one named, or the only one there is."""
    if given:
        return given
    files = sorted((folder / "campaigns").glob("*.yaml"))
    if len(files) == 1:
        return project_of(folder, files[0]).campaign.name
    names = ", ".join(file.stem for file in files) or "none"
    raise Problems([Problem(str(folder / "campaigns"), 0, f"say which campaign: --campaign NAME. There are: {names}.")])


def latest(store: Store, folder: Path, given: str) -> ReadRun:
    """The newest finished run of a campaign. Raises Problems where there is none."""
    name = campaign_name(folder, given)
    run = store.latest_run(name)
    if run is None:
        raise Problems([Problem(name, 0, "nothing was decided yet: run `tactful decide --campaign FILE` first.")])
    return ReadRun(store, run)
