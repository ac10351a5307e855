"""The grade: somebody's own two scripts, held to the features that test ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kmsdemo.learners.findings_run import collect

if TYPE_CHECKING:
    from pathlib import Path

    from kmsdemo.learners.finding import Finding

SECONDS_EACH: Final = 10
# Together with the last script that is stopped, and our own start, within a minute.
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
        decrypt: That of the decrypt script, with ``{appuser}`` and ``{key_id}``.
        junit: A file for the same as JUnit XML, for a gradebook.
        when_found: Called with each finding as it is made.

    Returns:
        A finding for each scenario.

    Raises:
        CommandUnusable, FolderUnusable: They cannot be run.
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
