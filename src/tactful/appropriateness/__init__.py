"""The judge with its scorecard, the fit of knowledge to a context, and whole messages."""
