"""Pages as searchable PDF."""
