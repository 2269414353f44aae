"""Adapting a bundle to a few transcribed lines: everything that needs no training."""
