"""Bundles: what a training leaves on disk and what reading opens."""
