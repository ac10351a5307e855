"""Tells all topics and writes each of their AWS calls to a file: ``python -m … FILE``."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
import pytest
from botocore import xform_name

from kmsdemo.backends import Options
from kmsdemo.lesson import lesson
from kmsdemo.suite import call_recording

if TYPE_CHECKING:
    from botocore.session import Session
    from pytest_bdd.parser import Step

# What the printed command has in a shell variable.
SENSITIVE = {"Message", "Plaintext"}
DAYS_PASS = "the waiting period ends"


class Collector:
    """A plugin that keeps, for each scenario, what its steps called and what AWS answered."""

    def __init__(self) -> None:
        self.scenarios: list[list[dict[str, Any]]] = []
        self._answers: list[dict[str, Any]] = []
        botocore.register_initializer(self._watch)

    def _watch(self, session: Session) -> None:
        session.register("after-call", self._answered)

    def _answered(self, **event: Any) -> None:
        self._answers.append(event["parsed"])

    def pytest_bdd_before_scenario(self) -> None:
        self.scenarios.append([])

    def pytest_bdd_before_step(self) -> None:
        self._answers.clear()

    def pytest_bdd_after_step(self, step: Step) -> None:
        for call, answer in zip(call_recording.trace.calls, self._answers, strict=True):
            sent = json.loads(call.request_body) if call.service == "kms" else {}
            self.scenarios[-1].append(
                {
                    "line": call.command_line,
                    "profile": call.caller,
                    "variables": {
                        xform_name(name).upper(): base64.b64decode(sent[name]).decode()
                        for name in SENSITIVE & sent.keys()
                    },
                    "answer": {
                        name: part for name, part in answer.items() if name != "ResponseMetadata"
                    },
                }
            )
        if step.name == DAYS_PASS:
            self.scenarios[-1].append({"days": 30})


def main(path: str) -> None:
    """Give the lesson on moto and write its scenarios to a file, as JSON."""
    collector = Collector()

    run = pytest.main
    pytest.main = lambda arguments, plugins: run(arguments, [*plugins, collector])  # type: ignore[assignment, misc]
    code = lesson.tell_topics(lesson.LessonOptions("moto", Options()), [])
    assert code == 0
    Path(path).write_text(json.dumps(collector.scenarios, default=as_text), encoding="utf-8")


def as_text(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    main(sys.argv[1])
