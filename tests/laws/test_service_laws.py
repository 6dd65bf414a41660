"""Unknown is no, from a shop's files to the decision: what we are not told never makes a decision freer.

What is taken away are statements (who can notice a channel, which system's silence means no, what holds for every
customer, a notice, what was heard); the shop's own limits (caps, quiet hours) are no statements and stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from tests.service import a_shop

from tactful.decide import decide
from tactful.model.document import read_document
from tactful.model.kept import Heard
from tactful.model.records import Permission
from tactful.model.verdict import NAMES
from tactful.service.case import Inputs, Setting
from tactful.service.import_orders import kept_catalogue
from tactful.service.project import Project
from tactful.service.run import one_person

Known = tuple[dict[str, str], dict[str, Heard]]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Known, dict[str, Inputs], Setting]:
    folder = tmp_path_factory.mktemp("law") / "shop"
    a_shop.set_up(folder)
    store = a_shop.fill(folder)
    project = a_shop.project(folder)
    people = {name: store.find("customer", name) for name in a_shop.STORIES}
    inputs = {name: one_person(store, person, a_shop.NOW) for name, person in people.items() if person is not None}
    setting = Setting(project, a_shop.NOW, kept_catalogue(store), store.heard())
    store.close()
    return (project.texts, setting.heard), inputs, setting


def rank(setting: Setting, inputs: Inputs) -> int:
    decision = decide(setting.build(inputs).case)
    return NAMES.index(decision.outcomes[0].verdict) if decision.chosen else -1


def less(texts: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The same texts with one statement taken away."""
    shop = read_text(texts["shop.yaml"])
    for key in ("channels", "sources", "customers", "meets"):
        yield f"shop.yaml {key}", {**texts, "shop.yaml": dumped({k: v for k, v in shop.items() if k != key})}
    for source, said in shop["sources"].items():
        others = {k: v for k, v in shop["sources"].items() if k != source}
        yield f"source {source}", {**texts, "shop.yaml": dumped({**shop, "sources": others})}
        for key in ("via", "silence_means"):
            if key in said:
                quieter = {**others, source: {k: v for k, v in said.items() if k != key}}
                yield f"source {source} {key}", {**texts, "shop.yaml": dumped({**shop, "sources": quieter})}
    point = "collection-points/checkout.yaml"
    yield "the notice", {k: v for k, v in texts.items() if k != point}
    for key in ("permissions", "collects", "sources"):
        given = read_text(texts[point])
        given[key] = []
        yield f"the notice's {key}", {**texts, point: dumped(given)}
    campaign = read_text(texts["campaign"])
    del campaign["value"]["benefit"]
    yield "the campaign's benefit", {**texts, "campaign": dumped(campaign)}


def read_text(text: str) -> dict[str, Any]:
    return read_document(text, "file").plain()


def dumped(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False)


def test_taking_a_statement_away_never_makes_a_decision_freer(
    known: tuple[Known, dict[str, Inputs], Setting],
) -> None:
    (texts, heard), people, full = known
    before = {name: rank(full, inputs) for name, inputs in people.items()}
    assert max(before.values()) == NAMES.index("say")
    stricter = 0
    for what, fewer in less(texts):
        setting = Setting(Project(fewer), full.now, full.catalogue, heard)
        for name, inputs in people.items():
            after = rank(setting, inputs)
            assert after <= before[name], f"without {what}, {name} is freer"
            stricter += after < before[name]
    assert stricter > 8


def test_not_having_heard_a_source_never_makes_a_decision_freer(
    known: tuple[Known, dict[str, Inputs], Setting],
) -> None:
    (_, heard), people, full = known
    for source in heard:
        fewer = {name: at for name, at in heard.items() if name != source}
        setting = Setting(full.project, full.now, full.catalogue, fewer)
        assert all(rank(setting, inputs) <= rank(full, inputs) for inputs in people.values())
        stale = {**heard, source: Heard(0, 0)}
        setting = Setting(full.project, full.now, full.catalogue, stale)
        assert all(rank(setting, inputs) <= rank(full, inputs) for inputs in people.values())


@pytest.mark.parametrize("state", ["refused", "withdrawn", "revoked", "invalidated"])
@pytest.mark.parametrize("channel", ["email", "sms", "*"])
def test_a_refusal_anywhere_never_makes_a_decision_freer_and_hers_is_the_end_of_it(
    known: tuple[Known, dict[str, Inputs], Setting], state: str, channel: str
) -> None:
    _, people, full = known
    for inputs in people.values():
        at = full.now - 1
        no = Permission("recommend", channel, "*", state, "none", "plainly", at, at, "csv")
        refused = Inputs(inputs.label, inputs.document, (*inputs.permissions, no), inputs.contacts)
        assert rank(full, refused) <= rank(full, inputs)
        if state in ("refused", "withdrawn") or channel in ("email", "*"):
            assert rank(full, refused) < 0
