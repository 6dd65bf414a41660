"""A treatment: the ways to put one interaction into words, from explicit to silent, read from a file.

The file begins with a front matter between `---` lines and goes on in Liquid, one `{% variant %}` block for each way.
Everything that can be known before a person is looked at is checked when it is read: see `mentions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.tags.comment_tag import CommentNode

from tactful.model.document import Section, read_document
from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.records import Fact, Variant
from tactful.model.vocabulary import KEYS
from tactful.treatment.environment import PartNode
from tactful.treatment.mentions import Used, expand, find_uses, line_of, misfits
from tactful.treatment.objects import Objects
from tactful.treatment.syntax import parse

VARIANTS = ("explicit", "softened", "silent", "plain")
"""The names of variants, fullest first; `plain` is what may go out when no answer comes in time."""
PARTS = ("sender", "why_this", "stop")
PLAIN_PURPOSES = ("order", "service", "security")
PROMOTING = ("recommend", "market", "winback", "advertise", "research")
"""Purposes whose messages always carry every required part."""


class Wording(msgspec.Struct, frozen=True):
    """One `{% variant %}` block: its syntax, what it uses, and the facts that the front matter declares it `says`."""

    name: str
    line: int
    subject: tuple[Node, ...]
    body: tuple[Node, ...]
    used: tuple[Used, ...]
    says: tuple[str, ...] = ()

    def mentioned(self) -> dict[str, int]:
        """Every fact that it mentions, and the line of the first mention."""
        lines = dict.fromkeys(self.says, self.line)
        for use in sorted(self.used, key=lambda use: use.line):
            if use.fact:
                lines.setdefault(use.fact, use.line)
        return lines


class Spoken(msgspec.Struct, frozen=True):
    """A variant as it is judged: a wording, with some optional facts left out."""

    variant: Variant
    wording: Wording
    left_out: tuple[str, ...]


class Treatment(msgspec.Struct, frozen=True):
    """A treatment as loaded. `spoken` are its variants as they are judged, fullest first."""

    name: str
    purpose: str
    channel: str
    language: str
    always: tuple[str, ...]
    wordings: tuple[Wording, ...]
    spoken: tuple[Spoken, ...]
    file: str

    @property
    def variants(self) -> tuple[Variant, ...]:
        """What a Candidate carries: every variant, fullest first."""
        return tuple(spoken.variant for spoken in self.spoken)

    def variants_for(self, facts: Mapping[str, Fact], offer: Mapping[str, Any] | None = None) -> tuple[Variant, ...]:
        """The variants that can be written with these facts, and, where it is known already, this offer.

        Each mentioned fact is there, with every field that is needed; of the offer, everything that is needed.
        """
        values = {name: shown_values(fact) for name, fact in facts.items()}
        if offer is not None:
            values["offer"] = _not_empty(offer)
        return tuple(spoken.variant for spoken in self.spoken if _writable(spoken, values))

    def find(self, variant: str) -> Spoken | None:
        """The variant of this name."""
        return next((spoken for spoken in self.spoken if spoken.variant.name == variant), None)


def load_treatment(text: str, file: str, objects: Objects) -> Treatment:
    """Read a treatment. `objects` is the table of `tables/template_objects.yaml`. Raises Problems: all of them."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    matter, matter_lines = _front_matter(text, file)
    top = read_document(matter, file)
    treatment = _read_front(top, file)
    names = [name for name in top.texts("variants", ()) if name in VARIANTS]
    says = _says(top, names)
    problems = list(top.problems)
    liquid = "\n" * matter_lines + "\n".join(text.split("\n")[matter_lines:])
    nodes, complaints = parse(liquid, file)
    problems.extend(complaints)
    wordings: list[Wording] = []
    if not complaints:
        blocks = [node for node in nodes if isinstance(node, PartNode)]
        problems.extend(_strays(nodes, file))
        problems.extend(_unmatched(names, blocks, top))
        for block in blocks:
            wording, found = _wording(block, treatment.channel, objects, file)
            wordings.append(msgspec.structs.replace(wording, says=says.get(block.name, ())))
            problems.extend(found)
    if problems:
        raise Problems(problems)
    wordings.sort(key=lambda wording: names.index(wording.name))
    spoken = [
        Spoken(variant, wording, left_out)
        for wording in wordings
        for variant, left_out in expand(wording.name, wording.used, wording.says)
    ]
    return msgspec.structs.replace(treatment, wordings=tuple(wordings), spoken=tuple(spoken))


