"""From the text of a policy to a `Policy`: imports merged, every word checked, all problems at once.

A policy with one bad rule is not loaded at all (SEMANTICS 19).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import shown
from tactful.model.problems import Problem, Problems
from tactful.policy.digest import digest_of
from tactful.policy.load_cases import check_names, read_cases, read_casts, read_claims
from tactful.policy.load_rules import USING_IS_NOT_SAYING, check_waivers, read_rules
from tactful.policy.rules import Case, Claim, Policy, Rule

Fetch = Callable[[str], tuple[str, str]]
"""From the name of a policy to its text and a label for messages; raises LookupError or OSError where there is none."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")
_MOST_FILES = 100


def load_policy(name: str, fetch: Fetch, file: str = "policy") -> Policy:
    """The policy of this name with all that it imports. `file` labels the problem if `name` itself cannot be had.

    Raises Problems with everything that is wrong in all files.
    """
    loader = _Loader(fetch)
    loader.read_named(name, file, 0, ())
    return loader.policy(name)


def load_text(text: str, file: str, fetch: Fetch, name: str = "policy") -> Policy:
    """The policy that a text says; `fetch` gives its imports. `name` is used where the text gives none."""
    loader = _Loader(fetch)
    loader.read(text, file, name, (name,), named=False)
    return loader.policy(loader.top or name)


class _Loader:
    """Gathers rules, cases and claims over the files of one policy, each file once."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.problems: list[Problem] = []
        self.rules: dict[str, Rule] = {}
        self.cases: list[Case] = []
        self.claims: list[Claim] = []
        self.casts: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.top = ""

    def read_named(self, name: str, file: str, line: int, above: tuple[str, ...]) -> None:
        """Read a policy that is asked for by name, unless it has been read already."""
        if name in above:
            circle = " -> ".join((*above[above.index(name) :], name))
            self.problems.append(Problem(file, line, f"the imports go in a circle: {circle}.", "imports"))
            return
        if name in self.versions:
            return
        if not _NAME.fullmatch(name):
            self.problems.append(Problem(file, line, f"{shown(name)} is not the name of a policy.", "imports"))
            return
        try:
            text, label = self.fetch(name)
        except (LookupError, OSError):
            self.problems.append(Problem(file, line, f"there is no policy named {name}.", "imports"))
            return
        self.read(text, label, name, (*above, name), named=True)

    def read(self, text: str, file: str, name: str, above: tuple[str, ...], named: bool) -> None:
        """Read one file: first what it imports, then what it says itself."""
        self.versions[name] = 1
        if len(self.versions) > _MOST_FILES:
            raise Problems([Problem(file, 0, f"a policy may import at most {_MOST_FILES} files.")])
        try:
            top = read_document(text, file)
        except Problems as problems:
            self.problems += problems.problems
            return
        self.head(top, name, named)
        for other in top.texts("imports", ()):
            self.read_named(other, file, top.line_of("imports"), above)
        for rule in read_rules(top):
            self.add(rule)
        self.casts.update(read_casts(top))
        self.cases += read_cases(top, self.casts)
        self.claims += read_claims(top, text)
        top.finish()
        self.problems += top.problems

    def head(self, top: Section, name: str, named: bool) -> None:
        """The name and the version of a file."""
        said = top.text("policy", name)
        if named and said != name:
            top.complain(f"this file was asked for as {name} and calls itself {shown(said)}.", "policy")
        elif not _NAME.fullmatch(said):
            top.complain(f"{shown(said)} is not the name of a policy; write it like norm/retail.", "policy")
        self.versions[name] = top.integer("version", 1, low=1)
        if not named:
            self.top = said

    def add(self, rule: Rule) -> None:
        """Keep a rule, or complain of a second one with its name."""
        first = self.rules.get(rule.id)
        if first is None:
            self.rules[rule.id] = rule
            return
        place = f"{first.file}:{first.line}" if first.line else first.file
        self.problems.append(Problem(rule.file, rule.line, f"{rule.id}: this name is taken already, at {place}.", "id"))

    def policy(self, name: str) -> Policy:
        """The whole, if nothing is wrong with it."""
        self.rules.setdefault(USING_IS_NOT_SAYING.id, USING_IS_NOT_SAYING)
        rules = tuple(self.rules.values())
        self.problems += check_waivers(rules)
        self.problems += check_names(self.cases, {rule.id for rule in rules})
        refuse(self.problems)
        own = next(iter(self.versions))
        parts = {name if part == own else part: version for part, version in self.versions.items()}
        return Policy(
            name=name,
            version=self.versions[own],
            licences=tuple(rule for rule in rules if rule.kind == "licence"),
            limits=tuple(rule for rule in rules if rule.kind == "limit"),
            waivers=tuple(rule for rule in rules if rule.kind == "waiver"),
            cases=tuple(self.cases),
            claims=tuple(self.claims),
            parts=tuple(f"{part} {version}" for part, version in parts.items()),
            digest=digest_of(rules),
        )
