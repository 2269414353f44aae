"""Work spread over processes, its results in order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from threading import current_thread, main_thread
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
TASKS_AHEAD = 16


def in_order(make: Callable[[Task], Result], tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """What `make` gives for each task; the same from any number of processes. `make` and the tasks can be pickled.

    A process is started anew and imports what it needs, on every system, so that no state is shared by chance.
    """
    if jobs == 1:
        yield from map(make, tasks)
        return
    waiting = iter(tasks)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while block := list(islice(waiting, TASKS_AHEAD)):
            with deaf_to_ctrl_c():
                results = pool.map(make, block)
            yield from results


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that are started inside ignore Ctrl-C, which a terminal sends to all: their parent alone answers it."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
