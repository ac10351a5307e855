"""What a run in an account of others does not do, or could not."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError


@dataclass(eq=False)
class NotOfThisRun(KmsdemoError):
    """A scenario was about to change something that others made."""

    resource: str
    operation: str

    _what = "{operation} is not sent: {resource} was not made by this run."
    _next_step = "Let the scenario work on what it made itself."


@dataclass(eq=False)
class TooManyKeys(KmsdemoError):
    """The run has made all the keys that it may make."""

    made: int
    reason: str

    _what = "This run may make no more KMS keys than {made}, and none of them is free: {reason}"
    _next_step = "Mend that, and run the rest in a new run."


@dataclass(eq=False)
class LeftBehind(KmsdemoError):
    """The run could not remove all that it made."""

    run_id: str
    reason: str

    _what = "Run {run_id} could not remove all that it made: {reason}"
    _next_step = "Remove the rest with the same credentials: kmsdemo sweep --run {run_id}."
