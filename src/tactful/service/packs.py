"""The policies and tables that come with Tactful, read from the installed package."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from pathlib import Path

from tactful.appropriateness.context import FitTable, load_fit
from tactful.appropriateness.scorecard import Scorecard, load_scorecard
from tactful.model.problems import Problem, Problems, suggestion
from tactful.policy.compile import compile_policy
from tactful.policy.judge import Judge
from tactful.policy.load import NoPolicy, load_policy, load_text
from tactful.policy.rules import Policy

DEFAULT_POLICY = "norm/retail"
SUFFIX = ".yaml"


def packaged(room: str, path: str) -> str:
    """The text of a data file of a room, for example ("profile", "tables/not_goods.yaml")."""
    return files(f"tactful.{room}").joinpath(path).read_text("utf-8")


def pack_names() -> tuple[str, ...]:
    """Every packaged policy that can be loaded or imported by name."""
    root = files("tactful.policy").joinpath("packs")
    found = []
    for group in root.iterdir():
        if group.is_dir() and group.name != "scorecards":
            found += [f"{group.name}/{item.name.removesuffix('.yaml')}" for item in group.iterdir() if item.is_file()]
    return tuple(sorted(found))


class Fetcher:
    """Finds the text of a policy by name: a packaged pack, or a file beside the one that imports it.

    Remembers what was read in `texts`, so that a run can keep it for replay.
    """

    def __init__(self, folder: Path | None = None, texts: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.kept = texts
        self.texts: dict[str, str] = {}

    def __call__(self, name: str) -> tuple[str, str]:
        """The text and a label for messages; raises LookupError when there is no such policy."""
        text, label = self._find(name)
        self.texts[name] = text
        return text, label

    def _find(self, name: str) -> tuple[str, str]:
        if self.kept is not None and name in self.kept:
            return self.kept[name], name
        if name in pack_names():
            return packaged("policy", f"packs/{name}.yaml"), f"{name}.yaml"
        path = (self.folder or Path()) / name
        for candidate in (path, path.with_suffix(".yaml")):
            if candidate.is_file():
                return read_text(candidate), str(candidate)
        beside = (each.stem for each in path.parent.glob("*.yaml"))
        raise NoPolicy(suggestion(name, [*pack_names(), *beside]))


def read_text(path: Path) -> str:
    """The text of a file that a person wrote; one sentence where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Problems([Problem(str(path), line, "is not UTF-8 text.")]) from None
    except OSError as error:
        raise Problems([Problem(str(path), 0, f"cannot be opened: {(error.strerror or 'error').lower()}.")]) from None


class Rules:
    """A policy, compiled, with the scorecard it is judged with."""

    def __init__(self, policy: Policy, judge: Judge, scorecard: Scorecard, texts: dict[str, str]) -> None:
        self.policy = policy
        self.judge = judge
        self.scorecard = scorecard
        self.texts = texts


@cache
def packaged_fit() -> FitTable:
    """The table that comes with Tactful of what is ordinary where."""
    return load_fit(packaged("appropriateness", "tables/fit.yaml"), "fit.yaml")


def packaged_line() -> str:
    """The text of the scorecard that comes with Tactful."""
    return packaged("policy", "packs/scorecards/published.yaml")


@cache
def scorecard() -> Scorecard:
    """The scorecard that comes with Tactful."""
    return load_scorecard(packaged_line(), "published.yaml")


def load_rules(
    name: str = DEFAULT_POLICY,
    folder: Path | None = None,
    texts: dict[str, str] | None = None,
    today: dt.date | None = None,
    line: str | None = None,
) -> Rules:
    """Load and compile a policy by the name of a pack or the path of a file; with `today`, as it applies on that day.

    `line` is the text of a scorecard of one's own.

    Raises Problems.
    """
    fetch = Fetcher(folder, texts)
    try:
        fetch(name)
        if name.endswith(SUFFIX):
            policy = load_text(*fetch(name), fetch, Path(name).stem, today)
        else:
            policy = load_policy(name, fetch, name, today)
    except LookupError as missing:
        raise Problems([Problem(name, 0, str(missing.args[0]))]) from None
    card = scorecard() if line is None else load_scorecard(line, "line.yaml")
    return Rules(policy, compile_policy(policy), card, fetch.texts)


def with_its_cases(policy: str) -> str:
    """The policy that imports this one and holds its cases, where there is one: `X-cases` beside `X`.

    A law only narrows, so that its cases are judged beside the norms, which hold the licences.
    """
    if policy.startswith("law/") and policy in pack_names():
        return f"{DEFAULT_POLICY}-cases"
    path = Path(policy)
    if path.suffix:
        cases = path.with_name(f"{path.stem}-cases{path.suffix}")
        return str(cases) if cases.exists() else policy
    return f"{policy}-cases" if f"{policy}-cases" in pack_names() else policy
