"""Reading a treatment: front matter, blocks, and everything that is wrong, with its line."""

from __future__ import annotations

import pytest
from tests.treatment.made import OFFER, PENNY, STARTER, fact, front, load, one

from tactful.model.problems import Problems
from tactful.treatment.objects import load_objects
from tactful.treatment.template import load_treatment

BLOCK = "{% variant explicit %}x{% endvariant %}"


def complaints(text: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load(text)
    return str(caught.value).split("\n")


def in_body(body: str) -> list[str]:
    """What is wrong with an explicit variant that begins on line 9."""
    return complaints(f"{front()}{{% variant explicit %}}{body}{{% endvariant %}}")


def test_the_starter_loads_with_its_variants_fullest_first() -> None:
    starter = load(STARTER)
    assert (starter.name, starter.purpose, starter.channel, starter.language) == (
        "back-in-rhythm",
        "recommend",
        "email",
        "en",
    )
    assert [(each.name, [(use.fact, use.form) for use in each.mentions]) for each in starter.variants] == [
        ("explicit", [("purchase.item", "explicit"), ("contact.name", "explicit")]),
        ("explicit without contact.name", [("purchase.item", "explicit")]),
        ("softened", [("purchase.item", "softened"), ("contact.name", "explicit")]),
        ("softened without contact.name", [("purchase.item", "softened")]),
        ("silent", []),
    ]


def test_the_order_of_the_front_matter_holds_whatever_the_order_of_the_blocks() -> None:
    text = front("explicit, silent") + "{% variant silent %}a{% endvariant %}{% variant explicit %}b{% endvariant %}"
    assert [variant.name for variant in load(text).variants] == ["explicit", "silent"]


def test_line_ends_and_byte_order_marks_of_other_systems_are_read() -> None:
    assert load("\ufeff" + (front() + BLOCK).replace("\n", "\r\n")).name == "t"
    assert complaints(front().replace("\n", "\r\n") + BLOCK.replace("x", "{{ a }}"))[0].startswith("t.liquid:9:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.liquid:1: a treatment begins with its front matter between two lines of `---`."),
        ("hello", "t.liquid:1: a treatment begins with its front matter between two lines of `---`."),
        ("---\ntreatment: x\n", "t.liquid:1: the front matter is never closed; put a line of `---` behind it."),
        ("---\n: [\n---\n", "t.liquid:2: this is not YAML: did not find expected key."),
        (front(), "t.liquid:6: the explicit variant is named here, and there is no block for it."),
        (front("explicit, softend") + BLOCK, "t.liquid:6: `variants: softend` is not allowed. Did you mean softened?"),
        (front("explicit, explicit") + BLOCK, "t.liquid:6: `variants` names one twice."),
        (front("") + "", "t.liquid:6: `variants` is empty; name at least one."),
        (front(purpose="sale") + BLOCK, "t.liquid:3: `purpose: sale` is not allowed. Allowed: service"),
        (front().replace("language", "langauge") + BLOCK, "t.liquid:5: unknown key `langauge`. Did you mean language?"),
        (front(always="sender, stpo") + BLOCK, "t.liquid:7: `always: stpo` is not allowed. Did you mean stop?"),
        (front(always="sender") + BLOCK, "t.liquid:7: a message to recommend always carries why_this, stop."),
        (
            front("plain") + "{% variant plain %}x{% endvariant %}",
            "t.liquid:6: a plain variant is for order, service, security, not for recommend.",
        ),
        (
            front("silent, explicit") + BLOCK + "{% variant silent %}x{% endvariant %}",
            "t.liquid:6: `variants` must stand fullest first: explicit, silent.",
        ),
        (
            front() + BLOCK + "\n\n{% variant soft %}x{% endvariant %}",
            "t.liquid:11: the front matter does not name the variant `soft`.",
        ),
        (
            front() + BLOCK + "{% variant silent %}x{% endvariant %}",
            "t.liquid:9: the front matter does not name the variant `silent`. Add it to `variants`.",
        ),
        (front() + BLOCK + "\n" + BLOCK, "t.liquid:10: the explicit variant stands here twice."),
        (front() + BLOCK + "\n\n stray", "t.liquid:11: this stands outside the variants"),
        (
            front() + "\n{{ offer.price }}" + BLOCK,
            "t.liquid:10: this stands outside the variants",
        ),
        (front() + "{% if true %}" + BLOCK + "{% endif %}", "t.liquid:9: a variant cannot stand inside a `if`."),
        (
            front(channel="email") + "\n" + BLOCK,
            "t.liquid:10: the explicit variant has no {% subject %};",
        ),
        (front() + "\n{% variant explicit %}x", "t.liquid:10: `{% variant %}` is never closed."),
        (front() + "{% variant explicit %}" + "x" * 100_000, "t.liquid: this treatment is longer than 100,000 bytes."),
    ],
)
def test_a_bad_file_is_refused_in_words(text: str, said: str) -> None:
    assert any(line.startswith(said) for line in complaints(text))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("\n{{ x", "10: this cannot be read as Liquid: expected '}}', found end of file."),
        ("\n{% if contact.name.given %}x", "10: `{% if %}` is never closed."),
        ("{% comment %}x", "9: `{% comment %}` is never closed."),
        ("{% raw %}x", "9: `{% raw %}` is never closed."),
        ("{% endif %}", "9: `{% endif %}` closes nothing that is open here."),
        ("{% else %}", "9: `{% else %}` stands outside the block it belongs to."),
        ("{% if %}x{% endif %}", "9: this cannot be read as Liquid: missing expression."),
        ("\n\n{% unles x %}{% endunles %}", "11: there is no tag `unles`. Did you mean unless?"),
        ("{% include 'x' %}", "9: there is no tag `include`. A treatment stands alone and reads no other file."),
        ("{% render 'x' %}", "9: there is no tag `render`. A treatment stands alone and reads no other file."),
        ("{% increment offer %}", "9: there is no tag `increment`."),
        ("{% if true %}" * 50 + "{% endif %}" * 50, "9: blocks are nested more than 12 deep."),
        ("\n{{ offer.name | upcas }}", "10: there is no filter `upcas`. Did you mean upcase?"),
        ("{{ offer.name | safe }}", "9: there is no filter `safe`. Tactful writes the HTML and escapes every value."),
        (
            "{{ 'now' | date: '%Y' }}",
            "9: there is no filter `date`. A treatment cannot look at the clock; let the offer carry the words.",
        ),
        (
            "{{ now }}",
            "9: there is nothing called `now`. A treatment cannot look at the clock; let the offer carry the words.",
        ),
        ("{% for i in (1..1001) %}x{% endfor %}", "9: `(1..1001)`: a range is written in two numbers"),
        ("{% for i in (1..offer.n) reversed %}x{% endfor %}", "9: `(1..offer.n)`: a range is written in two numbers"),
        ("{{ ('1'..'9') | join: '' }}", "9: `('1'..'9')`: a range is written in two numbers"),
        ("{{ 'x' | append }}", "9: `append` takes 1 value behind its colon."),
        ("{{ 'x' | upcase: 1 }}", "9: `upcase` takes no values behind its colon."),
        ("{{ 'x' | truncate: 1, 2, 3 }}", "9: `truncate` takes 0 to 2 values behind its colon."),
        ("{{ 'x' | default: 'y', allow_false: true }}", "9: `default` takes no named values."),
        ("{{ contact.name.gvien }}", "9: `contact.name.gvien`: contact.name has no field `gvien`. Did you mean given?"),
        ("{{ contact.nam.given }}", "9: there is nothing called `contact.nam.given`."),
        ("\n{{ contct }}", "10: there is nothing called `contct`. Did you mean `contact.name`?"),
        ("{{ contact.name }}", "9: `contact.name` stands for several things; write one of"),
        ("{{ offer }}", "9: `offer` stands for several things; write one of its fields."),
        ("{% assign a = purchase.item %}", "9: `purchase.item` stands for several things"),
        ("{{ contact[offer.x] }}", "9: `contact[offer.x]` is not written out"),
        ("{{ offer.shelf[contact.name.given] }}", "9: `offer.shelf[contact.name.given]` is not written out"),
        ("{{ contact.name.given }}{% assign contact = 1 %}", "9: `contact` already has a meaning here"),
        ("{% for offer in offer.shelf %}x{% endfor %}", "9: `offer` already has a meaning here"),
        ("{% capture label %}x{% endcapture %}", "9: `label` already has a meaning here"),
        ("{% for i in offer.shelf %}{% endfor %}{{ i }}", "9: there is nothing called `i`."),
        ("{% subject %}a{% endsubject %}{% subject %}b{% endsubject %}", "9: the explicit variant has two subjects."),
        ("{% if true %}{% subject %}b{% endsubject %}{% endif %}", "9: a subject stands directly inside a variant"),
        ("{% variant silent %}b{% endvariant %}", "9: a variant cannot stand inside a `variant`."),
    ],
)
def test_a_bad_body_is_refused_in_words(body: str, said: str) -> None:
    assert any(line.startswith(f"t.liquid:{said}") for line in in_body(body))


