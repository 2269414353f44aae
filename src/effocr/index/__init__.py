"""Exemplars and the exact search among them."""
