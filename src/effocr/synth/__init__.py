"""Labelled lines and glyphs from fonts."""
