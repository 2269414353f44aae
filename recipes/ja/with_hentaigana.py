"""A Japanese font with the glyphs of a font of hentaigana put in: with_hentaigana.py FONT HENTAIGANA OUT

Lines are drawn in one font each; so the old kana can stand between others.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

UNMERGED = ["vmtx", "vhea", "VORG", "BASE", "GDEF", "GPOS", "DSIG", "STAT", "meta", "gasp", "fpgm", "prep", "cvt "]
FAMILY_NAMES = (1, 4, 16)


def main() -> None:
    """Merge the fonts that the command line names."""
    font, hentaigana, out = map(Path, sys.argv[1:])
    family = TTFont(font)["name"].getDebugName(1)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "hentaigana.ttf"
        unpacked = TTFont(hentaigana)
        unpacked.flavor = None
        unpacked.save(plain)
        merged = Merger(Options(drop_tables=UNMERGED)).merge([str(font), str(plain)])
    for record in merged["name"].names:
        if record.nameID in FAMILY_NAMES:
            record.string = f"{family} with hentaigana"
    merged.save(out)


if __name__ == "__main__":
    main()
