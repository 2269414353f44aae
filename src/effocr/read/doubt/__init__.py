"""From scores to chances: how sure a reading is of each glyph, and of the spaces between words."""
