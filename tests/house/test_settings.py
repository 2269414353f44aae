"""Settings come from the environment, are bounded, and say which variable is wrong."""

from __future__ import annotations

import pytest

from effocr.errors import EffocrError
from effocr.settings import Settings


def test_an_empty_environment_gives_the_defaults():
    assert Settings.of({}) == Settings.of({"EFFOCR_BUNDLE": "", "EFFOCR_THREADS": ""}) == Settings("en", None)


def test_variables_set_bundle_and_threads():
    assert Settings.of({"EFFOCR_BUNDLE": "runs/mine", "EFFOCR_THREADS": "3"}) == Settings("runs/mine", 3)


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "1025", "²"])
def test_a_number_of_threads_out_of_bounds_names_the_variable_and_the_value(value):
    with pytest.raises(EffocrError) as caught:
        Settings.of({"EFFOCR_THREADS": value})
    assert "EFFOCR_THREADS" in caught.value.message
    assert repr(value) in caught.value.message
