"""The words and the records: frozen, validated, no behaviour but invariants."""