@pytest.mark.parametrize(
    "body", ["{% if a" + " and a" * 5000 + " %}x{% endif %}", "{{ a" + "[a" * 3000 + "]" * 3000 + " }}"]
)
def test_an_endless_expression_is_refused(body: str) -> None:
    assert in_body(body) == ["t.liquid: this cannot be read as Liquid."]


def test_all_problems_come_at_once() -> None:
    found = complaints(
        front(purpose="sale", always="x") + "{% variant explicit %}{{ a }}\n{{ b | c }}{% endvariant %}?"
    )
    assert [line.split(": ")[0] for line in found] == [f"t.liquid:{n}" for n in (3, 7, 9, 10, 10, 10)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ purchase.item.plain_name }}", "the silent variant shows purchase.item"),
        ("{% if purchase.item %}x{% endif %}", "the silent variant shows purchase.item"),
        (
            "{% if contact.name.given %}x{% endif %}",
            "the silent variant shows contact.name",
        ),
        ("{% assign a = rhythm.in_words %}", "the silent variant shows purchase.frequency"),
    ],
)
def test_a_silent_variant_shows_and_tests_nothing(body: str, said: str) -> None:
    assert said in complaints(f"{front('silent')}{{% variant silent %}}{body}{{% endvariant %}}")[0]


