"""Import this before numpy: its own threads would run beside the ones that are measured."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
