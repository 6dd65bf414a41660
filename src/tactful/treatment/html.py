"""The same words as HTML: paragraphs and lists, everything escaped, and only links that we were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_LINK = re.compile(r"https?://[^\s<>\"'`\\{}|^\x00-\x20\x7f]+", re.IGNORECASE)


def as_html(body: str, parts: Sequence[str], links: Iterable[str], language: str) -> str:
    """Body and required parts as HTML. `links` are the addresses that may be made into links."""
    known = frozenset(link for link in links if _LINK.fullmatch(link))
    blocks = [_block(block.split("\n"), known) for block in re.split(r"\n{2,}", body) if block.strip()]
    footer = "<br>\n".join(_line(part, known) for part in parts)
    return f'<div lang="{escape(language)}">\n' + "\n".join([*blocks, f"<footer>{footer}</footer>"]) + "\n</div>\n"


def links_in(values: Mapping[str, Any]) -> list[str]:
    """Every web address under a key `link`, however deep; what is no web address is left out."""
    found: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += links_in(value)
        elif isinstance(value, list | tuple):
            found += [link for each in value if isinstance(each, Mapping) for link in links_in(each)]
        elif name == "link" and isinstance(value, str) and _LINK.fullmatch(value):
            found.append(value)
    return found


def _block(lines: list[str], links: frozenset[str]) -> str:
    """A paragraph, or a list where every line begins with a dash."""
    if all(line.startswith("- ") for line in lines):
        return "<ul>\n" + "\n".join(f"<li>{_line(line[2:], links)}</li>" for line in lines) + "\n</ul>"
    return "<p>" + "<br>\n".join(_line(line, links) for line in lines) + "</p>"


def _line(text: str, links: frozenset[str]) -> str:
    """A line, escaped; a word that is one of our links, whole and as given, becomes a link."""
    pieces = re.split(r"(\s+)", text)
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if piece in links else escape(piece) for piece in pieces
    )
