"""The bundle `ja` of effocr: the folder `ja` beside this file."""
