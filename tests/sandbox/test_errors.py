"""Each error of the sandbox has one line for what happened and one for what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmsdemo.sandbox.errors import (
    AccessRejected,
    CannotListen,
    DaysRefused,
    NoSandboxThere,
    PortTaken,
    SandboxError,
    StateUnusable,
)

FILE = Path("class.state")


@pytest.mark.parametrize(
    ("make", "what", "next_step"),
    [
        (
            lambda: PortTaken(4566, "java (process 7)"),
            "Port 4566 is taken by java (process 7).",
            "Stop that program, or choose another port with --port; 0 chooses a free one.",
        ),
        (
            lambda: CannotListen("1.2.3.4", 80, "Permission denied"),
            "The sandbox cannot listen on 1.2.3.4, port 80: Permission denied.",
            "Choose an address of this machine with --host, and a port from 1024 to 65535.",
        ),
        (
            lambda: NoSandboxThere("http://127.0.0.1:1: refused."),
            "The sandbox cannot be reached: http://127.0.0.1:1: refused.",
            "Start one with kmsdemo sandbox, or set its URL with --endpoint-url.",
        ),
        (
            lambda: DaysRefused("Too many."),
            "The sandbox did not move its clock. Too many.",
            "The clock only moves forward. To set it to the real time, restart the sandbox.",
        ),
        (
            lambda: AccessRejected("nobody has this key."),
            "The sandbox rejects your credentials: nobody has this key.",
            "In a class, paste the lines of your hand-out into this terminal, and try again.",
        ),
        (
            lambda: StateUnusable.unreadable(FILE, "Permission denied"),
            "The state in class.state cannot be used: Permission denied.",
            "Choose a file of your own in a folder that you can write to.",
        ),
        (
            lambda: StateUnusable.in_use(FILE),
            "Another sandbox keeps its state in class.state.",
            "Stop that sandbox, or choose another file with --state.",
        ),
        (
            lambda: StateUnusable.foreign(FILE),
            "class.state is a database of another program; nothing in it was changed.",
            "Choose another file with --state.",
        ),
        (
            lambda: StateUnusable.of_other_version(FILE, "version of moto, 5.1"),
            "The state in class.state was written with another version of moto, 5.1.",
            "Use that version, or choose another file with --state to start over.",
        ),
        (
            lambda: StateUnusable.of_other_learner(FILE, "200000000001", "Anna", "Ben"),
            "In class.state, account 200000000001 belongs to Anna; the class list gives it to Ben.",
            "Keep the order of the list and add names at its end, or choose another file.",
        ),
        (
            lambda: StateUnusable.damaged(FILE, "its structure is not valid"),
            "The state in class.state is damaged: its structure is not valid.",
            "Restore a copy of the file, or choose another one with --state to start over.",
        ),
    ],
)
def test_an_error_has_a_line_for_what_happened_and_one_for_what_to_do_next(
    make: Callable[[], SandboxError], what: str, next_step: str
) -> None:
    assert str(make()).splitlines() == [what, next_step]
