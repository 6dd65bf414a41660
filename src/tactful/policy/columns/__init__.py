"""The judge on columns: whole frames of flows at once. Importing it imports Polars; nothing at startup does."""
