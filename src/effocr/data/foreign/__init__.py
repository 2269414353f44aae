"""Pages that other programs labelled: PAGE XML, ALTO, Tesseract's box files."""