def test_a_softened_variant_speaks_in_general_terms() -> None:
    soft = f"{front('softened')}{{% variant softened %}}{{{{ X }}}}{{% endvariant %}}"
    assert complaints(soft.replace("X", "purchase.item.plain_name")) == [
        "t.liquid:9: the softened variant shows purchase.item.plain_name, which is not in general terms. "
        "Write purchase.item.kind."
    ]
    assert complaints(soft.replace("X", "label.due_again.words"))[0].endswith("There is no general way of showing it.")
    assert [use.form for use in load(soft.replace("X", "purchase.item.kind")).variants[0].mentions] == ["softened"]
    assert [use.form for use in load(soft.replace("X", "contact.name.given")).variants[0].mentions] == ["explicit"]


def test_a_plain_variant_mentions_nothing_but_the_order() -> None:
    text = front("plain", purpose="order") + "{% variant plain %}{{ X }}{% endvariant %}"
    assert load(text.replace("X", "order.number")).variants[0].mentions[0].fact == "purchase.item"
    assert load(text.replace("X", "sender.name")).variants[0].mentions == ()
    for other in ("contact.name.given", "purchase.item.plain_name", "offer.link"):
        assert complaints(text.replace("X", other)) == [
            f"t.liquid:9: the plain variant shows {other}; it may mention nothing but the order."
        ]


OPTIONAL = [
    ("Hi{% if contact.name.given %} {{ contact.name.given }}{% endif %}", True),
    ("Hi{% if contact.name %} {{ contact.name.given }}{% endif %}", True),
    ("Hi {{ contact.name.given | default: 'you' }}", True),
    ("{% if contact.name.given and offer.price %}{{ contact.name.given }}{% endif %}", True),
    ("{% if offer.price %}{% elsif contact.name.given %}{{ contact.name.given }}{% endif %}", True),
    ("{% if contact.name.given %}{% if offer.price %}{{ contact.name.given }}{% endif %}{% endif %}", True),
    ("{% capture a %}{% if contact.name.given %}{{ contact.name.given }}{% endif %}{% endcapture %}{{ a }}", True),
    ("{% unless contact.name.given %}Hi{% endunless %}", True),
    ("{{ contact.name.given }}", False),
    ("{% if contact.name.given or offer.price %}x{% endif %}", False),
    ("{% if contact.name.given == 'x' %}x{% endif %}", False),
    ("{% if offer.price %}{{ contact.name.given }}{% endif %}", False),
    ("{% if contact.name.given %}x{% else %}{{ contact.name.given }}{% endif %}", False),
    ("{% if contact.name.given %}{{ contact.name.given }}{% endif %}{{ contact.name.given }}", False),
    ("{{ contact.name.given }}{% if contact.name.given %}{{ contact.name.given }}{% endif %}", False),
    ("{% if contact.name.given %}{% assign a = contact.name.given %}{% endif %}{{ a }}", False),
    ("{% case contact.name.given %}{% when 'x' %}y{% endcase %}", False),
    ("{% unless contact.name.given %}x{% else %}{{ contact.name.given }}{% endunless %}", False),
]


@pytest.mark.parametrize(("body", "optional"), OPTIONAL)
def test_a_fact_is_optional_if_all_about_it_stands_in_an_if_on_it(body: str, optional: bool) -> None:
    names = [variant.name for variant in one(body).variants]
    assert names == ["explicit", "explicit without contact.name"][: 1 + optional]


def test_two_optional_facts_make_four_variants_and_a_third_makes_no_more() -> None:
    body = "".join(
        f"{{% if {path} %}}{{{{ {path} }}}}{{% endif %}}"
        for path in ("contact.name.given", "rhythm.in_words", "preference.size.value")
    )
    variants = one(body).variants
    assert [variant.name for variant in variants] == [
        "explicit",
        "explicit without purchase.frequency",
        "explicit without contact.name",
        "explicit without contact.name, purchase.frequency",
    ]
    assert all("preference.size" in [use.fact for use in variant.mentions] for variant in variants)


