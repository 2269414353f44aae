"""Training the line finder: pages in, `line_finder.onnx` out."""
