"""A campaign that looks at derived facts: each is a use, and where it is no fact of hers, what it is made from is."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.profile.test_contradictions import as_before
from tests.service import a_shop

from tactful.decide import decide
from tactful.model.problems import Problems
from tactful.profile.document import decode_document
from tactful.profile.fold import fold
from tactful.service.case import Inputs, Setting
from tactful.service.import_orders import kept_catalogue
from tactful.service.run import one_person
from tactful.treatment.fill import context_of, fill, values_of

DERIVED = """derived:
  - {derived: orders_lately, count: orders, within: 30 days, means: x, she_reads: "You ordered {{ number }} times."}
  - {derived: size, last: preference.size, means: x, she_reads: "Your size is {{ value }}."}
labels:
  - {label: lively, kind: label.segment, means: x, she_reads: "You ordered lately.", from: [derived.orders_lately],
     formula: derived.orders_lately >= 1}
"""


def built(folder: Path, condition: str, person: str = "ada") -> tuple[Setting, Inputs]:
    a_shop.set_up(folder)
    labels, campaign = folder / "labels.yaml", folder / a_shop.CAMPAIGN
    labels.write_text(labels.read_text().replace("labels:\n", DERIVED, 1))
    campaign.write_text(campaign.read_text().replace("label.due_again == true &&", f"{condition} &&"))
    store = a_shop.fill(folder)
    setting = Setting(a_shop.project(folder), a_shop.NOW, kept_catalogue(store), {})
    row = next(row for row in store.read_documents(0) if store.person_label(row.person_id).endswith(person))
    inputs = one_person(store, row.person_id, a_shop.NOW)
    store.close()
    return setting, inputs


def test_a_derived_fact_that_is_looked_at_is_judged(tmp_path: Path) -> None:
    setting, inputs = built(tmp_path / "shop", "label.due_again == true && derived.orders_lately >= 1")
    made = setting.build(inputs)
    assert made.match.holds is True
    (candidate,) = made.case.candidates
    assert "derived.orders_lately" in candidate.selects
    fact = candidate.facts["derived.orders_lately"]
    assert (fact.category, fact.provenance, fact.distance) == ("purchase.frequency", "derived", 1)


def test_where_it_is_no_fact_of_hers_what_it_is_made_from_was_used(tmp_path: Path) -> None:
    condition = "label.due_again == true && (label.lively == true || derived.size >= 40)"
    setting, inputs = built(tmp_path / "shop", condition)
    (candidate,) = setting.build(inputs).case.candidates
    assert {"label.lively", "preference.size"} <= set(candidate.selects)
    assert "derived.size" not in candidate.selects
    other = condition.replace("label.lively == true", "label.lively == false || purchase.recency >= 1")
    setting, inputs = built(tmp_path / "other", other.replace("lively", "reseller"))
    (candidate,) = setting.build(inputs).case.candidates
    assert {"purchase.value", "purchase.frequency"} <= set(candidate.selects)


def test_a_decision_on_a_document_of_before_is_still_the_same_case(tmp_path: Path) -> None:
    setting, inputs = built(tmp_path / "shop", "label.due_again == true")
    document = decode_document(inputs.document) or fold(None, [])
    before = msgspec.structs.replace(inputs, document=as_before(document))
    assert before.document != inputs.document
    assert setting.build(before) == setting.build(inputs)


SHOWN = "You ordered {{ derived.orders_lately.number }} times lately."
USED = '  - {fact: derived.orders_lately, act: mention, because: "to say how often"}\n  - {fact: label.due_again'


def showing(folder: Path, text: str, used: str = USED) -> Path:
    """A shop whose message shows a derived fact."""
    a_shop.set_up(folder)
    for file, old, new in (
        (Path("labels.yaml"), "labels:\n", DERIVED),
        (a_shop.CAMPAIGN, "  - {fact: label.due_again", used),
        (Path("treatments/back-in-rhythm.liquid"), "If you have plenty", f"{text} If you have plenty"),
    ):
        before = (folder / file).read_text()
        assert old in before
        (folder / file).write_text(before.replace(old, new, 1))
    return folder


def test_a_message_may_show_one_and_it_is_judged_as_a_mention(tmp_path: Path) -> None:
    folder = showing(tmp_path / "shop", SHOWN)
    with closing(a_shop.fill(folder)) as store:
        setting = Setting(a_shop.project(folder), a_shop.NOW, kept_catalogue(store), {})
        people = {store.person_label(row.person_id): row.person_id for row in store.read_documents(0)}
        built = setting.build(one_person(store, people["ada"], a_shop.NOW))
    (candidate,) = built.case.candidates
    fullest = candidate.variants[0]
    assert {use.fact: use.form for use in fullest.mentions}["derived.orders_lately"] == "explicit"
    decision = decide(built.case)
    mentioned = {each.fact for each in decision.outcomes[0].judged if each.act == "mention"}
    assert "derived.orders_lately" in mentioned
    assert candidate.facts["derived.orders_lately"].she_reads == "You ordered 2 times."
    spoken = setting.project.treatment.find("explicit")
    assert spoken is not None
    context = context_of(spoken.wording.used, values_of(built.facts, {"offer": built.offer}))
    text = fill(spoken.wording.body, context, "GBP", "en")
    assert "You ordered 2 times lately." in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SHOWN.replace("number", "list"), "is worked out by `count` and has number and words"),
        (SHOWN.replace(".number", ""), "stands for several things"),
        (SHOWN.replace("number", "means"), "has no field `means`"),
        (SHOWN.replace("orders_lately", "orders_latly"), "shows derived.orders_latly, which the campaign"),
    ],
)
def test_what_it_does_not_have_cannot_be_shown(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(Problems, match=re.escape(says)):
        a_shop.project(showing(tmp_path / "shop", text))


def test_one_that_is_not_declared_as_a_mention_is_refused(tmp_path: Path) -> None:
    folder = showing(tmp_path / "shop", SHOWN, "  - {fact: label.due_again")
    with pytest.raises(Problems, match="which the campaign back-in-rhythm does not declare under `uses`"):
        a_shop.project(folder)
