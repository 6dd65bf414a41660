"""The folder of a shop, its store and its campaign, as every command opens them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tactful.bootstrap import reading_store, store_from
from tactful.cli.place import place_of
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.service.packs import read_text
from tactful.service.ports import Store
from tactful.service.project import Project, read_texts
from tactful.service.publishing import Published, in_force
from tactful.service.report import ReadRun

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
Folder = Annotated[
    Path, typer.Option("--shop", help="The folder with shop.yaml; the store is there, unless --store names another.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
CampaignFile = Annotated[Path, typer.Option("--campaign", help="The campaign's file.")]


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The store of a folder, for reading and writing; closed at the end."""
    store = store_from(place_of(folder))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def opened_to_decide(folder: Path) -> Iterator[Store]:
    """The store of a folder, for reading and writing, where there is somebody in it to decide for."""
    with read_only(folder) as store:
        if not store.persons():
            raise StoreProblem("Nobody is in the store yet: run `tactful import orders FILE` first.")
    with opened(folder) as store:
        yield store


@contextmanager
def read_only(folder: Path) -> Iterator[Store]:
    """The store of a folder, for reading; closed at the end."""
    store = reading_store(place_of(folder))
    try:
        yield store
    finally:
        store.close()


def deciding_project(folder: Path, campaign: Path) -> tuple[Project, Published | None]:
    """The project of a folder with this campaign and the policy in force; None where nothing was ever published.

    Raises Problems, all at once. The folder's own policy file is not looked at: only what is published decides.
    """
    project = project_of(folder, campaign)
    with read_only(folder) as store:
        published = in_force(store)
    if published is None:
        return project, None
    return Project({**project.texts, **published.texts}, campaign_file=str(campaign)), published


def project_of(folder: Path, campaign: Path) -> Project:
    """The project of a folder with this campaign, without a policy to decide with. Raises Problems, all at once."""
    project = Project(read_texts(folder, campaign, policy={}), campaign_file=str(campaign))
    name = project.campaign.name
    if not _NAME.fullmatch(name):
        raise Problems(
            [Problem(str(campaign), 1, f"`campaign: {name}`: a name has small letters, digits and `-`, at most 64.")]
        )
    _refuse_twins(folder, campaign, name)
    return project


def _refuse_twins(folder: Path, campaign: Path, name: str) -> None:
    """Two campaigns of one name would be one in the ledger and in every report."""
    line = re.compile(rf"^campaign: *[\"']?{re.escape(name)}[\"']? *(#.*)?$", re.MULTILINE)
    for other in sorted((folder / "campaigns").glob("*.yaml")):
        if not other.samefile(campaign) and line.search(read_text(other)):
            raise Problems(
                [Problem(str(campaign), 0, f"{other} is called `{name}` too: give one of them another name.")]
            )


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