def test_two_ways_of_naming_one_fact_are_one_mention_in_its_fullest_form() -> None:
    body = "{{ order.number }}{{ purchase.item.kind }}"
    assert [(use.fact, use.form) for use in one(body).variants[0].mentions] == [("purchase.item", "explicit")]


def test_what_the_words_let_her_work_out_is_declared_and_counts() -> None:
    text = STARTER.replace("always:", "says: {explicit: [label.due_again], softened: [request]}\nalways:")
    starter = load(text)
    assert [[(use.fact, use.form) for use in each.mentions] for each in starter.variants[1:5:2]] == [
        [("purchase.item", "explicit"), ("label.due_again", "explicit")],
        [("purchase.item", "softened"), ("request", "softened")],
    ]
    facts = {**PENNY, "label.due_again": fact("label.due_again")}
    assert [each.name for each in starter.variants_for(facts)] == [
        "explicit",
        "explicit without contact.name",
        "silent",
    ]
    assert starter.wordings[0].mentioned() == {"label.due_again": 10, "purchase.item": 11, "contact.name": 12}


def test_what_is_declared_twice_is_not_optional_and_silence_says_nothing() -> None:
    body = "{% if contact.name.given %}{{ contact.name.given }}{% endif %}"
    matter = front().replace("always:", "says: {explicit: [contact.name]}\nalways:")
    assert len(load(f"{matter}{{% variant explicit %}}{body}{{% endvariant %}}").variants) == 1
    silent = front("silent").replace("always:", "says: {silent: [request], soft: []}\nalways:")
    assert complaints(silent + "{% variant silent %}x{% endvariant %}") == [
        "t.liquid:7: `says` names soft, which is no variant here.",
        "t.liquid:7: the silent variant may not let her work out request.",
    ]


def test_only_what_can_be_written_is_offered() -> None:
    starter = load(STARTER)

    def names(**facts: object) -> list[str]:
        return [variant.name for variant in starter.variants_for({k.replace("_", "."): v for k, v in facts.items()})]  # type: ignore[misc]

    assert names(**{name.replace(".", "_"): each for name, each in PENNY.items()}) == [
        variant.name for variant in starter.variants
    ]
    assert names() == ["silent"]
    assert names(purchase_item=PENNY["purchase.item"]) == [
        "explicit without contact.name",
        "softened without contact.name",
        "silent",
    ]
    assert names(purchase_item=fact("purchase.item", plain_name="bag", kind="")) == [
        "explicit without contact.name",
        "silent",
    ]
    assert names(purchase_item=fact("purchase.item", kind="bags")) == ["softened without contact.name", "silent"]


def test_what_the_offer_lacks_is_not_offered() -> None:
    starter = load(STARTER)
    assert starter.variants_for(PENNY, OFFER) == starter.variants
    without_shelf = {**OFFER, "shelf": []}
    assert [each.name for each in starter.variants_for(PENNY, without_shelf)] == [
        "explicit",
        "explicit without contact.name",
        "silent",
    ]
    assert starter.variants_for(PENNY, {"link": "https://giftshop.example/p/1"}) == ()


def test_the_table_of_names_is_checked() -> None:
    with pytest.raises(Problems) as caught:
        load_objects("objects:\n  a: {fact: x, general: [y]}\n  b.*: {fact: z}\n  c: {fcat: x}\n", "objects.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        "objects.yaml:2: `general` names y, which is not one of the fields.",
        "objects.yaml:3: `b.*` and its fact must both end in `*`, or neither.",
        "objects.yaml:4: unknown key `fcat`. Did you mean fact?",
    ]


def test_the_longest_name_decides() -> None:
    table = load_objects("objects:\n  a: {fact: x}\n  a.b: {fact: y}\n", "objects.yaml")
    treatment = load_treatment(
        front() + "{% variant explicit %}{{ a.b.c }}{{ a.c }}{% endvariant %}", "t.liquid", table
    )
    assert [use.fact for use in treatment.variants[0].mentions] == ["y", "x"]


def test_the_fullest_form_of_a_fact_counts() -> None:
    rows = "a: {fact: x, fields: [f], always: explicit}\n  b: {fact: x, fields: [g], general: [g]}"
    table = load_objects(f"objects:\n  {rows}\n", "objects.yaml")
    for body in ("{{ a.f }}{{ b.g }}", "{{ b.g }}{{ a.f }}"):
        text = f"{front('softened')}{{% variant softened %}}{body}{{% endvariant %}}"
        treatment = load_treatment(text, "t.liquid", table)
        assert [(use.fact, use.form) for use in treatment.variants[0].mentions] == [("x", "explicit")]
