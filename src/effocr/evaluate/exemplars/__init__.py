"""Exemplars: taught from lines, fonts and crops, and shown beside the glyphs that they decide."""
