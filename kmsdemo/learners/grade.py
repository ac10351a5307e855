"""Grades a learner's two scripts with the scenarios that test ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from kmsdemo.learners.scenario_findings import collect_findings

if TYPE_CHECKING:
    from kmsdemo.learners.finding import Finding


def grade(
    encrypt: str,
    decrypt: str,
    *,
    seconds_each: float,
    seconds: float = math.inf,
    when_found: Callable[[Finding], None] = lambda _: None,
) -> list[Finding]:
    """Run two scripts against a fresh sandbox, in copies of the current folder.

    Args:
        encrypt: The command line of the encrypt script, with ``{password}`` and ``{key_id}``.
        decrypt: The command line of the decrypt script, with ``{appuser}`` and ``{key_id}``.
        seconds_each: Seconds that one run may compute, and seconds that it may wait.
        seconds: How long all runs together may take.
        when_found: Called with each finding as it is made.

    Returns:
        A finding for each scenario.

    Raises:
        CommandUnusable, FolderUnusable: The scripts cannot be run.
        NotGraded: This machine was too busy to tell.
        KeyboardInterrupt: Ctrl-C.
    """
    return collect_findings(
        "features/test_scripts.py",
        *("-m", "scripts and not ours"),
        f"--encrypt={encrypt}",
        f"--decrypt={decrypt}",
        f"--seconds-each={seconds_each}",
        f"--seconds={seconds}",
        when_found=when_found,
    )
