"""Where threads take turns: in Python, one after the other; in nets, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

_turn = Lock()
_holding = local()


@contextmanager
def in_turn() -> Iterator[None]:
    """What several threads do one after the other, except where they are `aside`.

    Many small steps in Python on two threads wake and wait for each other at every one of them, and take longer than
    one after the other. Only nets are worth running side by side.
    """
    with _turn:
        _holding.turn = True
        try:
            yield
        finally:
            _holding.turn = False


@contextmanager
def aside() -> Iterator[None]:
    """Lets other threads have their turn meanwhile; nothing changes for a thread that has none."""
    if not getattr(_holding, "turn", False):
        yield
        return
    _holding.turn = False
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
        _holding.turn = True
