"""The policy language: load, check, compile. The packs are data."""
