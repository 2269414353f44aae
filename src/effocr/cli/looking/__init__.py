"""Commands that show what was read."""
