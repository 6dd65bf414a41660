"""Consents, collection points and imports: the permission that holds at an instant."""
