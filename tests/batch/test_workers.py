"""Workers: threads and processes give the same results, and a process that dies loses its own task only."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable
from functools import partial

import pytest

from effocr.batch.workers import Lost, Processes, Threads
from effocr.errors import EffocrError, ImageError

EVALUATE: Callable[[], Callable[[str], object]] = partial(partial, eval)
"""Opens work that processes can import, and that does as its task says."""
SUMS = [f"{number} + {number}" for number in range(40)]


def one_by_one(tasks: list[str]) -> Callable[[], str | None]:
    waiting = iter(tasks)
    return lambda: next(waiting, None)


@pytest.mark.parametrize("workers", [Threads(EVALUATE(), 1), Threads(EVALUATE(), 3), Processes(EVALUATE, 2)])
def test_every_task_gets_its_result(workers: Threads[str, object] | Processes[str, object]) -> None:
    results = dict(workers.results(one_by_one(SUMS)))
    assert results == {task: 2 * number for number, task in enumerate(SUMS)}


@pytest.mark.parametrize("workers", [Threads(EVALUATE(), 2), Processes(EVALUATE, 2)])
def test_a_result_may_make_a_task(workers: Threads[str, object] | Processes[str, object]) -> None:
    waiting, seen = deque(["1"]), []
    for task, _ in workers.results(lambda: waiting.popleft() if waiting else None):
        seen.append(task)
        waiting.extend([f"{task}1"] if len(task) < 4 else [])
    assert seen == ["1", "11", "111", "1111"]


@pytest.mark.parametrize("end", ["__import__('os')._exit(3)", "__import__('os').kill(__import__('os').getpid(), 9)"])
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_process_that_dies_loses_its_task_and_no_other(end: str) -> None:
    tasks = [*SUMS[:5], end, *SUMS[5:]]
    results = dict(Processes(EVALUATE, 2).results(one_by_one(tasks)))
    lost = results.pop(end)
    assert isinstance(lost, Lost) and ("signal 9" in lost.reason or "code 3" in lost.reason)
    assert results == {task: 2 * number for number, task in enumerate(SUMS)}


@pytest.mark.parametrize("workers", [Threads(EVALUATE(), 1), Processes(EVALUATE, 2)])
def test_too_little_memory_loses_the_task(workers: Threads[str, object] | Processes[str, object]) -> None:
    task = "(_ for _ in ()).throw(MemoryError())"
    results = dict(workers.results(one_by_one([task, "1"])))
    assert isinstance(results[task], Lost) and results["1"] == 1


@pytest.mark.parametrize("workers", [Threads(EVALUATE(), 2), Processes(EVALUATE, 2)])
def test_what_work_raises_is_raised(workers: Threads[str, object] | Processes[str, object]) -> None:
    with pytest.raises(ZeroDivisionError):
        list(workers.results(one_by_one(["1 / 0", "1"])))


def test_a_process_that_cannot_begin_is_said() -> None:
    with pytest.raises(EffocrError, match="before it could begin"):
        list(Processes(partial(os._exit, 7), 1).results(one_by_one(["1"])))  # type: ignore[arg-type]


def test_errors_of_ours_keep_their_hint_on_the_way() -> None:
    task = "(_ for _ in ()).throw(__import__('effocr.errors').errors.ImageError('torn', hint='mend it'))"
    with pytest.raises(ImageError, match="torn") as caught:
        list(Processes(EVALUATE, 1).results(one_by_one([task])))
    assert caught.value.hint == "mend it"


def test_processes_have_one_thread_and_ours_keeps_its_own() -> None:
    before = os.environ.get("OMP_NUM_THREADS")
    task = "__import__('os').environ['OMP_NUM_THREADS']"
    assert dict(Processes(EVALUATE, 1).results(one_by_one([task])))[task] == "1"
    assert os.environ.get("OMP_NUM_THREADS") == before
