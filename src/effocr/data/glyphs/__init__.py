"""Crops of glyphs or words with known text: cut from labelled lines, kept in folders, counted."""
