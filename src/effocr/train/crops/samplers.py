"""Which crops make up each batch: m of every text, without replacement, and whole sets of hard negatives together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import TypeVar

from effocr.data.glyphs.files import GlyphFile
from effocr.errors import DataError
from effocr.train.crops.recipe import Sampling

Texts = list[str]
T = TypeVar("T")


def endless(things: Sequence[T], random: Random) -> Iterator[T]:
    """All things in random order, again and again; nothing where there are none."""
    while things:
        yield from random.sample(things, len(things))


class Batching:
    """The batches of a training, by number: rows of `crops`; the same for the same seed, whoever asks, in any order.

    An epoch takes every text `passes` times, each set of `sets` at the start of some batch where there is room. The
    texts of a batch differ. A text's crops are all seen before one comes again within an epoch.
    """

    def __init__(self, crops: Sequence[GlyphFile], sampling: Sampling, seed: int, sets: Sequence[Texts] = ()) -> None:
        self._rows: dict[str, dict[str, list[int]]] = {}
        for row, crop in enumerate(crops):
            self._rows.setdefault(crop.text, {}).setdefault(crop.origin, []).append(row)
        if not self._rows:
            raise DataError("there are no crops to make batches of.")
        self._texts = sorted(self._rows)
        self._sampling, self.seed = sampling, seed
        self._sets = [known for texts in sets if len(known := [text for text in texts if text in self._rows]) > 1]
        self._places = min(sampling.batch // sampling.per_text, len(self._texts))
        self._epoch: tuple[int, list[list[int]]] = (-1, [])

    @property
    def per_epoch(self) -> int:
        """Batches an epoch."""
        return -(-self._sampling.passes * len(self._texts) // self._places)

    def batch(self, number: int) -> list[int]:
        """The rows of a batch; those of one text follow each other."""
        epoch, place = divmod(number, self.per_epoch)
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self._epoch_rows(Random(f"epoch {self.seed}/{epoch}")))
        return self._epoch[1][place]

    def texts_of_epoch(self, random: Random) -> list[Texts]:
        """The texts of each batch of an epoch."""
        plain, sets = endless(self._texts, random), endless(self._sets, random)
        hard = max(1, int(self._sampling.hard_share * self._places))
        waiting: Texts = []
        batches: list[Texts] = []
        for _ in range(self.per_epoch):
            chosen: dict[str, None] = {}
            for texts in islice(sets, len(self._sets)):
                chosen.update(dict.fromkeys(texts))
                if len(chosen) >= hard:
                    break
            batch = list(chosen)[: self._places]
            waiting, passed = [], waiting
            while len(batch) < self._places:
                text = passed.pop(0) if passed else next(plain)
                (waiting if text in batch else batch).append(text)
            waiting += passed
            batches.append(batch)
        return batches

    def _epoch_rows(self, random: Random) -> list[list[int]]:
        pools: dict[tuple[str, str], list[int]] = {}
        return [
            [row for text in texts for row in self._drawn(text, pools, random)] for texts in self.texts_of_epoch(random)
        ]

    def _drawn(self, text: str, pools: dict[tuple[str, str], list[int]], random: Random) -> Iterator[int]:
        """m crops of a text, taken from its pools, which are filled anew when they are empty."""
        number, by_origin = self._sampling.per_text, self._rows[text]
        if self._sampling.pairing == "drawn":
            by_origin = {"": [row for rows in by_origin.values() for row in rows]}
        for place in range(number):
            origin = sorted(by_origin)[place % len(by_origin)]
            pool = pools.setdefault((text, origin), [])
            if not pool:
                pool += random.sample(by_origin[origin], len(by_origin[origin]))
            yield pool.pop()
