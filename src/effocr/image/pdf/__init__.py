"""Pages of PDFs: drawn, or as the text that they carry."""
