"""Forced alignment: the boxes of a line are given the characters of a text that is known."""
