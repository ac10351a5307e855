"""The scripts at work: which of their runs may go on at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import cast

import pytest

from kmsdemo.backends import Backend
from kmsdemo.learners.submission import Submission
from kmsdemo.learners.submission.program import Finished
from kmsdemo.learners.submission.workspace import Workspace, workspace
from kmsdemo.learners.trial import Trial, on_trial
from kmsdemo.vault import Item

SECONDS_TO_GO_WRONG = 0.3
"""How long a run waits for what must not happen; a slow machine only notices less."""


@dataclass
class Scripts:
    """A submission whose encrypt script ends when it may, and whose decrypt script waits.

    Attributes:
        workspace: Where they run.
        may_end: Set when the encrypt script may end.
        is_disturbed: Set while AWS KMS is disturbed.
        disturbed: The users whose decrypt script ran while AWS KMS was disturbed.
    """

    workspace: Workspace
    may_end: Event = field(default_factory=Event)
    is_disturbed: Event = field(default_factory=Event)
    disturbed: list[str] = field(default_factory=list)

    def run(
        self, name: str, _: Workspace, __: Mapping[str, str], values: Mapping[str, str]
    ) -> Finished:
        if name == "encrypt":
            self.may_end.wait()
        elif self.is_disturbed.wait(SECONDS_TO_GO_WRONG):
            self.disturbed.append(values["appuser"])
        return Finished(0, "", "")

    @contextmanager
    def disturb(self) -> Iterator[None]:
        self.is_disturbed.set()
        yield
        self.is_disturbed.clear()


@pytest.fixture
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    with workspace(tmp_path_factory.mktemp("scripts")) as place:
        yield Scripts(place)


@pytest.fixture
def trial(scripts: Scripts, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    written = Item("11111", b"", "plain", "", "", {})
    monkeypatch.setattr(Trial, "_written", lambda *_: written)
    with (
        backend.account() as account,
        on_trial(cast("Submission", scripts), backend, account, "a password") as trial,
    ):
        yield trial


def test_what_was_begun_ahead_ends_before_aws_kms_is_disturbed(
    scripts: Scripts, trial: Trial
) -> None:
    trial.run_ahead(["another password"], [])
    Timer(0.1, scripts.may_end.set).start()  # when the trial waits for it already
    trial.decrypt_alone("22222", scripts.disturb)
    assert len(trial.runs) == 2, "the password was not decrypted ahead"
    assert scripts.disturbed == ["22222"]
