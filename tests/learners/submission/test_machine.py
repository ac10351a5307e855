"""How slow this machine is, measured by one call of boto3."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.submission.machine import USUAL_SECONDS, slowness


@pytest.mark.parametrize(("seconds", "slower"), [(3 * USUAL_SECONDS, 3.0), (0.01, 1.0)])
def test_it_is_how_many_times_longer_the_call_takes(
    monkeypatch: pytest.MonkeyPatch, seconds: float, slower: float
) -> None:
    asked: dict[str, Any] = {}
    clock = iter([100.0, 100.0 + seconds])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(subprocess, "run", lambda command, **how: asked.update(how, run=command))
    assert slowness({"AWS_ENDPOINT_URL": "here"}) == pytest.approx(slower)
    assert asked["run"][:2] == [sys.executable, "-c"]
    assert (asked["env"], asked["timeout"]) == ({"AWS_ENDPOINT_URL": "here"}, 120)


def test_a_machine_that_needs_minutes_grades_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], *, timeout: float, **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(NotGraded, match="one call of boto3 takes more than 120 s"):
        slowness({})
