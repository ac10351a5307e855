"""Each error of the sandbox has one line for what happened and one for what to do next."""

from __future__ import annotations

import pytest

from kmsdemo.sandbox.errors import CannotListen, NoSandboxThere, PortTaken, SandboxError


@pytest.mark.parametrize(
    "error",
    [
        PortTaken(4566, "java (process 7)"),
        CannotListen("1.2.3.4", 80, "Permission denied"),
        NoSandboxThere("http://127.0.0.1:1: refused."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_has_a_line_for_what_happened_and_one_for_what_to_do_next(
    error: SandboxError,
) -> None:
    what, next_step = str(error).splitlines()
    assert what.endswith(".")
    assert next_step.endswith(".")
