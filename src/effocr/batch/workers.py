"""Workers that take tasks one by one: threads of this process, or processes of which none is missed when it dies."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_connections
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

from effocr.errors import EffocrError
from effocr.synth.processes import deaf_to_ctrl_c

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2
"""Tasks that a worker has at hand, so that it need not wait for the next."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
READY = "ready"


@dataclass(frozen=True)
class Lost:
    """A task has no result: why the worker that had it could not go on."""

    reason: str


class Threads(Generic[Task, Result]):
    """Workers that are threads of this process."""

    def __init__(self, work: Callable[[Task], Result], count: int) -> None:
        self._work = work
        self._count = count

    def results(self, tasks: Callable[[], Task | None]) -> Generator[tuple[Task, Result | Lost], None, None]:
        """Each task with its result, in the order in which they are done, until nothing is left; what work raises.

        `tasks` gives the next task that can be worked on, and None where there is none now; a result may make one.
        """
        if self._count == 1:
            while (task := tasks()) is not None:
                yield task, self._result(task)
            return
        waiting: dict[Future[Result | Lost], Task] = {}
        with ThreadPoolExecutor(self._count, thread_name_prefix="effocr") as pool:
            try:
                while True:
                    while len(waiting) <= self._count and (task := tasks()) is not None:
                        waiting[pool.submit(self._result, task)] = task
                    if not waiting:
                        return
                    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                        yield waiting.pop(future), future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _result(self, task: Task) -> Result | Lost:
        try:
            return self._work(task)
        except MemoryError:
            return Lost("the memory was not enough")


@dataclass(eq=False)
class _Worker(Generic[Task]):
    """A process, our end of its pipe, and the tasks that it has, the one it works on first."""

    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    tasks: deque[Task] = field(default_factory=deque)

    def give(self, task: Task) -> None:
        """The worker's next task; one that has died meanwhile takes it as well, and it is lost or given to another."""
        self.tasks.append(task)
        with suppress(OSError):
            self.pipe.send(task)


class Processes(Generic[Task, Result]):
    """Workers that are processes, started anew on every system, each with one thread.

    `open_work` is called in each of them and gives the work; it, tasks and results can be pickled. What work raises is
    raised here. Where a process dies its task is `Lost` and another one takes its place. They end with the iteration,
    and when this process is killed.
    """

    def __init__(self, open_work: Callable[[], Callable[[Task], Result]], count: int) -> None:
        self._open_work = open_work
        self._count = count
        self._workers: list[_Worker[Task]] = []
        self._given_back: deque[Task] = deque()

    def results(self, tasks: Callable[[], Task | None]) -> Generator[tuple[Task, Result | Lost], None, None]:
        """As `Threads.results`."""
        try:
            while True:
                self._give_out(tasks)
                busy = [worker for worker in self._workers if worker.tasks]
                if not busy:
                    return
                for pipe in wait_for_connections([worker.pipe for worker in busy]):
                    worker = next(worker for worker in busy if worker.pipe is pipe)
                    yield from self._received(worker)
        finally:
            self._stop()

    def _give_out(self, tasks: Callable[[], Task | None]) -> None:
        while True:
            least = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
            if (least is None or least.tasks) and len(self._workers) < self._count:
                least = None
            elif least is not None and len(least.tasks) >= AHEAD:
                return
            task = self._given_back.popleft() if self._given_back else tasks()
            if task is None:
                return
            if least is None:
                least = self._started()
                self._workers.append(least)
            least.give(task)

    def _received(self, worker: _Worker[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._dead(worker)
            return
        if message == READY:
            worker.ready = True
        elif isinstance(message, BaseException):
            raise message
        else:
            yield worker.tasks.popleft(), message

    def _dead(self, worker: _Worker[Task]) -> Iterator[tuple[Task, Lost]]:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join()
        how = _how_it_ended(worker.process.exitcode)
        if not worker.ready:
            hint = "In a script of your own, call this under: if __name__ == '__main__':"
            raise EffocrError(f"a process for reading {how} before it could begin.", hint=hint)
        lost = worker.tasks.popleft()
        self._given_back.extend(worker.tasks)
        yield lost, Lost(f"the process that read it {how}")

    def _started(self) -> _Worker[Task]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._open_work), daemon=True, name="effocr-worker")
        with deaf_to_ctrl_c(), _environment(ONE_THREAD, "1"):
            process.start()
        theirs.close()  # so that our end tells when the process dies
        return _Worker(process, ours)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.pipe.close()
            if worker.tasks:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()


def _serve(pipe: Connection, open_work: Callable[[], Callable[[Task], object]]) -> None:
    """What a worker process does until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work = open_work()
        pipe.send(READY)
        while True:
            task = pipe.recv()
            try:
                result = work(task)
            except MemoryError:
                result = Lost("the memory was not enough")
            pipe.send(result)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, or needs no more
    except Exception as error:
        pipe.send(error)


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        killed = "; was there too little memory?" if -code == getattr(signal, "SIGKILL", 9) else ""
        return f"was killed by signal {-code}{killed}"
    return f"ended with code {code}"


@contextmanager
def _environment(names: Iterable[str], value: str) -> Iterator[None]:
    """Variables that processes started inside see: numpy looks at some of them while it is imported."""
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(before, value))
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                del os.environ[name]
            else:
                os.environ[name] = old
