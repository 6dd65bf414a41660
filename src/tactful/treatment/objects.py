"""The table of what a treatment may name, and which fact each name lets a reader work out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.model.document import Section, read_document, refuse
from tactful.model.problems import nearest


class TemplateObject(msgspec.Struct, frozen=True):
    """One name of the table.

    `path` is the name in parts; a last part `*` stands for any one word. `fact` is the fact that is mentioned (empty:
    nothing personal; ending in `*`: the word that was written), `at` the part of its value that is meant (empty: all).
    `fields` may follow the name (None: anything may).
    `general` are the fields that speak in general terms only. `explicit` is set where every mention is an explicit one.
    `plain` says that a plain variant may use it.
    """

    path: tuple[str, ...]
    fact: str
    at: str
    fields: tuple[str, ...] | None
    general: tuple[str, ...]
    explicit: bool
    plain: bool

    @property
    def name(self) -> str:
        """The name with dots."""
        return ".".join(self.path)

    def fact_at(self, segments: Sequence[object]) -> str:
        """The fact that a path under this name mentions."""
        return f"{self.fact[:-1]}{segments[len(self.path) - 1]}" if self.fact.endswith("*") else self.fact


class Objects(msgspec.Struct, frozen=True):
    """The whole table."""

    entries: tuple[TemplateObject, ...]

    @property
    def roots(self) -> frozenset[str]:
        """The first parts of all names: no treatment may give them another meaning."""
        return frozenset(entry.path[0] for entry in self.entries)

    def find(self, segments: Sequence[object]) -> TemplateObject | None:
        """The entry with the longest name that a path begins with, or None."""
        found = [entry for entry in self.entries if _begins(entry.path, segments)]
        return max(found, key=lambda entry: len(entry.path), default=None)

    def nearest(self, segments: Sequence[object]) -> str:
        """` Did you mean …?` with the most similar name or name and field, or the empty string."""
        names = {
            ".".join((*entry.path, *field))
            for entry in self.entries
            for field in [(), *((field,) for field in entry.fields or ())]
        }
        found = nearest(".".join(map(str, segments)), sorted(names))
        return f" Did you mean `{found}`?" if found else ""


def load_objects(text: str, file: str) -> Objects:
    """Read the table (`tables/template_objects.yaml`). Raises Problems."""
    top = read_document(text, file)
    table = top.section("objects")
    entries = []
    if table is not None:
        for name in table.values:
            row = table.section(name)
            if row is not None:
                entries.append(_entry(name, row))
    top.finish()
    refuse(top.problems)
    return Objects(tuple(entries))


def _entry(name: str, row: Section) -> TemplateObject:
    entry = TemplateObject(
        path=tuple(name.split(".")),
        fact=row.text("fact", ""),
        at=row.text("at", ""),
        fields=row.texts("fields") if "fields" in row else None,
        general=row.texts("general", ()),
        explicit=row.text("always", "", one_of=["explicit"]) == "explicit",
        plain=row.flag("plain", False),
    )
    for field in entry.general:
        if field not in (entry.fields or ()):
            row.complain(f"`general` names {field}, which is not one of the fields.", "general")
    if entry.fact.endswith("*") != name.endswith("*"):
        row.complain(f"`{name}` and its fact must both end in `*`, or neither.", "fact")
    row.finish()
    return entry


def _begins(path: tuple[str, ...], segments: Sequence[object]) -> bool:
    if len(segments) < len(path):
        return False
    return all(
        isinstance(segment, str) and part in ("*", segment) for part, segment in zip(path, segments, strict=False)
    )
