"""``kmsdemo grade`` on a machine that is busy: the same marks as on a quiet one, each time.

It takes half an hour and all processors, so no tier runs it:
``pytest tests/programs/check_grade_busy.py --submissions-of-every 1``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.programs import cheats
from tests.programs.cheats import CHEATS
from tests.programs.honest_scripts import HONEST, IN_PYTHON
from tests.programs.test_grade import judged, pytest_generate_tests

__all__ = ["pytest_generate_tests"]  # the samples are those of the quiet machine

pytestmark = pytest.mark.timeout(3600)

LOOPS, TIMES = 4, 3


@pytest.fixture(autouse=True)
def busy_machine() -> Iterator[None]:
    """Four loops that want all of the processors."""
    with ExitStack() as until_the_end:
        for _ in range(LOOPS):
            loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            until_the_end.enter_context(loop)
            until_the_end.callback(loop.kill)
        yield


def test_honest_scripts_have_the_same_marks_each_time(honest: str, tmp_path: Path) -> None:
    submission = HONEST[honest]
    options = submission.write(tmp_path)
    lacking = [set(judged(tmp_path, *options)[1]) for _ in range(TIMES)]
    assert lacking == [submission.lacks] * TIMES


def test_a_cheat_is_found_each_time(cheat: str, tmp_path: Path) -> None:
    cheats.write(cheat, tmp_path)
    found = [judged(tmp_path, *IN_PYTHON)[1] for _ in range(TIMES)]
    assert [CHEATS[cheat][0] in lacking for lacking in found] == [True] * TIMES
