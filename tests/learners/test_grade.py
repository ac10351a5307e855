"""Grading: the scenarios that are run, with the scripts and the limits of the learner."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kmsdemo.learners import grade as grading
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.grade import grade

FOUND = Finding("Lines", "They print the lines of the lab", "done")


@pytest.mark.parametrize("seconds", [60.0, math.inf])
def test_the_scenarios_of_scripts_run_with_those_of_the_learner(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    asked: list[Any] = []

    def collect(*options: str, when_found: Any) -> list[Finding]:
        asked.extend(options)
        when_found(FOUND)
        return [FOUND]

    seen: list[Finding] = []
    monkeypatch.setattr(grading, "collect_findings", collect)
    found = grade("e", "d", seconds_each=3, seconds=seconds, when_found=seen.append)
    assert found == seen == [FOUND]
    assert asked == [
        "features/test_scripts.py",
        "-m",
        "scripts and not ours",
        "--encrypt=e",
        "--decrypt=d",
        "--seconds-each=3",
        f"--seconds={seconds}",
    ]
