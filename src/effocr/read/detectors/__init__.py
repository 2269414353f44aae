"""Localizers that other libraries trained: generic detectors in ONNX."""
