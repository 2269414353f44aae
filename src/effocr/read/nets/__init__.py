"""Nets that see line after line."""
