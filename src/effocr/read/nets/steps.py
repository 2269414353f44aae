"""Reading in steps: nets answer on other threads while this one goes on with other lines.

What reads is a generator. Wherever a net has to answer it yields what it has `Asked`, and goes on once that is there.
All steps are taken by one thread: Python runs on one at a time anyway, and threads that take turns at it find their
data in another processor's caches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")
Result = TypeVar("Result")


class Asked(Generic[Answer]):
    """Work whose answer is needed next, and that any thread may do."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work = work
        self._future: Future[Answer] | None = None

    def hand_to(self, helpers: Executor) -> None:
        """Lets one of the helpers do the work, as soon as it is free."""
        self._future = helpers.submit(self._work)

    @property
    def waits(self) -> bool:
        """Whether no helper has begun with it."""
        return self._future is None or not (self._future.running() or self._future.done())

    @property
    def ready(self) -> bool:
        return self._future is not None and self._future.done()

    def answer(self) -> Answer:
        """The answer, or the error that was raised instead; done here where no helper has begun with it."""
        if self._future is None or self._future.cancel():
            return self._work()
        return self._future.result()


Steps = Generator[Asked[Any], None, Result]
"""A generator that yields what it asks for before it needs the answer, and returns a result."""


def asking(work: Callable[[], Answer]) -> Steps[Answer]:
    """The answer to one piece of work, as steps."""
    asked = Asked(work)
    yield asked
    return asked.answer()


def at_once(steps: Steps[Result]) -> Result:
    """The result of steps taken one after the other on this thread, the work that they ask for included."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result


def side_by_side(many: Iterable[Steps[Result]], threads: int) -> Iterator[Result]:
    """The results of many steps in their order; what they ask for is done by `threads` - 1 others, and by this one.

    At most `threads` + 2 of `many` are under way or wait for their turn; an error comes in its turn, too.
    """
    if threads == 1:
        yield from map(at_once, many)
        return
    rest = iter(many)
    under_way: deque[_Course[Result]] = deque()
    with ThreadPoolExecutor(threads - 1, thread_name_prefix="effocr") as helpers:
        try:
            while True:
                while under_way and under_way[0].ended:
                    yield under_way.popleft().result()
                going = [course for course in under_way if not course.ended]
                ready = sum(course.asked.ready for course in going)
                idle = not ready or len(going) - ready < threads - 1  # this thread, or a helper
                if idle and len(under_way) < threads + 2 and (steps := next(rest, None)) is not None:
                    under_way.append(_Course(steps, helpers))
                elif going:
                    _soonest(going).go_on(helpers)
                else:
                    return
        finally:
            helpers.shutdown(cancel_futures=True)


class _Course(Generic[Result]):
    """Steps that have been begun; `asked` is what they wait for."""

    def __init__(self, steps: Steps[Result], helpers: Executor) -> None:
        self._steps = steps
        self._end: Future[Result] = Future()
        self.go_on(helpers)

    @property
    def ended(self) -> bool:
        return self._end.done()

    def go_on(self, helpers: Executor) -> None:
        """Takes the next step, and hands what that asks for to the helpers."""
        try:
            self.asked = next(self._steps)
            self.asked.hand_to(helpers)
        except StopIteration as end:
            self._end.set_result(end.value)
        except Exception as error:
            self._end.set_exception(error)

    def result(self) -> Result:
        """What the steps returned; raises what they raised."""
        return self._end.result()


def _soonest(courses: list[_Course[Result]]) -> _Course[Result]:
    """The first that can go on, else the first whose work no helper has begun with, else the first."""
    ready = (course for course in courses if course.asked.ready)
    waiting = (course for course in courses if course.asked.waits)
    return next(ready, None) or next(waiting, None) or courses[0]
