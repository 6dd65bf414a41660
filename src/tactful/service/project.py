"""A shop's own files, read whole: what is true of it, its labels and notices, a campaign with its treatment, its rules.

A project is built from texts alone, so that a run can keep the texts and a replay can build the same project again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from tactful.appropriateness.combinations import NO_COMBINATIONS, Combinations, load_combinations
from tactful.appropriateness.context import FitTable, load_fit
from tactful.appropriateness.scorecard import load_scorecard
from tactful.model.problems import Problem, Problems
from tactful.model.vocabulary import KEYS
from tactful.permission.points import CollectionPoint, load_compatible, load_point, purposes_told
from tactful.profile.attributes import Countries, load_countries
from tactful.profile.audience import Audience, parse_audience
from tactful.profile.derived import SHOWN
from tactful.profile.dignity import load_undignified
from tactful.profile.labels import Declared, load_labels
from tactful.profile.names import Catalogue, catalogue, load_qualifiers
from tactful.profile.orders import load_not_goods
from tactful.profile.revealing import load_revealing
from tactful.profile.shop import Shop as ProfileShop
from tactful.profile.told import Told
from tactful.profile.traits import load_keeps
from tactful.service.packs import DEFAULT_POLICY, Rules, load_rules, packaged, packaged_line, read_text
from tactful.service.project_files import unread
from tactful.service.shop import Shop, load_shop
from tactful.treatment.campaign import Campaign, check, load_campaign
from tactful.treatment.objects import Objects, load_objects
from tactful.treatment.render import load_footer
from tactful.treatment.template import Treatment, load_treatment

T = TypeVar("T")
_COMBINATIONS = "appropriateness/tables/combinations.yaml"
TABLES = (
    _COMBINATIONS,
    "appropriateness/tables/fit.yaml",
    "permission/tables/compatible.yaml",
    "profile/tables/countries.yaml",
    "profile/tables/keeps.yaml",
    "profile/tables/not_a_kind.yaml",
    "profile/tables/not_goods.yaml",
    "profile/tables/revealing-products.yaml",
    "profile/tables/undignified.yaml",
    "treatment/tables/footer.yaml",
    "treatment/tables/template_objects.yaml",
)
DRAFT = ".draft.yaml"
POLICY = "policy:"
OWN_POLICY = "policy.yaml"
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LINE = "tables/line.yaml"
_POLICY_NAME = "policy"
_CAMPAIGN = "campaign"


def shop_of(folder: Path) -> Shop:
    """The shop of a folder; one sentence where it has no `shop.yaml`."""
    return load_shop(_shop_text(folder), str(folder / "shop.yaml"))


def policy_texts(name: str, rules: Rules) -> dict[str, str]:
    """The texts of a policy, and its name, as a project has them."""
    return {_POLICY_NAME: name, **{f"{POLICY}{part}": text for part, text in rules.texts.items()}}


def rules_of(texts: dict[str, str], today: dt.date | None = None) -> Rules:
    """The policy among the texts of a project, compiled; with `today`, as it applies on that day. Raises Problems."""
    own = {name.removeprefix(POLICY): text for name, text in texts.items() if name.startswith(POLICY)}
    return load_rules(texts[_POLICY_NAME], texts=own, today=today, line=texts.get(LINE))


def read_texts(folder: Path, campaign: Path | None = None, policy: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every text that a project is built from, by its path in the project; the campaign's own under `campaign`.

    A table in the folder's `tables/` stands in for the packaged one of that name. `policy` are the texts of the policy
    that was published; without it, the folder's own policy is read, or the packaged one.
    """
    texts = {"shop.yaml": _shop_text(folder)}
    if (folder / "labels.yaml").exists():
        texts["labels.yaml"] = read_text(folder / "labels.yaml")
    texts.update(_point_texts(folder))
    texts.update({table: table_text(folder, table) for table in TABLES})
    texts[LINE] = read_text(folder / LINE) if (folder / LINE).exists() else packaged_line()
    if campaign is not None:
        texts[_CAMPAIGN] = read_text(campaign)
        treatment = _treatment_path(texts[_CAMPAIGN], str(campaign))
        texts[treatment] = read_text(folder / treatment)
    name = policy_name(folder)
    texts.update(policy if policy is not None else policy_texts(name, load_rules(name, folder)))
    return texts


def _point_texts(folder: Path) -> dict[str, str]:
    texts = {}
    for path in sorted((folder / "collection-points").glob("*.yaml")):
        if not path.name.endswith(DRAFT):
            texts[f"collection-points/{path.name}"] = read_text(path)
    for path in sorted((folder / "notices").glob("*")):
        if path.is_file():
            texts[f"notices/{path.name}"] = read_text(path)
    return texts


def points_of(folder: Path) -> tuple[CollectionPoint, ...]:
    """The collection points of a folder that are in force. Raises Problems."""
    return load_points(_point_texts(folder))


