"""Commands that make a bundle learn from lines."""
