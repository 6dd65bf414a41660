"""Publishing a policy: checked whole, then put into force in one transaction, or refused while the last one goes on.

What is published are texts. They are kept as an artefact, so that a run, a replay or a rollback builds the same rules
again, whatever has become of the files since. Where nothing was ever published, everything is held.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from tactful.model.kept import Publication
from tactful.model.problems import Problem, Problems, StoreProblem
from tactful.policy.analyse import Finding, analyse
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
        """The policy, compiled. Raises Problems where this version of Tactful cannot read it any more."""
        return rules_of(self.texts)


class Prepared(msgspec.Struct, frozen=True):
    """A policy ready to be published, or what is wrong with it.

    `problems` are failing cases, rules without a sentence or a case, and claims with a counterexample: with any of
    them it is refused. `findings` are rules that never make a difference: said, not refused. `difference` is against
    the policy in force, None where there is none; `epoch` is that policy's number, 0 for none.
    """

    policy: Policy
    texts: dict[str, str]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    difference: PolicyDiff | None
    epoch: int
    cases: int
    claims: int

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


def prepare(store: Store, name: str, folder: Path | None = None) -> Prepared:
    """Load a policy by the name of a pack or of a file in `folder`, and look at it from every side.

    Raises Problems where it cannot be loaded at all.
    """
    rules = load_rules(name, folder)
    whole = _beside(rules, name, folder)
    report = check_policy(whole, with_cases=True)
    policy = _with_cases(rules.policy, whole.policy)
    found = analyse(policy)
    refuted = [
        Problem(each.file, each.line, f"this claim does not hold: {each.claim} - {each.verdict} for {shown(each)}.")
        for each in found.refuted
        if not any((each.file, each.line) == (known.file, known.line) for known in report.problems)
    ]
    last = in_force(store)
    return Prepared(
        policy=rules.policy,
        texts=policy_texts(name, rules),
        problems=(*report.problems, *refuted, *_other_rules(rules.policy, whole.policy)),
        findings=found.findings,
        difference=diff_policies(last.rules.policy, policy) if last is not None else None,
        epoch=last.publication.number if last is not None else 0,
        cases=report.cases,
        claims=report.claims,
    )


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


def publish_first(store: Store, author: str, at: int) -> str:
    """Publish the packaged policy where nothing was ever published; the name of what is in force after that."""
    published = store.active()
    if published is None:
        published = publish(store, prepare(store, DEFAULT_POLICY), author, "the packaged policy, at the set-up", at)
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


def load_with_cases(name: str, folder: Path | None = None) -> Policy:
    """A policy with the cases and claims that stand beside it in a file of their own. Raises Problems."""
    rules = load_rules(name, folder)
    return _with_cases(rules.policy, _beside(rules, name, folder).policy)


def _with_cases(policy: Policy, whole: Policy) -> Policy:
    return msgspec.structs.replace(policy, cases=whole.cases, claims=whole.claims)


def _beside(rules: Rules, name: str, folder: Path | None) -> Rules:
    """The policy as its file of cases imports it; the policy itself where there is none."""
    where = folder or Path()
    beside = with_its_cases(str(where / name)) if name.endswith(".yaml") else with_its_cases(name)
    if name.endswith(".yaml"):
        return load_rules(Path(beside).name, where) if Path(beside).name != name else rules
    return load_rules(beside) if beside != name else rules


def _other_rules(policy: Policy, whole: Policy) -> list[Problem]:
    """The file of cases is only for cases: a rule in it would be tried and never published."""
    own = {rule.id for rule in policy.rules}
    return [
        Problem(rule.file, rule.line, f"{rule.id}: a rule in the file of cases is not published; move it.", "id")
        for rule in whole.rules
        if rule.id not in own
    ]


def _check_author(author: str) -> None:
    if not author.strip():
        raise Problems([Problem("publish", 0, "say who publishes: --author NAME.")])
