"""Grades a learner's two scripts with the scenarios that test ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kmsdemo.learners.collect import collect

if TYPE_CHECKING:
    from pathlib import Path

    from kmsdemo.learners.finding import Finding

SECONDS_EACH: Final = 10
# With our own start and the last script that is stopped, less than a minute.
SECONDS: Final = 50


def grade(
    encrypt: str,
    decrypt: str,
    *,
    junit: Path | None = None,
    when_found: Callable[[Finding], None] = lambda _: None,
) -> list[Finding]:
    """Run two scripts against a fresh sandbox, in a copy of the current folder.

    Args:
        encrypt: The command line of the encrypt script, with ``{password}`` and ``{key_id}``.
        decrypt: The command line of the decrypt script, with ``{appuser}`` and ``{key_id}``.
        junit: Write the findings to this file too, as JUnit XML.
        when_found: Called with each finding as it is made.

    Returns:
        A finding for each scenario.

    Raises:
        CommandUnusable, FolderUnusable: The scripts cannot be run.
        KeyboardInterrupt: Ctrl-C.
    """
    return collect(
        "features/test_features.py",
        *("-m", "scripts and not ours"),
        f"--encrypt={encrypt}",
        f"--decrypt={decrypt}",
        f"--seconds-each={SECONDS_EACH}",
        f"--seconds={SECONDS}",
        junit=junit,
        when_found=when_found,
    )
