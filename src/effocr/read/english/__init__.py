"""Repairs of what was read, for English: a bundle's card names those that are usual; each makes a line better."""
