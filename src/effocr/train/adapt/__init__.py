"""Training a bundle further on a few lines."""
