"""Contact pressure, quiet hours, and the next best interaction."""
