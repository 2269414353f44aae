"""Training a recognizer on crops of glyphs or words: material, batches, hard negatives, measurement, product."""
