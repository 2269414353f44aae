"""What is read and what it reads as: boxes, results, charsets, text distance."""
