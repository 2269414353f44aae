"""What the pages of one document have in common."""
