"""The customer texts that come with Tactful."""

from __future__ import annotations

from functools import cache

from tactful.explain.texts import CustomerTexts, load_texts
from tactful.service.packs import packaged


@cache
def customer_texts(language: str = "en") -> CustomerTexts:
    """The texts of a language."""
    return load_texts(packaged("explain", f"catalogue/{language}.yaml"), f"{language}.yaml")
