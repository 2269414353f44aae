"""The bundle `latin` of effocr: the folder `latin` beside this file."""
