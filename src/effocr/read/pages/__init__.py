"""Whole pages: how they lie, where their lines are, and in which order they are read."""
