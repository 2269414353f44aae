"""Pixels: decoding, preparation, bands, crops and drawing."""
