"""Publishing a policy: checked whole, then put into force in one transaction, or refused while the last one goes on.

What is published are texts. They are kept as an artefact, so that a run, a replay or a rollback builds the same rules
again, whatever has become of the files since. Where nothing was ever published, everything is held.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tactful.model.kept import Publication
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.policy.analyse import Finding, Refuted, analyse, prove_claims
from tactful.policy.diff import PolicyDiff, diff_policies
from tactful.policy.rules import Policy
from tactful.service.check_policy import check_policy
from tactful.service.packs import DEFAULT_POLICY, Rules, load_rules, with_its_cases
from tactful.service.ports import Store
from tactful.service.project import OWN_POLICY, POLICY, policy_texts, rules_of

NOTHING_PUBLISHED = "no policy was ever published here, so everything is held"
NOTHING_PUBLISHED_MEND = "tactful policy publish --author NAME"

_pack = msgspec.msgpack.Encoder(order="deterministic").encode


class Published(msgspec.Struct, frozen=True):
    """A publication with the texts that its rules are loaded from, under the names that a project gives them."""

    publication: Publication
    texts: dict[str, str]

    @property
    def rules(self) -> Rules:
        """The policy, compiled, with every part of it. Raises Problems where it cannot be read any more."""
        return rules_of(self.texts)

    def on(self, today: dt.date) -> Policy:
        """The policy as it applies on a day: what is not in force yet is listed in `waiting`."""
        return rules_of(self.texts, today).policy


class Prepared(msgspec.Struct, frozen=True):
    """A policy ready to be published, or what is wrong with it.

    `problems` are failing cases, rules without a sentence or a case, and claims with a counterexample: with any of
    them it is refused. `findings` are rules that never make a difference: said, not refused. `difference` is against
    the policy in force, None where there is none; `epoch` is that policy's number, 0 for none. `waiting` are parts
    whose first day is still to come: they are tried like the others, and not applied before.
    """

    policy: Policy
    texts: dict[str, str]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    difference: PolicyDiff | None
    epoch: int
    cases: int
    claims: int
    waiting: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the policy calls itself, with its version."""
        return f"{self.policy.name} {self.policy.version}"


def in_force(store: Store) -> Published | None:
    """What is in force; None where nothing was ever published. Raises StoreProblem where its texts are lost."""
    publication = store.active()
    return None if publication is None else _with_texts(store, publication)


def in_force_at(store: Store, at: int) -> Publication | None:
    """The publication that was in force at an instant by the clock."""
    return next((each for each in reversed(store.publications()) if each.at <= at), None)


def differs_from_published(folder: Path, published: Published) -> bool:
    """Whether the shop's folder has a policy of its own that is not the text in force."""
    path = folder / OWN_POLICY
    return path.is_file() and published.texts.get(f"{POLICY}{OWN_POLICY}") != path.read_text("utf-8", "replace")


def prepare(store: Store, name: str, folder: Path | None, today: dt.date) -> Prepared:
    """Load a policy by the name of a pack or of a file in `folder`, and look at it from every side.

    It is tried with all its parts, its claims also without those that wait; what becomes freer is what becomes so
    today. Raises Problems where it cannot be loaded at all.
    """
    rules = load_rules(name, folder)
    whole = _beside(rules, name, folder)
    report = check_policy(whole, with_cases=True)
    policy = _with_cases(rules.policy, whole.policy)
    found = analyse(policy)
    applied = _with_cases(load_rules(name, folder, today=today).policy, policy)
    refuted = found.refuted + (prove_claims(applied) if applied.waiting else ())
    last = in_force(store)
    return Prepared(
        policy=rules.policy,
        texts=policy_texts(name, rules),
        problems=tuple(dict.fromkeys((*report.problems, *_failing(refuted, report.problems), *_unfit(policy, whole)))),
        findings=found.findings,
        difference=diff_policies(last.on(today), applied) if last is not None else None,
        epoch=last.publication.number if last is not None else 0,
        cases=report.cases,
        claims=report.claims,
        waiting=waiting_parts(applied),
    )


def waiting_parts(policy: Policy) -> tuple[str, ...]:
    """The parts of a policy that are not in force yet, each with its first day."""
    return tuple(f"{part} from {part.effective}" if part.effective else str(part) for part in policy.waiting)


def publish(store: Store, prepared: Prepared, author: str, note: str, at: int) -> Publication:
    """Put it into force. Raises Problems where it was refused, StoreProblem where another one came first."""
    if prepared.problems:
        raise Problems(prepared.problems)
    _check_author(author)
    publication = Publication(
        number=prepared.epoch + 1,
        kind="publish",
        policy=prepared.policy.digest,
        name=prepared.name,
        author=author,
        at=at,
        note=note,
        texts=b"",
    )
    return _put(store, prepared.texts, publication)


