"""Threads take turns in Python, and let each other go on while they are in a net."""

from threading import Thread

from effocr.read.nets.turns import aside, in_turn
from effocr.read.reader import Reader
from effocr.testing import draw_bars, make_bundle

WAIT = 10


def test_nobody_else_has_a_turn_before_one_steps_aside() -> None:
    seen: list[str] = []

    def other() -> None:
        with in_turn():
            seen.append("other")

    thread = Thread(target=other)
    with in_turn():
        thread.start()
        thread.join(0.05)
        seen.append("first")
        with aside():
            thread.join(WAIT)
        seen.append("first again")
    assert seen == ["first", "other", "first again"]


def test_stepping_aside_twice_or_without_a_turn_changes_nothing() -> None:
    with aside(), aside():
        pass
    with in_turn():
        with aside(), aside():
            pass
        with aside():
            pass
    with in_turn():
        pass


def test_a_turn_ends_with_an_error() -> None:
    for _ in range(2):
        try:
            with in_turn(), aside():
                raise KeyError
        except KeyError:
            pass


def test_many_threads_read_what_one_reads(tmp_path) -> None:
    bundle = make_bundle(tmp_path / "bars")
    lines = [draw_bars(f"line {number} of many") for number in range(97)]
    one = [page.text for page in Reader(bundle, threads=1).read(lines)]
    assert [page.text for page in Reader(bundle, threads=4).read(lines)] == one
