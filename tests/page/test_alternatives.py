import pickle

import numpy as np

from effocr.page.alternatives import Alternative, Alternatives, Ranking
from effocr.page.boxes import Box
from effocr.page.result import Glyph

PLACES, SCORES = np.array([[0, 1, 2], [2, 0, 1]]), np.array([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]], "f4")
RANKING = Ranking(("a", "b", "c"), PLACES, SCORES)
SECOND = (Alternative("a", 0.5), Alternative("b", 0.0))


def test_alternatives_are_all_but_the_best_of_their_row() -> None:
    others = Alternatives(RANKING, 1)
    assert tuple(others) == SECOND and len(others) == 2
    assert others[0] == SECOND[0] and others[:1] == SECOND[:1] and list(reversed(others)) == list(reversed(SECOND))
    assert SECOND[1] in others and Alternative("c", 0.5) not in others


def test_they_equal_a_tuple_of_the_same() -> None:
    others = Alternatives(RANKING, 1)
    assert others == SECOND and others == SECOND and hash(others) == hash(SECOND) and repr(others) == repr(SECOND)
    assert others != Alternatives(RANKING, 0) and others != () and others != 7
    assert not Alternatives(Ranking(("a",), np.array([[0]]), np.array([[1.0]], "f4")), 0)
    box = Box(0.0, 0.0, 1.0, 1.0)
    assert Glyph(box, "c", 0.5, others) == Glyph(box, "c", 0.5, SECOND)


def test_they_leave_the_ranking_behind_where_they_are_sent() -> None:
    sent = pickle.loads(pickle.dumps(Alternatives(RANKING, 1)))
    assert type(sent) is tuple and sent == SECOND
