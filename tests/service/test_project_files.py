"""What nobody would read in a shop's folder is said, with what it was meant to be called."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service import a_shop

from tactful.model.problems import Problems
from tactful.service.packaged_files import SAYS, copy_packaged, packaged_file, packaged_files, places
from tactful.service.packs import pack_names
from tactful.service.project import Project, read_texts, shop_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    a_shop.set_up(tmp_path)
    return tmp_path


def put(folder: Path, name: str, text: str = "x: 1\n") -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def said(folder: Path) -> list[str]:
    with pytest.raises(Problems) as found:
        shop_of(folder)
    return [str(each).removeprefix(f"{folder}/") for each in found.value.problems]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tables/keep.yaml", "no table is called so, and it would not be read. Did you mean keeps.yaml?"),
        ("tables/keeps.yml", "no table is called so, and it would not be read. Did you mean keeps.yaml?"),
        ("tables/not-goods.yaml", "no table is called so, and it would not be read. Did you mean not_goods.yaml?"),
        ("tables/zzz", "no table is called so, and it would not be read. `tactful packaged` lists the tables"),
        ("tables/identity.yaml", "this file is not read here: it belongs beside shop.yaml, as identity.yaml."),
        ("identiy.yaml", "this file is not read. Did you mean identity.yaml?"),
        ("policy.yml", "this file is not read. Did you mean policy.yaml?"),
        ("policy.yaml.txt", "this file is not read. Did you mean policy.yaml?"),
        ("collection-points/web.yml", "is not read: a collection point is a file whose name ends in .yaml."),
        ("campaigns/may.yml", "is not read: a campaign is a file whose name ends in .yaml."),
        ("table/keeps.yaml", "this folder is not read. Did you mean tables/?"),
    ],
)
def test_a_file_that_would_be_passed_over_is_refused(shop: Path, name: str, sentence: str) -> None:
    put(shop, name)
    (problem,) = said(shop)
    assert problem.partition(": ")[2].startswith(sentence)
    assert problem.startswith(name if "table/" not in name else "table:")
    with pytest.raises(Problems):
        read_texts(shop)


def test_a_folder_with_another_spelling(shop: Path) -> None:
    (shop / "collection-points").rename(shop / "collection_points")
    assert said(shop) == ["collection_points: this folder is not read. Did you mean collection-points/?"]


def test_all_at_once(shop: Path) -> None:
    put(shop, "tables/keep.yaml")
    put(shop, "identiy.yaml")
    assert len(said(shop)) == 2


@pytest.mark.parametrize(
    "name",
    ["README.md", "tables/README.md", "tables/.keeps.yaml.swp", "tables/keeps.yaml~", "gift-shop.yaml",
     "policy-two.yaml", "labels-of-last-year.yaml", "docker-compose.yml", "schemas/policy.schema.json",
     "notices/web.txt", "tables/line.yaml", "out/page.html", "label.md", "collection-points/web.draft.yaml"],
)  # fmt: skip
def test_what_is_nobody_s_mistake_is_left_alone(shop: Path, name: str) -> None:
    put(shop, name)
    assert shop_of(shop).name


def test_a_second_policy_beside_the_first_is_no_mistake(shop: Path) -> None:
    put(shop, "policy.yaml")
    put(shop, "policy.yml")
    assert shop_of(shop).name


@pytest.mark.parametrize("name", SAYS)
def test_a_copy_of_a_packaged_file_changes_nothing_until_it_is_edited(shop: Path, name: str) -> None:
    before = read_texts(shop)
    written = copy_packaged(shop, name)
    assert written == shop / places()[name]
    after = read_texts(shop)
    assert Project(after).digest == Project(before).digest
    assert [each.name for each in packaged_files(shop) if each.own] == [name]
    with pytest.raises(Problems, match="exists already; nothing was written"):
        copy_packaged(shop, name)


def test_a_packaged_file_is_found_by_any_of_its_names() -> None:
    for named in ("keeps", "keeps.yaml", "tables/keeps.yaml"):
        assert packaged_file(named)[0].place == "tables/keeps.yaml"
    assert packaged_file("not-goods")[0].name == "not_goods"
    assert packaged_file("revealing_products")[0].name == "revealing-products"
    with pytest.raises(Problems, match="Did you mean undignified"):
        packaged_file("undignifed")


@pytest.mark.parametrize("name", pack_names())
def test_a_policy_can_be_read_and_is_not_copied(shop: Path, name: str) -> None:
    assert packaged_file(name)[1]
    with pytest.raises(Problems, match="imported, not copied"):
        copy_packaged(shop, name)


def test_nothing_is_copied_where_there_is_no_shop(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="there is no shop here"):
        copy_packaged(tmp_path, "keeps")
