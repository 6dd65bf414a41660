"""The profile: events become a document, a document becomes facts and labels at an instant."""
