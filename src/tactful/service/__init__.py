"""One verb per file: what Tactful does with a store, files and a clock around the pure core."""
