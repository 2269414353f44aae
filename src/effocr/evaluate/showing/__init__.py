"""What was read, drawn over the image that it was read on."""
