"""Tactful decides what may be said to a customer, and shows the reason in plain words."""

from __future__ import annotations

__version__ = "0.1.0"
