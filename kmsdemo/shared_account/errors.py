"""Errors of a run in a shared account."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError


@dataclass(eq=False)
class NotOfThisRun(KmsdemoError):
    """A scenario tried to change something that the run did not create."""

    resource: str
    operation: str

    _what = "{operation} is not sent: this run did not create {resource}."
    _next_step = "Change the scenario so that it uses only what it creates."


@dataclass(eq=False)
class TooManyKeys(KmsdemoError):
    """The run has created the maximum number of keys."""

    made: int
    reason: str

    _what = "This run can create at most {made} KMS keys, and none of them is free: {reason}"
    _next_step = "Fix that, then run the remaining scenarios again."


@dataclass(eq=False)
class LeftBehind(KmsdemoError):
    """The run could not remove everything it created."""

    run_id: str
    reason: str

    _what = "Run {run_id} could not remove everything it created: {reason}"
    _next_step = "Remove the rest with the same credentials: kmsdemo sweep --run {run_id}."