def load_points(texts: Mapping[str, str]) -> tuple[CollectionPoint, ...]:
    """The collection points among the texts of a project: each with a notice that says something. Raises Problems."""
    notes = {name: text for name, text in texts.items() if name.startswith("notices/")}
    notices = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in notes.items()}
    problems: list[Problem] = []
    files = [name for name in sorted(texts) if name.startswith("collection-points/")]
    found: dict[str, CollectionPoint] = {}
    for file in files:
        try:
            point = load_point(texts[file], file, notices)
        except Problems as wrong:
            problems += wrong.problems
            continue
        if point.name in [each.name for each in found.values()]:
            problems.append(Problem(file, 0, f"another file is the collection point {point.name} already."))
        found[file] = point
    for point in found.values():
        for notice in dict.fromkeys((point.notice, *(g.notice for each in point.consent for g in each.grants))):
            if not _COMMENT.sub("", notes.get(notice, "")).strip():
                why = f"says nothing yet, and {point.name} rests on it: paste what a customer saw there."
                problems.append(Problem(notice, 0, why))
    if problems:
        raise Problems(problems)
    return tuple(found.values())


def table_text(folder: Path, table: str) -> str:
    """The text of a table such as `profile/tables/not_goods.yaml`: the folder's own where it has one."""
    room, _, name = table.partition("/")
    own = folder / name
    return read_text(own) if own.exists() else packaged(room, name)


def drafts(folder: Path) -> list[Path]:
    """Collection points that wait for approval."""
    return sorted((folder / "collection-points").glob(f"*{DRAFT}"))


class Project:
    """A project built from texts; raises Problems, all at once. Tables are built when they are first asked for."""

    def __init__(
        self,
        texts: dict[str, str],
        rules: Rules | None = None,
        campaign_file: str = _CAMPAIGN,
        today: dt.date | None = None,
    ) -> None:
        self.texts = texts
        self.today = today
        self.campaign_file = campaign_file
        self._rules = rules
        problems: list[Problem] = []
        self.shop: Shop = _collect(problems, lambda: load_shop(texts["shop.yaml"], "shop.yaml"))
        self.labels: Declared = _collect(problems, self._load_labels)
        self.points: tuple[CollectionPoint, ...] = _collect(problems, self._load_points)
        if _CAMPAIGN in texts and not problems:
            self.campaign: Campaign = _collect(problems, self._load_campaign)
            self.treatment: Treatment = _collect(problems, self._load_treatment)
            if self.campaign is not None:
                self.audience: Audience = _collect(problems, self._load_audience)
            if not problems:
                problems += check(self.campaign, self.treatment).problems
                problems += [*self._misused(), *self._misshown()]
        if problems:
            raise Problems(problems)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all texts, in hex."""
        return hashlib.sha256(msgspec.msgpack.encode(self.texts, order="deterministic")).hexdigest()

    @cached_property
    def rules(self) -> Rules:
        """The policy that holds, compiled: without what applies only after `today`."""
        if self._rules is not None:
            return self._rules
        return rules_of(self.texts, self.today)

    def on(self, today: dt.date) -> Project:
        """The project with the rules that apply on a day; itself, where that is all of them."""
        later = any(part.effective > today.isoformat() for part in self.rules.policy.made_of)
        if self._rules is not None or (self.today is None and not later):
            return self
        return Project(self.texts, campaign_file=self.campaign_file, today=today)

    @cached_property
    def fit(self) -> FitTable:
        """How ordinary a category is for a sector and a purpose."""
        return load_fit(self.table("appropriateness", "fit"), "fit.yaml")

    @cached_property
    def combinations(self) -> Combinations:
        """What facts reveal together; nothing for what was kept before there was such a table."""
        text = self.texts.get(_COMBINATIONS)
        return load_combinations(text, "combinations.yaml") if text is not None else NO_COMBINATIONS

    @cached_property
    def countries(self) -> Countries:
        """Jurisdiction and time zones of the countries that orders and addresses name."""
        return load_countries(self.table("profile", "countries"), "countries.yaml")

    @cached_property
    def footer(self) -> dict[str, dict[str, str]]:
        """The required parts of a message, in words."""
        return load_footer(self.table("treatment", "footer"), "footer.yaml")

    @cached_property
    def objects(self) -> Objects:
        """Which facts the objects of a template are."""
        return load_objects(self.table("treatment", "template_objects"), "template_objects.yaml")

    def table(self, room: str, name: str) -> str:
        """The text of a table."""
        return self.texts[f"{room}/tables/{name}.yaml"]

    def told(self, points: Iterable[CollectionPoint]) -> tuple[Told, ...]:
        """What these notices say, for facts."""
        compatible = load_compatible(self.table("permission", "compatible"), "compatible.yaml")
        return tuple(
            Told(point.name, point.sources, purposes_told(point, compatible), point.seen_from) for point in points
        )

    def profile_shop(self, names: dict[str, str]) -> ProfileShop:
        """What facts need to know of the shop, without notices; `names` are those of its products, by code."""
        return ProfileShop(
            revealing=load_revealing(self.table("profile", "revealing-products"), "revealing-products.yaml"),
            keeps=load_keeps(self.table("profile", "keeps"), "keeps.yaml"),
            not_goods=load_not_goods(self.table("profile", "not_goods"), "not_goods.yaml"),
            codes_pattern=self.shop.goods or None,
            declared=self.labels,
            via={source.name: source.via for source in self.shop.sources if source.via},
            catalogue=self.kinds(names),
        )

    def kinds(self, names: dict[str, str]) -> Catalogue:
        """The general words under which the shop's products go."""
        return catalogue(names, load_qualifiers(self.table("profile", "not_a_kind"), "not_a_kind.yaml"))

    def check_tables(self) -> None:
        """Read every table now, also those that are not asked for yet. Raises Problems, all at once."""
        problems: list[Problem] = []
        _collect(problems, lambda: self.fit)
        _collect(problems, lambda: self.combinations)
        _collect(problems, lambda: self.countries)
        _collect(problems, lambda: self.footer)
        _collect(problems, lambda: self.objects)
        _collect(problems, lambda: self.profile_shop({}))
        _collect(problems, lambda: self.told(self.points))
        _collect(problems, lambda: load_scorecard(self.texts[LINE], "line.yaml"))
        if problems:
            raise Problems(problems)

    def _misused(self) -> list[Problem]:
        """Labels that the campaign looks at for something that they may not be used to do."""
        campaign, found = self.campaign, []
        doing = {campaign.purpose, "ask"} if campaign.purpose == "research" else {campaign.purpose}
        for name in campaign.selects(self.audience.reads):
            label = self.labels.labels.get(name.removeprefix("label."))
            if label is None or not name.startswith("label.") or not label.used_only_to:
                continue
            if doing.isdisjoint(label.used_only_to):
                only = ", ".join(label.used_only_to)
                message = f"{name} may be used only to {only} (labels.yaml); this campaign is for {campaign.purpose}."
                found.append(Problem(self.campaign_file, campaign.audience_line, message, "for"))
        return found

    def _misshown(self) -> list[Problem]:
        """What the treatment shows of derived facts that these do not have: a count has a number, favourites a list."""
        found = []
        for use in (each for wording in self.treatment.wordings for each in wording.used):
            derived = self.labels.derived.get(use.fact.removeprefix("derived."))
            rest = ".".join(map(str, use.segments[2:]))
            if derived is None or not use.fact.startswith("derived.") or not rest:
                continue
            fields = (*SHOWN[derived.form], "words")
            if rest not in fields:
                message = f"`{use.path}`: {use.fact} is worked out by `{derived.form}` and has {' and '.join(fields)}."
                found.append(Problem(self.treatment.file, use.line, message))
        return found

    def _load_labels(self) -> Declared:
        if "labels.yaml" not in self.texts:
            return Declared()
        undignified = load_undignified(self.table("profile", "undignified"), "undignified.yaml")
        return load_labels(self.texts["labels.yaml"], "labels.yaml", undignified)

    def _load_points(self) -> tuple[CollectionPoint, ...]:
        return load_points(self.texts)

    def _load_campaign(self) -> Campaign:
        facts = (*KEYS["fact.category"].names, *(each.fact for each in self.labels.derived.values()))
        return load_campaign(self.texts[_CAMPAIGN], self.campaign_file, tuple(self.labels.labels), facts)

    def _load_treatment(self) -> Treatment:
        path = _treatment_path(self.texts[_CAMPAIGN], self.campaign_file)
        return load_treatment(self.texts[path], path, self.objects)

    def _load_audience(self) -> Audience:
        c = self.campaign
        return parse_audience(c.audience, c.skip or None, self.labels, self.campaign_file, c.audience_line, c.skip_line)


