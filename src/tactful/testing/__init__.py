"""What users of the library test with: the plain reference judge, strategies, laws and kits."""
