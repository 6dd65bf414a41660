"""Text from outside as bytes, and the form of an identifier that identifies."""

from __future__ import annotations

import unicodedata


def written(text: str) -> bytes:
    """Text from outside as bytes: whatever it holds, also what no encoding allows."""
    return text.encode("utf-8", "surrogatepass")


def read(text: bytes) -> str:
    """What `written` wrote."""
    return text.decode("utf-8", "surrogatepass")


def normal_form(kind: str, value: str) -> bytes:
    """The value that identifies: NFKC, without blanks around it, e-mail addresses in small letters."""
    form = unicodedata.normalize("NFKC", value).strip()
    return written(form.lower() if kind == "email" else form)
