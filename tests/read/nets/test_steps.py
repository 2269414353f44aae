"""Steps taken by one thread, while others do what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, current_thread, main_thread

import pytest

from effocr.read.nets.steps import Steps, asking, at_once, side_by_side
from effocr.read.reader import Reader
from effocr.testing import draw_bars, make_bundle

WAIT = 10


def doubled(number: int) -> Steps[int]:
    """Twice a number, asked for in two steps."""
    one = yield from asking(lambda: number)
    assert current_thread() is main_thread()
    other = yield from asking(lambda: number)
    assert current_thread() is main_thread()
    return one + other


def failing(number: int) -> Steps[int]:
    def fail() -> int:
        raise KeyError(number)

    return (yield from asking(fail))


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_results_come_in_order_whoever_does_the_work(threads: int) -> None:
    assert list(side_by_side(map(doubled, range(50)), threads)) == [2 * number for number in range(50)]
    assert list(side_by_side([], threads)) == []


def test_what_is_asked_for_is_done_meanwhile() -> None:
    begun, told = Event(), Event()

    def waiting() -> Steps[str]:
        def work() -> str:
            begun.set()
            return "told" if told.wait(WAIT) else "waited in vain"

        return (yield from asking(work))

    def telling() -> Steps[str]:
        assert begun.wait(WAIT)
        told.set()
        yield from asking(lambda: None)
        return "tells"

    assert list(side_by_side((steps() for steps in (waiting, telling)), 2)) == ["told", "tells"]


def test_nobody_waits_for_work_that_nobody_has_begun() -> None:
    """The only helper is busy until the last steps are taken, so this thread has to do all other work itself."""
    last = Event()

    def first() -> Steps[bool]:
        return (yield from asking(lambda: last.wait(WAIT)))

    def others() -> Iterator[Steps[object]]:
        yield first()
        yield doubled(1)
        yield doubled(2)
        yield ending()

    def ending() -> Steps[int]:
        answer = yield from asking(lambda: 7)
        last.set()
        return answer

    assert list(side_by_side(others(), 2)) == [True, 2, 4, 7]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_an_error_comes_in_its_turn_and_ends_all(threads: int) -> None:
    results = side_by_side([doubled(1), doubled(2), failing(3), doubled(4)], threads)
    assert [next(results), next(results)] == [2, 4]
    with pytest.raises(KeyError, match="3"):
        next(results)
    assert list(results) == []


@pytest.mark.parametrize("threads", [2, 4])
def test_few_are_begun_ahead(threads: int) -> None:
    begun = 0

    def endless() -> Iterator[Steps[int]]:
        nonlocal begun
        while True:
            begun += 1
            yield doubled(begun)

    results = side_by_side(endless(), threads)
    for number in range(1, 20):
        assert next(results) == 2 * number
        assert begun <= number + threads + 2
    results.close()


def test_steps_at_once_are_taken_on_this_thread() -> None:
    assert at_once(doubled(4)) == 8
    with pytest.raises(KeyError):
        at_once(failing(1))


def test_many_threads_read_what_one_reads(tmp_path) -> None:
    bundle = make_bundle(tmp_path / "bars")
    lines = [draw_bars(f"line {number} of many") for number in range(97)]
    one = [page.text for page in Reader(bundle, threads=1).read(lines)]
    assert [page.text for page in Reader(bundle, threads=4).read(lines)] == one
