"""The time limits of ``pytest --encrypt … --decrypt …``: numbers that nothing can run within."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError

import pytest

from steps import scripts


@pytest.mark.parametrize("text", ["0", "-1", "nan", "-inf", "1e-400"])
def test_a_limit_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a number of seconds above 0"):
        scripts.seconds(text)


@pytest.mark.parametrize(("text", "limit"), [("0.5", 0.5), ("60", 60), ("inf", math.inf)])
def test_another_is_taken_as_it_is(text: str, limit: float) -> None:
    assert scripts.seconds(text) == limit
