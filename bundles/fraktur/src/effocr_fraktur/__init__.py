"""The bundle `fraktur` of effocr: the folder `fraktur` beside this file."""