def _collect(problems: list[Problem], make: Callable[[], T]) -> T:
    """What `make` gives; its problems are added to the others, and then nobody looks at the result."""
    try:
        return make()
    except Problems as found:
        problems += found.problems
        return None  # type: ignore[return-value]


def _shop_text(folder: Path) -> str:
    """The text of shop.yaml; Problems where there is none, and where a file beside it would be passed over."""
    path = folder / "shop.yaml"
    if not folder.is_dir():
        what = "is a file, and a shop is a folder" if folder.exists() else "there is no such folder"
        raise Problems([Problem(str(folder), 0, f"{what}: name the one with shop.yaml with --shop FOLDER.")])
    if not path.exists():
        raise Problems(
            [Problem(str(path), 0, "there is no shop here yet: run `tactful init` first, or say --shop FOLDER.")]
        )
    if problems := unread(folder, (Path(table).name for table in (*TABLES, LINE))):
        raise Problems(problems)
    return read_text(path)


def policy_name(folder: Path) -> str:
    """The policy that a shop's folder speaks of: its own, or the packaged one."""
    return OWN_POLICY if (folder / OWN_POLICY).exists() else DEFAULT_POLICY


def _treatment_path(text: str, file: str) -> str:
    from tactful.model.document import read_document

    top = read_document(text, file)
    path = top.text("treatment")
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise Problems([Problem(file, top.line_of("treatment"), "`treatment` must be a file in this folder.")])
    return path
