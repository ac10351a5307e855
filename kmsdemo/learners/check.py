"""The check: how far the lab has come in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsdemo.learners.findings_run import collect

if TYPE_CHECKING:
    from pathlib import Path

    from kmsdemo.learners.finding import Finding


def look(*, junit: Path | None = None) -> list[Finding]:
    """Look at the account that the environment names, and change nothing.

    Args:
        junit: A file for the same as JUnit XML, for a gradebook.

    Returns:
        A finding for each scenario, in the order of the lab.

    Raises:
        KmsdemoError: The account cannot be looked at: no credentials, no endpoint, no right to.
        KeyboardInterrupt: Ctrl-C.
    """
    return collect("features/check/check.py", junit=junit)
