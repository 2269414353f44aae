"""Synthetic pages: columns of synthetic lines among rules, headlines, tables and pictures, with the truth a line."""
