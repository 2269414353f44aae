"""The bundle `grc` of effocr: the folder `grc` beside this file."""
