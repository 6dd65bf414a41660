"""A campaign that looks at derived facts: each is a use, and where it is no fact of hers, what it is made from is."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.profile.test_contradictions import as_before
from tests.service import a_shop

from tactful.profile.document import decode_document
from tactful.profile.fold import fold
from tactful.service.case import Inputs, Setting
from tactful.service.import_orders import kept_catalogue
from tactful.service.run import one_person

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
