"""Puts vowels with a small e above back where `hold_out.py` had put stand-ins: stand_ins.py ALIGNED.json.gz ..."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from hold_out import STAND_INS


def main() -> None:
    """Rewrites the files."""
    for name in sys.argv[1:]:
        text = gzip.decompress(Path(name).read_bytes()).decode()
        for letters, stand_in in STAND_INS.items():
            for written in (stand_in, stand_in.encode("unicode_escape").decode()):
                text = text.replace(written, letters)
        Path(name).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
