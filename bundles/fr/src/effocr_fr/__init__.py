"""The bundle `fr` of effocr: the folder `fr` beside this file."""
