"""Many inputs, resumable."""
