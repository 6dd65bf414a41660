"""From the text of a policy to a `Policy`: imports merged, every word checked, all problems at once.

A policy with one bad rule is not loaded at all (SEMANTICS 19). A part that says `effective:` with a later day than
`today` is checked like the others and waits: its rules are not applied, nor those of what only it imports.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from tactful.model.document import Section, read_document, refuse
from tactful.model.flow import read_value, shown
from tactful.model.problems import Problem, Problems
from tactful.model.vocabulary import KEYS
from tactful.policy.digest import digest_of
from tactful.policy.load_cases import check_names, read_cases, read_casts, read_claims
from tactful.policy.load_rules import USING_IS_NOT_SAYING, check_place, check_waivers, read_rules
from tactful.policy.rules import Case, Claim, Part, Policy, Rule

Fetch = Callable[[str], tuple[str, str]]
"""From the name of a policy to its text and a label for messages; raises LookupError or OSError where there is none."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")
_MOST_FILES = 100


def load_policy(name: str, fetch: Fetch, file: str = "policy", today: dt.date | None = None) -> Policy:
    """The policy of this name with all that it imports. `file` labels the problem if `name` itself cannot be had.

    Parts that apply only after `today` wait; with None, every part applies. Raises Problems with everything that is
    wrong in all files.
    """
    loader = _Loader(fetch)
    loader.read_named(name, file, 0, ())
    return loader.policy(name, today)


def load_text(text: str, file: str, fetch: Fetch, name: str = "policy", today: dt.date | None = None) -> Policy:
    """The policy that a text says; `fetch` gives its imports. `name` is used where the text gives none."""
    loader = _Loader(fetch)
    loader.read(text, file, name, (name,), named=False)
    return loader.policy(loader.top or name, today)


class NoPolicy(LookupError):
    """There is no policy of a name; `hint` is what may be meant, to be put behind a sentence, or empty."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(f"there is no policy of this name.{hint}")
        self.hint = hint


class _Loader:
    """Gathers rules, cases and claims over the files of one policy, each file once."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.problems: list[Problem] = []
        self.rules: dict[str, Rule] = {}
        self.said_in: dict[str, str] = {}
        self.cases: list[Case] = []
        self.claims: list[Claim] = []
        self.casts: dict[str, dict[str, Any]] = {}
        self.read_parts: dict[str, Part] = {}
        self.imports: dict[str, tuple[str, ...]] = {}
        self.top = ""

    def read_named(self, name: str, file: str, line: int, above: tuple[str, ...]) -> None:
        """Read a policy that is asked for by name, unless it has been read already."""
        if name in above:
            circle = " -> ".join((*above[above.index(name) :], name))
            self.problems.append(Problem(file, line, f"the imports go in a circle: {circle}.", "imports"))
            return
        if name in self.read_parts:
            return
        if not _NAME.fullmatch(name):
            self.problems.append(Problem(file, line, f"{shown(name)} is not the name of a policy.", "imports"))
            return
        try:
            text, label = self.fetch(name)
        except (LookupError, OSError) as error:
            hint = error.hint if isinstance(error, NoPolicy) else ""
            self.problems.append(Problem(file, line, f"there is no policy named {name}.{hint}", "imports"))
            return
        self.read(text, label, name, (*above, name), named=True)

    def read(self, text: str, file: str, name: str, above: tuple[str, ...], named: bool) -> None:
        """Read one file: first what it imports, then what it says itself."""
        self.read_parts[name] = Part(name, 1)
        if len(self.read_parts) > _MOST_FILES:
            raise Problems([Problem(file, 0, f"a policy may import at most {_MOST_FILES} files.")])
        try:
            top = read_document(text, file)
        except Problems as problems:
            self.problems += problems.problems
            return
        self.head(top, name, named)
        self.imports[name] = top.texts("imports", ())
        for other in self.imports[name]:
            self.read_named(other, file, top.line_of("imports"), above)
        for rule in read_rules(top):
            self.add(rule, name)
        self.casts.update(read_casts(top))
        self.cases += read_cases(top, self.casts)
        self.claims += read_claims(top, text)
        top.finish()
        self.problems += top.problems

    def head(self, top: Section, name: str, named: bool) -> None:
        """The name and the version of a file, whose law it holds, and from when."""
        said = top.text("policy", name)
        if named and said != name:
            top.complain(f"this file was asked for as {name} and calls itself {shown(said)}.", "policy")
        elif not _NAME.fullmatch(said):
            top.complain(f"{shown(said)} is not the name of a policy; write it like norm/retail.", "policy")
        version = top.integer("version", 1, low=1)
        self.read_parts[name] = Part(said if not named else name, version, _jurisdiction(top), _effective(top))
        if not named:
            self.top = said

    def add(self, rule: Rule, name: str) -> None:
        """Keep a rule of a part, or complain of a second one with its name."""
        self.problems += check_place(rule, self.read_parts[name].jurisdiction)
        first = self.rules.get(rule.id)
        if first is None:
            self.rules[rule.id] = rule
            self.said_in[rule.id] = name
            return
        place = f"{first.file}:{first.line}" if first.line else first.file
        self.problems.append(Problem(rule.file, rule.line, f"{rule.id}: this name is taken already, at {place}.", "id"))

    def in_force(self, top: str, today: dt.date | None) -> set[str]:
        """The parts that are reached from the top over parts that apply today."""
        found: set[str] = set()
        open_ends = [top]
        while open_ends:
            name = open_ends.pop()
            part = self.read_parts.get(name)
            if part is None or name in found or (today is not None and part.effective > today.isoformat()):
                continue
            found.add(name)
            open_ends += self.imports.get(name, ())
        return found

    def policy(self, name: str, today: dt.date | None) -> Policy:
        """The whole, if nothing is wrong with it."""
        rules = _with_the_built_in(self.rules.values())
        self.problems += check_waivers(rules)
        self.problems += check_names(self.cases, {rule.id for rule in rules})
        refuse(self.problems)
        own = next(iter(self.read_parts))
        held = self.in_force(own, today)
        rules = _with_the_built_in(rule for rule in self.rules.values() if self.said_in[rule.id] in held)
        parts = tuple(part for key, part in self.read_parts.items() if key in held)
        return Policy(
            name=name,
            version=self.read_parts[own].version,
            licences=tuple(rule for rule in rules if rule.kind == "licence"),
            limits=tuple(rule for rule in rules if rule.kind == "limit"),
            waivers=tuple(rule for rule in rules if rule.kind == "waiver"),
            cases=tuple(self.cases),
            claims=tuple(self.claims),
            made_of=parts,
            digest=digest_of(rules, parts),
            waiting=tuple(part for key, part in self.read_parts.items() if key not in held),
        )


def _with_the_built_in(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    found = tuple(rules)
    return found if any(rule.id == USING_IS_NOT_SAYING.id for rule in found) else (*found, USING_IS_NOT_SAYING)


def _jurisdiction(top: Section) -> str:
    """The place whose law a file holds, or the empty string."""
    place = top.text("jurisdiction", "")
    if "jurisdiction" in top and read_value(KEYS["customer.jurisdiction"], place)[1]:
        top.complain(f"{shown(place)} is not a jurisdiction; write `uk`, `eu-fr` or `us-ca`.", "jurisdiction")
        return ""
    return place


def _effective(top: Section) -> str:
    """The day from which a file applies, or the empty string."""
    day = top.text("effective", "")
    try:
        if "effective" in top and dt.date.fromisoformat(day).isoformat() != day:
            raise ValueError
    except ValueError:
        top.complain(f"{shown(day)} is not a day; write it like 2018-05-25.", "effective")
        return ""
    return day
