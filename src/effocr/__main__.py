"""`python -m effocr` is the command `effocr`."""

from effocr.cli.main import run

run()