def publish_first(store: Store, author: str, at: int, today: dt.date) -> str:
    """Publish the packaged policy where nothing was ever published; the name of what is in force after that."""
    published = store.active()
    if published is None:
        published = publish(
            store, prepare(store, DEFAULT_POLICY, None, today), author, "the packaged policy, at the set-up", at
        )
    return published.name


def rollback(store: Store, author: str, note: str, at: int, to: str = "") -> Publication:
    """Put an earlier policy into force again: the last one that differs, or the one whose digest begins with `to`.

    Raises Problems where there is none, or where this version of Tactful cannot read it.
    """
    _check_author(author)
    log = store.publications()
    if not log:
        raise Problems([Problem("rollback", 0, f"{NOTHING_PUBLISHED}: {NOTHING_PUBLISHED_MEND}.")])
    last = log[-1]
    earlier = [each for each in log if each.policy != last.policy and each.policy.startswith(to.lower())]
    if not earlier:
        which = f"no other policy with the digest {to}…" if to else "no other policy"
        raise Problems([Problem("rollback", 0, f"{which} was ever published: `tactful policy published` lists them.")])
    if len({each.policy for each in earlier}) > 1 and to:
        raise Problems([Problem("rollback", 0, f"several digests begin with {to}: write more of it.")])
    target = _with_texts(store, earlier[-1])
    if target.rules.policy.digest != target.publication.policy:
        raise StoreProblem(f"{target.publication.name} no longer means what it meant when it was published.")
    again = msgspec.structs.replace(
        target.publication, number=last.number + 1, kind="rollback", author=author, at=at, note=note
    )
    return _put(store, target.texts, again)


def shown(flow: object) -> str:
    """A counterexample's flow, in JSON."""
    return msgspec.json.encode(getattr(flow, "counterexample", flow), order="sorted").decode()


def _put(store: Store, texts: dict[str, str], publication: Publication) -> Publication:
    body = _pack(texts)
    publication = msgspec.structs.replace(publication, texts=hashlib.sha256(body).digest())
    store.publish(publication, body)
    return publication


def _with_texts(store: Store, publication: Publication) -> Published:
    body = store.artefact(publication.texts)
    if body is None:
        raise StoreProblem(f"the texts of {publication.name} are no longer kept: publish it again.")
    return Published(publication, msgspec.msgpack.decode(body, type=dict[str, str]))


def load_with_cases(name: str, folder: Path | None = None, today: dt.date | None = None) -> Policy:
    """A policy with the cases and claims that stand beside it in a file of their own; with `today`, as it applies then.

    Raises Problems.
    """
    rules = load_rules(name, folder, today=today)
    return _with_cases(rules.policy, _beside(rules, name, folder).policy)


def _with_cases(policy: Policy, whole: Policy) -> Policy:
    """The policy with other cases; with the claims beside them only where they are about these rules and no others."""
    own = {rule.id for rule in policy.rules}
    about = all(rule.id in own for rule in whole.rules) or bool(policy.waiting)
    return msgspec.structs.replace(policy, cases=whole.cases, claims=whole.claims if about else policy.claims)


def _beside(rules: Rules, name: str, folder: Path | None) -> Rules:
    """The policy as its file of cases imports it; the policy itself where there is none."""
    where = folder or Path()
    beside = with_its_cases(str(where / name)) if name.endswith(".yaml") else with_its_cases(name)
    if name.endswith(".yaml"):
        return load_rules(Path(beside).name, where) if Path(beside).name != name else rules
    return load_rules(beside) if beside != name else rules


def _failing(refuted: Iterable[Refuted], known: Iterable[Problem]) -> list[Problem]:
    """The claims that fail, less those that a case has shown to fail already."""
    said = {(each.file, each.line) for each in known}
    return [
        Problem(each.file, each.line, f"this claim does not hold: {each.claim} - {each.verdict} for {shown(each)}.")
        for each in refuted
        if (each.file, each.line) not in said
    ]


def _unfit(policy: Policy, beside: Rules) -> list[Problem]:
    """A policy must open something, and the file of cases is only for cases: a rule in it would not be published."""
    if not policy.licences:
        return [Problem(policy.name, 0, "it opens nothing, so everything would be refused; import norm/retail too.")]
    own, whole = {rule.id for rule in policy.rules}, beside.policy
    return [
        Problem(rule.file, rule.line, f"{rule.id}: a rule in the file of cases is not published; move it.", "id")
        for rule in whole.rules
        if rule.id not in own
    ]


def _check_author(author: str) -> None:
    if not author.strip():
        raise Problems([Problem("publish", 0, "say who publishes: --author NAME.")])