def _front_matter(text: str, file: str) -> tuple[str, int]:
    """The YAML between the `---` lines, with a line in place of the first, and how many lines it all takes."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise Problems([Problem(file, 1, "a treatment begins with its front matter between two lines of `---`.")])
    ends = [number for number, line in enumerate(lines) if number and line.rstrip() == "---"]
    if not ends:
        raise Problems([Problem(file, 1, "the front matter is never closed; put a line of `---` behind it.")])
    return "\n".join(["", *lines[1 : ends[0]]]), ends[0] + 1


def _read_front(top: Section, file: str) -> Treatment:
    treatment = Treatment(
        name=top.text("treatment"),
        purpose=top.text("purpose", one_of=KEYS["scenario.purpose"].names),
        channel=top.text("channel", one_of=KEYS["scenario.channel"].names),
        language=top.text("language"),
        always=top.texts("always", PARTS, one_of=PARTS),
        wordings=(),
        spoken=(),
        file=file,
    )
    names = top.texts("variants", one_of=VARIANTS)
    known = [name for name in names if name in VARIANTS]
    if "variants" in top and not names:
        top.complain("`variants` is empty; name at least one.", "variants")
    if len(set(known)) < len(known):
        top.complain("`variants` names one twice.", "variants")
    elif known != sorted(known, key=VARIANTS.index):
        top.complain(
            f"`variants` must stand fullest first: {', '.join(sorted(known, key=VARIANTS.index))}.", "variants"
        )
    if "plain" in known and treatment.purpose not in PLAIN_PURPOSES:
        top.complain(f"a plain variant is for {', '.join(PLAIN_PURPOSES)}, not for {treatment.purpose}.", "variants")
    missing = [part for part in PARTS if part not in treatment.always]
    if missing and treatment.purpose in PROMOTING:
        top.complain(f"a message to {treatment.purpose} always carries {', '.join(missing)}.", "always")
    return treatment


def _says(top: Section, names: list[str]) -> dict[str, tuple[str, ...]]:
    """The facts that the words of a variant let her work out, as the author declares them; closes the front matter."""
    says: dict[str, tuple[str, ...]] = {}
    section = top.section("says", None)
    for name in section.values if section is not None else ():
        assert section is not None
        says[name] = section.texts(name)
        if name not in names:
            section.complain(f"`says` names {name}, which is no variant here.{suggestion(name, names)}", name)
        elif name in ("silent", "plain") and says[name]:
            section.complain(f"the {name} variant may not let her work out {', '.join(says[name])}.", name)
    top.finish()
    return says


def _strays(nodes: Iterable[Node], file: str) -> Iterator[Problem]:
    for node in nodes:
        if isinstance(node, PartNode | CommentNode) or (isinstance(node, ContentNode) and not node.text.strip()):
            continue
        line = line_of(node.token)
        if isinstance(node, ContentNode):
            line += len(node.text[: len(node.text) - len(node.text.lstrip())].split("\n")) - 1
        yield Problem(file, line, "this stands outside the variants, so nobody would read it.")


def _unmatched(names: list[str], blocks: list[PartNode], top: Section) -> Iterator[Problem]:
    written = [block.name for block in blocks]
    for name in names:
        if name not in written:
            line = top.line_of("variants")
            yield Problem(
                top.file, line, f"the {name} variant is named here, and there is no block for it.", "variants"
            )
    for number, block in enumerate(blocks):
        line = line_of(block.token)
        if block.name not in names:
            hint = suggestion(block.name, names) or (" Add it to `variants`." if block.name in VARIANTS else "")
            yield Problem(top.file, line, f"the front matter does not name the variant `{block.name}`.{hint}")
        elif block.name in written[:number]:
            yield Problem(top.file, line, f"the {block.name} variant stands here twice.")


def _wording(block: PartNode, channel: str, objects: Objects, file: str) -> tuple[Wording, list[Problem]]:
    inner = list(block.block.nodes)
    subjects = [node for node in inner if isinstance(node, PartNode)]
    body = tuple(node for node in inner if not isinstance(node, PartNode))
    subject = tuple(subjects[0].block.nodes) if subjects else ()
    line = line_of(block.token)
    problems = []
    if channel == "email" and not subjects:
        problems.append(Problem(file, line, f"the {block.name} variant has no {{% subject %}}; an e-mail needs one."))
    if len(subjects) > 1:
        problems.append(Problem(file, line_of(subjects[1].token), f"the {block.name} variant has two subjects."))
    parts = [find_uses(subject, objects, file), find_uses(body, objects, file)]
    used = parts[0].used + parts[1].used
    problems += [problem for part in parts for problem in part.problems]
    problems += misfits(block.name, used, file)
    return Wording(block.name, line, subject, body, used), problems


def _writable(spoken: Spoken, values: Mapping[str, Mapping[str, Any]]) -> bool:
    if not values.keys() >= set(spoken.wording.says):
        return False
    for use in spoken.wording.used:
        if use.fact in spoken.left_out or not (use.fact or use.entry.name in values):
            continue
        fields = part_of(use, values)
        if fields is None or (use.needed and use.field not in fields):
            return False
    return True


def part_of(use: Used, values: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The fields that a use can show, or None where there are none. `values` go by fact, else by the table's name."""
    fields = values.get(use.fact or use.entry.name)
    if fields is None or not use.entry.at:
        return fields
    part = fields.get(use.entry.at)
    return _not_empty(part) if isinstance(part, Mapping) else None


def shown_values(fact: Fact) -> dict[str, Any]:
    """What a template may show of a fact: its value without what is empty, and `words`, the sentence she would read.

    A value that is one thing without a name of its own is called `value`.
    """
    values = {name or "value": value for name, value in _not_empty(fact.value).items()}
    return {"words": fact.she_reads, **values} if fact.she_reads else values


def _not_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], ())}
