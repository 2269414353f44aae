"""Labelled lines: COCO and lines.jsonl, in and out."""
