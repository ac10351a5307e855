"""The score of two scripts, in words and as what is passed."""

from __future__ import annotations

import pytest

from kmsdemo.learners import score
from kmsdemo.learners.finding import Finding

DONE, BEYOND_DONE = Finding("1", "x", "done"), Finding("1", "x", "done", part="beyond")
LEFT, BEYOND_LEFT = Finding("1", "x", "not yet"), Finding("1", "x", "not reached", part="beyond")


@pytest.mark.parametrize(
    ("findings", "words", "is_passed"),
    [
        ([DONE, DONE, BEYOND_DONE], "The lab: 2 of 2, complete. Beyond it: 1 of 1.", (True, True)),
        ([DONE, BEYOND_LEFT], "The lab: 1 of 1, complete. Beyond it: 0 of 1.", (True, False)),
        ([DONE, LEFT, BEYOND_DONE], "The lab: 1 of 2. Beyond it: 1 of 1.", (False, False)),
    ],
)
def test_marks_count_what_is_done_in_each_part(
    findings: list[Finding], words: str, is_passed: tuple[bool, bool]
) -> None:
    marks = score.marks(findings)
    assert str(marks) == words
    assert (marks.is_passed(strict=False), marks.is_passed(strict=True)) == is_passed
